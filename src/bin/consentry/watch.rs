//! `consentry watch`: holds a policy against what a running site sets.

mod proxy;
mod told;

use std::{net::SocketAddr, time::Duration};

use consentry::seen::Compared;
use http::Uri;
use tokio::{net::TcpListener, sync::mpsc, time};

use self::{proxy::Exchange, told::Told};
use crate::{
    base,
    outcome::{Done, Outcome, Problem},
    source::Source,
};

/// Hold a policy against what a running site sets
///
/// Stands in front of a site in development and passes everything on as it is. Visit the site through it: a cookie that the
/// policy does not declare, and one that is under another category than it commonly is in, is told when it is first seen; at
/// the end (Ctrl-C, or --for) all of them are listed, and those that are declared and were not seen. Cookies of scripts are
/// seen when the next request brings them. What the layer withholds is seen where its debug header is on.
///
/// Cookies do not tell ports apart: what other sites on this machine have set comes along.
///
/// Ends with 1 where a cookie is undeclared or misfiled.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen on this machine; port 0 for a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8788", value_parser = loopback)]
    listen: SocketAddr,
    /// The site, an http: address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8787", value_parser = upstream)]
    to: Uri,
    /// The policy
    #[arg(long, value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
    /// More knowledge of cookies: a CSV file in the format of the Open Cookie Database
    #[arg(long, value_name = "FILE")]
    knowledge: Option<String>,
    /// How long to watch, such as 30s, 5m or 1h; until Ctrl-C unless given
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    lasts: Option<Duration>,
    /// How to tell what was found; `json` is one object at the end
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Everybody in the network could use it, and would be seen.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "expected an address such as 127.0.0.1:8788".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err("expected an address of this machine only".into()) }
}

fn upstream(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|_| "expected an address such as http://127.0.0.1:8787".to_owned())?;
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => return Err("https is not spoken here: expected the site as it runs in development".into()),
        _ => return Err("expected an http: address".into()),
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Err("expected an address without a path: the site is passed on as a whole".into());
    }
    Ok(uri)
}

fn duration(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600)];
    let found = units.into_iter().find_map(|(unit, length)| Some((text.strip_suffix(unit)?, length)));
    let seconds =
        found.and_then(|(number, length)| number.parse::<u32>().ok().map(|number| u64::from(number) * length));
    seconds.map(Duration::from_secs).ok_or_else(|| "expected a time such as 30s, 5m or 1h".into())
}

pub(crate) fn run(args: &Args) -> Done {
    let Some(policy) = Source::read(&args.policy)?.sound_policy()? else { return Ok(Outcome::Found) };
    let knowledge = base::knowledge(args.knowledge.as_deref())?;
    let mut told = Told::new(args.format, Compared::new(&policy, &knowledge));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(watch(args, &mut told))?;
    told.end()?;
    Ok(if told.is_well() { Outcome::Well } else { Outcome::Found })
}

async fn watch(args: &Args, told: &mut Told<'_>) -> Result<(), Problem> {
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.map_err(|error| Problem::Listen { address: args.listen, error })?;
    let (sender, mut exchanges) = mpsc::unbounded_channel::<Exchange>();
    let site = proxy::Site::new(&args.to, sender);
    told.begin(&site, listener.local_addr()?)?;
    let end = async {
        match args.lasts {
            Some(lasts) => time::sleep(lasts).await,
            None => std::future::pending().await,
        }
    };
    // One for all turns: a signal between two would be lost.
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(end, interrupted);
    loop {
        tokio::select! {
            // What was seen before the end is told.
            biased;
            Some(exchange) = exchanges.recv() => told.take(&exchange)?,
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                tokio::spawn(site.clone().serve(stream));
            },
            () = &mut end => return Ok(()),
            _ = &mut interrupted => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_times() {
        assert!(loopback("127.0.0.1:0").is_ok() && loopback("[::1]:80").is_ok());
        assert!(loopback("0.0.0.0:80").is_err() && loopback("localhost").is_err());
        assert!(upstream("http://127.0.0.1:8787").is_ok() && upstream("http://shop.test/").is_ok());
        for wrong in ["https://shop.example", "127.0.0.1:8787", "http://shop.test/a", "http://shop.test/?a", ""] {
            assert!(upstream(wrong).is_err(), "{wrong}");
        }
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "5", "m", "-1s", "1.5s", "99999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
