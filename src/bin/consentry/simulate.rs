//! `consentry simulate`: whom a new policy would ask, and about what, before it is published.

mod plot;
mod population;

use std::{fs, io::Write as _, path::PathBuf};

use consentry::{Policy, Prompt, PromptCause, SealState, Signals, Stored, Timestamp, policy::Difference};
use serde_json::{Map, Value, json};

use crate::{
    circumstances::{Circumstances, shown},
    outcome::{Done, Outcome, Problem},
    source::Source,
};

/// Count the visitors that a new version of a policy would ask again, and about what
///
/// Each stored consent is decided on under both policies, at one time and place. Seals are taken for good: whoever has the
/// consents in a file has them from visitors whose cookies a server would accept.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The policy in force
    old: String,
    /// The policy that is to be published. One that does not declare yet what it changes is taken as `consentry publish` would
    /// make it
    new: String,
    /// A file with a consent a line: the text of the cookie, or a line of cookies. Empty lines and those that begin with
    /// `#` are passed over
    #[arg(long, value_name = "FILE", conflicts_with = "synthetic")]
    consents: Option<String>,
    /// So many made-up visitors, who answered the old policy's banner at any time since when answers count
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    synthetic: u32,
    /// Of the made-up visitors, the share in per cent that accepted everything
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(0..=100))]
    accept: u8,
    /// Of the made-up visitors, the share in per cent that refused everything. The others chose singly
    #[arg(long, value_name = "PERCENT", default_value_t = 40, value_parser = clap::value_parser!(u8).range(0..=100))]
    refuse: u8,
    /// Where the made-up visitors' chance begins: the same number makes the same visitors
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Whether all of them send a Global Privacy Control signal
    #[arg(long)]
    gpc: bool,
    #[command(flatten)]
    circumstances: Circumstances,
    /// How to write the counts
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Also write a plot to this file, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table
    Text,
    Json,
}

/// What becomes of one id.
#[derive(Clone, Debug, Default)]
struct Row {
    id: String,
    asked: Pair,
    allowed: Pair,
}

/// Before the change and after it.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    old: usize,
    new: usize,
}

impl Pair {
    /// Counts a visitor on each side where something holds for them.
    fn count(&mut self, [old, new]: [bool; 2]) {
        self.old += usize::from(old);
        self.new += usize::from(new);
    }
}

#[derive(Debug, Default)]
struct Tally {
    visitors: usize,
    asked: Pair,
    /// Those who are told without being asked.
    told: Pair,
    /// Those whom only the new policy asks.
    newly_asked: usize,
    causes: Vec<(PromptCause, usize)>,
    rows: Vec<Row>,
}

pub(crate) fn run(args: &Args) -> Done {
    if args.accept + args.refuse > 100 {
        return Err(Problem::Asked(format!("{} % accept and {} % refuse: more than all", args.accept, args.refuse)));
    }
    let old = Source::read(&args.old)?.sound_policy()?;
    let new = Source::read(&args.new)?.sound_unpublished()?;
    let (Some(old), Some(new)) = (old, new) else { return Ok(Outcome::Found) };
    if old.id() != new.id() {
        return Err(Problem::Asked(format!("the policies are of two sites: `{}` and `{}`", old.id(), new.id())));
    }
    if old.version() > new.version() {
        let (old, new) = (old.version(), new.version());
        return Err(Problem::Asked(format!("the first policy is the newer one: version {old} and then {new}")));
    }
    let new = Difference::between(&old, &new).published();
    let (signals, now) = (args.circumstances.signals(args.gpc), args.circumstances.now());
    let (consents, source) = match &args.consents {
        Some(name) => (population::read(name)?, name.clone()),
        None => {
            let shares = population::Shares { accept: args.accept, refuse: args.refuse };
            let made = population::synthetic(&old, args.synthetic, shares, args.seed, &signals, now);
            (made, format!("made up, seed {}", args.seed))
        }
    };
    if consents.is_empty() {
        return Err(Problem::Asked(format!("there is no consent in {source}")));
    }
    let tally = tally([&old, &new], &consents, &signals, now);
    let about = format!("{} visitors with an answer ({source}), {}", tally.visitors, shown(now));
    match args.format {
        Format::Text => print(&tally, &about, [&old, &new])?,
        Format::Json => writeln!(std::io::stdout(), "{:#}", as_json(&tally, [&old, &new]))?,
    }
    if let Some(path) = &args.svg {
        let plot = plot::svg(&tally, &about, [&old, &new]);
        fs::write(path, plot).map_err(|error| Problem::WriteTo { path: path.clone(), error })?;
    }
    Ok(Outcome::Well)
}

