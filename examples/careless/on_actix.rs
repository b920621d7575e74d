//! The application on actix-web, with the layer around it.

use std::net::TcpListener;

use actix_web::{
    App, HttpResponse, HttpServer,
    http::header::{ContentType, LINK, SET_COOKIE},
    rt::System,
    web,
};
use consentry::server::ConsentLayer;

use super::app;

async fn page() -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(ContentType::html()).append_header((LINK, app::LINKS));
    for cookie in app::COOKIES {
        response.append_header((SET_COOKIE, cookie));
    }
    response.body(app::PAGE)
}

/// Serves until the process ends.
pub(crate) fn serve(listener: TcpListener, consent: ConsentLayer) -> std::io::Result<()> {
    System::new().block_on(async {
        let app = move || App::new().route("/", web::get().to(page)).wrap(consent.clone());
        HttpServer::new(app).workers(1).listen(listener)?.run().await
    })
}
