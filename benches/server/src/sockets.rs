//! The rounds over loopback sockets: the same load on the application with and without the layer, in turn.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    Options,
    app::Variant,
    connection::Connection,
    lanes::{PAIRS, Pair},
    load::{Load, Until},
    process::{self, Server},
    stats::{median, quantile},
};

const CONNECTIONS: usize = 16;
/// Below this share of its core the server waits, for the load or for other programs, and its rate says little.
const SATURATED: f64 = 0.9;

/// One round of one server, in requests per second and microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    rate: f64,
    p50: f64,
    p99: f64,
    cpu: f64,
    /// The shares of a core that the server and the load had.
    busy: f64,
    load: f64,
}

/// Prints the figures; `false` if a required ratio is missed.
pub(crate) async fn compare(options: &Options) -> Result<bool> {
    println!("{} rounds of {:.1} s, {CONNECTIONS} connections, medians\n", options.rounds, options.seconds);
    println!(
        "{:<28} {:<6} {:>9} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>9}",
        "", "", "req/s", "ratio", "wanted", "p50 µs", "p99 µs", "CPU µs", "ratio", "peak KiB"
    );
    let mut holds = true;
    for pair in PAIRS.iter().filter(|pair| options.wants(pair.name)) {
        let servers = (Server::start(Variant::Bare)?, Server::start(pair.with)?);
        let open = async |server: &Server| Connection::open(server.address).await;
        pair.verify(&mut open(&servers.0).await?, &mut open(&servers.1).await?).await?;
        let mut rounds = Vec::new();
        for number in 0..=options.rounds {
            // The order alternates, and the first round only warms up.
            let first = number % 2 == 0;
            let before = if first { Some(round(&servers.0, pair, options).await?) } else { None };
            let with = round(&servers.1, pair, options).await?;
            let bare = match before {
                Some(bare) => bare,
                None => round(&servers.0, pair, options).await?,
            };
            if number > 0 {
                rounds.push((bare, with));
            }
        }
        holds &= report(pair, &rounds, &servers)?;
    }
    Ok(holds)
}

async fn round(server: &Server, pair: &Pair, options: &Options) -> Result<Round> {
    let mut load = Load::open(server.address, CONNECTIONS, vec![pair.request()?]).await?;
    let (before, own) = (server.cpu()?, process::own_cpu()?);
    let until = Until::Time(Instant::now() + Duration::from_secs_f64(options.seconds));
    let tally = load.run(until).await?;
    let cpu = server.cpu()?.saturating_sub(before).as_secs_f64();
    let own = process::own_cpu()?.saturating_sub(own).as_secs_f64();
    let (count, seconds) = (tally.latencies.len() as f64, tally.elapsed.as_secs_f64());
    let mut latencies: Vec<f64> = tally.latencies.iter().map(|latency| latency.as_secs_f64() * 1e6).collect();
    let p50 = quantile(&mut latencies, 0.5);
    let p99 = quantile(&mut latencies, 0.99);
    Ok(Round { rate: count / seconds, p50, p99, cpu: cpu * 1e6 / count, busy: cpu / seconds, load: own / seconds })
}

fn report(pair: &Pair, rounds: &[(Round, Round)], servers: &(Server, Server)) -> Result<bool> {
    let middle =
        |of: fn(&Round) -> f64| (median(rounds.iter().map(|r| of(&r.0))), median(rounds.iter().map(|r| of(&r.1))));
    let ratio = |of: fn(&Round) -> f64| median(rounds.iter().map(|(bare, with)| of(with) / of(bare)));
    let (rate, p50, p99) = (middle(|r| r.rate), middle(|r| r.p50), middle(|r| r.p99));
    let (cpu, busy) = (middle(|r| r.cpu), middle(|r| r.busy));
    let (speed, cost) = (ratio(|r| r.rate), ratio(|r| r.cpu));
    let peak = (servers.0.memory("VmHWM")?, servers.1.memory("VmHWM")?);
    println!(
        "{:<28} {:<6} {:>9.0} {:>7} {:>7} {:>8.0} {:>8.0} {:>8.2} {:>7} {:>9}",
        pair.name, "bare", rate.0, "", "", p50.0, p99.0, cpu.0, "", peak.0
    );
    println!(
        "{:<28} {:<6} {:>9.0} {:>7.3} {:>7} {:>8.0} {:>8.0} {:>8.2} {:>7.3} {:>9}",
        "",
        pair.with.name(),
        rate.1,
        speed,
        pair.required.map(|share| format!("≥{share:.2}")).unwrap_or_default(),
        p50.1,
        p99.1,
        cpu.1,
        cost,
        peak.1
    );
    if busy.0.min(busy.1) < SATURATED {
        let load = middle(|r| r.load);
        let shares = [busy.0, busy.1, load.0, load.1].map(|share| format!("{:.0} %", share * 100.0)).join(", ");
        println!("  of a core, both servers and their loads had {shares}: go by the CPU");
    }
    if let Some(required) = pair.required.filter(|required| speed < *required) {
        println!("  missed: {speed:.3} of the bare application's rate, {required:.2} wanted");
        return Ok(false);
    }
    Ok(true)
}
