//! `consentry publish`: makes the next version of a policy.

mod document;
mod gone;

use std::path::Path;

use clap::ValueEnum;
use consentry::{
    Change, Policy,
    policy::{ChangeKind, Difference},
};
use toml_edit::{Datetime, DocumentMut};

use self::document::Entry;
use crate::{
    edits,
    git::Tracked,
    outcome::{Done, Outcome, Problem},
    report,
    source::Source,
};

/// Make the next version of a policy: write down what changed since it was published
///
/// The policy is compared with what was published last: the first commit that has the newest `[[change]]` and content of
/// its digest, or what --against says. Then a `[[change]]` is added with the class that the difference demands, the ids
/// it touches, a summary for visitors and the digest of the content. Everything else in the file stays as it is written.
///
/// An id that is gone was renamed, split, merged or retired; where nothing says so it is asked, or said by --renamed and
/// --retired. A policy that was never published gets its first digest.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0, also where there is nothing to publish; 1 where the difference demands a higher class \
                        than was asked for; 2 where the policy cannot be read, compared or written."
)]
pub(crate) struct Args {
    /// The policy, a file in TOML
    #[arg(value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
    /// What was published last
    #[arg(long, visible_alias = "from", value_name = "OLD")]
    against: Option<String>,
    /// The class of the change; what the difference demands unless said
    #[arg(long, value_name = "CLASS")]
    kind: Option<Kind>,
    /// An id the change touches, besides those that the difference demands; a category stands for what is in it
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    touches: Vec<String>,
    /// What visitors read, in the default language or in LANGUAGE; drafted unless said
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    summary: Vec<String>,
    /// The day it takes effect, shown to visitors; today unless said
    #[arg(long, value_name = "DATE")]
    effective: Option<Datetime>,
    /// An id that is gone, and what it became: given again for each part of a split, and for each id of a merge
    #[arg(long, value_name = "OLD=NEW", value_parser = pair)]
    renamed: Vec<(String, String)>,
    /// An id that is gone for ever
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    retired: Vec<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Visitors are asked again about what the change touches
    Ask,
    /// Visitors are told
    Notify,
    /// Wording only: nobody is told
    Editorial,
}

impl From<Kind> for ChangeKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Ask => Self::Ask,
            Kind::Notify => Self::Notify,
            Kind::Editorial => Self::Editorial,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once('=').ok_or("an id that is gone, `=`, and what it became")?;
    Ok((old.to_owned(), new.to_owned()))
}

