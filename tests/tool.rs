//! The policy tool as its users run it: each file in tests/tool is a session with the exact output.

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/tool/*.trycmd").case("tests/tool/*.toml");
}
