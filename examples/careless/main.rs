//! A careless application, made harmless by the layer around it: `careless <axum|actix> [withhold|default|observe]`.
//!
//! It sets cookies for statistics and advertising with every page, loads scripts, an embed and pixels of others, and does
//! not ask anybody. The one line in it that is about consent is the `data-consent` of a script which loads another one:
//! what an inline script does, no layer can see. The third parties are made up; a browser finds them with
//! `--host-resolver-rules`, as the browser test does.
//!
//! `PORT` says where it listens on this machine; any free port unless said.

mod app;
mod on_actix;
mod on_axum;

use std::{error::Error, net::TcpListener};

use app::Setting;

const USAGE: &str = "usage: careless <axum|actix> [withhold|default|observe]";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (stack, setting) = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [stack] => (stack, "withhold"),
        [stack, setting] => (stack, setting),
        _ => return Err(USAGE.into()),
    };
    let consent = app::layer(match setting {
        "withhold" => Setting::Withhold,
        "default" => Setting::Default,
        "observe" => Setting::Observe,
        _ => return Err(USAGE.into()),
    })?;
    let serve = match stack {
        "axum" => on_axum::serve,
        "actix" => on_actix::serve,
        _ => return Err(USAGE.into()),
    };
    let port = std::env::var("PORT").ok().map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(serve(listener, consent)?)
}
