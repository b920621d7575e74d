//! A small site on actix-web. Run it with `cargo run --example actix --features actix,html,toml` and open
//! <http://127.0.0.1:8080>; another address is its first argument.

use std::{env, io};

use actix_web::{
    App, HttpResponse, HttpServer, Responder,
    cookie::{Cookie, time::Duration},
    http::header::ContentType,
    middleware::Compress,
    web,
};
use consentry::{
    Decision, Granted, Policy,
    decision::Statistics,
    server::{ConsentHtml, ConsentLayer, NotGranted, Visitor},
};

const POLICY: &str = r#"
    id = "small-site"

    [[category]]
    id = "statistics"
    name = "Statistics"
    purpose = "Count visits and see which pages are read."

    [[category]]
    id = "videos"
    name = "Videos"
    purpose = "Show videos that another site hosts."

    [[service]]
    id = "visits"
    category = "statistics"
    cookies = [{ name = "_visits", max_age = "180d" }]

    [[service]]
    id = "films"
    category = "videos"
    hosts = ["films.example"]
"#;

/// Sets its cookie whatever the visitor said: the layer withholds it until it may be set.
async fn home(decision: Decision) -> impl Responder {
    let visits = Cookie::build("_visits", "1").path("/").max_age(Duration::days(180)).finish();
    // Without a mark: the policy says whose host it is.
    let page = format!(
        "<!doctype html><html lang=en><head><title>A small site</title></head><body><h1>A small site</h1>\
         <p>Statistics: {}.</p><form method=post action=/record><button>Record this visit</button></form>\
         <iframe src=\"https://films.example/1\"></iframe><p><a href=/about>About</a></p></body></html>",
        if decision.allows("statistics") { "allowed" } else { "not allowed" }
    );
    HttpResponse::Ok().content_type(ContentType::html()).cookie(visits).body(page)
}

/// A page that puts the banner where it wants it, instead of having it put in.
async fn about(ui: ConsentHtml) -> impl Responder {
    web::Html::new(format!(
        "<!doctype html><html lang=en><head><title>About</title>{}</head><body><h1>About</h1>{}\
         <p><a href=\"{}\">Privacy choices</a></p></body></html>",
        ui.head(),
        ui.banner(),
        ui.choices_path()
    ))
}

/// What keeps statistics asks for proof, so that nothing can call it without: the visitor gets an empty 403.
fn record(_proof: &Granted<Statistics>) {
    println!("a visit");
}

async fn record_visit(visitor: Visitor) -> Result<impl Responder, NotGranted> {
    record(visitor.granted()?);
    Ok("recorded")
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let policy = Policy::from_toml(POLICY).map_err(io::Error::other)?;
    // On https, leave out `development`, and add `keys`.
    let consent = ConsentLayer::new(policy).development().rewrite_hosts();
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(home))
            .route("/about", web::get().to(about))
            .route("/record", web::post().to(record_visit))
            .wrap(consent.clone())
            // The last one is the outermost: pages are compressed after the banner is in them.
            .wrap(Compress::default())
    })
    .bind(address)?
    .run()
    .await
}
