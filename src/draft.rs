//! Drafting a policy: from a few answers, and from what a site was seen to set.
//!
//! What [`Knowledge`] knows goes under the category it commonly is in, by service; what it does not know is left to the
//! author, as comments. Nothing comes under necessary but what is known to be.

mod comments;
mod found;
mod text;

use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use comments::{CATEGORIES, EXAMPLE, HEAD, HEAD_SEEN, OPEN_COOKIES, OPEN_HOSTS, TAIL};
use found::{Cookie, Found, Group};
use text::{comment, duration, list, quoted};

use crate::{
    Category,
    cookies::{DEVELOPMENT_NAME, SECURE_NAME},
    knowledge::{CommonCategory, Knowledge, common_category},
    policy::{MAX_ID_BYTES, NECESSARY, is_cookie_pattern},
    seen::{Lifetime, Seen, SeenCookie},
};

/// What a draft is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The policy's id.
    pub id: String,
    /// Whom visitors can ask; left to the author where it is empty.
    pub contact: String,
    /// The contact's address for e-mail.
    pub email: Option<String>,
    /// The contact's page.
    pub url: Option<String>,
    /// The site's language, as a BCP 47 tag.
    pub locale: String,
    /// The ids of the categories that visitors decide on, in their order.
    pub categories: Vec<String>,
}

/// A drafted policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    text: String,
    services: usize,
    open_cookies: usize,
    open_hosts: usize,
}

impl Drafted {
    /// The policy in TOML.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many services it declares.
    pub fn services(&self) -> usize {
        self.services
    }

    /// How many cookies are left to the author.
    pub fn open_cookies(&self) -> usize {
        self.open_cookies
    }

    /// How many hosts are left to the author.
    pub fn open_hosts(&self) -> usize {
        self.open_hosts
    }
}

/// The usual words for a category.
struct Words {
    name: &'static str,
    purpose: &'static str,
}

fn usual(category: CommonCategory) -> Words {
    let (name, purpose) = match category {
        CommonCategory::Necessary => ("Necessary", "What the site does not work without."),
        CommonCategory::Preferences => {
            ("Preferences", "Remember how you like the site to be, and show help and content of others.")
        }
        CommonCategory::Statistics => ("Statistics", "Learn from how the site is used what to make better."),
        CommonCategory::Marketing => ("Marketing", "Show advertisements that suit you, and learn what they lead to."),
    };
    Words { name, purpose }
}

