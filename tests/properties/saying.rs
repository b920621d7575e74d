//! One answer of a visitor.

use consentry::{Act, Answer, Method, policy::PolicyVersion};

/// What a visitor says, and to whom.
#[derive(Clone, Debug)]
pub struct Saying {
    pub act: Act,
    pub method: Method,
    /// The version the page was made of.
    pub shown: u32,
    /// The version of the side that takes the answer.
    pub running: u32,
    pub asked: Vec<String>,
    pub granted: Vec<String>,
    /// What is said something of, and the version its id is of.
    pub about: Vec<(String, u32)>,
    pub only_denies: bool,
}

impl Saying {
    pub fn says_yes(&self, id: &String) -> bool {
        match self.act {
            Act::Accept => true,
            Act::Save => self.granted.contains(id),
            _ => false,
        }
    }

    pub fn answer(self, give: impl Fn(&Answer<'_>) -> Option<String>) -> Option<String> {
        let ids = |ids: &'_ Vec<String>| ids.clone();
        let (asked, granted) = (ids(&self.asked), ids(&self.granted));
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
        let version = PolicyVersion::new(self.shown).expect("from 1");
        give(&Answer { act: self.act, method: self.method, version, asked: &asked, granted: &granted })
    }
}
