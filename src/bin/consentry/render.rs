//! `consentry render`: what a policy says, as files for sites that have no server of their own for it.

use std::{io::Write as _, sync::Arc};

use consentry::{
    Policy, SealState, Signals, Stored, Timestamp,
    banner::{self, Html, Layout, View},
    server::Site,
};

use crate::{
    outcome::{Done, Outcome, Problem},
    source::Source,
};

/// Write a part of a page from a policy, to standard output
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to write
    what: What,
    /// The policy
    #[arg(value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
    /// The language, such as fr or pt-BR; the policy's own, if it is not said
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// How to write it; Markdown only for a declaration, and a policy is always JSON
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    format: Format,
    /// Where the server that takes the answers has its pages; none, if it is not said
    #[arg(long, value_name = "PATH", default_value = "")]
    mount: String,
    /// With the defaults of Google's Consent Mode, in a bootstrap
    #[arg(long)]
    consent_mode: bool,
    /// For plain http, in a bootstrap: cookies have another name there
    #[arg(long)]
    development: bool,
    /// Whose style sheet and script a bootstrap loads
    #[arg(long, value_name = "LAYOUT", default_value = "bar")]
    layout: LayoutName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// The banner as a new visitor under the strictest regime sees it
    Banner,
    /// Categories, services and cookies, for a page about privacy
    Declaration,
    /// What changed, for a page about privacy
    History,
    /// What a page that all visitors get alike has in its head
    Bootstrap,
    /// The compiled policy that pages decide by, as JSON, for a site without such a server
    Policy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Html,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LayoutName {
    Bar,
    Box,
    Center,
}

pub(crate) fn run(args: &Args) -> Done {
    let source = Source::read(&args.policy)?;
    let Some(policy) = source.sound_policy()? else { return Ok(Outcome::Found) };
    let locale = args.locale.as_deref().unwrap_or(policy.default_locale());
    let written = |part: &dyn Fn(&mut Html)| {
        let mut html = Html::default();
        part(&mut html);
        html.into_string() + "\n"
    };
    let text = match (args.what, args.format) {
        (What::Declaration, Format::Markdown) => banner::declaration_markdown(&policy, locale),
        (_, Format::Markdown) => {
            return Err(Problem::Asked("only a declaration can be written as Markdown".into()));
        }
        (What::Declaration, Format::Html) => written(&|html| banner::declaration(&policy, locale, html)),
        (What::History, Format::Html) => written(&|html| banner::history(&policy, locale, html)),
        (What::Banner, Format::Html) => {
            let nobody = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), Timestamp::now());
            written(&|html| banner::banner(&nobody, View { locale, mount: &args.mount, back: "/" }, html))
        }
        (What::Policy, Format::Html) => policy.compile(locale, None) + "\n",
        (What::Bootstrap, Format::Html) => site(args, policy).head_for_all() + "\n",
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Outcome::Well)
}

/// The site that a page's script asks.
fn site(args: &Args, policy: Policy) -> Arc<Site> {
    let layout = match args.layout {
        LayoutName::Bar => Layout::Bar,
        LayoutName::Box => Layout::Box,
        LayoutName::Center => Layout::Center,
    };
    let site = Site::new(policy).layout(layout).share_pages();
    let site = if args.mount.is_empty() { site } else { site.mount(&args.mount) };
    let site = if args.consent_mode { site.consent_mode() } else { site };
    Arc::new(if args.development { site.development() } else { site })
}
