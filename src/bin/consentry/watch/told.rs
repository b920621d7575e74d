//! What is told of what was seen: at once, and all of it at the end.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
};

use consentry::{
    knowledge::Known,
    seen::{Compared, How, News},
};
use serde_json::{Value as Json, json};

use super::{
    Format,
    proxy::{self, Exchange},
};
use crate::report::count;

/// What was seen, and how it is told.
pub(super) struct Told<'a> {
    format: Format,
    compared: Compared<'a>,
    responses: usize,
}

impl<'a> Told<'a> {
    pub(super) fn new(format: Format, compared: Compared<'a>) -> Self {
        Self { format, compared, responses: 0 }
    }

    /// Whether nothing has to be mended.
    pub(super) fn is_well(&self) -> bool {
        self.compared.undeclared().is_empty() && self.compared.misfiled().is_empty()
    }

    pub(super) fn begin(&self, site: &proxy::Site, listening: SocketAddr) -> io::Result<()> {
        let line = format!("watching http://{} on http://{listening}; Ctrl-C ends it", site.authority);
        match self.format {
            Format::Text => writeln!(anstream::stdout(), "{line}"),
            Format::Json => writeln!(anstream::stderr(), "{line}"),
        }
    }

    /// Looks at a response, and tells what is new in it.
    pub(super) fn take(&mut self, exchange: &Exchange) -> io::Result<()> {
        self.responses += 1;
        let Exchange { place, brought, set, told } = exchange;
        let mut news: Vec<News<'_>> = Vec::new();
        for line in set {
            news.extend(self.compared.set(line.as_bytes(), place));
        }
        for line in told {
            news.extend(self.compared.told(&String::from_utf8_lossy(line.as_bytes()), place));
        }
        for line in brought {
            news.extend(self.compared.brought(&String::from_utf8_lossy(line.as_bytes()), place));
        }
        if self.format == Format::Json {
            return Ok(());
        }
        let mut out = anstream::stdout();
        for news in news {
            match news {
                News::Undeclared(cookie) => {
                    let by = how(cookie.how());
                    let name = printable(cookie.name());
                    writeln!(out, "undeclared {name}{}: {by} {place}", commonly(cookie.commonly()))?;
                }
                News::Misfiled(cookie) => writeln!(out, "misfiled {cookie}: {place}")?,
            }
        }
        Ok(())
    }

    /// All of it.
    pub(super) fn end(&self) -> io::Result<()> {
        match self.format {
            Format::Text => self.table(),
            Format::Json => {
                let text = serde_json::to_string_pretty(&self.json()).map_err(io::Error::other)?;
                writeln!(anstream::stdout(), "{text}")
            }
        }
    }

    fn table(&self) -> io::Result<()> {
        let compared = &self.compared;
        let mut out = anstream::stdout();
        let (responses, cookies) = (count(self.responses, "response"), count(compared.count(), "cookie"));
        writeln!(out, "\n{responses}, {cookies}")?;
        let undeclared = compared.undeclared().iter().map(|cookie| {
            let what = cookie.commonly().map_or_else(|| "not known".into(), |known| format!("commonly {known}"));
            [printable(cookie.name()), what, format!("{} {}", how(cookie.how()), printable(cookie.place()))]
        });
        rows(&mut out, "undeclared", undeclared.collect())?;
        let misfiled = compared.misfiled().iter().map(|cookie| {
            let is = format!("under {}, commonly {}", cookie.category(), cookie.commonly());
            [cookie.cookie().to_owned(), is, cookie.path().to_owned()]
        });
        rows(&mut out, "misfiled", misfiled.collect())?;
        let unused = compared
            .unused()
            .map(|cookie| [cookie.name().to_owned(), format!("of {}", cookie.service()), cookie.path().to_owned()]);
        rows(&mut out, "declared and not seen", unused.collect())
    }

    fn json(&self) -> Json {
        let known = |known: Known<'_>| {
            let service = known.service();
            json!({ "category": known.category().word(), "service": service.name(), "source": known.source() })
        };
        let compared = &self.compared;
        let undeclared = compared.undeclared().iter().map(|cookie| {
            let (how, commonly) = (how(cookie.how()), cookie.commonly().map(known));
            json!({ "name": cookie.name(), "how": how, "place": cookie.place(), "commonly": commonly })
        });
        let misfiled = compared.misfiled().iter().map(|cookie| {
            let commonly = known(cookie.commonly());
            json!({ "path": cookie.path(), "name": cookie.cookie(), "category": cookie.category(), "commonly": commonly })
        });
        let unused = compared
            .unused()
            .map(|cookie| json!({ "path": cookie.path(), "name": cookie.name(), "service": cookie.service() }));
        json!({
            "responses": self.responses,
            "cookies": compared.count(),
            "undeclared": undeclared.collect::<Json>(),
            "misfiled": misfiled.collect::<Json>(),
            "unused": unused.collect::<Json>(),
        })
    }
}

fn how(how: How) -> &'static str {
    match how {
        How::Set => "set by",
        How::Brought => "brought by",
        How::Told => "reported at",
    }
}

fn commonly(known: Option<Known<'_>>) -> String {
    known.map(|known| format!(", commonly {known}")).unwrap_or_default()
}

/// What a site names cookies must not write to a terminal as it likes.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// Rows of a table under a title, columns below each other.
fn rows(out: &mut impl io::Write, title: &str, rows: Vec<[String; 3]>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    let width = |column: fn(&[String; 3]) -> &String| rows.iter().map(|row| column(row).chars().count()).max();
    let first = width(|[first, ..]| first).unwrap_or(0);
    let second = width(|[_, second, _]| second).unwrap_or(0);
    for [name, what, place] in &rows {
        writeln!(out, "  {name:first$}  {what:second$}  {place}")?;
    }
    Ok(())
}
