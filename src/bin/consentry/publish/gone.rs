//! What became of ids that are gone: said by flags, or asked.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use consentry::{
    Policy,
    policy::{
        Difference,
        difference::{Part, Reason},
    },
};
use toml_edit::DocumentMut;

use super::document;

/// What became of one id.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Retired,
    /// What it is called now; several after a split.
    Became(Vec<String>),
}

/// The ids that are gone and said nowhere to be.
pub(super) fn unsaid(difference: &Difference) -> Vec<(Part, String)> {
    let gone = difference.edits().iter().filter(|edit| edit.reason() == Reason::Removed);
    gone.map(|edit| (edit.part(), edit.id().to_owned())).collect()
}

/// What the flags say of an id.
pub(super) fn flagged(id: &str, renamed: &[(String, String)], retired: &[String]) -> Option<Fate> {
    let heirs: Vec<String> = renamed.iter().filter(|(old, _)| old == id).map(|(_, new)| new.clone()).collect();
    if !heirs.is_empty() {
        return Some(Fate::Became(heirs));
    }
    retired.iter().any(|known| known == id).then_some(Fate::Retired)
}

/// Asks whoever sits at the terminal; `None` where nobody does.
pub(super) fn ask(part: Part, id: &str, difference: &Difference) -> io::Result<Option<Fate>> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let new: Vec<&str> = match part {
        Part::Category => difference.after().categories().iter().map(|category| category.id()).collect(),
        _ => difference.after().services().iter().map(|service| service.id()).collect(),
    };
    loop {
        let mut out = anstream::stderr();
        writeln!(out, "The {} `{id}` is gone. What is it called now?", part.word())?;
        writeln!(out, "Of {}: one id after a rename, several after a split, none if it is retired.", new.join(", "))?;
        write!(out, "> ")?;
        out.flush()?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match answer(&line, &new) {
            Ok(fate) => return Ok(Some(fate)),
            Err(unknown) => writeln!(out, "There is no {} called `{unknown}`.", part.word())?,
        }
    }
}

/// Reads ids, separated by spaces or commas; the first that is none of `known` is the error.
fn answer(line: &str, known: &[&str]) -> Result<Fate, String> {
    let ids = line.split([' ', ',', '\n', '\r', '\t']).filter(|id| !id.is_empty());
    let heirs: Vec<String> = ids.map(str::to_owned).collect();
    match heirs.iter().find(|heir| !known.contains(&heir.as_str())) {
        Some(unknown) => Err(unknown.clone()),
        None if heirs.is_empty() => Ok(Fate::Retired),
        None => Ok(Fate::Became(heirs)),
    }
}

/// Writes down what became of the ids: `formerly` where they live on, `retired` where they do not.
pub(super) fn write(document: &mut DocumentMut, old: &Policy, new: &Policy, fates: &[(String, Fate)]) {
    let heirs = |fate: &Fate| match fate {
        Fate::Became(heirs) => heirs.clone(),
        Fate::Retired => Vec::new(),
    };
    for (id, fate) in fates {
        let (key, mut names) = past(old, id);
        names.insert(0, id.clone());
        if *fate == Fate::Retired {
            names.extend(key);
            document::retire(document, &names);
            continue;
        }
        for heir in heirs(fate) {
            let (own_key, own_names) = past(new, &heir);
            let shares = |other: &(String, Fate)| other.0 != *id && heirs(&other.1).contains(&heir);
            let is_rename = heirs(fate).len() == 1 && !fates.iter().any(shares) && old_has_not(old, &heir);
            let mut former = names.clone();
            // Answers stand under the key: it stays with a rename, and is a former name after anything else.
            let keeps = is_rename && names.len() == 1 && own_names.is_empty() && own_key.is_none();
            let kept = key.as_deref().filter(|_| keeps);
            if kept.is_none() {
                former.extend(key.clone().filter(|key| own_key.as_ref() != Some(key)));
            }
            document::add_former(document, &heir, &former, kept);
        }
    }
}

fn old_has_not(old: &Policy, id: &str) -> bool {
    old.category(id).is_none() && old.service(id).is_none()
}

/// The key and the former names of a category or service.
fn past(policy: &Policy, id: &str) -> (Option<String>, Vec<String>) {
    let category = policy.category(id).map(|category| (category.short_name(), category.former_ids()));
    let service = || policy.service(id).map(|service| (service.short_name(), service.former_ids()));
    let (key, names) = category.or_else(service).unwrap_or_default();
    (key.map(str::to_owned), names.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_ids_or_nothing() {
        let known = ["offers", "clicks"];
        assert_eq!(answer("\n", &known), Ok(Fate::Retired));
        assert_eq!(answer("offers\n", &known), Ok(Fate::Became(vec!["offers".into()])));
        assert_eq!(answer(" offers, clicks \r\n", &known), Ok(Fate::Became(vec!["offers".into(), "clicks".into()])));
        assert_eq!(answer("offers ads", &known), Err("ads".into()));
    }
}
