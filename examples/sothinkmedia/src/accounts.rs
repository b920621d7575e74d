//! The accounts people sign up for: held in memory, found by the code that only their owner was shown.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use consentry::Timestamp;

/// This is memory, not a data base.
const MAX_ACCOUNTS: usize = 1_000;
const MAX_NAME_CHARS: usize = 80;
/// RFC 5321 section 4.5.3.1.3: a path of 256 octets holds an address of 254.
const MAX_EMAIL_BYTES: usize = 254;
/// A request more often than this is declined as unreasonably repetitive.
const REQUESTS_PER_MINUTE: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) since: Timestamp,
}

/// Why a request was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Name,
    Email,
    Unknown,
    TooOften,
    Full,
}

struct Held {
    account: Account,
    requests: VecDeque<Timestamp>,
}

#[derive(Default)]
pub(crate) struct Accounts {
    held: Mutex<HashMap<String, Held>>,
}

impl Accounts {
    /// Opens an account; the code is the only way back to it.
    pub(crate) fn open(&self, name: &str, email: &str, now: Timestamp) -> Result<String, Refusal> {
        let account = Account { name: checked_name(name)?, email: checked_email(email)?, since: now };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_ACCOUNTS {
            return Err(Refusal::Full);
        }
        let code = new_code().ok_or(Refusal::Full)?;
        held.insert(code.clone(), Held { account, requests: VecDeque::new() });
        Ok(code)
    }

    pub(crate) fn read(&self, code: &str, now: Timestamp) -> Result<Account, Refusal> {
        self.with(code, now, |account| Ok(account.clone()))
    }

    pub(crate) fn correct(&self, code: &str, name: &str, email: &str, now: Timestamp) -> Result<Account, Refusal> {
        self.with(code, now, |account| {
            let (name, email) = (checked_name(name)?, checked_email(email)?);
            (account.name, account.email) = (name, email);
            Ok(account.clone())
        })
    }

    /// Deleting is never declined for having asked too often.
    pub(crate) fn delete(&self, code: &str) -> Result<(), Refusal> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(code.trim()).map(|_| ()).ok_or(Refusal::Unknown)
    }

    fn with<T>(
        &self,
        code: &str,
        now: Timestamp,
        act: impl FnOnce(&mut Account) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.get_mut(code.trim()).ok_or(Refusal::Unknown)?;
        held.requests.retain(|at| now.as_millis().saturating_sub(at.as_millis()) < 60_000);
        if held.requests.len() >= REQUESTS_PER_MINUTE {
            return Err(Refusal::TooOften);
        }
        held.requests.push_back(now);
        act(&mut held.account)
    }
}

/// 100 random bits, in groups that can be copied by hand.
fn new_code() -> Option<String> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).ok()?;
    let letters = bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)).copied().map(char::from));
    let mut code = String::new();
    for (place, letter) in letters.enumerate() {
        if place > 0 && place % 5 == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    Some(code)
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(Refusal::Name) }
}

/// Whether mail could be sent there, not whether it arrives: one `@`, no spaces, a domain of at least two labels.
fn checked_email(email: &str) -> Result<String, Refusal> {
    let email = email.trim();
    let (local, domain) = email.rsplit_once('@').ok_or(Refusal::Email)?;
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let fits = email.len() <= MAX_EMAIL_BYTES
        && (1..=64).contains(&local.len())
        && !local.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control())
        && domain.contains('.')
        && domain.split('.').all(label);
    if fits { Ok(email.to_owned()) } else { Err(Refusal::Email) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_764_000_000_000);

    #[test]
    fn an_account_is_read_corrected_and_deleted_by_its_code_alone() {
        let accounts = Accounts::default();
        let code = accounts.open(" Ada ", "ada@example.org", NOW).unwrap();
        assert_eq!(code.len(), 23);
        assert_eq!(accounts.read(&code, NOW).unwrap().name, "Ada");
        assert_eq!(accounts.read("guess", NOW), Err(Refusal::Unknown));
        assert_eq!(accounts.correct(&code, "Ada L.", "nonsense", NOW), Err(Refusal::Email));
        assert_eq!(accounts.read(&code, NOW).unwrap().name, "Ada");
        assert_eq!(accounts.correct(&code, "Ada L.", "ada@example.com", NOW).unwrap().email, "ada@example.com");
        accounts.delete(&code).unwrap();
        assert_eq!(accounts.read(&code, NOW), Err(Refusal::Unknown));
    }

    #[test]
    fn unreasonably_repetitive_requests_are_declined_but_never_a_deletion() {
        let accounts = Accounts::default();
        let code = accounts.open("Ada", "ada@example.org", NOW).unwrap();
        for _ in 0..REQUESTS_PER_MINUTE {
            accounts.read(&code, NOW).unwrap();
        }
        assert_eq!(accounts.read(&code, NOW), Err(Refusal::TooOften));
        assert!(accounts.read(&code, Timestamp::from_millis(NOW.as_millis() + 60_000)).is_ok());
        accounts.delete(&code).unwrap();
    }

    #[test]
    fn addresses_mail_could_not_be_sent_to_are_refused() {
        for good in ["a@b.co", "first.last+tag@mail.example.org", "üni@exämple.org", "\"odd\"@example.org"] {
            assert!(checked_email(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b.co", "a@", "a@b", "a@@b.co", "a b@c.de", "a@b..co", "a@-b.co", "a\n@b.co", "a@b c.de"]
        {
            assert_eq!(checked_email(bad), Err(Refusal::Email), "{bad:?}");
        }
        assert!(checked_email(&format!("{}@b.co", "a".repeat(65))).is_err());
    }
}
