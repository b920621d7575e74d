//! A case as it stands in its file.

use std::{collections::BTreeMap, fmt};

use consentry::{
    Policy, Region, Timestamp,
    consent::seal::KeyRing,
    server::{ConsentHtml, ConsentLayer, Mode, Nonce, Shared, Undeclared},
};
use serde_json::Value;

const POLICY: &str = include_str!("policy.toml");
const NOW: u64 = 1_800_000_000_000;

pub(crate) struct Case {
    pub name: String,
    pub layer: ConsentLayer,
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// What a layer outside of consent put into the request.
    pub nonce: Option<Nonce>,
    pub body: Body,
    pub app: App,
    pub wants: Wants,
}

/// A body in pieces.
#[derive(Clone, Default)]
pub(crate) struct Body {
    pub pieces: Vec<Vec<u8>>,
    /// Whether it breaks off after them.
    pub broken: bool,
}

/// What the application answers.
#[derive(Clone)]
pub(crate) struct App {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub nonce: Option<Nonce>,
    pub shared: Option<Shared>,
    pub used: bool,
    body: Body,
    echo: Vec<String>,
}

pub(crate) struct Wants {
    pub status: u16,
    pub headers: BTreeMap<String, Vec<String>>,
    pub body: Option<Vec<u8>>,
    pub contains: Vec<String>,
    pub lacks: Vec<String>,
    pub cut: bool,
}

/// A response as it left a stack.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, Vec<String>>,
    pub body: Vec<u8>,
    pub cut: bool,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body, cut } = self;
        write!(f, "{status} {headers:?} {:?}{}", String::from_utf8_lossy(body), if *cut { " (cut)" } else { "" })
    }
}

impl Reply {
    pub(crate) fn new<'a>(status: u16, lines: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut headers = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in lines {
            headers.entry(name.into()).or_default().push(String::from_utf8(value.to_vec()).unwrap());
        }
        Self { status, headers, body: Vec::new(), cut: false }
    }
}

impl Case {
    pub(crate) fn read(from: &Value) -> Self {
        only(from, &["name", "site", "request", "app", "wants"]);
        let request = &from["request"];
        only(request, &["method", "path", "headers", "nonce", "body"]);
        let mut headers = vec![("host".to_string(), "shop.example".to_string())];
        headers.extend(lines(&request["headers"]).into_iter().map(|(name, value)| (name, stand_ins(&value))));
        Self {
            name: text(&from["name"]).unwrap(),
            layer: site(&text(&from["site"]).unwrap_or_default()),
            method: text(&request["method"]).unwrap_or_else(|| "GET".into()),
            path: text(&request["path"]).unwrap_or_else(|| "/".into()),
            headers,
            nonce: nonce(&request["nonce"]),
            body: Body::read(&request["body"]),
            app: App::read(&from["app"]),
            wants: Wants::read(&from["wants"]),
        }
    }
}

impl Body {
    fn read(from: &Value) -> Self {
        let whole = |bytes: Vec<u8>| Self { pieces: vec![bytes], broken: false };
        match from {
            Value::Null => Self::default(),
            Value::String(text) => whole(text.clone().into()),
            Value::Array(pieces) => {
                Self { pieces: pieces.iter().flat_map(|piece| Self::read(piece).pieces).collect(), broken: false }
            }
            _ => {
                only(from, &["hex", "repeat", "times", "broken"]);
                if let Some(hex) = text(&from["hex"]) {
                    let digits: Vec<char> = hex.chars().filter(|digit| *digit != ' ').collect();
                    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
                    return whole(digits.chunks(2).map(byte).collect());
                }
                if let Some(part) = text(&from["repeat"]) {
                    return whole(part.repeat(from["times"].as_u64().unwrap() as usize).into());
                }
                Self { broken: true, ..Self::read(&from["broken"]) }
            }
        }
    }
}

impl App {
    fn read(from: &Value) -> Self {
        only(from, &["status", "headers", "body", "marks", "echo"]);
        let marks = &from["marks"];
        only(marks, &["nonce", "shared", "used"]);
        Self {
            status: number(&from["status"]).unwrap_or(200),
            headers: lines(&from["headers"]),
            nonce: nonce(&marks["nonce"]),
            shared: text(&marks["shared"]).map(|shared| match shared.as_str() {
                "for-all" => Shared::ForAll,
                "by-choice" => Shared::ByChoice,
                other => panic!("{other}"),
            }),
            used: marks["used"] == true,
            body: Body::read(&from["body"]),
            echo: texts(&from["echo"]),
        }
    }

