//! Each rule of advice, by a policy that is against it and one that is not.

use consentry::{
    Policy,
    policy::{Advice, Jurisdiction, KnownCookie},
};

/// A policy that nothing can be said against but what a case changes.
const GOOD: &str = r#"
id = "shop"
contact = { name = "Shop", url = "/contact" }

[[category]]
id = "statistics"
name = "Statistics"
purpose = "Count visits."

[[category]]
id = "marketing"
name = "Offers"
purpose = "Show offers."
uses = ["share"]

[[service]]
id = "counter"
category = "statistics"
name = "Counter"
purpose = "Count visits."
cookies = [{ name = "count", max_age = "30d" }]
data = ["page"]
recipients = ["Counter Ltd"]
retention = "30d"

[[service]]
id = "cart"
category = "necessary"
name = "Cart"
purpose = "Keep what you want to buy."
justification = "You put it there."
cookies = [{ name = "cart" }]
"#;

/// Who advises, what is put in whose place, and what is said then.
type Case<'a> = (&'a Advice<'static>, Vec<(&'static str, String)>, &'static [&'static str]);

/// `code path` of everything said about `GOOD` with each `(this, that)` put in the place of the other.
#[track_caller]
fn said(changes: &[(&str, &str)], advice: &Advice<'_>) -> Vec<String> {
    let mut source = GOOD.to_owned();
    for (from, to) in changes {
        assert_eq!(source.matches(from).count(), 1, "{from:?} is there once");
        source = source.replace(from, to);
    }
    let checked = Policy::check_toml(&source);
    assert!(checked.faults().is_empty(), "{:?}", checked.faults());
    let warnings = checked.warnings(advice);
    for warning in &warnings {
        assert!(warning.span().is_some() && warning.position().is_some(), "{warning}");
        assert!(!warning.source().is_empty() && warning.source() != "jurisdictions", "{warning}");
    }
    let built = checked.into_policy().map(|policy| advice.of(&policy).len());
    assert_eq!(built, Ok(warnings.len()), "a built policy gets the same advice");
    let told = warnings.iter().filter(|warning| warning.code() != "draft");
    told.map(|warning| format!("{} {}", warning.code(), warning.path())).collect()
}

/// A change that puts tables before the categories.
fn tables(text: &str) -> (&'static str, String) {
    const FIRST: &str = "[[category]]\nid = \"statistics\"";
    (FIRST, format!("{text}\n{FIRST}"))
}

#[test]
fn each_rule_has_a_policy_that_is_against_it() {
    let plain = Advice::new();
    let knowing = Advice::new().knowing(|name| match name {
        "count" => Some(KnownCookie { service: "Adverts", category: "marketing" }),
        "cart" => Some(KnownCookie { service: "Adverts", category: "marketing" }),
        _ => None,
    });
    let cases: Vec<Case<'_>> = vec![
        (&plain, vec![], &[]),
        (
            &knowing,
            vec![],
            &["misfiled-cookie service[0].cookies[0].name", "necessary-cookie service[1].cookies[0].name"],
        ),
        (&plain, vec![("contact = { name = \"Shop\", url = \"/contact\" }", String::new())], &["no-contact contact"]),
        (&plain, vec![(", url = \"/contact\"", String::new())], &["no-contact contact"]),
        (
            &plain,
            vec![("justification", "uses = [\"sale\"]\njustification".into())],
            &["necessary-use service[1].uses"],
        ),
        (&plain, vec![("data = [\"page\"]", String::new())], &["service-facts service[0]"]),
        (
            &plain,
            vec![("\"30d\" }", "\"401d\" }".into())],
            &["cookie-lifetime service[0].cookies[0].max_age", "audience-cookie service[0].cookies[0].max_age"],
        ),
        (&plain, vec![("\"30d\" }", "\"396d\" }".into())], &[]),
        (&plain, vec![("retention = \"30d\"", "retention = \"763d\"".into())], &["audience-data service[0].retention"]),
        (
            &plain,
            vec![
                ("retention = \"30d\"", "retention = \"763d\"".into()),
                tables("[[regime]]\nid = \"de\"\n[[regime]]\nid = \"us-ca\""),
            ],
            &[],
        ),
        (&plain, vec![("purpose = \"Show offers.\"", String::new())], &["missing-text category[1]"]),
        (
            &plain,
            vec![("\"Show offers.\"", "{ de = \"Angebote.\" }".into())],
            &["missing-text category[1].purpose", "unused-language category[1].purpose.de"],
        ),
        (
            &plain,
            vec![("\"Statistics\"", "{ en = \"Statistics\", de = \"Statistik\" }".into())],
            &[
                "missing-language category[0].purpose",
                "missing-language category[1].name",
                "missing-language category[1].purpose",
                "missing-language service[0].name",
                "missing-language service[0].purpose",
                "missing-language service[1].name",
                "missing-language service[1].purpose",
                "missing-language service[1].justification",
            ],
        ),
        (&plain, vec![tables("[[regime]]\nid = \"eu\"")], &["uses-without-regime category[1].uses"]),
        (&plain, vec![("uses = [\"share\"]", String::new())], &["ads-without-use category[1]"]),
        (&plain, vec![("uses = [\"share\"]", "signals = []".into())], &[]),
        (&plain, vec![tables("[words]\nreject = \" \\u200b\"")], &["choice-wording words.reject.en"]),
        (&plain, vec![tables("[words]\nreject = { de = \"alle annehmen\" }")], &["choice-wording words.reject.de"]),
        (&plain, vec![tables("[words]\naccept = \"Yes\"\nreject = \"No\"")], &[]),
        // Each preset by itself is beside no law; opt-out for the whole of a country is none for its parts.
        (
            &plain,
            vec![tables("[[regime]]\nid = \"us\"\ngpc = \"ignore\"\n[[regime]]\nid = \"us-ca\"")],
            &["gpc-ignored regime[0].gpc"],
        ),
        (
            &plain,
            vec![tables(
                "[[regime]]\nid = \"us\"\nregions = [\"US-NY\"]\ngpc = \"ignore\"\n[[regime]]\nid = \"us-ca\"",
            )],
            &[],
        ),
        (
            &plain,
            vec![tables(
                "[[regime]]\nid = \"fr\"\ngrant_max_age = \"365d\"\n[[regime]]\nid = \"us-ca\"\nrefusal_quiet = \"364d\"",
            )],
            &["grant-max-age regime[0].grant_max_age", "refusal-quiet regime[1].refusal_quiet"],
        ),
        (
            &plain,
            vec![tables(
                "[[regime]]\nid = \"it\"\nrefusal_quiet = \"180d\"\n[[regime]]\nid = \"es\"\n[[regime]]\nid = \"us-ca\"",
            )],
            &["refusal-quiet regime[0].refusal_quiet"],
        ),
        (
            &plain,
            vec![tables(
                "[[regime]]\nid = \"home\"\nkind = \"opt-out\"\nregions = [\"FR-IDF\"]\n[[regime]]\nid = \"us-ca\"",
            )],
            &["regime-kind regime[0].kind"],
        ),
    ];
    let mut seen: Vec<String> = vec!["draft".into()];
    for (advice, changes, wanted) in cases {
        let changes: Vec<(&str, &str)> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
        let found = said(&changes, advice);
        assert_eq!(found, wanted, "{changes:?}");
        seen.extend(found.iter().filter_map(|line| line.split(' ').next().map(str::to_owned)));
    }
    for rule in Advice::rules() {
        assert!(seen.iter().any(|code| code == rule.code), "no policy here is against {}", rule.code);
    }
}

