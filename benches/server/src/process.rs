//! The server as a process of its own, and what the system says of it.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _, stdin, stdout},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::app::Variant;

/// Runs a server until the standard input ends, so that it never outlives who started it.
pub(crate) fn serve(variant: Variant) -> Result<()> {
    thread::spawn(|| {
        let _ = stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    stay_on_core(0);
    let router = variant.router()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        stdout().flush()?;
        let listener = listener.tap_io(|stream| {
            // Only a wish.
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}

/// Keeps this thread, and what it starts, on one core: server and load do not wander into each other's way.
pub(crate) fn stay_on_core(core: usize) {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(core);
    // Where there is no such core, or it is not to be had, the figures are less steady.
    let _ = rustix::thread::sched_setaffinity(None, &cores);
}

/// The processor time that this thread has taken so far.
pub(crate) fn own_cpu() -> Result<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok().context("the clock of this thread is before zero")
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(variant: Variant) -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(["serve", variant.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the server does not start")?;
        let mut line = String::new();
        let output = child.stdout.take().context("the server has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse().context("the server did not say its address")?;
        Ok(Self { child, address })
    }

    /// The processor time it has taken so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = self.file("stat")?;
        // proc_pid_stat(5): after the name in brackets, `utime` and `stime` are the 12th and 13th field.
        let fields = stat.rsplit_once(')').context("no name in stat")?.1.split_ascii_whitespace().skip(11).take(2);
        let ticks = fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
        Ok(Duration::from_secs(ticks) / u32::try_from(rustix::param::clock_ticks_per_second())?)
    }

    /// A line of its status in KiB, such as `VmRSS` or `VmHWM`.
    pub(crate) fn memory(&self, name: &str) -> Result<u64> {
        let status = self.file("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let line = line.with_context(|| format!("no {name} in status"))?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    fn file(&self, name: &str) -> Result<String> {
        let path = format!("/proc/{}/{name}", self.child.id());
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, or will with this process.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
