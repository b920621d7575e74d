//! The same in the right way.
use axum::{Router, response::IntoResponse, routing::get};
use consentry::{
    Granted,
    decision::Statistics,
    server::{Cookie, NotCovered, Visitor},
};

async fn record(_: &Granted<Statistics>) {}

async fn with_proof(visitor: Visitor, proof: Granted<Statistics>) -> Result<impl IntoResponse, NotCovered> {
    record(&proof).await;
    Ok((visitor.set_cookie(&proof, Cookie::new("_visits", "1"))?, "counted"))
}

async fn with_perhaps(visitor: Visitor, proof: Option<Granted<Statistics>>) -> Result<impl IntoResponse, NotCovered> {
    let cookie = proof.map(|proof| visitor.set_cookie(&proof, Cookie::new("_visits", "1"))).transpose()?;
    Ok((cookie, "perhaps counted"))
}

fn main() {
    let _: Router = Router::new().route("/", get(with_proof)).route("/perhaps", get(with_perhaps));
}
