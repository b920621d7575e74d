//! Reading the Open Cookie Database's own file.

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use csv::{ReaderBuilder, StringRecord};

use super::{CommonCategory, Entry, Knowledge, KnownService};

/// A row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: found {found}, expected {expected}")]
pub struct RowFault {
    line: u64,
    found: String,
    expected: &'static str,
}

impl RowFault {
    /// The line the row begins in, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What was found.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What was expected.
    pub fn expected(&self) -> &str {
        self.expected
    }
}

/// The places of the columns that are read; others may be there, in any order.
struct Columns {
    platform: usize,
    category: usize,
    name: usize,
    domain: usize,
    description: usize,
    controller: usize,
    wildcard: usize,
}

const COLUMNS: &str = "the columns `Platform`, `Category`, `Cookie / Data Key name`, `Domain`, `Description`, `Data \
                       Controller` and `Wildcard match`";

impl Knowledge {
    /// Reads the CSV file of the Open Cookie Database, and says which rows could not be used.
    ///
    /// Its words for categories become ours: `Necessary` and `Security` are necessary; `Functional`, `Preferences` and
    /// `Personalization` preferences; `Analytics` statistics; `Marketing` marketing. `Functional` is what a site does not
    /// work without and what is only convenient there, so it is taken for what visitors are asked about. A name that the
    /// file ascribes to a third party counts only where that domain sets it.
    ///
    /// # Errors
    /// Where a column is missing, so that it is another kind of file.
    pub fn from_open_cookie_database(text: &str) -> Result<(Self, Vec<RowFault>), RowFault> {
        // Row lengths are checked here, so that one row too short is one fault.
        let mut reader =
            ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let columns = match reader.headers() {
            Ok(headers) => Columns::of(headers),
            Err(_) => None,
        };
        let columns = columns.ok_or_else(|| RowFault { line: 1, found: "another header".into(), expected: COLUMNS })?;
        let mut base = Self::default();
        let mut services = BTreeMap::new();
        let mut faults = Vec::new();
        for row in reader.records() {
            let read = match &row {
                Ok(row) => columns.read(row, &mut base, &mut services),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    Err(RowFault { line, found: error.to_string(), expected: "a row of CSV" })
                }
            };
            match read {
                Ok(entry) => base.add(entry),
                Err(fault) => faults.push(fault),
            }
        }
        Ok((base, faults))
    }
}

impl Columns {
    fn of(headers: &StringRecord) -> Option<Self> {
        let place = |name: &str| headers.iter().position(|header| header.trim() == name);
        Some(Self {
            platform: place("Platform")?,
            category: place("Category")?,
            name: place("Cookie / Data Key name")?,
            domain: place("Domain")?,
            description: place("Description")?,
            controller: place("Data Controller")?,
            wildcard: place("Wildcard match")?,
        })
    }

    fn read(
        &self,
        row: &StringRecord,
        base: &mut Knowledge,
        services: &mut BTreeMap<(String, CommonCategory), usize>,
    ) -> Result<Entry, RowFault> {
        let line = row.position().map_or(0, csv::Position::line);
        let fault = |found: String, expected| RowFault { line, found, expected };
        let field = |place: usize| row.get(place).map(str::trim);
        let short = || fault(format!("{} fields", row.len()), "a field for each column");
        let wildcard = field(self.wildcard).ok_or_else(short)?;
        let category = field(self.category).ok_or_else(short)?;
        let name = field(self.name).ok_or_else(short)?;
        let platform = field(self.platform).ok_or_else(short)?;
        let controller = field(self.controller).ok_or_else(short)?;
        let domain = field(self.domain).ok_or_else(short)?;
        let description = field(self.description).ok_or_else(short)?;
        let category = common(category).ok_or_else(|| {
            let expected = "Necessary, Security, Functional, Preferences, Personalization, Analytics or Marketing";
            fault(format!("the category {category:?}"), expected)
        })?;
        if name.is_empty() {
            return Err(fault("no name".into(), "the name of a cookie"));
        }
        if platform.is_empty() {
            return Err(fault("no platform".into(), "the name of a service"));
        }
        let pattern = match wildcard {
            "0" => name.to_owned(),
            "1" => format!("{}*", name.trim_end_matches('*')),
            other => return Err(fault(format!("{other:?} for a wildcard match"), "0 or 1")),
        };
        let service = *services.entry((platform.to_owned(), category)).or_insert_with(|| {
            base.services.push(KnownService {
                id: id(platform),
                name: one_line(platform),
                vendor: Some(one_line(controller)).filter(|vendor| !vendor.is_empty()),
                category,
                purpose: String::new(),
                justification: None,
                source: String::new(),
            });
            base.services.len().saturating_sub(1)
        });
        Ok(Entry {
            pattern,
            domain: third_party(domain),
            service,
            category,
            description: one_line(description),
            source: String::new(),
        })
    }
}

fn common(word: &str) -> Option<CommonCategory> {
    Some(match word.to_ascii_lowercase().as_str() {
        "necessary" | "security" => CommonCategory::Necessary,
        "functional" | "preferences" | "personalization" => CommonCategory::Preferences,
        "analytics" => CommonCategory::Statistics,
        "marketing" => CommonCategory::Marketing,
        _ => return None,
    })
}