pub(crate) fn run(args: &Args) -> Done {
    let source = Source::read(&args.policy)?;
    let problem = |reason: String| Problem::Publish { name: source.name.clone(), reason };
    if source.is_json() || !Path::new(&source.name).is_file() {
        return Err(problem("only a file in TOML can be written".into()));
    }
    let mut new = source.unpublished()?;
    let mut document: DocumentMut =
        source.text.parse().map_err(|error: toml_edit::TomlError| problem(error.message().to_owned()))?;
    let old = match published(args, &new)? {
        Published::As(old) => Some(old),
        Published::Never => None,
        Published::Lost(digest) => {
            return Err(problem(format!(
                "no commit has the content that version {} was published with ({digest}): say what was published with \
                 --against",
                new.version()
            )));
        }
    };
    if let Some(old) = &old {
        let fates = fates(args, &source.name, &Difference::between(old, &new))?;
        if !fates.is_empty() {
            gone::write(&mut document, old, &new, &fates);
            new = Source { name: source.name.clone(), text: document.to_string() }.unpublished()?;
        }
    }
    let difference = Difference::between(old.as_ref().unwrap_or(&new), &new);
    let drafted = draft(&new);
    let entry = match (drafted, &old) {
        (Some(draft), _) => {
            // Ids it does not say are those that the difference demands.
            let is_enough =
                difference.is_declared() || (draft.touched().is_empty() && draft.kind() >= difference.demands());
            if old.is_some() && !is_enough {
                return refused(&difference, draft.version().get(), draft.kind());
            }
            if args.kind.is_some() || !args.touches.is_empty() {
                return Err(problem(format!("the draft of version {} says its class and ids itself", draft.version())));
            }
            entry(args, &source.name, &difference, draft.version().get(), draft.kind())?
        }
        (None, None) => entry(args, &source.name, &difference, 1, ChangeKind::Editorial)?,
        (None, Some(old)) => {
            let demanded = difference.demands();
            let kind = args.kind.map_or(demanded, ChangeKind::from);
            let is_material = new.changes().last().and_then(Change::digest) != Some(new.material().as_str());
            if args.kind.is_none() && demanded == ChangeKind::Editorial && !is_material {
                let only = if difference.is_empty() { "nothing changed" } else { "only wording changed" };
                report::say(&format!("{}: {only} since version {}: nothing to publish", source.name, old.version()))?;
                return Ok(Outcome::Well);
            }
            let version = new.version().get() + 1;
            if kind < demanded {
                return refused(&difference, version, kind);
            }
            entry(args, &source.name, &difference, version, kind)?
        }
    };
    match drafted {
        Some(_) => document::complete_change(&mut document, &entry),
        None => document::add_change(&mut document, &entry),
    }
    let text = document::text(&document, &source.text);
    // What sites could not read is not written.
    Policy::from_toml(&text).map_err(|faults| Problem::Faulty { name: source.name.clone(), faults })?;
    if !args.dry_run {
        let path = Path::new(&source.name);
        document::write(path, &text).map_err(|error| Problem::WriteTo { path: path.into(), error })?;
    }
    if old.is_some() && !difference.is_empty() {
        edits::table(&difference)?;
        report::say("")?;
    }
    report::say(&entry.shown())?;
    let done = if args.dry_run { "would be published" } else { "is published" };
    report::say(&format!("\n{}: version {} of `{}` {done}", source.name, entry.version, new.id()))?;
    Ok(Outcome::Well)
}

/// What was published last.
enum Published {
    As(Policy),
    /// Nothing: the policy has no digest.
    Never,
    /// What has this digest, and nobody knows.
    Lost(String),
}

fn published(args: &Args, new: &Policy) -> Result<Published, Problem> {
    if let Some(against) = &args.against {
        return Ok(Published::As(Source::read(against)?.unpublished()?));
    }
    let newest = new.changes().iter().rev().find_map(|change| Some((change.version(), change.digest()?)));
    let Some((version, digest)) = newest else { return Ok(Published::Never) };
    if let Some(tracked) = Tracked::new(&args.policy) {
        // The first commit of the version: later ones may have edits that the digest does not cover.
        let states = tracked.states()?.filter_map(|state| state.policy);
        let states = states.take_while(|state| state.version() >= version);
        let of_version = |state: &Policy| state.version() == version && state.material() == digest;
        if let Some(state) = states.filter(of_version).last() {
            return Ok(Published::As(state));
        }
    }
    // What nothing is known of but its digest is known where the digest is still that of the content.
    if new.material() == digest { Ok(Published::As(new.clone())) } else { Ok(Published::Lost(digest.to_owned())) }
}

/// The newest change, where it is not published yet.
fn draft(policy: &Policy) -> Option<&Change> {
    policy.changes().last().filter(|newest| newest.digest().is_none())
}

