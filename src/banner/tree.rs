//! The tree, and how it is filled and written.
//!
//! `tree.txt` has a node a line; what is indented under a line is inside it.
//!
//! | line | |
//! |---|---|
//! | `@part` | begins a part |
//! | `tag.class name=value name={hole} name` | an element with its attributes; an attribute whose hole is empty is left out |
//! | `{hole}` | a text |
//! | `?hole`, `!hole` | only if the hole is filled, or is not |
//! | `*hole` | once for each item of a list, whose own holes come first |
//! | `+part` | another part |

use alloc::{borrow::Cow, vec::Vec};

use super::Html;
#[cfg(feature = "json")]
use super::Word;

const TREE: &str = include_str!("tree.txt");

#[cfg(feature = "json")]
impl Word {
    /// Whether banner, notice, panel or a placeholder, the server's or the page's, show it: only those words travel to scripts.
    pub(crate) fn is_in_tree(self) -> bool {
        let hole = ["{", self.word(), "}"].concat();
        TREE.contains(&hole)
    }
}

/// What a hole is filled with.
#[derive(Clone)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    List(Vec<Values<'a>>),
}

/// What the holes are filled with.
#[derive(Clone, Default)]
pub(super) struct Values<'a>(Vec<(&'static str, Value<'a>)>);

impl<'a> Values<'a> {
    pub(super) fn text(&mut self, hole: &'static str, text: impl Into<Cow<'a, str>>) {
        self.0.push((hole, Value::Text(text.into())));
    }

    /// Leaves the hole empty where there is no text.
    pub(super) fn text_if_any(&mut self, hole: &'static str, text: &'a str) {
        if !text.is_empty() {
            self.text(hole, text);
        }
    }

    pub(super) fn flag(&mut self, hole: &'static str, holds: bool) {
        if holds {
            self.text(hole, "");
        }
    }

    pub(super) fn list(&mut self, hole: &'static str, items: Vec<Self>) {
        self.0.push((hole, Value::List(items)));
    }
}

/// Writes a part of the tree. `word` fills the holes that `values` leaves empty.
pub(super) fn write<'a>(part: &str, values: &Values<'a>, word: &dyn Fn(&str) -> Option<Value<'a>>, out: &mut Html) {
    let lines: Vec<&'static str> = TREE.lines().collect();
    Writer { lines: &lines, scopes: Vec::from([values]), word, out }.part(part);
}

struct Writer<'w, 'a> {
    lines: &'w [&'static str],
    /// The innermost last.
    scopes: Vec<&'w Values<'a>>,
    word: &'w dyn Fn(&str) -> Option<Value<'a>>,
    out: &'w mut Html,
}

impl<'a> Writer<'_, 'a> {
    fn part(&mut self, name: &str) {
        let is_start = |line: &str| line.strip_prefix('@') == Some(name);
        let mut lines = self.lines.iter().copied().skip_while(|line| !is_start(line)).skip(1);
        let part: Vec<&'static str> = lines.by_ref().take_while(|line| !line.starts_with('@')).collect();
        self.nodes(&part, 0);
    }

    /// Nodes at a depth, each with what is indented under it.
    fn nodes(&mut self, lines: &[&'static str], depth: usize) {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut rest = lines;
        while let [line, after @ ..] = rest {
            let inside = after.iter().take_while(|line| indent(line) > depth).count();
            let (inside, next) = after.split_at_checked(inside).unwrap_or((after, &[]));
            self.node(line.trim_start(), inside, depth + 1);
            rest = next;
        }
    }

    fn node(&mut self, line: &'static str, inside: &[&'static str], depth: usize) {
        let Some((sign, hole)) = line.split_at_checked(1) else { return };
        match sign {
            "?" | "!" => {
                if self.value(hole).is_some() == (sign == "?") {
                    self.nodes(inside, depth);
                }
            }
            "*" => {
                let Some(Value::List(items)) = self.value(hole) else { return };
                for item in &items {
                    let mut scopes = self.scopes.clone();
                    scopes.push(item);
                    let Self { lines, word, .. } = *self;
                    Writer { lines, scopes, word, out: self.out }.nodes(inside, depth);
                }
            }
            "+" => self.part(hole),
            "{" => {
                if let Some(Value::Text(text)) = self.value(hole.trim_end_matches('}')) {
                    self.out.text(&text);
                }
            }
            _ => self.element(line, inside, depth),
        }
    }

    fn element(&mut self, line: &'static str, inside: &[&'static str], depth: usize) {
        let mut words = line.split(' ');
        let (tag, class) = words.next().map(|head| head.split_once('.').unwrap_or((head, ""))).unwrap_or_default();
        self.out.open(tag);
        if !class.is_empty() {
            self.out.attribute("class", class);
        }
        for attribute in words {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match value.strip_prefix('{').and_then(|hole| hole.strip_suffix('}')) {
                None => self.out.attribute(name, value),
                Some(hole) => {
                    if let Some(Value::Text(text)) = self.value(hole) {
                        self.out.attribute(name, &text);
                    }
                }
            }
        }
        self.nodes(inside, depth);
        self.out.close();
    }

    fn value(&self, hole: &str) -> Option<Value<'a>> {
        let own = self.scopes.iter().rev().flat_map(|scope| &scope.0).find(|(name, _)| *name == hole);
        own.map(|(_, value)| value.clone()).or_else(|| (self.word)(hole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::banner::Word;

    #[test]
    fn every_hole_is_a_word_or_filled_otherwise_and_never_both() {
        let filled = "about asked back chosen class contactUrl date dir fact for id locale mount name names policy purpose space summary ticked titleId version what";
        let holes = TREE.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        for hole in holes {
            // A word of such a name would travel to scripts and be shown nowhere.
            assert_ne!(Word::from_word(hole).is_some(), filled.split(' ').any(|known| known == hole), "{hole}");
        }
    }
}
