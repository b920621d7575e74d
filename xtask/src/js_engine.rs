//! The same compiled core as plain JavaScript, for pages that refuse WebAssembly: binaryen's wasm2js.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};

use crate::{
    package::{SHRINK, WASM_FEATURES, bind, prune},
    shell::{in_pkg, run},
    workspace::Workspace,
};

/// What wasm2js can read.
const OLDEST: &[&str] = &["--mvp-features", "--enable-mutable-globals"];

/// Writes with the oldest instructions what rustc and its standard library write with newer ones.
const LOWER: &[&str] = &[
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
    "--strip-target-features",
];

/// What `pkg/src/js-engine.ts` uses of the module.
const USED_EXPORTS: &[&str] = &["memory", "ask", "open", "write_cookie", STACK, MALLOC, FREE];
const STACK: &str = "__wbindgen_add_to_stack_pointer";
// wasm-bindgen numbers these two here.
const MALLOC: &str = "__wbindgen_export";
const FREE: &str = "__wbindgen_export3";

/// Makes `wasm2js.js` of the compiled module. The bundler makes the package's file of it.
pub(crate) fn build(workspace: &Workspace, compiled: &Path) -> Result<()> {
    let folder = workspace.engine().join("wasm2js");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = |name: &str| folder.join(name);
    let binaryen = |program: &str, from: &Path, to: &Path, features: &[&str], passes: &[&str]| {
        let mut node = in_pkg(workspace, "node");
        node.arg(format!("node_modules/binaryen/bin/{program}")).args(features).args(passes);
        run(node.arg(from).arg("--output").arg(to))
    };

    binaryen("wasm-opt", compiled, &file("lowered.wasm"), WASM_FEATURES, LOWER)?;
    // wasm-bindgen looks at this list of features: by it there are no tables of references and no multiple results,
    // neither of which wasm2js can read.
    binaryen("wasm-opt", &file("lowered.wasm"), &file("oldest.wasm"), OLDEST, &["--emit-target-features"])?;
    bind(&file("oldest.wasm"), &folder)?;
    let glue = fs::read_to_string(file("engine.js")).context("wasm-bindgen wrote no glue")?;
    for used in [format!("(policy, wasm.{MALLOC}, "), format!("wasm.{FREE}(deferred"), format!("wasm.{STACK}(-16)")] {
        ensure!(glue.contains(&used), "the glue of wasm-bindgen has changed: no {used}");
    }
    prune(workspace, USED_EXPORTS, &file("engine_bg.wasm"), &file("used.wasm"), OLDEST)?;
    binaryen("wasm-opt", &file("used.wasm"), &file("small.wasm"), OLDEST, SHRINK)?;
    binaryen("wasm2js", &file("small.wasm"), &workspace.engine().join("wasm2js.js"), OLDEST, &["-Oz"])
}
