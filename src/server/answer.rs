//! The answer in the body of a `POST`.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

use serde_json::Value as Json;

use super::origin::local_path;
use crate::{
    consent::{Act, Method},
    decision::Decision,
    policy::PolicyVersion,
};

/// The largest body of a request, in bytes.
pub(super) const MAX_BODY_BYTES: usize = 8 * 1024;

/// What a visitor posted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Posted {
    pub(super) policy: String,
    pub(super) version: PolicyVersion,
    pub(super) what: What,
    pub(super) method: Method,
    pub(super) asked: Vec<String>,
    pub(super) on: Vec<String>,
    /// Where to go next, for a form; a script wants the decision instead.
    pub(super) back: Option<String>,
}

/// An act of the core, or deleting what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Act(Act),
    Forget,
}

impl Posted {
    /// Whether it may be given under a decision: a signal is overridden only where it denies what the answer is about, and
    /// where that is possible.
    pub(super) fn fits(&self, decision: &Decision) -> bool {
        let overridable = |id: &String| decision.overridable().any(|known| known == id);
        let all = !self.asked.is_empty() && self.asked.iter().all(overridable);
        self.method != Method::GpcOverride || (all && !self.only_denies())
    }

    /// Whether it can do nothing but deny.
    pub(super) fn only_denies(&self) -> bool {
        match self.what {
            What::Act(Act::Reject | Act::Withdraw | Act::Acknowledge) => true,
            What::Act(Act::Save) => !self.asked.iter().any(|id| self.on.contains(id)),
            // Where the regime allows by default, deleting a refusal allows.
            What::Act(Act::Accept) | What::Forget => false,
        }
    }
}

/// Reads a body; `None` if it is not an answer.
pub(super) fn read(content_type: &str, body: &[u8]) -> Option<Posted> {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        from_json(&serde_json::from_slice(body).ok()?)
    } else if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        from_form(form_urlencoded::parse(body))
    } else {
        None
    }
}

fn from_json(json: &Json) -> Option<Posted> {
    let object = json.as_object()?;
    let text = |name: &str| object.get(name).and_then(Json::as_str);
    let list = |name: &str| match object.get(name) {
        None => Some(Vec::new()),
        Some(list) => list.as_array()?.iter().map(|item| item.as_str().map(String::from)).collect(),
    };
    let act = text("act")?;
    Some(Posted {
        policy: text("policy")?.to_string(),
        version: version(object.get("version")?.as_u64()?)?,
        what: what(act)?,
        method: method(act, text("method"))?,
        asked: list("asked")?,
        on: list("on")?,
        back: None,
    })
}

fn from_form<'a>(fields: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Option<Posted> {
    let (mut policy, mut number, mut act, mut how) = (None, None, None, None);
    let (mut asked, mut on, mut back) = (None, Vec::new(), None);
    for (name, value) in fields {
        let value = value.into_owned();
        let single = match name.as_ref() {
            "policy" => &mut policy,
            "version" => &mut number,
            "act" => &mut act,
            "method" => &mut how,
            "asked" => &mut asked,
            "return" => &mut back,
            "on" => {
                on.push(value);
                continue;
            }
            _ => continue,
        };
        // A field that is there twice has no one meaning.
        if single.replace(value).is_some() {
            return None;
        }
    }
    let act = act?;
    Some(Posted {
        policy: policy?,
        version: version(crate::text::number(&number?, u64::from(u32::MAX))?)?,
        what: what(&act)?,
        method: method(&act, how.as_deref())?,
        asked: asked.unwrap_or_default().split(' ').filter(|id| !id.is_empty()).map(String::from).collect(),
        on,
        back: Some(local_path(back.as_deref().unwrap_or("/")).to_string()),
    })
}

fn version(number: u64) -> Option<PolicyVersion> {
    PolicyVersion::new(u32::try_from(number).ok()?)
}

fn what(act: &str) -> Option<What> {
    if act == "forget" { Some(What::Forget) } else { Act::from_word(act).map(What::Act) }
}

/// How the answer was given. What only a signal may say is not taken from a request.
fn method(act: &str, how: Option<&str>) -> Option<Method> {
    match (act, how) {
        ("withdraw", _) => Some(Method::Withdrawal),
        ("acknowledge", _) => Some(Method::Notice),
        (_, None) => Some(Method::Banner),
        // Its form says yes; a no needs no override.
        ("accept" | "save", Some("gpc-override")) => Some(Method::GpcOverride),
        (_, Some(how)) => {
            Method::from_word(how).filter(|method| matches!(method, Method::Banner | Method::Choices | Method::Script))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

    #[test]
    fn a_form_and_json_say_the_same() {
        let form = read(FORM, b"policy=p&version=2&act=save&asked=a+b&on=a&return=%2Fx").unwrap();
        let json = br#"{"policy":"p","version":2,"act":"save","asked":["a","b"],"on":["a"]}"#;
        let json = read("application/json", json).unwrap();
        assert_eq!(form.back.as_deref(), Some("/x"));
        assert_eq!(Posted { back: None, ..form }, json);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for bad in [
            "",
            "policy=p",
            "policy=p&version=0&act=save",
            "policy=p&version=x&act=save",
            "policy=p&version=1&act=buy",
            "policy=p&version=1&version=2&act=save",
            "policy=p&version=1&act=save&act=accept",
            "policy=p&version=1&act=accept&method=gpc",
            "policy=p&version=1&act=reject&method=gpc-override",
            "policy=p&version=1&act=forget&method=gpc-override",
            "policy=p&version=4294967296&act=save",
        ] {
            assert_eq!(read(FORM, bad.as_bytes()), None, "{bad}");
        }
        for bad in [
            "",
            "null",
            "[]",
            "{}",
            "{\"policy\":1}",
            r#"{"policy":"p","version":"1","act":"save"}"#,
            r#"{"policy":"p","version":1,"act":"save","asked":"a"}"#,
            r#"{"policy":"p","version":1,"act":"save","on":[1]}"#,
            r#"{"policy":"p","version":-1,"act":"save"}"#,
            r#"{"policy":"p","version":1.5,"act":"save"}"#,
        ] {
            assert_eq!(read("application/json", bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(read("text/plain", br#"{"policy":"p","version":1,"act":"reject"}"#), None);
    }
}