impl Draft {
    /// A draft of a policy with this id, in English, with the usual three categories.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            contact: String::new(),
            email: None,
            url: None,
            locale: "en".into(),
            categories: ["preferences", "statistics", "marketing"].map(ToOwned::to_owned).into(),
        }
    }

    /// Writes the policy, with what was seen.
    ///
    /// It is good TOML, whatever was seen; whether it is a good policy depends on the id, locale, addresses and categories
    /// that were given, which [`Policy::from_toml`](crate::Policy::from_toml) tells.
    pub fn write(&self, seen: Option<&Seen>, knowledge: &Knowledge) -> Drafted {
        let found = seen.map(|seen| Found::sort(seen, knowledge)).unwrap_or_default();
        let mut names = Names::default();
        let categories = self.all_categories(&found);
        for category in &categories {
            names.taken.insert(category.clone());
        }
        let mut text = self.head(seen.is_some());
        for id in &categories {
            text.push_str(&category(id));
        }
        text.push_str(&self.own_service(&mut names));
        for group in &found.groups {
            text.push_str(&service(group, &of_common(&categories, group.category), &mut names, knowledge));
        }
        if seen.is_none() {
            text.push_str(EXAMPLE);
        }
        text.push_str(&open(&found));
        text.push_str(TAIL);
        Drafted {
            text,
            services: found.groups.len() + 1,
            open_cookies: found.open_cookies.len(),
            open_hosts: found.open_hosts.len(),
        }
    }

    fn head(&self, seen: bool) -> String {
        let mut text = String::from(HEAD);
        if seen {
            text.push_str(HEAD_SEEN);
        }
        text.push_str(&format!("\nid = {}\ndefault_locale = {}\n", quoted(&self.id), quoted(&self.locale)));
        if !is_english(&self.locale) {
            text.push_str(&format!(
                "# TODO: the texts below are in English. Write them in `{}`.\n",
                comment(&self.locale)
            ));
        }
        if self.contact.is_empty() {
            text.push_str("# TODO: say whom visitors can ask.\n# contact = { name = \"\", email = \"\" }\n");
        } else {
            let mut fields = format!("name = {}", quoted(&self.contact));
            for (name, value) in [("url", &self.url), ("email", &self.email)] {
                if let Some(value) = value {
                    fields.push_str(&format!(", {name} = {}", quoted(value)));
                }
            }
            text.push_str(&format!("contact = {{ {fields} }}\n"));
        }
        text.push_str(CATEGORIES);
        text
    }

    /// `necessary`, those that were asked for, and those that something seen belongs to.
    fn all_categories(&self, found: &Found) -> Vec<String> {
        let mut categories = alloc::vec![NECESSARY.to_owned()];
        for id in &self.categories {
            if !categories.contains(id) {
                categories.push(id.clone());
            }
        }
        for group in &found.groups {
            let id = of_common(&categories, group.category);
            if !categories.contains(&id) {
                categories.push(id);
            }
        }
        categories
    }

    /// What the library itself sets, which visitors are told of too.
    fn own_service(&self, names: &mut Names) -> String {
        let id = names.unused("privacy-choices");
        format!(
            r#"
# ---- The services: what sets cookies or loads content.

[[service]]
id = {}
category = "necessary"
name = "Privacy choices"
purpose = "Keep your answers, so that you are not asked again on every page."
justification = "Without it your refusal could not be honoured beyond one page."
cookies = [
  {{ name = "{SECURE_NAME}", max_age = "400d", purpose = "Your answers." }},
  {{ name = "{DEVELOPMENT_NAME}", max_age = "400d", purpose = "The same, where the site runs without https." }},
]
"#,
            quoted(&id)
        )
    }
}

/// The category of this policy that commonly is `wanted`; the usual id where none is.
fn of_common(categories: &[String], wanted: CommonCategory) -> String {
    let known = categories.iter().find(|id| common_category(&Category::new(id.as_str())) == Some(wanted));
    known.cloned().unwrap_or_else(|| wanted.word().to_owned())
}

