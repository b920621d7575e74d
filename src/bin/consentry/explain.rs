//! `consentry explain`: a decision with its reasons.

use std::io::{self, Write as _};

use consentry::{Change, Decision, Policy, SealState, Signals, Stored, Visit, consent::Consent, cookies::SECURE_NAME};

use crate::{
    circumstances::{Circumstances, shown},
    outcome::{Done, Outcome, Problem},
    source::Source,
    stored,
};

/// Tell what is decided for a visitor, and by which part of the rule
///
/// The parts are those of the documentation of `consentry::decision`. A seal cannot be checked without its key: one that is
/// there is taken for good, as a page does, unless --seal says what it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the visitor's browser sends: the text of the consent cookie, or a line of cookies, such as
    /// '__Host-privacy=1.shop.2.…; theme=dark'. Nothing for a visitor who has not answered
    #[arg(value_name = "COOKIE")]
    cookie: Option<String>,
    /// The policy
    #[arg(long, value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
    /// A header of the request, such as 'Sec-GPC: 1'. Besides this one only Cookie means something
    #[arg(long = "header", value_name = "HEADER", value_parser = header)]
    headers: Vec<(String, String)>,
    #[command(flatten)]
    circumstances: Circumstances,
    /// What the seal is: as a server finds it that has the key
    #[arg(long, value_name = "STATE")]
    seal: Option<Seal>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Seal {
    /// It fits
    Verified,
    /// The site seals, and there is none
    Missing,
    /// It does not fit
    Invalid,
    /// The site does not seal
    NotRequired,
}

impl Seal {
    fn state(self) -> SealState {
        match self {
            Self::Verified => SealState::Verified,
            Self::Missing => SealState::Missing,
            Self::Invalid => SealState::Invalid,
            Self::NotRequired => SealState::NotRequired,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The decision as the endpoint of a server and the npm package give it
    Json,
}

pub(crate) fn run(args: &Args) -> Done {
    let source = Source::read(&args.policy)?;
    let Some(policy) = source.sound_policy()? else { return Ok(Outcome::Found) };
    let cookies: Vec<String> = args
        .cookie
        .iter()
        .cloned()
        .chain(args.headers.iter().filter(|(name, _)| name == "cookie").map(|(_, value)| value.clone()))
        .map(as_line)
        .collect();
    let gpc = args.headers.iter().filter(|(name, _)| name == "sec-gpc").map(|(_, value)| value.as_bytes());
    let signals = args.circumstances.signals(Signals::gpc_from_lines(gpc));
    let lines = cookies.iter().map(String::as_str);
    let name = stored::consent(lines.clone()).map_or(SECURE_NAME, |(name, _)| name);
    let verify = |consent: &Consent<'_>| match args.seal {
        Some(seal) => seal.state(),
        None => SealState::seen_by_page(consent.seal().is_some(), Some(consent)),
    };
    let visit = policy.visit(lines, name, &signals, args.circumstances.now(), verify);
    match args.format {
        Format::Json => writeln!(anstream::stdout(), "{}", visit.decision.to_json())?,
        Format::Text => print(&policy, &visit, args.seal.is_some())?,
    }
    Ok(Outcome::Well)
}

/// A header line, `Name: value`, its name in lower case.
fn header(line: &str) -> Result<(String, String), String> {
    let (name, value) = line.split_once(':').ok_or("expected a name and a value, such as 'Sec-GPC: 1'")?;
    Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

/// A consent's text by itself has no `=` in it; any other cookie has.
fn as_line(cookie: String) -> String {
    if cookie.contains('=') { cookie } else { format!("{SECURE_NAME}={cookie}") }
}

fn print(policy: &Policy, visit: &Visit<'_>, is_seal_known: bool) -> Result<(), Problem> {
    let mut out = anstream::stdout().lock();
    let Visit { stored, seal, decision } = visit;
    let draft = if policy.is_draft() { ", a draft" } else { "" };
    writeln!(out, "policy   {}, version {}{draft}", policy.id(), policy.version())?;
    let region = decision.signals().region;
    let place =
        region.map_or_else(|| "region unknown, so the strictest".to_owned(), |region| region.as_str().to_owned());
    writeln!(out, "regime   {}, {}: {place}", decision.regime().id(), decision.regime().kind().word())?;
    writeln!(out, "time     {}", shown(decision.now()))?;
    writeln!(out, "signal   {}", if decision.signals().gpc { "Global Privacy Control" } else { "none" })?;
    writeln!(out, "consent  {}\n", consent(stored, *seal, is_seal_known))?;
    let width = policy.ids().map(str::len).max().unwrap_or(0);
    for id in policy.ids() {
        let Some(explanation) = decision.explain(id) else { continue };
        let (status, reason) = (explanation.status(), explanation.reason());
        let sentence = explanation.to_string();
        let sentence = sentence.split_once(": ").map_or(sentence.as_str(), |(_, rest)| rest);
        writeln!(out, "{id:width$}  {:<9}  {}: {sentence} [{}]", status.word(), reason.word(), reason.rule())?;
    }
    consequences(decision, &mut out)?;
    Ok(())
}

fn consent(stored: &Stored<'_>, seal: SealState, is_seal_known: bool) -> String {
    match stored {
        Stored::Absent => "none".into(),
        Stored::Unreadable(error) => format!("unreadable: {error}"),
        Stored::Consent(consent) => {
            let seal = match seal {
                SealState::NotRequired => "no seal",
                SealState::Verified if is_seal_known => "a good seal",
                SealState::Verified => "a seal, which is not checked here",
                SealState::Missing => "no seal, although the site seals",
                SealState::Invalid => "a seal that does not fit",
            };
            let (version, at) = (consent.version(), shown(consent.at()));
            format!("of {}, version {version}, {at}, by {}; {seal}", consent.policy(), consent.method().word())
        }
    }
}

/// What the visitor is asked and told.
fn consequences(decision: &Decision, out: &mut impl io::Write) -> io::Result<()> {
    let locale = decision.policy().default_locale();
    writeln!(out)?;
    match decision.prompt() {
        Some(prompt) => {
            writeln!(out, "asks     {}: {}", prompt.cause().word(), prompt.ids().collect::<Vec<_>>().join(", "))?;
            summaries(prompt.changes(), locale, out)?;
        }
        None => writeln!(out, "asks     nothing")?,
    }
    if let Some(notice) = decision.notice() {
        let conflict: Vec<&str> = notice.conflict().collect();
        let told = [
            notice.gpc_honoured().then(|| "the signal is honoured".to_owned()),
            (!conflict.is_empty()).then(|| format!("the signal turns off {}", conflict.join(", "))),
            notice.opt_out().then(|| "the way to opt out".to_owned()),
            notice.changes().next().map(|_| "what changed".to_owned()),
        ];
        writeln!(out, "tells    {}", told.into_iter().flatten().collect::<Vec<_>>().join("; "))?;
        summaries(notice.changes(), locale, out)?;
    }
    if decision.must_persist() {
        writeln!(out, "stores   the signal's denial, so that its later absence grants nothing")?;
    }
    Ok(())
}

fn summaries<'a>(changes: impl Iterator<Item = &'a Change>, locale: &str, out: &mut impl io::Write) -> io::Result<()> {
    for change in changes {
        let summary = change.summaries().get(locale, locale).unwrap_or("no summary");
        writeln!(out, "         version {}: {summary}", change.version())?;
    }
    Ok(())
}
