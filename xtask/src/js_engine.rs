//! The same compiled core as plain JavaScript, for pages that refuse WebAssembly: binaryen's wasm2js.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    package::{compile_with, is_older, wasm_opt},
    shell::{in_pkg, run},
    workspace::Workspace,
};

/// wasm-bindgen's runtime is another one where there are references in the module.
const RUSTC: &str = "-Ctarget-cpu=mvp -Ctarget-feature=+mutable-globals";

/// What wasm2js can read.
const OLDEST: [&str; 2] = ["--mvp-features", "--enable-mutable-globals"];

/// Writes with the oldest instructions what rustc and its standard library write with newer ones.
const LOWER: [&str; 4] = [
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
    "--strip-target-features",
];

/// Leaves `engine_bg.js`, the glue, and `engine_wasm.js`, the module, in a folder of their own; the bundler makes one
/// file of them.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let compiled = compile_with(workspace, "wasm2js", RUSTC)?;
    let folder = workspace.js_engine();
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = |name: &str| folder.join(name);

    let binaryen = |program: &str, from: &str, to: &str, passes: &[&str]| {
        let mut node = in_pkg(workspace, "node");
        node.arg(format!("node_modules/binaryen/bin/{program}")).args(OLDEST).args(passes);
        node.arg(file(from)).arg("--output").arg(file(to));
        node
    };

    let lock = workspace.pkg().join("package-lock.json");
    if !is_older(&file("engine_wasm.js"), &[&compiled, &lock, &std::env::current_exe()?])? {
        return Ok(());
    }
    run(&mut wasm_opt(workspace, &compiled, &file("lowered.wasm"), &LOWER))?;
    // wasm-bindgen looks at this list of features: by it there are no tables of references and no multiple results,
    // neither of which wasm2js can read.
    run(&mut binaryen("wasm-opt", "lowered.wasm", "engine.wasm", &["--emit-target-features"]))?;
    Bindgen::new()
        .input_path(file("engine.wasm"))
        .out_name("engine")
        .bundler(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .context("wasm-bindgen could not bind the module for wasm2js")?;
    let shrink = ["-Oz", "--converge", "--strip-target-features"];
    run(&mut binaryen("wasm-opt", "engine_bg.wasm", "small.wasm", &shrink))?;
    run(&mut binaryen("wasm2js", "small.wasm", "engine_wasm.js", &["-Oz"]))
}
