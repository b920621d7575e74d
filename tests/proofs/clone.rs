//! A proof is only lent: nobody gets one of their own out of it.
use consentry::{Granted, decision::Statistics, server::Visitor};

fn copied(proof: &Granted<Statistics>) -> Granted<Statistics> {
    *proof
}

fn cloned(proof: &Granted<Statistics>) -> Granted<Statistics> {
    proof.clone()
}

fn owned(visitor: &Visitor) -> Option<Granted<Statistics>> {
    visitor.granted().ok()
}

fn main() {}
