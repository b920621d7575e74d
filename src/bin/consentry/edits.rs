//! A difference as people and programs read it.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use clap::builder::styling::{AnsiColor, Style};
use consentry::{
    Change, Policy,
    policy::{
        ChangeKind, Difference,
        difference::{Edit, Part},
    },
};
use serde_json::{Value as Json, json};

/// The most of a text that is shown, in characters.
const SHOWN: usize = 60;

/// A table: for each id its edits with class, reason, what was and is, and the number of the source below it.
pub(crate) fn table(difference: &Difference) -> io::Result<()> {
    let mut out = anstream::stdout();
    let mut groups: Vec<((Part, &str), Vec<&Edit>)> = Vec::new();
    let mut places: BTreeMap<(Part, &str), usize> = BTreeMap::new();
    for edit in difference.edits() {
        let subject = (edit.part(), edit.id());
        let place = *places.entry(subject).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, edits)) => edits.push(edit),
            None => groups.push((subject, vec![edit])),
        }
    }
    let widest = difference.edits().iter().map(|edit| edit.reason().word().len()).max().unwrap_or(0);
    let mut sources: Vec<&str> = Vec::new();
    for ((part, id), edits) in groups {
        writeln!(out, "{} {id}", part.word())?;
        for edit in edits {
            let source = edit.reason().source();
            let place = sources.iter().position(|known| *known == source).unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            });
            let style = style(edit.kind());
            let (kind, reason) = (edit.kind().word(), edit.reason().word());
            let shown = shown(edit);
            writeln!(out, "  {style}{kind:<9}{style:#}  {reason:<widest$}  {shown} [{}]", place + 1)?;
            if let Some(hint) = edit.reason().hint() {
                writeln!(out, "  {:<9}  {hint}", "")?;
            }
        }
    }
    if !sources.is_empty() {
        writeln!(out)?;
    }
    for (place, source) in sources.into_iter().enumerate() {
        writeln!(out, "[{}] {source}", place + 1)?;
    }
    Ok(())
}

/// What a class looks like.
fn style(kind: ChangeKind) -> Style {
    match kind {
        ChangeKind::Ask => AnsiColor::Red.on_default().bold(),
        ChangeKind::Notify => AnsiColor::Yellow.on_default(),
        ChangeKind::Editorial => Style::new(),
    }
}

fn shown(edit: &Edit) -> String {
    match (edit.before().map(cut), edit.after().map(cut)) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("+ {after}"),
        (Some(before), None) => format!("- {before}"),
        (None, None) => "another order".into(),
    }
}

/// The text on one line, and no longer than fits one.
fn cut(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// Whether a policy has another content than its newest change was published with.
pub(crate) fn is_edited(policy: &Policy) -> bool {
    policy.changes().last().and_then(Change::digest).is_some_and(|digest| digest != policy.material())
}

/// `ask`, touching a, b
pub(crate) fn demand(kind: ChangeKind, touches: &[&str]) -> String {
    if touches.is_empty() {
        return format!("`{}`", kind.word());
    }
    format!("`{}`, touching {}", kind.word(), touches.join(", "))
}

/// The edits for programs.
pub(crate) fn json(difference: &Difference) -> Json {
    let edit = |edit: &Edit| {
        json!({
            "part": edit.part().word(),
            "id": edit.id(),
            "class": edit.kind().word(),
            "reason": edit.reason().word(),
            "source": edit.reason().source(),
            "before": edit.before(),
            "after": edit.after(),
            "hint": edit.reason().hint(),
        })
    };
    json!(difference.edits().iter().map(edit).collect::<Vec<_>>())
}
