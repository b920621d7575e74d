//! A proof is there once.
use consentry::{Granted, decision::Statistics};

fn twice(proof: &Granted<Statistics>) -> (Granted<Statistics>, Granted<Statistics>) {
    (proof.clone(), *proof)
}

fn main() {}
