//! Reading a compiled policy from the flat text that the package's script makes of it.
//!
//! The script has checked it: every type, every name; and filled in what a regime leaves out. Records are separated by U+001E, their fields by U+001F; a field
//! that is left out is empty, and so are the last ones.
//!
//! | record | fields after its letter |
//! |---|---|
//! | `p` policy, first | id, version |
//! | `r` regime | id, kind, regions, grantMaxAge, refusalQuiet, gpc |
//! | `i` category or service | id, key, since, uses, basis, formerly, category, own, cookies |
//! | `c` change | version, kind, touches |
//!
//! Lists are separated by spaces. Numbers are whole.

use super::fields::{FIELDS, fields, whole};
use crate::{
    policy::{Basis, ChangeKind, GpcRule, Item, NECESSARY, Regime, RegimeKind, Step, Terms, Text},
    text::Pieces,
};

pub(super) fn read(text: &'static str) -> Terms {
    let mut terms = Terms::new(Text::default(), 1);
    for record in (Pieces { rest: text, between: b'\x1e' }) {
        let (record, _) = fields(record);
        let [kind, first, second, third, fourth, fifth, sixth, ..] = record;
        match kind {
            "p" => (terms.id, terms.version) = (first.into(), whole(second, 1)),
            "r" => {
                // Where one cannot be read, nothing is laxer than what stands instead.
                terms.regimes.push(Regime {
                    id: first.into(),
                    kind: RegimeKind::from_word(second).unwrap_or(RegimeKind::OptIn),
                    regions: third.into(),
                    grant_max_age: whole(fourth, 0).into(),
                    refusal_quiet: whole(fifth, 0).into(),
                    gpc: GpcRule::from_word(sixth).unwrap_or(GpcRule::Honour),
                });
            }
            "i" => item(&record, &mut terms),
            _ => {
                let kind = ChangeKind::from_word(second).unwrap_or(ChangeKind::Editorial);
                terms.steps.push(Step { version: whole(first, 0), kind, touches: third.into() });
            }
        }
    }
    terms.close_regimes();
    terms
}

fn item(record: &[&'static str; FIELDS], terms: &mut Terms) {
    let [_, id, key, since, uses, basis, formerly, category, own, cookies] = *record;
    // The built-in category is there; declared, it only gets words.
    if id == NECESSARY {
        return;
    }
    let place = terms.items.len();
    // What is in no category is allowed by none.
    let category = if category.is_empty() { place } else { terms.place(category).unwrap_or(usize::MAX) };
    let of = terms.item(category).filter(|_| !own.is_empty() && basis.is_empty());
    terms.add(Item {
        id: id.into(),
        short: if key.is_empty() { id } else { key }.into(),
        formerly: formerly.into(),
        cookies: cookies.into(),
        category,
        switch: if own.is_empty() { category } else { place },
        since: whole(since, 1),
        has_use: !uses.is_empty(),
        has_interest: of.map_or(basis == Basis::LegitimateInterest.word(), |category| category.has_interest),
        ..Item::default()
    });
}
