//! What must be on the machine: put there where that is this repository's business, asked for where it is not.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{command, output, run},
    workspace::Workspace,
};

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;

pub(crate) fn wasm_target() -> Result<()> {
    let libraries = output(command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", WASM_TARGET])).context("the WASM target of Rust is missing")
}

pub(crate) fn rust_components() -> Result<()> {
    for (probe, component) in [("rustfmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if output(command(probe).arg("--version")).is_err() {
            run(command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

pub(crate) fn node() -> Result<()> {
    let wanted = format!("Node {OLDEST_NODE} or newer is needed; it is at https://nodejs.org");
    let version = output(command("node").arg("--version")).with_context(|| wanted.clone())?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => bail!("{wanted} (found {})", version.trim()),
    }
}

/// The npm package's tools.
pub(crate) fn npm_packages(workspace: &Workspace) -> Result<()> {
    npm_packages_of(&workspace.pkg())
}

/// What a folder with a package.json needs, as its lock file has it.
pub(crate) fn npm_packages_of(folder: &Path) -> Result<()> {
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified());
    let lock = changed("package-lock.json").with_context(|| format!("{}: no package-lock.json", folder.display()))?;
    // npm writes this file at the end of an installation.
    if changed("node_modules/.package-lock.json").is_ok_and(|installed| installed >= lock) {
        return Ok(());
    }
    run(command("npm").current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// A program to test with: what its variable names, or where systems put it. Debian's package is installed where that is
/// possible.
pub(crate) struct Tool {
    pub(crate) variable: &'static str,
    name: &'static str,
    package: &'static str,
    usual: &'static [&'static str],
}

pub(crate) const CHROMIUM: Tool = Tool {
    variable: "CHROMIUM",
    name: "Chromium or Chrome",
    package: "chromium",
    usual: &[
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
};

pub(crate) const FIREFOX: Tool = Tool {
    variable: "FIREFOX",
    name: "Firefox",
    package: "firefox-esr",
    usual: &["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"],
};

pub(crate) const WEBKIT_DRIVER: Tool = Tool {
    variable: "WEBKIT_DRIVER",
    name: "WebKitWebDriver",
    package: "webkit2gtk-driver",
    usual: &["/usr/bin/WebKitWebDriver"],
};

/// The browser that WebKitGTK comes with, which Debian's package of the driver brings along.
pub(crate) const MINI_BROWSER: Tool = Tool {
    variable: "MINIBROWSER",
    name: "WebKitGTK's MiniBrowser",
    package: "webkit2gtk-driver",
    usual: &[
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
    ],
};

/// A screen that nobody sees: MiniBrowser opens a window.
pub(crate) const XVFB: Tool = Tool { variable: "XVFB", name: "Xvfb", package: "xvfb", usual: &["/usr/bin/Xvfb"] };

pub(crate) const NGINX: Tool = Tool {
    variable: "NGINX",
    name: "nginx",
    package: "nginx",
    usual: &["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"],
};

pub(crate) const VARNISH: Tool = Tool {
    variable: "VARNISHD",
    name: "Varnish",
    package: "varnish",
    usual: &["/usr/sbin/varnishd", "/usr/local/sbin/varnishd", "/opt/homebrew/sbin/varnishd"],
};

impl Tool {
    pub(crate) fn path(&self) -> Result<PathBuf> {
        let Self { variable, name, package, .. } = self;
        if let Some(path) = env::var_os(variable).map(PathBuf::from) {
            if path.exists() {
                return Ok(path);
            }
            bail!("{variable} names {}, which does not exist", path.display());
        }
        if let Some(path) = self.usual_path() {
            return Ok(path);
        }
        let root = output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
        if root && Path::new("/etc/debian_version").exists() {
            run(command("apt-get").arg("update"))?;
            run(command("apt-get").args(["install", "--yes", "--no-install-recommends", package]))?;
        }
        self.usual_path().with_context(|| {
            format!(
                "{name} is needed for this step: install it (on Debian: apt-get install {package}), \
                 or set {variable} to its path"
            )
        })
    }

    fn usual_path(&self) -> Option<PathBuf> {
        self.usual.iter().map(PathBuf::from).find(|path| path.exists())
    }
}
