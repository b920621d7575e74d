//! What takes a proof takes it by reference, and a reference ends with the request.
use std::sync::Mutex;

use consentry::{Granted, decision::Statistics};

static KEPT: Mutex<Option<&'static Granted<Statistics>>> = Mutex::new(None);

async fn record(_: &Granted<Statistics>) {}

async fn in_a_task(proof: Granted<Statistics>) {
    tokio::spawn(record(&proof));
}

async fn in_a_static(proof: Granted<Statistics>) {
    *KEPT.lock().unwrap() = Some(&proof);
}

fn main() {}