/// What became of each id that is gone.
fn fates(args: &Args, name: &str, difference: &Difference) -> Result<Vec<(String, gone::Fate)>, Problem> {
    let problem = |reason: String| Problem::Publish { name: name.to_owned(), reason };
    let mut fates = Vec::new();
    let unsaid = gone::unsaid(difference);
    let said = args.renamed.iter().map(|(old, _)| old).chain(&args.retired);
    if let Some(id) = said.into_iter().find(|id| !unsaid.iter().any(|(_, gone)| gone == *id)) {
        return Err(problem(format!("`{id}` is not gone, or it is said already what became of it")));
    }
    for (part, id) in unsaid {
        let fate = match gone::flagged(&id, &args.renamed, &args.retired) {
            Some(fate) => fate,
            None => gone::ask(part, &id, difference)?.ok_or_else(|| {
                problem(format!(
                    "the {} `{id}` is gone: say what it became with --renamed {id}=NEW, or --retired {id}",
                    part.word()
                ))
            })?,
        };
        let exists =
            |id: &String| difference.after().category(id).is_some() || difference.after().service(id).is_some();
        if let gone::Fate::Became(heirs) = &fate
            && let Some(unknown) = heirs.iter().find(|heir| !exists(heir))
        {
            return Err(problem(format!("`{id}` cannot have become `{unknown}`: the policy has no such id")));
        }
        fates.push((id, fate));
    }
    Ok(fates)
}

fn entry(args: &Args, name: &str, difference: &Difference, version: u32, kind: ChangeKind) -> Result<Entry, Problem> {
    let problem = |reason: String| Problem::Publish { name: name.to_owned(), reason };
    let policy = difference.after();
    let mut touches: Vec<String> = Vec::new();
    if kind != ChangeKind::Editorial {
        // Whoever is asked about a category is asked about what is in it.
        let has_category = |id: &&str| {
            policy.service(id).is_some_and(|service| args.touches.iter().any(|id| id == service.category()))
        };
        touches.extend(difference.touches().into_iter().filter(|id| !has_category(id)).map(str::to_owned));
    }
    for id in &args.touches {
        if !touches.contains(id) {
            touches.push(id.clone());
        }
    }
    let draft = draft(policy);
    let has_ids = draft.is_some_and(|draft| !draft.touched().is_empty());
    let has_summary = draft.is_some_and(|draft| !draft.summaries().is_empty());
    if kind == ChangeKind::Ask && touches.is_empty() && !has_ids {
        return Err(problem("say what visitors are asked about with --touches".into()));
    }
    let default = policy.default_locale();
    let mut summary: Vec<(String, String)> = Vec::new();
    for locale in difference.locales() {
        let text = if kind == ChangeKind::Editorial { String::new() } else { difference.summary(locale) };
        if !text.is_empty() {
            summary.push((locale.to_owned(), text));
        }
    }
    for said in &args.summary {
        let (locale, text) = match said.split_once('=') {
            Some((locale, text)) if difference.locales().contains(&locale) => (locale, text),
            _ => (default, said.as_str()),
        };
        match summary.iter_mut().find(|(known, _)| known == locale) {
            Some((_, draft)) => text.clone_into(draft),
            None => summary.push((locale.to_owned(), text.to_owned())),
        }
    }
    if kind != ChangeKind::Editorial && summary.is_empty() && !has_summary {
        return Err(problem("say what changed with --summary: the difference has no words for it".into()));
    }
    let effective = match args.effective {
        Some(date) if date.date.is_some() && date.time.is_none() => date,
        Some(date) => return Err(problem(format!("{date} is not a date such as 2026-12-01"))),
        None => today(),
    };
    let (default_locale, material) = (default.to_owned(), policy.material());
    Ok(Entry { version, effective, kind: kind.word(), touches, summary, default_locale, material })
}

fn today() -> Datetime {
    let today = time::OffsetDateTime::now_utc().date();
    let year = u16::try_from(today.year()).unwrap_or_default();
    Datetime {
        date: Some(toml_edit::Date { year, month: today.month().into(), day: today.day() }),
        time: None,
        offset: None,
    }
}

fn refused(difference: &Difference, version: u32, kind: ChangeKind) -> Done {
    edits::table(difference)?;
    let demands = edits::demand(difference.demands(), &difference.touches());
    report::refusal(&format!("version {version} cannot be `{}`: the difference demands {demands}", kind.word()));
    Ok(Outcome::Found)
}
