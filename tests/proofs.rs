//! What the proof types refuse to compile.

#[test]
fn proofs_hold_at_compile_time() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/proofs/handlers.rs");
    for refused in ["without", "forge", "clone", "keep"] {
        cases.compile_fail(format!("tests/proofs/{refused}.rs"));
    }
}
