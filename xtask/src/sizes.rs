//! What a visitor downloads, against the budgets.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{in_pkg, output},
    workspace::Workspace,
};

/// Bytes of one thing as it is, and as servers compress it (gzip 9, brotli 11 with a window of 22 bits).
#[derive(Clone, Copy)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// In bytes of brotli. What has reached its goal has the goal for its ceiling; the rest may only shrink towards it.
#[derive(Clone, Copy)]
struct Budget {
    goal: usize,
    ceiling: usize,
}

const fn met(goal: usize) -> Option<Budget> {
    Some(Budget { goal, ceiling: goal })
}

/// Not reached yet: `ceiling` is where it is now. DESIGN.md says where the bytes go.
const fn missed(goal: usize, ceiling: usize) -> Option<Budget> {
    Some(Budget { goal, ceiling })
}

pub(crate) fn report(workspace: &Workspace) -> Result<()> {
    let (engine, dist) = (workspace.engine(), workspace.pkg().join("dist"));
    let [page, live, bootstrap] = ["page.js", "live.js", "bootstrap.js"].map(|name| workspace.page_script(name));

    // Name, the files that travel for it, and its budget.
    let rows: [(&str, Vec<PathBuf>, Option<Budget>); 18] = [
        ("wasm", vec![engine.join("engine.wasm")], None),
        ("glue", vec![engine.join("glue.js")], None),
        ("wasm + glue", vec![engine.join("engine.wasm"), engine.join("glue.js")], missed(9_000, 11_900)),
        ("wasm and glue, inlined", vec![engine.join("inlined.js")], None),
        ("static page: script with banner and CSS", vec![dist.join("consentry.min.js")], missed(13_800, 21_900)),
        ("engine in JavaScript, where WASM is refused", vec![dist.join("consentry.engine.js")], missed(11_000, 16_150)),
        ("page script", vec![page.clone()], None),
        ("what it fetches once somebody answers", vec![live], met(2_000)),
        ("banner.css", vec![dist.join("banner.css")], None),
        ("layout: box", vec![dist.join("box.css")], met(200)),
        ("layout: center", vec![dist.join("center.css"), dist.join("center.min.js")], met(1_000)),
        ("bootstrap, inline in some pages", vec![bootstrap.clone()], met(1_000)),
        ("consentry/bridge, beside a consent", vec![engine.join("bridge.js")], met(1_100)),
        ("consentry/google, beside a consent", vec![engine.join("google.js")], met(650)),
        ("consentry/guard, beside a consent", vec![engine.join("guard.js")], met(1_500)),
        ("consentry/microsoft, beside a consent", vec![engine.join("microsoft.js")], met(650)),
        ("consentry/placeholders, beside a banner", vec![engine.join("placeholders.js")], met(3_200)),
        ("server page: critical path", vec![page, bootstrap, dist.join("banner.css")], met(2_500)),
    ];

    println!("{:<44}{:>9}{:>9}{:>9}{:>9}{:>9}", "bytes", "raw", "gzip", "brotli", "goal", "ceiling");
    let mut over = Vec::new();
    for (name, files, budget) in rows {
        let size = measure(workspace, &files)?;
        let shown = budget.map(|Budget { goal, ceiling }| format!("{goal:>9}{ceiling:>9}")).unwrap_or_default();
        println!("{name:<44}{:>9}{:>9}{:>9}{shown}", size.raw, size.gzip, size.brotli);
        if budget.is_some_and(|budget| size.brotli > budget.ceiling) {
            over.push(name);
        }
    }
    if !over.is_empty() {
        bail!("over its ceiling: {}", over.join(", "));
    }
    Ok(())
}

/// The sum over files, each compressed by itself.
fn measure(workspace: &Workspace, files: &[PathBuf]) -> Result<Size> {
    let text = output(in_pkg(workspace, "node").arg("sizes.mjs").args(files))?;
    let mut sum = Size { raw: 0, gzip: 0, brotli: 0 };
    for line in text.lines() {
        let mut numbers = line.split(' ').map(str::parse::<usize>);
        let mut number = || numbers.next().context("sizes.mjs printed too few numbers")?.context("not a number");
        sum.raw += number()?;
        sum.gzip += number()?;
        sum.brotli += number()?;
    }
    Ok(sum)
}
