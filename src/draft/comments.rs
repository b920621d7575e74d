//! What a draft says to its author.

pub(super) const HEAD: &str = "\
# The privacy policy of this site: what it sets and loads, what for, and what it asks of its visitors.
# Drafted by `consentry init`. What is marked TODO is yours to decide; `consentry check` says what is wrong.
";

pub(super) const HEAD_SEEN: &str = "\
#
# The services below are what the site was seen to set and load. What was not visited is not in it, nor what a visitor who
# refuses does not get: go through it with somebody who knows the site. The texts are general; say what *this* site does.
";

pub(super) const CATEGORIES: &str = "
# ---- The categories: what visitors decide on. `necessary` is always there, and nobody is asked about it.
";

pub(super) const EXAMPLE: &str = r#"
# TODO: a service for each thing that sets cookies or loads content, such as:
#
# [[service]]
# id = "visits"
# category = "statistics"
# name = "Counting visits"
# purpose = "Count how often each page is visited."
# data = ["page-address"]
# recipients = ["Our web team"]
# retention = "395d"
# cookies = [{ name = "visit", max_age = "30d", purpose = "Ties the pages of a visit together." }]
"#;

pub(super) const OPEN_COOKIES: &str = r#"
# ---- TODO: cookies that were seen, and that nothing is known of. Find out what each is for and give it to a service in the
# category it belongs to. Necessary is only what a visitor could not use without what they asked for.
#
# [[service]]
# id = ""
# category = ""
# name = ""
# cookies = [
"#;

pub(super) const OPEN_HOSTS: &str = "
# ---- TODO: hosts of others that content came from, and that nothing is known of. Give each to the `hosts` of a service, so
# that nothing is loaded from there before it may be.
#
";

pub(super) const TAIL: &str = "
# ---- The history. The first version needs no entry; `consentry publish` writes one for every later change, and visitors are
# asked again about what changed and nothing else.
";
