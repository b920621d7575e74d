//! Deleting what a visitor does not, or no longer, agree to, wherever it may have been set.
//!
//! A cookie is deleted by its name, domain and path (RFC 6265 section 5.3, step 11), and a request tells only the name. So
//! each is deleted as host-only and for every domain it can have been set for, on each path its service declares, and
//! as a partitioned cookie too. What is over the limits of one response is in the next requests still, and is deleted
//! then.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::net::IpAddr;

use http::HeaderValue;

use super::{facts::Facts, site::Site};
use crate::{
    cookies,
    decision::{Decision, Status},
};

/// The most deletions in one response, in lines and in bytes of their values, so that no proxy drops it for its size.
const MAX_LINES: usize = 40;
const MAX_BYTES: usize = 6 * 1024;

/// The most cookies of a request that are looked at: 64 KiB hold no more that have a name and a value.
const MAX_NAMES: usize = 16 * 1024;

/// The longest host name, in bytes (RFC 1035 section 2.3.4).
const MAX_HOST_BYTES: usize = 253;

impl Site {
    /// The `Set-Cookie` lines that delete those of the request's cookies that a service declares whose status is
    /// `refused`.
    pub(super) fn deletions(
        &self,
        decision: &Decision,
        facts: &Facts,
        refused: impl Fn(Status) -> bool,
    ) -> Vec<HeaderValue> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        let mut domains: Option<Vec<String>> = None;
        // Most visitors are new, or have agreed.
        if !decision.case().verdicts().iter().any(|verdict| refused(verdict.status)) {
            return lines;
        }
        let is_refused = |name: &&str| !self.is_own_cookie(name) && decision.cookie_status(name).is_some_and(&refused);
        let mut names: Vec<&str> = all_names(facts).filter(is_refused).collect();
        names.sort_unstable();
        names.dedup();
        // Each time another one comes first: what cannot be deleted must not keep the others from it.
        let first = usize::try_from(self.now().as_millis()).unwrap_or(0).checked_rem(names.len()).unwrap_or(0);
        names.rotate_left(first);
        for name in names {
            self.count_cleared(name);
            let domains = domains.get_or_insert_with(|| facts.host().map(domains_of).unwrap_or_default());
            for line in self.deletions_of(decision, name, domains) {
                if lines.len() == MAX_LINES {
                    return lines;
                }
                if bytes + line.len() <= MAX_BYTES {
                    bytes += line.len();
                    lines.push(line);
                }
            }
        }
        lines
    }

    fn deletions_of(&self, decision: &Decision, name: &str, domains: &[String]) -> Vec<HeaderValue> {
        let service = decision.policy().service_of_cookie(name);
        let rules = service.into_iter().flat_map(|service| service.cookies()).filter(|rule| rule.matches(name));
        let mut paths: Vec<&str> = rules.filter_map(|rule| rule.path.as_deref()).chain(["/"]).collect();
        paths.dedup();
        // A prefix says how a cookie was set (RFC 6265bis section 4.1.3).
        let host_only = name.starts_with("__Host-");
        let is_secure = self.is_secure() || name.starts_with("__");
        let secure = if is_secure { "; Secure" } else { "" };
        let domains = domains.iter().filter(|_| !host_only).map(|domain| format!("; Domain={domain}"));
        let domains: Vec<String> = core::iter::once(String::new()).chain(domains).collect();
        let mut lines = Vec::new();
        for path in paths {
            for domain in &domains {
                let line = format!("{name}=; SameSite=Lax{secure}; Path={path}; Max-Age=0{domain}");
                // A partitioned cookie is secure, and is another one than that of the same name beside it.
                let partitioned = is_secure.then(|| format!("{line}; Partitioned"));
                lines.push(line);
                lines.extend(partitioned);
            }
        }
        lines.iter().filter_map(|line| HeaderValue::from_str(line).ok()).collect()
    }
}

/// The domains a host can set a cookie for: itself and its parents, short of a public suffix.
pub(super) fn domains_of(host: &str) -> Vec<String> {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).trim_end_matches('.').to_ascii_lowercase();
    // A host is what the client says it is: only a plain name may become part of a header.
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_name = name.len() <= MAX_HOST_BYTES && name.split('.').all(label) && name.parse::<IpAddr>().is_err();
    let Some(registrable) = psl::domain_str(&name).filter(|_| is_name).map(str::len) else { return Vec::new() };
    let mut domains = Vec::new();
    let mut domain = name.as_str();
    loop {
        domains.push(domain.to_string());
        match domain.split_once('.') {
            Some((_, parent)) if domain.len() > registrable => domain = parent,
            _ => return domains,
        }
    }
}

/// The names of a request's cookies, each once.
pub(super) fn cookie_names(facts: &Facts) -> Vec<String> {
    let mut names: Vec<String> = all_names(facts).map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    names
}

fn all_names(facts: &Facts) -> impl Iterator<Item = &str> {
    facts.cookie_lines().flat_map(cookies::pairs).map(|(name, _)| name).take(MAX_NAMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_end_short_of_a_public_suffix() {
        assert_eq!(domains_of("a.b.shop.co.uk:8443"), ["a.b.shop.co.uk", "b.shop.co.uk", "shop.co.uk"]);
        assert_eq!(domains_of("Shop.Example."), ["shop.example"]);
        assert_eq!(domains_of("user.github.io"), ["user.github.io"]);
        for none in
            ["localhost:3000", "127.0.0.1:80", "[::1]:80", "co.uk", "github.io", "", "..", "a..b", "a.b; Secure"]
        {
            assert_eq!(domains_of(none), [""; 0], "{none}");
        }
    }
}
