//! A decision as the text that the package's script makes an object of, `pkg/src/answer.ts`.
//!
//! A compiled policy has such texts too, of a first visit.
//!
//! Letters first, `a` for 0, in the order of the policy that the script has too:
//!
//! | letters | |
//! |---|---|
//! | kind of the regime | its place among the kinds |
//! | cause of the prompt | its place among the causes; a higher one where nothing is asked |
//! | notice | `a` where there is none; else 1, and 2 for an honoured signal, 4 for a default that allows |
//! | persist | 1 if a signal denied something that is to be stored |
//! | three for each item | places of status and reason; 1 for asked, 2 for in conflict, 4 for overridable |
//! | one for each change that the script has | 1 if it is shown |
//!
//! Then the region, a space, and the regime's id.

use alloc::string::String;

use super::Case;
use crate::{
    policy::Step,
    text::{push, push_letter},
};

/// Raised with any change of what letters say, and of what they are on a first visit: a page of another release has compiled policies
/// of this one, and asks its engine where the format is not its own. The other side is `pkg/src/first.ts`.
#[cfg(feature = "json")]
pub(crate) const FORMAT: u32 = 1;

/// No cause has this place.
const NOTHING_ASKED: u8 = 25;

/// `is_there` says which changes the script has.
pub(crate) fn push_decision(out: &mut String, case: Case<'_>, is_there: impl Fn(&Step) -> bool) {
    let regime = case.regime();
    let mut letter = |place: u8| push_letter(out, b'a' + place);
    letter(regime.kind as u8);
    letter(if case.asks() { case.outcome.cause as u8 } else { NOTHING_ASKED });
    letter(case.notice().map_or(0, |notice| 1 + 2 * u8::from(notice.gpc_honoured) + 4 * u8::from(notice.opt_out)));
    letter(case.must_persist().into());
    for (place, item) in case.terms.items.iter().enumerate() {
        let verdict = case.verdict(place);
        letter(verdict.status as u8);
        letter(verdict.reason as u8);
        let (conflict, overridable) = (case.is_in_conflict(place), case.is_overridable(place, item));
        letter(u8::from(verdict.ask) + 2 * u8::from(conflict) + 4 * u8::from(overridable));
    }
    for step in case.terms.steps.iter().filter(|step| is_there(step)) {
        letter(case.shows(step).into());
    }
    if let Some(region) = &case.outcome.signals.region {
        for letter in region.code() {
            push_letter(out, *letter);
        }
    }
    push(out, " ");
    push(out, &regime.id);
}