fn is_english(locale: &str) -> bool {
    locale.split('-').next().is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

fn category(id: &str) -> String {
    let mut text = format!("\n[[category]]\nid = {}\n", quoted(id));
    let common = common_category(&Category::new(id));
    if let Some(Words { name, purpose }) = common.map(usual) {
        text.push_str(&format!("name = {}\npurpose = {}\n", quoted(name), quoted(purpose)));
    } else {
        text.push_str("# TODO: say in words for visitors what it is for.\n");
        text.push_str(&format!("name = {}\n# purpose = \"\"\n", quoted(id)));
    }
    if common == Some(CommonCategory::Marketing) {
        text.push_str(
            "# What opt-out laws call it: a GPC signal denies these. TODO: \"sale\" too, where data is sold.\n",
        );
        text.push_str("uses = [\"share\", \"targeted-ads\"]\n");
    }
    text
}

fn service(group: &Group<'_>, category: &str, names: &mut Names, knowledge: &Knowledge) -> String {
    let service = group.service;
    let usual = service.category() == group.category;
    let wanted = if usual { service.id().to_owned() } else { format!("{}-{}", service.id(), group.category.word()) };
    let mut text = String::from("\n");
    for source in &group.sources {
        text.push_str(&format!("# {}\n", comment(source)));
    }
    text.push_str(&format!("[[service]]\nid = {}\ncategory = {}\n", quoted(&names.unused(&wanted)), quoted(category)));
    text.push_str(&format!("name = {}\n", quoted(service.name())));
    if usual && !service.purpose().is_empty() {
        text.push_str(&format!("purpose = {}\n", quoted(service.purpose())));
    } else {
        text.push_str("# TODO: say in words for visitors what it is for.\n# purpose = \"\"\n");
    }
    if group.category == CommonCategory::Necessary {
        match service.justification().filter(|_| usual) {
            Some(why) => {
                text.push_str("# TODO: is it so on this site? If not, visitors have to be asked.\n");
                text.push_str(&format!("justification = {}\n", quoted(why)));
            }
            None => {
                text.push_str("# TODO: visitors read this. If there is no reason, they have to be asked.\n");
                text.push_str("justification = \"TODO: say why the site does not work without it.\"\n");
            }
        }
    }
    if let Some(vendor) = service.vendor() {
        text.push_str(&format!("recipients = [{}]\n", quoted(vendor)));
    }
    if !group.hosts.is_empty() {
        text.push_str(&format!("hosts = {}\n", list(&group.hosts)));
    } else if usual {
        let usual_hosts = knowledge.hosts_of(service).flat_map(|host| [host.to_owned(), format!("*.{host}")]);
        let usual_hosts: Vec<String> = usual_hosts.collect();
        if !usual_hosts.is_empty() {
            text.push_str("# TODO: nothing was seen to come from its hosts. Commonly they are:\n");
            text.push_str(&format!("# hosts = {}\n", list(&usual_hosts).replace('\n', "\n# ")));
        }
    }
    if !group.cookies.is_empty() {
        text.push_str("cookies = [\n");
        for cookie in &group.cookies {
            text.push_str(&format!("  {},{}\n", cookie_table(cookie), note(cookie.lifetime)));
        }
        text.push_str("]\n");
    }
    text
}

fn cookie_table(cookie: &Cookie<'_>) -> String {
    let mut fields = format!("name = {}", quoted(&cookie.name));
    if let Some(age) = max_age(cookie.lifetime) {
        fields.push_str(&format!(", max_age = {}", quoted(&age)));
    }
    if let Some(path) = &cookie.path {
        fields.push_str(&format!(", path = {}", quoted(path)));
    }
    if let Some(purpose) = cookie.purpose.filter(|purpose| !purpose.is_empty()) {
        fields.push_str(&format!(", purpose = {}", quoted(purpose)));
    }
    format!("{{ {fields} }}")
}

/// The longest a browser keeps a cookie (RFC 6265bis section 5.5).
const LONGEST: u64 = crate::consent::MAX_COOKIE_AGE_SECONDS;

fn max_age(lifetime: Lifetime) -> Option<String> {
    match lifetime {
        Lifetime::Unknown | Lifetime::Session => None,
        Lifetime::Seconds(seconds) => Some(duration(seconds.min(LONGEST))),
    }
}

fn note(lifetime: Lifetime) -> &'static str {
    match lifetime {
        Lifetime::Unknown => " # TODO: set by a script, so its lifetime was not seen",
        Lifetime::Seconds(seconds) if seconds > LONGEST => " # asks for more; browsers keep none for longer",
        _ => "",
    }
}

/// What is left to the author, as comments that can be uncommented.
fn open(found: &Found<'_>) -> String {
    let mut text = String::new();
    if !found.open_cookies.is_empty() {
        text.push_str(OPEN_COOKIES);
        for cookie in &found.open_cookies {
            text.push_str(&open_cookie(cookie));
        }
        text.push_str("# ]\n");
    }
    if !found.open_hosts.is_empty() {
        text.push_str(OPEN_HOSTS);
        for host in &found.open_hosts {
            text.push_str(&format!("#   {}\n", comment(host)));
        }
    }
    text
}

fn open_cookie(cookie: &SeenCookie) -> String {
    let (name, path) = (cookie.name().to_owned(), cookie.path().map(ToOwned::to_owned));
    let table = cookie_table(&Cookie { name, lifetime: cookie.lifetime(), path, purpose: None });
    let mut notes: Vec<String> = cookie.host().map(comment).into_iter().collect();
    if !is_cookie_pattern(cookie.name()) || cookie.name().ends_with('*') {
        notes.push("no policy can declare a name like this".into());
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" # {}", notes.join("; ")) };
    format!("#   {table},{notes}\n")
}

/// Ids that are given out: each once, also beside categories.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    fn unused(&mut self, wanted: &str) -> String {
        let mut id: String = wanted.chars().take(MAX_ID_BYTES).collect();
        let mut count = 2;
        while !self.taken.insert(id.clone()) {
            let end = format!("-{count}");
            id = wanted.chars().take(MAX_ID_BYTES.saturating_sub(end.len())).collect();
            id.push_str(&end);
            count += 1;
        }
        id.to_string()
    }
}
