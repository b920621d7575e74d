//! The library's own pages under the mount path, for any HTTP stack.
//!
//! | path | |
//! |---|---|
//! | `GET {mount}` | the choices page |
//! | `POST {mount}` | an answer: a form gets 303, JSON gets the decision |
//! | `GET {mount}/decision` | the decision as JSON |
//! | `GET {mount}/banner` | the banner by itself, for pages that all visitors get alike |
//! | `GET {mount}/key` | what a page depends on, in the header `Consent-Key`, for caches |
//! | `GET {mount}/policy.json` | the compiled policy |
//! | `GET {mount}/history` | the change history |
//! | `GET {mount}/export` | what the site's cookie knows of the visitor, as JSON |
//! | `GET {mount}/assets/…` | style sheet and script, under names made of their content |
//! | `GET /.well-known/gpc.json` | whether the site honours the GPC signal |

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};

use super::{
    answer::{self, What},
    assets,
    clear::cookie_names,
    facts::Facts,
    origin::{Source, source},
    pages, share,
    site::Site,
};
use crate::{
    consent::Answer,
    decision::{Decision, Status},
    policy::{GpcRule, Serving},
    visit::Visit,
};

/// Where browsers and researchers look for what a site says of the GPC signal.
const GPC_SUPPORT: &str = "/.well-known/gpc.json";

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// The page may do what it needs and nothing else; nobody may frame it, so nobody can trick a visitor into a click.
const PAGE_CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                        form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The body of a request as far as it was read.
#[derive(Clone, Copy, Debug)]
pub enum RequestBody<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It is larger than 8 KiB.
    TooLarge,
    /// It could not be read to its end.
    Broken,
}

impl Site {
    /// The most bytes of a request body that are looked at.
    pub const MAX_BODY_BYTES: usize = answer::MAX_BODY_BYTES;

