//! From `src/web.rs` to `pkg/dist`.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    js_engine,
    shell::{cargo, in_pkg, output, run},
    tools,
    workspace::Workspace,
};

/// What to do about the committed copies of the page's scripts.
#[derive(Clone, Copy)]
pub(crate) enum PageScript {
    Write,
    Check,
}

/// The scripts that the server puts into pages, committed so that the crate builds without Node.
const PAGE_SCRIPTS: [&str; 4] = ["page.js", "live.js", "center.js", "bootstrap.js"];

/// What every browser with the needed DOM has. With `-all` wasm-opt makes modules that Chromium refuses.
pub(crate) const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What makes a module small.
pub(crate) const SHRINK: &[&str] = &[
    // Below 1024 lies the far end of the stack, which nothing comes near. Traps are not to be ignored: what is read
    // behind a condition would be read without it.
    "--low-memory-unused",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What the package's glue uses of the module. wasm-bindgen also exports a table for JavaScript objects and a start that
/// fills it, which nothing here needs.
const USED_EXPORTS: &[&str] = &["memory", "ask", "open", "write_cookie", "__wbindgen_malloc", "__wbindgen_free"];

pub(crate) fn build(workspace: &Workspace, page: PageScript) -> Result<()> {
    tools::wasm_target()?;
    tools::node()?;
    tools::npm_packages(workspace)?;
    let compiled = compile(workspace)?;
    let lock = workspace.pkg().join("package-lock.json");
    if is_older(&workspace.engine().join("engine.wasm"), &[&compiled, &lock, &std::env::current_exe()?])? {
        bind(&compiled, &workspace.engine())?;
        optimise(workspace)?;
        js_engine::build(workspace, &compiled)?;
    }
    run(in_pkg(workspace, "node").arg("bundle.mjs").arg(workspace.engine()))?;
    PAGE_SCRIPTS.iter().try_for_each(|name| put_page_script(workspace, name, page))
}

fn compile(workspace: &Workspace) -> Result<PathBuf> {
    // The crate is an rlib; only here it is asked for as a module.
    run(cargo(workspace)
        .args(["rustc", "--package", "consentry", "--lib", "--crate-type", "cdylib", "--profile", "wasm"])
        .args(["--target", tools::WASM_TARGET, "--no-default-features", "--features", "wasm-runtime"]))?;
    Ok(workspace.target.join(tools::WASM_TARGET).join("wasm/consentry.wasm"))
}

pub(crate) fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .out_name("engine")
        .web(true)?
        .typescript(false)
        // The optimiser takes the names off; until then they say whose the bytes are.
        .remove_name_section(false)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(folder)
        .context("wasm-bindgen could not bind the module")
}

/// Leaves `engine.wasm`, and in `names.json` the names that became short in it: nearly a kilobyte of the download.
fn optimise(workspace: &Workspace) -> Result<()> {
    let engine = workspace.engine();
    let wasm_opt = |from: &str, to: &str, passes: &[&str]| {
        let mut node = in_pkg(workspace, "node");
        node.arg("node_modules/binaryen/bin/wasm-opt").args(WASM_FEATURES).args(passes);
        node.arg(engine.join(from)).arg("--output").arg(engine.join(to));
        node
    };
    prune(workspace, USED_EXPORTS, &engine.join("engine_bg.wasm"), &engine.join("engine_used.wasm"), WASM_FEATURES)?;
    let shorten = ["--minify-imports-and-exports-and-modules"];
    let names = output(&mut wasm_opt("engine_used.wasm", "engine_short.wasm", &shorten))?;
    fs::write(engine.join("names.json"), names).context("cannot write names.json")?;
    run(&mut wasm_opt("engine_short.wasm", "engine.wasm", SHRINK))
}

/// Takes out of a module what only exports other than these need.
pub(crate) fn prune(workspace: &Workspace, used: &[&str], from: &Path, to: &Path, features: &[&str]) -> Result<()> {
    // A graph for wasm-metadce: everything in it is a root.
    let node = |name: &&str| format!(r#"{{"name":"{name}","export":"{name}","root":true}}"#);
    let graph = format!("[{}]", used.iter().map(node).collect::<Vec<_>>().join(","));
    let file = workspace.engine().join("used.json");
    fs::write(&file, graph).context("cannot write used.json")?;
    let mut metadce = in_pkg(workspace, "node");
    metadce.arg("node_modules/binaryen/bin/wasm-metadce").args(features).arg(from);
    output(metadce.arg("--debuginfo").arg("--graph-file").arg(file).arg("--output").arg(to))?;
    Ok(())
}

fn put_page_script(workspace: &Workspace, name: &str, page: PageScript) -> Result<()> {
    let built = workspace.engine().join(name);
    let built = fs::read_to_string(built).with_context(|| format!("the bundler wrote no {name}"))?;
    let path = workspace.page_script(name);
    if fs::read_to_string(&path).is_ok_and(|committed| committed == built) {
        return Ok(());
    }
    if let PageScript::Check = page {
        bail!("src/server/assets/{name} is out of date: run `cargo xtask pkg` and commit it");
    }
    println!("writing src/server/assets/{name}");
    fs::write(&path, built).with_context(|| format!("cannot write {}", path.display()))
}

/// Whether `made` is missing, or older than something it is made from.
fn is_older(made: &Path, sources: &[&Path]) -> Result<bool> {
    let changed = |path: &Path| -> Result<SystemTime> {
        let modified = fs::metadata(path).and_then(|file| file.modified());
        modified.with_context(|| format!("cannot read {}", path.display()))
    };
    let Ok(made) = changed(made) else { return Ok(true) };
    for source in sources {
        if changed(source)? > made {
            return Ok(true);
        }
    }
    Ok(false)
}
