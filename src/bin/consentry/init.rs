//! `consentry init`: a commented policy to start from.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use consentry::{
    Policy, Timestamp,
    draft::{Draft, Drafted},
    policy::is_id,
    seen::Seen,
};

use crate::{
    base,
    outcome::{Done, Outcome, Problem},
    report::{self, count},
    source::Source,
};

/// Write a commented policy to start from
///
/// What is not given is asked for where there is a terminal; else the policy says TODO. With --from it starts from what the
/// site really sets: what is known of a cookie goes under the category it commonly is in, by service, with hosts and lifetimes;
/// what is not known is left to you, as comments. Nothing comes under necessary but what is known to be.
///
/// The policy is a draft until `consentry publish` writes its first change.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to write; `-` for standard output
    #[arg(value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
    /// What the site sets: a HAR file, a cookies.txt, or raw response headers as `curl -sI` prints them; `-` for standard
    /// input. Its form is told by its beginning
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// The policy's id, such as the site's name; of --from's site unless given
    #[arg(long)]
    id: Option<String>,
    /// Whom visitors can ask: the name of the site's operator
    #[arg(long)]
    name: Option<String>,
    /// Their address for e-mail
    #[arg(long)]
    email: Option<String>,
    /// Their page: an https: address, or a path on the site
    #[arg(long)]
    url: Option<String>,
    /// The site's language, as a BCP 47 tag [default: en]
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// What visitors decide on, as ids [default: preferences,statistics,marketing]
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    categories: Option<Vec<String>>,
    /// More knowledge of cookies: a CSV file in the format of the Open Cookie Database
    #[arg(long, value_name = "FILE")]
    knowledge: Option<String>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args) -> Done {
    let to_stdout = args.policy == "-";
    if !to_stdout && !args.force && Path::new(&args.policy).exists() {
        return Err(Problem::Exists { path: PathBuf::from(&args.policy) });
    }
    let knowledge = base::knowledge(args.knowledge.as_deref())?;
    let seen = args.from.as_deref().map(seen).transpose()?;
    if let (Some(name), Some(seen)) = (&args.from, &seen)
        && seen.cookies().is_empty()
    {
        report::warning(&format!("{name} has no cookies; browsers leave them out of sanitized exports"))?;
    }
    let drafted = draft(args, seen.as_ref())?.write(seen.as_ref(), &knowledge);
    Policy::from_toml(drafted.text()).map_err(|faults| {
        // The places are those of a file that is not written.
        let said = faults.iter().map(|it| format!("{}: found {}, expected {}", it.path(), it.found(), it.expected()));
        Problem::Draft(said.collect::<Vec<_>>().join("; "))
    })?;
    if to_stdout {
        write!(anstream::stdout(), "{}", drafted.text())?;
    } else {
        write(&args.policy, drafted.text(), args.force)?;
        report::say(&summary(&args.policy, &drafted))?;
    }
    Ok(Outcome::Well)
}

fn seen(name: &str) -> Result<Seen, Problem> {
    let source = Source::read(name)?;
    let written = fs::metadata(name).and_then(|metadata| metadata.modified()).ok();
    let recorded = written.map_or_else(Timestamp::now, |time| time::OffsetDateTime::from(time).into());
    Seen::read(&source.text, recorded)
        .map_err(|fault| Problem::Malformed { name: name.into(), reason: fault.to_string() })
}

/// From the options, and, where there is a terminal, from answers.
fn draft(args: &Args, seen: Option<&Seen>) -> Result<Draft, Problem> {
    let asks = io::stdin().is_terminal() && args.from.as_deref() != Some("-");
    let of_site = seen.and_then(Seen::site).and_then(|site| site.split('.').next()).filter(|label| is_id(label));
    let mut draft = Draft::new(match (&args.id, of_site) {
        (Some(id), _) => id.clone(),
        (None, site) if asks => ask("The policy's id, such as the site's name", site.unwrap_or_default(), is_id)?,
        (None, Some(site)) => site.to_owned(),
        (None, None) => return Err(Problem::NotGiven("--id")),
    });
    draft.contact = match &args.name {
        Some(name) => name.clone(),
        None if asks => ask("Whom visitors can ask: the name of the site's operator", "", |_| true)?,
        None => String::new(),
    };
    draft.email = match &args.email {
        Some(email) => Some(email.clone()),
        None if asks && !draft.contact.is_empty() => Some(ask("Their address for e-mail", "", |_| true)?),
        None => None,
    };
    draft.email = draft.email.filter(|email| !email.is_empty());
    draft.url.clone_from(&args.url);
    draft.locale = match &args.locale {
        Some(locale) => locale.clone(),
        None if asks => ask("The site's language", &draft.locale, |tag| !tag.is_empty())?,
        None => draft.locale,
    };
    draft.categories = match &args.categories {
        Some(categories) => categories.clone(),
        None if asks => {
            let usual = draft.categories.join(",");
            let good = |ids: &str| ids.split(',').all(|id| is_id(id.trim()));
            ask("What visitors decide on", &usual, good)?.split(',').map(|id| id.trim().to_owned()).collect()
        }
        None => draft.categories,
    };
    Ok(draft)
}

/// Asks until the answer is good. An empty one is the usual answer.
fn ask(question: &str, usual: &str, good: impl Fn(&str) -> bool) -> Result<String, Problem> {
    loop {
        let mut out = anstream::stderr();
        if usual.is_empty() {
            write!(out, "{question}: ")?;
        } else {
            write!(out, "{question} [{usual}]: ")?;
        }
        out.flush()?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let read = read.map_err(|error| Problem::Read { path: PathBuf::from("standard input"), error })?;
        if read == 0 {
            return Err(Problem::NotGiven("the answer"));
        }
        let answer = if line.trim().is_empty() { usual } else { line.trim() };
        if good(answer) {
            return Ok(answer.to_owned());
        }
        writeln!(out, "An id is a lower-case letter, then letters, digits, `_` or `-`, at most 32 bytes.")?;
    }
}

fn write(name: &str, text: &str, over: bool) -> Result<(), Problem> {
    let opened = if over { File::create(name) } else { File::create_new(name) };
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Problem::Exists { path: PathBuf::from(name) },
        _ => Problem::WriteTo { path: PathBuf::from(name), error },
    })
}

fn summary(name: &str, drafted: &Drafted) -> String {
    let mut text = format!("{name}: a draft with {}", count(drafted.services(), "service"));
    let open = [(drafted.open_cookies(), "cookie"), (drafted.open_hosts(), "host")];
    let open: Vec<String> =
        open.iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(*number, what)).collect();
    if !open.is_empty() {
        text.push_str(&format!("; {} left to you", open.join(" and ")));
    }
    text + ". Look for TODO in it."
}
