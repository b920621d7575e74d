//! The example site.

use std::{ffi::OsString, net::TcpStream, thread, time::Duration};

use anyhow::{Context as _, Result, bail};

use crate::{
    package::{self, PageScript},
    shell::{cannot_start, cargo, line, run},
    workspace::Workspace,
};

const ADDRESS: &str = "127.0.0.1:8787";

pub(crate) fn run_site(workspace: &Workspace, args: impl Iterator<Item = OsString>) -> Result<()> {
    package::build(workspace, PageScript::Write)?;
    run(cargo(workspace).args(["build", "--package", "sothinkmedia"]))?;
    if TcpStream::connect(ADDRESS).is_ok() {
        bail!("something else already listens on {ADDRESS}");
    }
    let mut site = cargo(workspace);
    site.args(["run", "--quiet", "--package", "sothinkmedia", "--"]).args(args);
    let mut running = site.spawn().with_context(|| cannot_start(&site))?;
    loop {
        if let Some(status) = running.try_wait()? {
            bail!("the site ended with {status}: {}", line(&site));
        }
        if TcpStream::connect(ADDRESS).is_ok() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    println!("the example site is ready: http://{ADDRESS} (Ctrl+C ends it)");
    let status = running.wait()?;
    if !status.success() {
        bail!("the site ended with {status}");
    }
    Ok(())
}