/// A published policy is no draft.
#[test]
fn a_draft_is_noted_until_it_is_published() {
    let codes = |source: &str| {
        let policy = Policy::from_toml(source).unwrap();
        (policy.material(), policy.advice().iter().map(|warning| warning.code()).collect::<Vec<_>>())
    };
    let (material, draft) = codes(GOOD);
    assert_eq!(draft, ["draft"]);
    let change = "[[change]]\nversion = 1\nkind = \"editorial\"\n";
    assert_eq!(codes(&format!("{GOOD}{change}")).1, ["draft"]);
    let published = format!("{GOOD}{change}material = \"{material}\"\n");
    assert_eq!(codes(&published).1, [""; 0]);
}

/// What depends on a fault is not said beside it; the rest is.
#[test]
fn a_policy_with_faults_gets_advice_too() {
    let source =
        GOOD.replace("contact = {", "contract = {").replace("\"30d\"\n", "3").replace("[\"page\"]", "\"page\"");
    let checked = Policy::check_toml(&source);
    let faults: Vec<_> = checked.faults().iter().map(|fault| fault.path()).collect();
    assert_eq!(faults, ["contract", "service[0].data", "service[0].retention"]);
    let warnings = checked.warnings(&Advice::new());
    let codes: Vec<_> = warnings.iter().map(|warning| warning.code()).collect();
    assert!(codes.contains(&"no-contact"), "{codes:?}");
}

/// Presets with nothing else said are beside no law, alone and together.
#[test]
fn presets_keep_to_the_law() {
    let all: Vec<String> = Jurisdiction::all().map(|place| format!("[[regime]]\nid = \"{}\"\n", place.id())).collect();
    for regimes in all.iter().cloned().chain([all.concat()]) {
        let source = format!("id = \"site\"\ncontact = {{ name = \"Site\", url = \"/\" }}\n{regimes}");
        let policy = Policy::from_toml(&source).unwrap();
        let codes: Vec<_> = policy.advice().iter().map(ToString::to_string).collect();
        assert_eq!(codes.len(), 1, "{regimes}: {codes:?}");
    }
}

/// A wide preset beside a narrow one holds in the rest, in whatever order they stand.
#[test]
fn a_preset_leaves_out_what_another_regime_has() {
    for regimes in
        ["[[regime]]\nid = \"eu\"\n[[regime]]\nid = \"fr\"\n", "[[regime]]\nid = \"fr\"\n[[regime]]\nid = \"eu\"\n"]
    {
        let policy = Policy::from_toml(&format!("id = \"site\"\n{regimes}")).unwrap();
        let of = |code| policy.regime(consentry::Region::parse(code)).id().to_owned();
        assert_eq!([of("FR"), of("AT"), of("DE")], ["fr", "eu", "eu"], "{regimes}");
    }
    let stated = "[[regime]]\nid = \"eu\"\n[[regime]]\nid = \"home\"\nkind = \"opt-in\"\nregions = [\"AT\"]\n";
    let policy = Policy::from_toml(&format!("id = \"site\"\n{stated}")).unwrap();
    assert_eq!(policy.regime(consentry::Region::parse("AT")).id(), "home");
}
