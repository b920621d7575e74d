//! A proof ends with what lends it: no task and no static can have one, however it is moved.
use std::sync::Mutex;

use consentry::{
    Granted,
    decision::Statistics,
    server::{NotGranted, Visitor},
};

static KEPT: Mutex<Option<&'static Granted<Statistics>>> = Mutex::new(None);

async fn record(_: &Granted<Statistics>) {}

async fn in_a_task(visitor: Visitor) -> Result<(), NotGranted> {
    let proof = visitor.granted()?;
    tokio::spawn(record(proof));
    Ok(())
}

async fn moved_into_a_task(visitor: Visitor) -> Result<(), NotGranted> {
    let proof = visitor.granted()?;
    tokio::spawn(async move { record(proof).await });
    Ok(())
}

async fn with_its_visitor(visitor: Visitor) -> Result<(), NotGranted> {
    let proof = visitor.granted()?;
    tokio::spawn(async move {
        record(proof).await;
        drop(visitor);
    });
    Ok(())
}

async fn in_a_static(visitor: Visitor) -> Result<(), NotGranted> {
    *KEPT.lock().unwrap() = Some(visitor.granted()?);
    Ok(())
}

fn main() {}
