//! The same in the right way.
use axum::{Router, response::IntoResponse, routing::get};
use consentry::{
    Granted,
    decision::Statistics,
    server::{Cookie, NotCovered, NotGranted, Visitor},
};

async fn record(_: &Granted<Statistics>) {}

async fn with_proof(visitor: Visitor) -> Result<impl IntoResponse, NotCovered> {
    let proof = visitor.granted()?;
    record(proof).await;
    Ok((visitor.set_cookie(proof, Cookie::new("_visits", "1"))?, "counted"))
}

async fn with_perhaps(visitor: Visitor) -> Result<impl IntoResponse, NotCovered> {
    let proof = visitor.granted::<Statistics>().ok();
    let cookie = proof.map(|proof| visitor.set_cookie(proof, Cookie::new("_visits", "1"))).transpose()?;
    Ok((cookie, "perhaps counted"))
}

async fn without_a_cookie(visitor: Visitor) -> Result<&'static str, NotGranted> {
    record(visitor.granted()?).await;
    Ok("recorded")
}

fn main() {
    let routes = Router::new().route("/", get(with_proof)).route("/perhaps", get(with_perhaps));
    let _: Router = routes.route("/record", get(without_a_cookie));
}
