//! `consentry schema`: the JSON Schema of policies.

use std::io::Write as _;

use crate::outcome::{Done, Outcome};

/// Print the JSON Schema of policies
///
/// With it an editor completes fields and underlines what is none. Put a file of it beside the policy, or take the one of the
/// npm package, and name it: in TOML by `#:schema ./policy.schema.json` in the first line, which taplo and its editors read;
/// in JSON by a field `$schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args) -> Done {
    write!(anstream::stdout(), "{}", consentry::policy::schema())?;
    Ok(Outcome::Well)
}
