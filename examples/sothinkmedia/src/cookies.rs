//! Cookies, as the policy declares them.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use consentry::{CookieRule, Policy, cookies::pairs};

/// Every cookie of a request, as pairs of name and value.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok()).flat_map(pairs)
}

pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The rule of the policy that a cookie falls under.
pub(crate) fn rule<'a>(policy: &'a Policy, name: &str) -> Option<&'a CookieRule> {
    policy.service_of_cookie(name)?.cookies().iter().find(|rule| rule.matches(name))
}

/// A `Set-Cookie` with the lifetime that the policy promises. `None` for a cookie it does not declare: such a cookie
/// is never set.
pub(crate) fn set(policy: &Policy, name: &str, value: &str) -> Option<HeaderValue> {
    let life = rule(policy, name)?.max_age_seconds();
    let life = life.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{name}={value}; Path=/{life}; HttpOnly; SameSite=Lax")).ok()
}

pub(crate) fn delete(name: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")).ok()
}
