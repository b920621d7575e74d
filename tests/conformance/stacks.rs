//! The same application on each stack.

use std::{convert::Infallible, io, pin::pin};

use consentry::{Decision, server::Visitor};

use super::case::{Body, Case, Reply};

type BoxedPayloadStream =
    std::pin::Pin<Box<dyn futures_core::Stream<Item = Result<axum::body::Bytes, actix_web::error::PayloadError>>>>;

type Piece = Result<axum::body::Bytes, io::Error>;

/// A body's pieces, one by one. It may not be asked again after its end.
fn stream(body: &Body) -> impl futures_core::Stream<Item = Piece> + Send + 'static {
    let mut pieces: Vec<Piece> = body.pieces.iter().cloned().map(|piece| Ok(piece.into())).collect();
    if body.broken {
        pieces.push(Err(io::Error::other("broken off")));
    }
    let pieces = pieces.into_iter();
    futures_util::stream::unfold(pieces, async |mut left| Some((left.next()?, left)))
}

/// All of a body that comes as one, which then has a length.
fn whole(body: &Body) -> Option<Vec<u8>> {
    if let ([piece], false) = (&*body.pieces, body.broken) { Some(piece.clone()) } else { None }
}

mod hyperlike {
    //! What tower and axum have in common: requests and responses of http 1.

    use axum::{
        body::Body,
        http::{Request, Response},
    };
    use http_body_util::BodyExt;

    use super::*;

    pub(crate) fn request(case: &Case) -> Request<Body> {
        let mut request = Request::builder().method(case.method.as_str()).uri(&case.path);
        for (name, value) in &case.headers {
            request = request.header(name, value);
        }
        if let Some(nonce) = &case.nonce {
            request = request.extension(nonce.clone());
        }
        request.body(Body::from_stream(stream(&case.body))).unwrap()
    }

    pub(crate) fn respond(case: &crate::case::App, request: &Request<Body>) -> Response<Body> {
        let visitor = || request.extensions().get::<Visitor>().unwrap();
        if case.used {
            visitor().decision();
        }
        let seen = |name: &str| {
            let values = request.headers().get_all(name).iter();
            values.map(|value| String::from_utf8(value.as_bytes().to_vec()).unwrap()).collect()
        };
        let body = case.body(seen, || visitor().html());
        let mut response = Response::builder().status(case.status);
        for (name, value) in &case.headers {
            response = response.header(name, value);
        }
        let body = whole(&body).map_or_else(|| Body::from_stream(stream(&body)), Body::from);
        response.body(body).unwrap()
    }

    pub(crate) async fn read<B>(response: Response<B>) -> Reply
    where
        B: http_body::Body<Data = axum::body::Bytes>,
        B::Error: std::fmt::Debug,
    {
        let lines = response.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mut reply = Reply::new(response.status().as_u16(), lines);
        let mut body = pin!(response.into_body());
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => reply.body.extend_from_slice(&frame.into_data().unwrap()),
                Err(_) => {
                    reply.cut = true;
                    break;
                }
            }
        }
        reply
    }
}

/// A bare service, with marks in the response's extensions.
pub(crate) fn tower(case: &Case) -> Reply {
    use axum::http::Request;
    use tower::{Layer, ServiceExt, service_fn};

    let service = service_fn(|request: Request<axum::body::Body>| async move {
        let mut response = hyperlike::respond(&case.app, &request);
        if let Some(nonce) = &case.app.nonce {
            response.extensions_mut().insert(nonce.clone());
        }
        if let Some(shared) = case.app.shared {
            response.extensions_mut().insert(shared);
        }
        Ok::<_, Infallible>(response)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let response = case.layer.layer(service).oneshot(hyperlike::request(case)).await.unwrap();
        hyperlike::read(response).await
    })
}

/// A router, with marks as parts of what a handler returns.
pub(crate) fn axum(case: &Case) -> Reply {
    use axum::{Router, extract::Request, response::IntoResponse};
    use tower::ServiceExt;

    let app = case.app.clone();
    let handler = async move |request: Request| {
        let response = hyperlike::respond(&app, &request);
        match (app.nonce.clone(), app.shared) {
            (Some(nonce), Some(shared)) => (nonce, shared, response).into_response(),
            (Some(nonce), None) => (nonce, response).into_response(),
            (None, Some(shared)) => (shared, response).into_response(),
            (None, None) => response,
        }
    };
    let router = Router::new().fallback(handler).layer(case.layer.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { hyperlike::read(router.oneshot(hyperlike::request(case)).await.unwrap()).await })
}

/// An app, with extractors, and marks in the response's extensions.
pub(crate) fn actix(case: &Case) -> Reply {
    use actix_web::{
        App, HttpMessage, HttpRequest, HttpResponse,
        body::{BodyStream, MessageBody},
        dev::{Payload, Service},
        error::PayloadError,
        http::{Method, StatusCode},
        test::{TestRequest, init_service},
        web,
    };

    let app = case.app.clone();
    let handler = move |request: HttpRequest, visitor: Visitor| {
        let app = app.clone();
        async move {
            if app.used {
                request_part::<Decision>(&request).await;
            }
            let seen = |name: &str| {
                let values = request.headers().get_all(name);
                values.map(|value| String::from_utf8(value.as_bytes().to_vec()).unwrap()).collect()
            };
            let body = app.body(seen, || visitor.html());
            let mut response = HttpResponse::build(StatusCode::from_u16(app.status).unwrap());
            for (name, value) in &app.headers {
                response.append_header((name.as_str(), value.as_str()));
            }
            if let Some(nonce) = &app.nonce {
                response.extensions_mut().insert(nonce.clone());
            }
            if let Some(shared) = app.shared {
                response.extensions_mut().insert(shared);
            }
            match whole(&body) {
                Some(body) => response.body(body),
                None => response.body(BodyStream::new(stream(&body))),
            }
        }
    };
    let (layer, body) = (case.layer.clone(), case.body.clone());
    actix_web::rt::System::new().block_on(async {
        let service = init_service(App::new().default_service(web::to(handler)).wrap(layer)).await;
        let mut request = TestRequest::with_uri(&case.path).method(Method::from_bytes(case.method.as_bytes()).unwrap());
        for (name, value) in &case.headers {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        let payload: BoxedPayloadStream =
            Box::pin(futures_util::StreamExt::map(stream(&body), |piece| piece.map_err(PayloadError::Io)));
        let (request, _) = request.to_request().replace_payload(Payload::Stream { payload });
        if let Some(nonce) = &case.nonce {
            request.extensions_mut().insert(nonce.clone());
        }
        let response = service.call(request).await.unwrap();
        let lines = response.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mut reply = Reply::new(response.status().as_u16(), lines);
        let mut body = pin!(response.into_body());
        while let Some(piece) = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await {
            match piece {
                Ok(piece) => reply.body.extend_from_slice(&piece),
                Err(_) => {
                    reply.cut = true;
                    break;
                }
            }
        }
        reply
    })
}

async fn request_part<T: actix_web::FromRequest>(request: &actix_web::HttpRequest) -> T {
    T::extract(request).await.map_err(Into::into).unwrap()
}