/// An id for a policy: what letters and digits a name has, `-` between words.
fn id(name: &str) -> String {
    let mut id = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            id.push(character.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let start = id.find(|first: char| first.is_ascii_lowercase()).unwrap_or(id.len());
    let id: String = id.chars().skip(start).take(crate::policy::MAX_ID_BYTES).collect();
    if id.is_empty() { "service".into() } else { id.trim_end_matches('-').into() }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The domain of `facebook.com (3rd party)`; `None` where the site itself sets the cookie, or it is not said in one domain.
fn third_party(domain: &str) -> Option<String> {
    let (domain, _) = domain.split_once("(3rd party)")?;
    let domain = domain.trim().trim_start_matches('.').to_ascii_lowercase();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (domain.contains('.') && domain.bytes().all(is_host)).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::is_id;

    const HEADER: &str = "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data \
                          Controller,User Privacy & GDPR Rights Portals,Wildcard match\n";

    fn read(rows: &str) -> (Knowledge, Vec<RowFault>) {
        Knowledge::from_open_cookie_database(&format!("{HEADER}{rows}")).unwrap()
    }

    #[test]
    fn rows_become_knowledge() {
        let rows = "1,Some Tool,Analytics,_st,,\"Counts, and\ncounts\",1 day,Some Inc,,1\n\
                    2,Some Tool,Marketing,uid,some.example (3rd party),Follows,1 day,Some Inc,,0\n\
                    3,Own,Functional,lang,,Language,1 year,,,0\n\
                    4,Own,Security,guard,,Guards,1 year,,,0\n";
        let (base, faults) = read(rows);
        assert_eq!(faults, []);
        let known = base.cookie("_st_1").unwrap();
        assert_eq!((known.pattern(), known.category()), ("_st*", CommonCategory::Statistics));
        assert_eq!(known.description(), "Counts, and counts");
        assert_eq!((known.service().id(), known.service().vendor()), ("some-tool", Some("Some Inc")));
        assert_eq!(base.cookie("uid"), None);
        assert_eq!(base.cookie_of("uid", Some("a.some.example")).unwrap().category(), CommonCategory::Marketing);
        assert_eq!(base.cookie("lang").unwrap().category(), CommonCategory::Preferences);
        assert_eq!(base.cookie("lang").unwrap().service().vendor(), None);
        assert_eq!(base.cookie("guard").unwrap().category(), CommonCategory::Necessary);
    }

    #[test]
    fn a_row_that_is_wrong_is_told_with_its_line_and_costs_no_other() {
        let rows = "1,Tool,Strange,a,,,,,,0\n2,Tool,Marketing,,,,,,,0\n3,Tool,Marketing,c,,,,,,yes\n4,Tool\n\
                    5,Tool,Marketing,\"e\ne\",,,,,,0\n6,Tool,Marketing,f,,,,,,0\n7,,Marketing,g,,,,,,0\n";
        let (base, faults) = read(rows);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 2: found the category \"Strange\", expected Necessary, Security, Functional, Preferences, \
                 Personalization, Analytics or Marketing",
                "line 3: found no name, expected the name of a cookie",
                "line 4: found \"yes\" for a wildcard match, expected 0 or 1",
                "line 5: found 2 fields, expected a field for each column",
                "line 9: found no platform, expected the name of a service",
            ]
        );
        assert!(base.cookie("f").is_some());
    }

    #[test]
    fn another_file_is_told() {
        for text in ["", "a,b,c\n1,2,3\n", "{}", "\u{feff}"] {
            let fault = Knowledge::from_open_cookie_database(text).unwrap_err();
            assert_eq!(fault.line(), 1);
        }
    }

    #[test]
    fn ids_are_ids() {
        for (name, expected) in [
            ("Google Tag Manager", "google-tag-manager"),
            ("360 Tool", "tool"),
            ("\u{1f36a}", "service"),
            ("a very long name of a tool, longer than an id", "a-very-long-name-of-a-tool-longe"),
            ("A!", "a"),
        ] {
            assert_eq!(id(name), expected);
            assert!(is_id(&id(name)));
        }
    }

    /// Runs where the database lies beside the repository, or `OPEN_COOKIE_DATABASE` says where it is; else it says that it
    /// was skipped.
    #[test]
    fn the_database_itself() {
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/open-cookie-database.csv");
        let path = std::env::var("OPEN_COOKIE_DATABASE").unwrap_or_else(|_| beside.into());
        let Ok(text) = std::fs::read_to_string(&path) else {
            std::println!("skipped: {path} is not there");
            return;
        };
        let (base, faults) = Knowledge::from_open_cookie_database(&text).unwrap();
        // One row of it names no platform.
        assert!(faults.len() <= 1, "{faults:?}");
        assert!(base.cookies().count() > 2000);
        for service in base.services() {
            assert!(is_id(service.id()), "{}", service.id());
        }
    }
}
