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
        let part = part.word();
        writeln!(out, "The {part} `{id}` is gone. What did it become?")?;
        writeln!(out, "One id after a rename, several after a split, nothing if it is retired.")?;
        writeln!(out, "There is: {}", new.join(", "))?;
        write!(out, "> ")?;
        out.flush()?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match answer(&line, &new) {
            Ok(fate) => return Ok(Some(fate)),
            Err(unknown) => writeln!(out, "There is no {part} called `{unknown}`.")?,
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
    let mut heirs: Vec<&String> = Vec::new();
    for (id, fate) in fates {
        match fate {
            Fate::Retired => document::retire(document, &names(old, id)),
            Fate::Became(ids) => heirs.extend(ids),
        }
    }
    heirs.sort();
    heirs.dedup();
    let parts = |id: &str| match fates.iter().find(|(gone, _)| gone == id) {
        Some((_, Fate::Became(ids))) => ids.len(),
        _ => 0,
    };
    for heir in heirs {
        let came_from =
            |(id, fate): &&(String, Fate)| matches!(fate, Fate::Became(ids) if ids.contains(heir)) && id != heir;
        let gone: Vec<&str> = fates.iter().filter(came_from).map(|(id, _)| id.as_str()).collect();
        let (own_key, own_names) = past(new, heir);
        let was_there = old.category(heir).is_some() || old.service(heir).is_some();
        // Answers stand under the key. It stays with a rename; after anything else it would mean something new.
        let key = match *gone.as_slice() {
            [one] if parts(one) == 1 && !was_there => {
                let (key, names) = past(old, one);
                own_key.clone().or(key).filter(|_| names.is_empty() && own_names.is_empty())
            }
            _ => None,
        };
        let mut former = own_names;
        former.extend(gone.into_iter().flat_map(|id| names(old, id)));
        former.extend(own_key);
        former.retain(|name| name != heir && key.as_ref() != Some(name));
        document::set_names(document, heir, &former, key.as_deref());
    }
}

/// Every name that an answer about an id can stand under.
fn names(policy: &Policy, id: &str) -> Vec<String> {
    let (key, names) = past(policy, id);
    [id.to_owned()].into_iter().chain(names).chain(key).collect()
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
