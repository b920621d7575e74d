//! Banners, and what stands in for embeds, that were written before. Visitors who have not answered yet are shown the same,
//! and a site may have many.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::assets;
use crate::{
    banner::{self, Html, Layout, View},
    decision::Decision,
};

/// As many as a policy has languages and regimes, or nearly, each with a few embeds.
const MAX_KEPT: usize = 256;

/// Stands for the path of the page, the one thing that differs.
const BACK: &str = "\u{1}back\u{1}";

/// What a site's new visitors are shown.
#[derive(Debug, Default)]
pub(super) struct Banners {
    kept: RwLock<Vec<Kept>>,
    /// The tags of style sheets and scripts, and what they were written for.
    assets: OnceLock<(String, Layout, String)>,
}

#[derive(Debug)]
struct Kept {
    /// The id of what waits; `None` for the banner.
    waiting: Option<String>,
    decision: Decision,
    locale: String,
    mount: String,
    /// What is between the places where the path of the page goes.
    pieces: Vec<String>,
}

impl Banners {
    /// The banner, or the notice, or nothing; or what stands in for an embed that is `waiting` for this id.
    pub(super) fn write(&self, decision: &Decision, view: View<'_>, waiting: Option<&str>) -> String {
        if !decision.is_of_new_visitor() {
            return html(decision, view, waiting);
        }
        let is_it = |kept: &&Kept| {
            kept.waiting.as_deref() == waiting
                && kept.locale == view.locale
                && kept.mount == view.mount
                && kept.decision.looks_like(decision)
        };
        let known = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = known.iter().find(is_it) {
            return fill(&kept.pieces, view.back);
        }
        drop(known);
        let pieces: Vec<String> =
            html(decision, View { back: BACK, ..view }, waiting).split(BACK).map(ToString::to_string).collect();
        let written = fill(&pieces, view.back);
        let mut known = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() == MAX_KEPT {
            // Those of a policy that is no longer in force go too.
            known.clear();
        }
        let (locale, mount) = (view.locale.to_string(), view.mount.to_string());
        known.push(Kept {
            waiting: waiting.map(ToString::to_string),
            decision: decision.clone(),
            locale,
            mount,
            pieces,
        });
        written
    }

    /// The tags of style sheets and scripts, without a nonce and nothing to tell. A clone of a site with another path has them written anew.
    pub(super) fn assets(&self, mount: &str, layout: Layout) -> String {
        let write = || assets::tags(mount, layout, "", "");
        let (kept_mount, kept_layout, tags) = self.assets.get_or_init(|| (mount.to_string(), layout, write()));
        if kept_mount == mount && *kept_layout == layout { tags.clone() } else { write() }
    }
}

fn html(decision: &Decision, view: View<'_>, waiting: Option<&str>) -> String {
    let mut html = Html::default();
    match waiting {
        Some(id) => banner::stand_in(decision, id, view, &mut html),
        None => banner::banner(decision, view, &mut html),
    }
    html.into_string()
}

fn fill(pieces: &[String], back: &str) -> String {
    pieces.join(&banner::escape(back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, Policy, Region, SealState, Signals, Stored, Timestamp};

    fn policy(name: &str) -> Policy {
        let category = Category::new("statistics").name("en", name).name("fr", "Statistiques");
        Policy::builder("shop").category(category).build().unwrap()
    }

    #[test]
    fn what_is_kept_is_what_would_be_written() {
        let banners = Banners::default();
        let policies = [policy("Statistics"), policy("Numbers")];
        let signals = [None, Region::parse("US-CA"), Region::parse("FR")];
        for round in 0..2 {
            for (policy, region) in policies.iter().flat_map(|policy| signals.map(|region| (policy, region))) {
                for (gpc, locale, back) in [(false, "en", "/"), (true, "en", "/a?b=\"&c"), (false, "fr", "/a")] {
                    let (signals, now) = (Signals { gpc, region }, Timestamp::from_millis(round));
                    let decision = policy.decide(Stored::Absent, SealState::NotRequired, &signals, now);
                    let view = View { locale, mount: "/privacy-choices", back };
                    for waiting in [None, Some("statistics"), Some("nothing")] {
                        assert_eq!(banners.write(&decision, view, waiting), html(&decision, view, waiting));
                    }
                }
            }
        }
        assert!(banners.kept.read().unwrap().len() < 3 * 2 * 3 * 3, "some are alike");
    }
}
