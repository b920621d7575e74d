//! Language tags (RFC 5646): which of several languages fits a wanted one, and which way it is written.

/// What a tag is also called, a tag a line: CLDR's names for deprecated tags, Norwegian under its three codes, and the
/// script of Chinese where only its region is said. `pkg/words.mjs` reads the same file.
const ALIASES: &str = include_str!("aliases.txt");

/// Languages written from right to left, by the script that CLDR has as the likely one.
const RIGHT_TO_LEFT: &str = "ar arc ckb dv fa he iw ks ps sd syr ug ur yi";

/// Scripts written from right to left, where a tag names its script.
const RIGHT_TO_LEFT_SCRIPTS: &str = "adlm arab hebr nkoo rohg syrc thaa";

/// Lookup (RFC 4647 section 3.4): what `find` has for `tag`, else for the tag without its last subtag, and so on. Other
/// names of a tag come right after it. `find` compares without regard to case.
pub(crate) fn lookup<T>(tag: &str, mut find: impl FnMut(&str) -> Option<T>) -> Option<T> {
    let mut tag = tag;
    loop {
        if let Some(found) = find(tag).or_else(|| aliases(tag).find_map(&mut find)) {
            return Some(found);
        }
        (tag, _) = tag.rsplit_once('-')?;
        // A single letter begins what was cut off, and means nothing without it.
        if let Some((shorter, [_])) = tag.rsplit_once('-').map(|(shorter, last)| (shorter, last.as_bytes())) {
            tag = shorter;
        }
    }
}

fn aliases(tag: &str) -> impl Iterator<Item = &'static str> {
    let others = |line: &'static str| {
        let (known, others) = line.split_once(' ')?;
        known.eq_ignore_ascii_case(tag).then_some(others)
    };
    ALIASES.lines().find_map(others).unwrap_or_default().split_ascii_whitespace()
}

/// The value of HTML's `dir` attribute for texts in a language.
pub(crate) fn direction(tag: &str) -> &'static str {
    let is_in = |list: &str, subtag: &str| list.split(' ').any(|known| known.eq_ignore_ascii_case(subtag));
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    // A script is the only subtag of four letters (RFC 5646 section 2.2.3).
    let script = subtags.find(|subtag| subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let is_rtl = script.map_or(is_in(RIGHT_TO_LEFT, language), |script| is_in(RIGHT_TO_LEFT_SCRIPTS, script));
    if is_rtl { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_that_is_there_is_taken() {
        let among = |known: &[&'static str], tag| {
            lookup(tag, |tag| known.iter().find(|it| it.eq_ignore_ascii_case(tag)).copied())
        };
        assert_eq!(among(&["pt", "pt-BR"], "pt-br-x-private"), Some("pt-BR"));
        assert_eq!(among(&["pt", "pt-BR"], "pt-PT"), Some("pt"));
        assert_eq!(among(&["pt-BR"], "pt"), None);
        assert_eq!(among(&["no"], "nn-NO"), Some("no"));
        // A site's own `zh` is nearer to a reader in Taiwan than another language.
        assert_eq!(among(&["zh"], "zh-TW"), Some("zh"));
        assert_eq!(among(&["zh-Hans", "zh-Hant"], "zh-Hant-HK"), Some("zh-Hant"));
        for nothing in ["", "-", "x", "eo", "e-n", "en-"] {
            assert_eq!(among(&["de", "fr"], nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_script_says_the_direction_before_the_language_does() {
        for tag in ["ar", "ar-EG", "he", "fa-AF", "ur", "AZ-Arab", "pa-arab-PK"] {
            assert_eq!(direction(tag), "rtl", "{tag}");
        }
        for tag in ["en", "", "az", "ur-Latn", "ar-Latn-EG", "zh-Hant"] {
            assert_eq!(direction(tag), "ltr", "{tag}");
        }
    }

    #[test]
    fn every_alias_is_another_name_and_lines_are_sorted() {
        let names = || ALIASES.lines().filter_map(|line| line.split_once(' '));
        assert_eq!(names().count(), ALIASES.lines().count());
        assert!(names().map(|(name, _)| name.to_ascii_lowercase()).is_sorted());
        for (name, others) in names() {
            assert!(others.split(' ').all(|other| !other.is_empty() && other != name), "{name}");
        }
    }
}