    /// Its body, for a request whose headers are looked up with `seen`.
    pub(crate) fn body(&self, seen: impl Fn(&str) -> Vec<String>, ui: impl FnOnce() -> ConsentHtml) -> Body {
        if !self.echo.is_empty() {
            let lines = self.echo.iter().flat_map(|name| seen(name).into_iter().map(move |value| (name, value)));
            let lines = lines.map(|(name, value)| format!("{name}: {value}\n").into_bytes());
            return Body { pieces: lines.collect(), broken: false };
        }
        let Body { mut pieces, broken } = self.body.clone();
        let has = |part: &str| pieces.iter().any(|piece| String::from_utf8_lossy(piece).contains(part));
        if has("$head") || has("$banner") {
            let ui = ui();
            for piece in &mut pieces {
                let text = String::from_utf8_lossy(piece).replace("$head", &ui.head()).replace("$banner", &ui.banner());
                *piece = text.into_bytes();
            }
        }
        Body { pieces, broken }
    }
}

impl Wants {
    fn read(from: &Value) -> Self {
        only(from, &["status", "headers", "body", "contains", "lacks", "cut"]);
        let headers = from["headers"].as_object().into_iter().flatten();
        Self {
            status: number(&from["status"]).unwrap_or(200),
            headers: headers.map(|(name, values)| (name.clone(), texts(values))).collect(),
            body: (!from["body"].is_null()).then(|| Body::read(&from["body"]).pieces.concat()),
            contains: texts(&from["contains"]),
            lacks: texts(&from["lacks"]),
            cut: from["cut"] == true,
        }
    }
}

/// A site, by what is switched on.
fn site(name: &str) -> ConsentLayer {
    let ring = || KeyRing::new("k1", &[7; 32]).unwrap();
    let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap())
        .clock(|| Timestamp::from_millis(NOW))
        .region(|headers| Region::parse(headers.get("x-region")?.to_str().ok()?));
    let words: Vec<&str> = name.split('+').filter(|word| !word.is_empty()).collect();
    let layer = if words.iter().any(|word| ["https", "domain"].contains(word)) { layer } else { layer.development() };
    words.into_iter().fold(layer, |layer, word| match word {
        "https" => layer,
        "keys" => layer.keys(ring()),
        "domain" => layer.domain("shop.example", ring()).unwrap(),
        "mount" => layer.mount("/cookies"),
        "observe" => layer.mode(Mode::Observe),
        "withhold" => layer.undeclared(Undeclared::Withhold),
        "debug" => layer.debug_header(),
        "strip" => layer.strip_requests(),
        "insert" => layer.insert_banner(),
        "rewrite" => layer.rewrite_html(),
        "hosts" => layer.rewrite_hosts(),
        "share" => layer.share_pages(),
        other => panic!("{other}"),
    })
}

fn stand_ins(value: &str) -> String {
    let consent = |sign: char| {
        let answers = ["statistics", "marketing", "adverts", "videos"].map(|id| format!("/{sign}{id}")).concat();
        format!("privacy=1.shop.1.{}.ib{answers}", NOW - 1000)
    };
    value.replace("$refused", &consent('-')).replace("$granted", &consent('+'))
}

/// No field is misspelt.
fn only(from: &Value, names: &[&str]) {
    for name in from.as_object().into_iter().flat_map(|object| object.keys()) {
        assert!(names.contains(&name.as_str()), "{name} is none of {names:?}: {from}");
    }
}

fn text(from: &Value) -> Option<String> {
    from.as_str().map(String::from)
}

fn nonce(from: &Value) -> Option<Nonce> {
    Some(Nonce::new(from.as_str()?).unwrap())
}

fn texts(from: &Value) -> Vec<String> {
    from.as_array().into_iter().flatten().map(|value| text(value).unwrap()).collect()
}

fn number(from: &Value) -> Option<u16> {
    from.as_u64().map(|number| number.try_into().unwrap())
}

/// `[["name", "value"], …]`
fn lines(from: &Value) -> Vec<(String, String)> {
    let lines = from.as_array().into_iter().flatten();
    lines.map(|line| (text(&line[0]).unwrap(), text(&line[1]).unwrap())).collect()
}
