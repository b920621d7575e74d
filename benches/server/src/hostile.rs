//! Requests with as many cookies as are looked at, made to cost as much as they can: they leave memory as it was.

use anyhow::{Result, ensure};
use consentry::{Act, cookies::SECURE_NAME};

use crate::{
    app::{self, Variant},
    connection::Connection,
    lanes,
    load::{Load, Until},
    process::Server,
};

const CONNECTIONS: usize = 8;
/// After these, memory is at what the server needs.
const SETTLING: usize = 1_000;
const REQUESTS: usize = 10_000;
const COOKIE_BYTES: usize = 64 * 1024;
/// How much memory may grow after that.
const MAX_GROWTH_KIB: u64 = 4 * 1024;
/// As many of each kind, all different.
const SEEDS: u64 = 4;

/// Prints the figures; `false` if memory grows.
pub(crate) async fn run() -> Result<bool> {
    let server = Server::start(Variant::Banner)?;
    let refusals = refused_cookies(1)?;
    let answer = Connection::open(server.address).await?.text(&lanes::request("/page", &refusals)).await?;
    ensure!(answer.contains("set-cookie: video_"), "the cookies do not get to the layer: {answer:.400}");

    let mut load = Load::open(server.address, CONNECTIONS, requests()?).await?;
    load.run(Until::Count(SETTLING / CONNECTIONS)).await?;
    let (settled, cpu) = (server.memory("VmRSS")?, server.cpu()?);
    let tally = load.run(Until::Count((REQUESTS - SETTLING) / CONNECTIONS)).await?;
    let (end, peak) = (server.memory("VmRSS")?, server.memory("VmHWM")?);
    let count = tally.latencies.len();
    let cpu = (server.cpu()? - cpu).as_secs_f64() * 1e6 / count as f64;
    let growth = end.saturating_sub(settled);
    println!(
        "\n{REQUESTS} requests with 64 KiB of hostile cookies, all answered 200: {cpu:.0} µs of CPU each\n  \
         {settled} KiB resident after {SETTLING}, {end} KiB at the end, {peak} KiB at most; \
         growth {growth} KiB, at most {MAX_GROWTH_KIB} wanted"
    );
    Ok(growth <= MAX_GROWTH_KIB)
}

fn requests() -> Result<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    for seed in 1..=SEEDS {
        for cookies in [
            many_names(seed),
            garbage_texts(seed),
            forged_seals(seed)?,
            long_text(seed)?,
            refused_cookies(seed)?,
            too_many(seed),
        ] {
            requests.push(lanes::request("/page", &cookies));
        }
    }
    Ok(requests)
}

/// Pieces until the limit is reached.
fn fill(start: &str, mut piece: impl FnMut(u64) -> String) -> String {
    let mut cookies = String::from(start);
    for number in 0.. {
        let next = piece(number);
        if cookies.len() + next.len() > COOKIE_BYTES {
            break;
        }
        cookies += &next;
    }
    cookies
}

/// Numbers without a pattern that a shortcut could use (splitmix64).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn many_names(seed: u64) -> String {
    fill("", |number| format!("{:x}=;", mixed(seed << 32 | number) & 0xff_ffff))
}

fn garbage_texts(seed: u64) -> String {
    fill("", |number| {
        let noise = mixed(seed << 32 | number);
        let id = ["sothinkmedia", "other", "", "%73"].get(noise as usize % 4).copied().unwrap_or_default();
        format!("{SECURE_NAME}=1.{id}.{noise:x}/-{noise:o}.{number}!;")
    })
}

/// Good texts, each with a seal of the right form that is not ours.
fn forged_seals(seed: u64) -> Result<String> {
    let good = app::consent_cookie(Act::Accept, true)?;
    Ok(fill("", |number| {
        let mut forged: Vec<char> = good.chars().collect();
        let noise = mixed(seed << 32 | number);
        let place = forged.len() - 2 - noise as usize % 16;
        if let Some(letter) = forged.get_mut(place) {
            *letter = char::from(b'a' + (noise >> 8) as u8 % 26);
        }
        forged.into_iter().collect::<String>() + ";"
    }))
}

/// One good text, with refusals of ids without end.
fn long_text(seed: u64) -> Result<String> {
    let good = app::consent_cookie(Act::Reject, false)?;
    Ok(fill(&good, |number| format!("/-{:x}", mixed(seed << 32 | number))))
}

/// A refusal, and as many cookies as there is room for that are to be deleted after it.
fn refused_cookies(seed: u64) -> Result<String> {
    let refusal = app::consent_cookie(Act::Reject, false)?;
    Ok(fill(&refusal, |number| format!(";video_{:x}=1", mixed(seed << 32 | number) & 0xffff)))
}

/// More than is looked at.
fn too_many(seed: u64) -> String {
    let half = many_names(seed);
    half.clone() + &half
}
