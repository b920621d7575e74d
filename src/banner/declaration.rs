//! The declaration of cookies for a page about privacy: by category, what each service does and keeps, and the cookies it
//! sets (GDPR Art. 13(1)(c), (1)(e) and (2)(a); Planet49, C-673/17, paragraph 81: how long cookies work and who gets at
//! them).

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{Html, Word};
use crate::policy::{Category, Localized, Policy, Service, language::direction};

/// Writes the declaration as a section of a page. Headings begin with `h2`.
pub fn declaration(policy: &Policy, locale: &str, out: &mut Html) {
    let texts = Texts { policy, locale };
    let language = policy.0.words.language(locale);
    out.open("section");
    out.attribute("class", "cy-declaration");
    out.attribute("lang", language);
    out.attribute("dir", direction(language));
    for (category, services) in texts.categories() {
        element(out, "h2", texts.name(category.names(), category.id()));
        if let Some(purpose) = texts.text(category.purposes()) {
            element(out, "p", purpose);
        }
        for service in services {
            element(out, "h3", texts.name(service.names(), service.id()));
            if let Some(purpose) = texts.text(service.purposes()) {
                element(out, "p", purpose);
            }
            let facts = policy.facts_beside_cookies(service, locale);
            if !facts.is_empty() {
                out.open("ul");
                facts.iter().for_each(|fact| element(out, "li", fact));
                out.close();
            }
            if !service.cookies().is_empty() {
                texts.table(service, out);
            }
        }
    }
    out.close();
}

/// The declaration as Markdown (CommonMark with the tables of GitHub Flavored Markdown). Headings begin with `##`.
pub fn declaration_markdown(policy: &Policy, locale: &str) -> String {
    let texts = Texts { policy, locale };
    let mut blocks: Vec<String> = Vec::new();
    for (category, services) in texts.categories() {
        blocks.push(format!("## {}", plain(texts.name(category.names(), category.id()))));
        blocks.extend(texts.text(category.purposes()).map(plain));
        for service in services {
            blocks.push(format!("### {}", plain(texts.name(service.names(), service.id()))));
            blocks.extend(texts.text(service.purposes()).map(plain));
            let facts = policy.facts_beside_cookies(service, locale);
            let facts: Vec<String> = facts.iter().map(|fact| format!("- {}", plain(fact))).collect();
            blocks.extend((!facts.is_empty()).then(|| facts.join("\n")));
            if !service.cookies().is_empty() {
                let row = |cells: [&str; 3]| format!("| {} |", cells.map(plain).join(" | "));
                let head = [row(texts.columns()), "| --- | --- | --- |".to_string()];
                let rows = service.cookies().iter().map(|cookie| {
                    let kept = policy.lifetime(cookie, locale);
                    row([cookie.name(), texts.text(cookie.purposes()).unwrap_or_default(), &kept])
                });
                blocks.push(head.into_iter().chain(rows).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    blocks.join("\n\n") + "\n"
}

/// What a policy says in one language.
struct Texts<'a> {
    policy: &'a Policy,
    locale: &'a str,
}

impl<'a> Texts<'a> {
    /// The categories that have services, with these.
    fn categories(&self) -> impl Iterator<Item = (&'a Category, Vec<&'a Service>)> + use<'a> {
        let services = self.policy.services();
        let of = |category: &'a Category| {
            let own: Vec<&Service> = services.iter().filter(|service| service.category() == category.id()).collect();
            (!own.is_empty()).then_some((category, own))
        };
        self.policy.categories().iter().filter_map(of)
    }

    fn text(&self, text: &'a Localized) -> Option<&'a str> {
        text.get(self.locale, self.policy.default_locale())
    }

    /// A name; the library's own for the necessary category, or else the id.
    fn name(&self, names: &'a Localized, id: &'a str) -> &'a str {
        let library = || (id == crate::policy::NECESSARY).then(|| self.policy.word(Word::Necessary, self.locale));
        self.text(names).or_else(library).unwrap_or(id)
    }

    fn columns(&self) -> [&'a str; 3] {
        [Word::Cookies, Word::Details, Word::Lifetime].map(|word| self.policy.word(word, self.locale))
    }

    fn table(&self, service: &'a Service, out: &mut Html) {
        out.open("table");
        out.open("thead");
        out.open("tr");
        for column in self.columns() {
            out.open("th");
            out.attribute("scope", "col");
            out.text(column);
            out.close();
        }
        out.close();
        out.close();
        out.open("tbody");
        for cookie in service.cookies() {
            out.open("tr");
            out.open("th");
            out.attribute("scope", "row");
            element(out, "code", cookie.name());
            out.close();
            element(out, "td", self.text(cookie.purposes()).unwrap_or_default());
            element(out, "td", &self.policy.lifetime(cookie, self.locale));
            out.close();
        }
        out.close();
        out.close();
    }
}

fn element(out: &mut Html, tag: &'static str, text: &str) {
    out.open(tag);
    out.text(text);
    out.close();
}

/// A text on one line of Markdown in which nothing is markup (CommonMark 0.31, section 2.4, backslash escapes).
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, word) in text.split_whitespace().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        for character in word.chars() {
            if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '!') {
                out.push('\\');
            }
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CookieRule;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let policy = Policy::builder("shop")
            .category(Category::new("statistics").name("en", "<b>Num*bers*</b>").purpose("en", "a | b\n\n# c"))
            .service(
                Service::new("counter", "statistics")
                    .name("en", "[Counter](javascript:x)")
                    .cookie(CookieRule::new("_c_*").purpose("en", "`x` <script>")),
            )
            .build()
            .unwrap();
        let markdown = declaration_markdown(&policy, "en");
        assert_eq!(
            markdown,
            "## \\<b\\>Num\\*bers\\*\\</b\\>\n\na \\| b \\# c\n\n### \\[Counter\\](javascript:x)\n\n\
             | Cookies | Details | Kept for |\n| --- | --- | --- |\n\
             | \\_c\\_\\* | \\`x\\` \\<script\\> | until you close the browser |\n"
        );
        let mut html = Html::default();
        declaration(&policy, "en", &mut html);
        let html = html.into_string();
        assert!(!html.contains("<b>") && !html.contains("<script>"), "{html}");
    }
}