fn tally(policies: [&Policy; 2], consents: &[String], signals: &Signals, now: Timestamp) -> Tally {
    let [old, new] = policies;
    let mut tally = Tally { visitors: consents.len(), ..Tally::default() };
    let gone = old.switches().filter(|id| new.category(id).is_none() && new.service(id).is_none());
    tally.rows = new.switches().chain(gone).map(|id| Row { id: id.to_owned(), ..Row::default() }).collect();
    for text in consents {
        let decide = |policy: &Policy| policy.decide(Stored::from_text(Some(text)), SealState::Verified, signals, now);
        let decisions = [decide(old), decide(new)];
        let said = decisions.each_ref().map(|decision| (decision.prompt(), decision.notice()));
        tally.asked.count(said.map(|(prompt, _)| prompt.is_some()));
        tally.told.count(said.map(|(prompt, notice)| prompt.is_none() && notice.is_some()));
        if let [(before, _), (Some(prompt), _)] = said {
            tally.newly_asked += usize::from(before.is_none());
            match tally.causes.iter_mut().find(|(cause, _)| *cause == prompt.cause()) {
                Some((_, count)) => *count += 1,
                None => tally.causes.push((prompt.cause(), 1)),
            }
        }
        let asked = said.map(|(prompt, _)| prompt.iter().flat_map(Prompt::ids).collect::<Vec<_>>());
        for row in &mut tally.rows {
            row.asked.count(asked.each_ref().map(|ids| ids.contains(&row.id.as_str())));
            row.allowed.count(decisions.each_ref().map(|decision| decision.allows(&row.id)));
        }
    }
    tally.causes.sort_by_key(|(cause, _)| *cause);
    tally
}

fn percent(count: usize, of: usize) -> String {
    format!("{:.1} %", count as f64 * 100.0 / of.max(1) as f64)
}

fn print(tally: &Tally, about: &str, [old, new]: [&Policy; 2]) -> Result<(), Problem> {
    let by_id = |of: fn(&Row) -> Pair| tally.rows.iter().map(move |row| (format!("  {}", row.id), Some(of(row))));
    let mut lines = vec![("asked".to_owned(), Some(tally.asked))];
    lines.extend(by_id(|row| row.asked));
    lines.push(("told without asking".to_owned(), Some(tally.told)));
    lines.push(("allowed".to_owned(), None));
    lines.extend(by_id(|row| row.allowed));

    let mut out = anstream::stdout().lock();
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let [before, after] = [old, new].map(|policy| format!("version {}", policy.version()));
    writeln!(out, "{about}\n\n{:width$}  {before:>17}  {after:>17}", "")?;
    for (name, pair) in lines {
        match pair {
            Some(Pair { old, new }) => {
                let cell = |count| format!("{count:>8} {:>8}", percent(count, tally.visitors));
                writeln!(out, "{name:width$}  {}  {}", cell(old), cell(new))?;
            }
            None => writeln!(out, "{name}")?,
        }
    }
    let share = percent(tally.newly_asked, tally.visitors);
    writeln!(out, "\n{} ({share}) are asked by version {} and not before", tally.newly_asked, new.version())?;
    if !tally.causes.is_empty() {
        let causes: Vec<String> =
            tally.causes.iter().map(|(cause, count)| format!("{} {count}", cause.word())).collect();
        writeln!(out, "causes of asking then: {}", causes.join(", "))?;
    }
    Ok(())
}

fn as_json(tally: &Tally, [old, new]: [&Policy; 2]) -> Value {
    let pair = |pair: Pair| json!({ "before": pair.old, "after": pair.new });
    let ids: Map<String, Value> = tally
        .rows
        .iter()
        .map(|row| (row.id.clone(), json!({ "asked": pair(row.asked), "allowed": pair(row.allowed) })))
        .collect();
    let causes: Map<String, Value> =
        tally.causes.iter().map(|(cause, count)| (cause.word().to_owned(), json!(count))).collect();
    json!({
        "policy": new.id(),
        "before": old.version().get(),
        "after": new.version().get(),
        "visitors": tally.visitors,
        "asked": pair(tally.asked),
        "newlyAsked": tally.newly_asked,
        "told": pair(tally.told),
        "causes": causes,
        "ids": ids,
    })
}