    /// Whether requests for `path` are this library's to answer.
    pub fn handles(&self, path: &str) -> bool {
        path == GPC_SUPPORT
            || path.strip_prefix(self.mount_path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Answers a request for one of the library's own paths.
    pub fn handle(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: RequestBody<'_>) -> Response<String> {
        let path = uri.path();
        let rest = path.strip_prefix(self.mount_path()).unwrap_or_default();
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let read = method == Method::GET || method == Method::HEAD;
        let mut response = match rest {
            _ if path == GPC_SUPPORT && read => respond(JSON, "public, max-age=3600", self.gpc_support()),
            _ if path == GPC_SUPPORT => not_allowed("GET, HEAD"),
            "" if method == Method::POST => self.post(uri, headers, body),
            "" | "/decision" | "/banner" | "/key" | "/policy.json" | "/history" | "/export" if read => {
                self.read(rest, uri, headers)
            }
            "" => not_allowed("GET, HEAD, POST"),
            "/decision" | "/banner" | "/key" | "/policy.json" | "/history" | "/export" => not_allowed("GET, HEAD"),
            _ => match rest.strip_prefix("/assets/").and_then(assets::find) {
                Some(asset) if read => {
                    let forever = "public, max-age=31536000, immutable";
                    respond(asset.content_type, forever, asset.text.to_string())
                }
                Some(_) => not_allowed("GET, HEAD"),
                None => empty(StatusCode::NOT_FOUND),
            },
        };
        if method == Method::HEAD {
            response.body_mut().clear();
        }
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }

    /// What the site says of the GPC signal, for all visitors alike (Global Privacy Control, "GPC Support Resource").
    /// The date is that of the policy's newest change; without one there is none to state.
    fn gpc_support(&self) -> String {
        let policy = self.policy();
        let honours = policy.regimes().iter().any(|regime| regime.gpc_rule() != GpcRule::Ignore);
        let date = policy.changes().iter().rev().find_map(|change| change.effective_date());
        let support = match date {
            Some(date) => serde_json::json!({ "gpc": honours, "lastUpdate": date.to_string() }),
            None => serde_json::json!({ "gpc": honours }),
        };
        support.to_string()
    }

    fn read(&self, rest: &str, uri: &Uri, headers: &HeaderMap) -> Response<String> {
        let facts = self.facts(uri, headers);
        let (policy, locale) = (&facts.policy, facts.locale());
        match rest {
            "/policy.json" => {
                let serving = Serving {
                    cookie: self.cookie_name(),
                    domain: self.cookie_domain(),
                    sealed: self.sealer().is_some(),
                    mount: self.mount_path(),
                };
                vary_on_language(respond(JSON, "no-cache", policy.compile(locale, Some(serving))))
            }
            "/history" => {
                let page = pages::history(policy, locale, self.mount_path());
                vary_on_language(page_response(page, "no-cache"))
            }
            _ => {
                let visit = self.visit(&facts);
                let mut response = match rest {
                    "/decision" => respond(JSON, "no-store", visit.decision.to_json()),
                    "/banner" => page_response(
                        pages::banner(&visit.decision, locale, self.mount_path(), &pages::back(uri)),
                        "no-store",
                    ),
                    "/key" => {
                        let mut response = empty(StatusCode::NO_CONTENT);
                        share::put_key(response.headers_mut(), &share::key(&visit.decision, locale));
                        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                        // A cache asks, and would not know what to do with a cookie.
                        return response;
                    }
                    "/export" => {
                        let mut response = respond(JSON, "no-store", self.export(&visit, &facts));
                        let name = HeaderValue::from_static("attachment; filename=\"privacy-choices.json\"");
                        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
                        response
                    }
                    _ => {
                        let names = self.declared_cookies(&facts);
                        let back = pages::back(uri);
                        page_response(pages::choices(&visit, locale, self.mount_path(), &names, back), "no-store")
                    }
                };
                let deletions = self.deletions_for_denied(&visit.decision, &facts);
                for cookie in self.upkeep(&visit, &facts).chain(deletions) {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
        }
    }

    fn post(&self, uri: &Uri, headers: &HeaderMap, body: RequestBody<'_>) -> Response<String> {
        let body = match body {
            RequestBody::Whole(body) if body.len() <= Self::MAX_BODY_BYTES => body,
            RequestBody::Broken => return empty(StatusCode::BAD_REQUEST),
            _ => return empty(StatusCode::PAYLOAD_TOO_LARGE),
        };
        let source = source(uri, headers);
        if source == Source::CrossOrigin {
            return empty(StatusCode::FORBIDDEN);
        }
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let facts = self.facts(uri, headers);
        let policy = &facts.policy;
        let Some(posted) = answer::read(content_type, body).filter(|posted| posted.policy == policy.id()) else {
            return empty(StatusCode::BAD_REQUEST);
        };
        if !posted.only_denies() {
            if source != Source::SameOrigin {
                return empty(StatusCode::FORBIDDEN);
            }
            // A page of a newer version showed something that this server does not know.
            if posted.version > policy.version() {
                return empty(StatusCode::BAD_REQUEST);
            }
        }
        let visit = self.visit(&facts);
        if !posted.fits(&visit.decision) {
            return empty(StatusCode::BAD_REQUEST);
        }
        let mut set_cookies = Vec::new();
        let decision = match posted.what {
            What::Forget => {
                let deleted = self.consent_cookie(String::new(), 0);
                set_cookies.extend(deleted.into_iter().chain(self.outcome_of(None, &visit.decision)));
                visit_without(&visit)
            }
            What::Act(act) => {
                let asked: Vec<&str> = posted.asked.iter().map(String::as_str).collect();
                let granted: Vec<&str> = posted.on.iter().map(String::as_str).collect();
                let (version, method) = (posted.version, posted.method);
                let text = visit.answer(&Answer { act, method, version, asked: &asked, granted: &granted });
                match text.map(|text| self.sealed(&text)) {
                    Some(text) => {
                        let decision = self.decide_on(Some(&text), &visit.decision);
                        let stored = self.set_cookie(&text, &visit.decision);
                        set_cookies.extend(stored.into_iter().chain(self.outcome_of(Some(&text), &decision)));
                        decision
                    }
                    None => visit.decision.clone(),
                }
            }
        };
        let refused = |status: Status| !status.is_allowed();
        set_cookies.extend(self.deletions(&decision, &facts, refused));
        let mut response = match posted.back {
            Some(back) => {
                let mut response = empty(StatusCode::SEE_OTHER);
                if let Ok(back) = HeaderValue::from_str(&back) {
                    response.headers_mut().insert(header::LOCATION, back);
                }
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            None => respond(JSON, "no-store", decision.to_json()),
        };
        for line in set_cookies {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
        response
    }

    /// The names of the request's cookies that the policy declares, and our own.
    fn declared_cookies(&self, facts: &Facts) -> Vec<String> {
        let mut names = cookie_names(facts);
        names.retain(|name| self.is_own_cookie(name) || facts.policy.service_of_cookie(name).is_some());
        names
    }

    /// Everything the site's own cookie says of the visitor, for the visitor (Art. 15 and 20 GDPR).
    fn export(&self, visit: &Visit<'_>, facts: &Facts) -> String {
        let entry = |entry: crate::consent::Entry<'_>| {
            serde_json::json!({
                "id": entry.name,
                "granted": entry.choice == crate::consent::Choice::Granted,
                "version": entry.version().get(),
                "at": entry.at().as_millis(),
                "regime": entry.regime().word(),
                "method": entry.method().word(),
            })
        };
        let consent = visit.stored.consent().map(|consent| {
            serde_json::json!({
                "policy": consent.policy(),
                "version": consent.version().get(),
                "at": consent.at().as_millis(),
                "method": consent.method().word(),
                "visitor": consent.visitor(),
                "sealed": consent.seal().is_some(),
                "answers": consent.entries().map(entry).collect::<Vec<_>>(),
            })
        });
        let decision: serde_json::Value = serde_json::from_str(&visit.decision.to_json()).unwrap_or_default();
        let cookies = self.declared_cookies(facts);
        let all = serde_json::json!({ "consent": consent, "decision": decision, "cookies": cookies });
        serde_json::to_string_pretty(&all).unwrap_or_default()
    }
}

/// What would be decided if nothing were stored.
fn visit_without(visit: &Visit<'_>) -> Decision {
    let decision = &visit.decision;
    decision.policy().decide(
        crate::decision::Stored::Absent,
        crate::consent::SealState::NotRequired,
        decision.signals(),
        decision.now(),
    )
}

fn empty(status: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = status;
    response
}

fn not_allowed(methods: &'static str) -> Response<String> {
    let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

fn respond(content_type: &'static str, cache: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn page_response(html: String, cache: &'static str) -> Response<String> {
    let mut response = respond(HTML, cache, html);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_CSP));
    response
}

fn vary_on_language(mut response: Response<String>) -> Response<String> {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}
