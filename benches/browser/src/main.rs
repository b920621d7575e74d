//! A site with the layer around one page, for the lane in which the server writes the banner.
//!
//! `browser-bench <categories.json> <page.html>` listens on a free port and prints where. The page is one that the
//! benchmark made for all its lanes, the categories are those of every lane.

use std::{env, fs};

use anyhow::{Context as _, Result};
use axum::{Router, body::Bytes, http::header, routing::get};
use consentry::{Category, Policy, server::ConsentLayer};
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Entry {
    id: String,
    name: String,
    purpose: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let mut file = |what: &str| -> Result<Vec<u8>> {
        let path = args.next().with_context(|| format!("the path of the {what} is missing"))?;
        fs::read(&path).with_context(|| format!("cannot read {path}"))
    };
    let entries: Vec<Entry> = serde_json::from_slice(&file("categories")?).context("not a list of categories")?;
    let page = Bytes::from(file("page")?);

    // `necessary` is in every policy already.
    let optional = entries.into_iter().filter(|entry| entry.id != "necessary");
    let policy = optional.fold(Policy::builder("bench"), |policy, Entry { id, name, purpose }| {
        policy.category(Category::new(id).name("en", name).purpose("en", purpose))
    });
    let consent = ConsentLayer::new(policy.build()?).development().insert_banner().rewrite_html();
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let app = Router::new().route("/", get(move || core::future::ready((html, page)))).layer(consent);

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
