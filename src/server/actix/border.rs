//! Between the types of http 0.2, which actix has, and those of http 1, which the rest of the server has.
//!
//! What nobody changed stays as it is on actix's side. Values go across byte for byte, those of one name in their order;
//! among different names actix keeps none.

use alloc::string::{String, ToString};

use actix_web::{
    HttpMessage, HttpResponse,
    dev::ServiceRequest,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
};
use http::{Method, Request, Response, Uri};

use super::ResponseBody;
use crate::server::{Gated, Nonce, Shared};

/// A request's head, with what the server looks at in its extensions.
pub(super) fn request(from: &ServiceRequest) -> Request<()> {
    let mut request = Request::new(());
    // Both have one grammar for methods; an address that only one of them takes is nobody's page.
    *request.method_mut() = Method::from_bytes(from.method().as_str().as_bytes()).unwrap_or_default();
    *request.uri_mut() = Uri::try_from(from.uri().to_string()).unwrap_or_default();
    *request.headers_mut() = headers(from.headers());
    if let Some(nonce) = from.extensions().get::<Nonce>() {
        request.extensions_mut().insert(nonce.clone());
    }
    request
}

/// A response's head, with what the application said of it in its extensions.
pub(super) fn response<B>(from: &HttpResponse<B>) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = http::StatusCode::from_u16(from.status().as_u16()).unwrap_or_default();
    *response.headers_mut() = headers(from.headers());
    let said = from.extensions();
    if let Some(shared) = said.get::<Shared>() {
        response.extensions_mut().insert(*shared);
    }
    if let Some(nonce) = said.get::<Nonce>() {
        response.extensions_mut().insert(nonce.clone());
    }
    response
}

/// Puts back what became of a response's head.
pub(super) fn write_response<B>(mut from: Response<()>, to: &mut HttpResponse<B>) {
    write_headers(from.headers(), to.headers_mut());
    if let Some(gated) = from.extensions_mut().remove::<Gated>() {
        to.extensions_mut().insert(gated);
    }
}

/// One of the library's own answers to a request.
pub(super) fn own<B>(asked: &ServiceRequest, from: Response<String>) -> HttpResponse<ResponseBody<B>> {
    let (head, body) = from.into_parts();
    // It knows every status that the library gives.
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Some(body).filter(|_| asked.method() != actix_web::http::Method::HEAD);
    let mut response = HttpResponse::with_body(status, ResponseBody::Own { body });
    write_headers(&head.headers, response.headers_mut());
    response
}

fn headers(from: &HeaderMap) -> http::HeaderMap {
    let mut headers = http::HeaderMap::with_capacity(from.len());
    for (name, value) in from {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = http::HeaderValue::from_bytes(value.as_bytes()).map(|mut copy| {
            copy.set_sensitive(value.is_sensitive());
            copy
        });
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// Makes `to` hold what `from` holds, and leaves alone what is the same in both.
pub(super) fn write_headers(from: &http::HeaderMap, to: &mut HeaderMap) {
    to.retain(|name, _| from.contains_key(name.as_str()));
    for name in from.keys() {
        let values = || from.get_all(name).iter();
        if values().map(http::HeaderValue::as_bytes).eq(to.get_all(name.as_str()).map(HeaderValue::as_bytes)) {
            continue;
        }
        let Ok(name) = HeaderName::from_bytes(name.as_str().as_bytes()) else { continue };
        to.remove(&name);
        for value in values() {
            if let Ok(mut copy) = HeaderValue::from_bytes(value.as_bytes()) {
                copy.set_sensitive(value.is_sensitive());
                to.append(name.clone(), copy);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn values_cross_byte_for_byte_and_in_order() {
        let mut there = HeaderMap::new();
        let lines: [&[u8]; 4] = [b"b=1;  Path=/", b"a=\xff\"\t", b"b=1;  Path=/", b"=x"];
        for line in lines {
            there.append(HeaderName::from_static("set-cookie"), HeaderValue::from_bytes(line).unwrap());
        }
        there.insert(HeaderName::from_static("x-other"), HeaderValue::from_static("kept"));
        there.insert(HeaderName::from_static("etag"), HeaderValue::from_static("gone"));
        let mut here = headers(&there);
        assert!(here.get_all("set-cookie").iter().map(|line| line.as_bytes()).eq(lines));

        here.remove("etag");
        here.append("set-cookie", http::HeaderValue::from_static("c=2"));
        write_headers(&here, &mut there);
        let wanted = lines.into_iter().chain([&b"c=2"[..]]);
        assert!(there.get_all("set-cookie").map(HeaderValue::as_bytes).eq(wanted));
        assert_eq!(there.get("x-other").unwrap(), "kept");
        assert!(!there.contains_key("etag"));
    }

    #[test]
    fn a_marked_value_stays_marked() {
        let mut value = HeaderValue::from_static("x");
        value.set_sensitive(true);
        let mut there = HeaderMap::new();
        there.insert(HeaderName::from_static("set-cookie"), value);
        let mut here = headers(&there);
        here.append("set-cookie", http::HeaderValue::from_static("y"));
        write_headers(&here, &mut there);
        let marks: Vec<bool> = there.get_all("set-cookie").map(HeaderValue::is_sensitive).collect();
        assert_eq!(marks, [true, false]);
    }
}
