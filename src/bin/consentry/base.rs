//! What is known of cookies: the built-in base, and a file besides.

use std::borrow::Cow;

use consentry::knowledge::Knowledge;

use crate::{outcome::Problem, report, source::Source};

/// The built-in base, with what the file `name` knows besides. Rows that cannot be used are told, and cost no others.
pub(crate) fn knowledge(name: Option<&str>) -> Result<Cow<'static, Knowledge>, Problem> {
    let built_in = Knowledge::built_in();
    let Some(name) = name else { return Ok(Cow::Borrowed(built_in)) };
    let source = Source::read(name)?;
    let (more, faults) = Knowledge::from_open_cookie_database(&source.text)
        .map_err(|fault| Problem::Malformed { name: name.into(), reason: fault.to_string() })?;
    for fault in faults {
        report::warning(&format!("{name}: {fault}"))?;
    }
    Ok(Cow::Owned(built_in.clone().and(more)))
}
