//! Rewriting HTML by what is granted, as it streams by.
//!
//! What is held back keeps its place: a script gets a type that no browser runs or loads, and every address that another
//! element would load goes into an attribute of the same name after `data-`. The page's script finds them there when they
//! are granted; so does the rewriter, for pages written in that form.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::{fmt, mem};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use encoding_rs::Encoding;
use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, HandlerResult, MemorySettings, OutputSink, Selector,
    errors::RewritingError,
    html_content::{ContentType, TextChunk},
    send::{Element, HtmlRewriter, RewriteStrSettings, SendHandlerTypes, Settings},
};

use super::{
    gate::Counters,
    hosts::{Hosts, attribute_text, is_plain},
    insert::in_ascii,
    loads::{ADDRESSES, SELECTORS, Selectors, WAITING, document, find_address, is_inert, mark},
    reading::refused_in,
    source::Source,
    visitor::ConsentHtml,
};
use crate::{
    decision::Decision,
    policy::{NECESSARY, Policy, Service},
};

/// The most that is held of a page at a time, in bytes: the longest tag.
const MAX_MEMORY_BYTES: usize = 1024 * 1024;

/// Room for what is put into a page, in bytes, so that it is rarely moved.
const MIN_ROOM_BYTES: usize = 4096;

/// The most that a `noscript` element can hold, in bytes.
const MAX_NOSCRIPT_BYTES: usize = 64 * 1024;

/// Those that fill a place in the page, where something can stand instead.
const EMBEDS: [&str; 5] = ["iframe", "video", "audio", "embed", "object"];

/// A page that could not be rewritten to its end.
#[derive(Debug, thiserror::Error)]
#[error("the page is cut off, because what follows cannot be held back safely: {0}")]
pub(super) struct Fault(#[from] RewritingError);

/// What is written into a page.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) head: String,
    pub(super) body: String,
    /// What is granted, for an attribute of the page's root element; `None` where the page's first script says it.
    pub(super) granted: Option<String>,
}

/// What may be live.
pub(super) struct Rule {
    /// `None` for a page that all visitors get alike: nothing optional is.
    pub(super) decision: Option<Decision>,
    pub(super) policy: Policy,
    /// Where elements are recognised by their hosts.
    pub(super) page: Option<Mutex<Page>>,
    /// Writes what stands in the place of an embed.
    pub(super) ui: ConsentHtml,
    /// Whether the page is surely in UTF-8.
    pub(super) is_utf8: bool,
    pub(super) counters: Arc<Counters>,
    /// Whether what would be held back is only counted.
    pub(super) observes: bool,
}

/// What its elements are recognised by, as far as a page was read.
#[derive(Debug)]
pub(super) struct Page {
    hosts: Hosts,
    source: Source,
}

impl Page {
    pub(super) fn new(hosts: Hosts) -> Self {
        Self { hosts, source: Source::default() }
    }
}

/// A page's rewriter.
pub(super) struct Rewriter {
    inner: Option<HtmlRewriter<'static, Output>>,
    rule: Arc<Rule>,
    output: Output,
}

impl fmt::Debug for Rewriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewriter").finish_non_exhaustive()
    }
}

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl OutputSink for Output {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        lock(&self.0).extend_from_slice(chunk);
    }
}

impl Output {
    /// Makes room for what comes of a piece: mostly itself.
    fn expect(&self, length: usize) {
        lock(&self.0).reserve(length + length / 8 + MIN_ROOM_BYTES);
    }

    fn take(&self) -> Bytes {
        mem::take(&mut *lock(&self.0)).into()
    }
}

/// What is shared within a rewriter is used by one thread at a time; a lock is what makes it movable to another.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

type Handler<'s> = (Cow<'s, Selector>, ElementContentHandlers<'static, SendHandlerTypes>);

fn on_element<'s>(
    selector: &'s Selector,
    handler: impl FnMut(&mut Element<'_, '_>) -> HandlerResult + Send + 'static,
) -> Handler<'s> {
    (Cow::Borrowed(selector), ElementContentHandlers::default().element(handler))
}

impl Rewriter {
    pub(super) fn new(texts: Texts, rule: Rule, encoding: Option<&'static Encoding>) -> Self {
        let (rule, output) = (Arc::new(rule), Output::default());
        let Some(selectors) = &*SELECTORS else { return Self { inner: None, rule, output } };
        let known = encoding.and_then(AsciiCompatibleEncoding::new);
        let mut settings = Settings::new_send()
            .with_encoding(known.unwrap_or_else(AsciiCompatibleEncoding::utf_8))
            // What a page says of itself counts only where its headers say nothing.
            .with_adjust_charset_on_meta_tag(known.is_none())
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MAX_MEMORY_BYTES))
            .with_strict(true);
        for handler in handlers(selectors, texts, Arc::clone(&rule)) {
            settings = settings.append_element_content_handler(handler);
        }
        Self { inner: Some(HtmlRewriter::new(settings, output.clone())), rule, output }
    }

    pub(super) fn take(&mut self, piece: Bytes) -> Result<Bytes, Fault> {
        // After a fault there is no rewriter, and nothing more of the page.
        if let Some(mut rewriter) = self.inner.take() {
            self.output.expect(piece.len());
            if let Some(page) = &self.rule.page {
                lock(page).source.take(piece.clone());
            }
            rewriter.write(&piece)?;
            self.inner = Some(rewriter);
        }
        Ok(self.output.take())
    }

    pub(super) fn end(&mut self) -> Result<Bytes, Fault> {
        if let Some(rewriter) = self.inner.take() {
            rewriter.end()?;
        }
        Ok(self.output.take())
    }
}

fn handlers(selectors: &Selectors, texts: Texts, rule: Arc<Rule>) -> Vec<Handler<'_>> {
    let Texts { head, body, granted } = texts;
    let mut all = Vec::new();
    if let Some(granted) = granted {
        all.push(on_element(&selectors.html, move |html| Ok(html.set_attribute("data-consent", &granted)?)));
    }
    // What has no head goes where the body begins.
    let head = Arc::new(Mutex::new(head));
    let take = |text: &Mutex<String>| mem::take(&mut *lock(text));
    let early = Arc::clone(&head);
    all.push(on_element(&selectors.head, move |element| {
        element.prepend(&take(&early), ContentType::Html);
        Ok(())
    }));
    let mut body = body;
    all.push(on_element(&selectors.body, move |element| {
        element.prepend(&(take(&head) + &mem::take(&mut body)), ContentType::Html);
        Ok(())
    }));
    if rule.page.is_some() {
        let rule = Arc::clone(&rule);
        all.push(on_element(&selectors.base, move |base| {
            rule.rebase(&base.get_attribute("href").map(attribute_text).unwrap_or_default());
            Ok(())
        }));
    }
    all.push(gate_elements(selectors, Arc::clone(&rule), true));
    let mut inside = String::new();
    let text = move |chunk: &mut TextChunk<'_>| rewrite_noscript(chunk, &mut inside, &rule);
    let noscript = ElementContentHandlers::default().text(text);
    all.push((Cow::Borrowed(&selectors.noscript), noscript));
    all
}

/// `in_source`: not within a `noscript`, whose tags are read by themselves, and where nobody is told what is missing.
fn gate_elements(selectors: &Selectors, rule: Arc<Rule>, in_source: bool) -> Handler<'_> {
    let selector = if rule.page.is_some() { &selectors.loading } else { &selectors.marked };
    on_element(
        selector,
        move |element| {
            if in_source && rule.is_own(element) { Ok(()) } else { rule.apply(element, in_source) }
        },
    )
}

/// A browser without scripts reads what is in a `noscript` as markup; to everyone else it is a text.
fn rewrite_noscript(chunk: &mut TextChunk<'_>, inside: &mut String, rule: &Arc<Rule>) -> HandlerResult {
    inside.push_str(chunk.as_str());
    if inside.len() > MAX_NOSCRIPT_BYTES {
        return Err("a noscript element is too long".into());
    }
    if !chunk.last_in_text_node() {
        chunk.remove();
        return Ok(());
    }
    let html = mem::take(inside);
    let rewritten = match &*SELECTORS {
        Some(selectors) => {
            let settings = RewriteStrSettings::new_send().with_strict(true);
            let settings = settings.append_element_content_handler(gate_elements(selectors, Arc::clone(rule), false));
            lol_html::rewrite_str(&html, settings)?
        }
        None => html,
    };
    chunk.replace(&rewritten, ContentType::Html);
    Ok(())
}

impl Rule {
    fn allows(&self, id: &str) -> bool {
        match &self.decision {
            Some(decision) => decision.allows(id),
            None => {
                let category = self.policy.service(id).map_or(id, |service| service.category());
                category == NECESSARY
            }
        }
    }

    fn rebase(&self, href: &str) {
        if let Some(page) = &self.page {
            lock(page).hosts.rebase(href);
        }
    }

    /// Whether an element surely has no mark and loads nothing that a service declares.
    fn is_own(&self, element: &Element<'_, '_>) -> bool {
        let Some(page) = &self.page else { return false };
        let page = lock(page);
        page.hosts.is_own_undeclared() && page.source.get(element.source_location().bytes()).is_some_and(is_plain)
    }

    fn apply(&self, element: &mut Element<'_, '_>, tells: bool) -> HandlerResult {
        let marked = mark(element);
        let refused = self.refused(element, marked.as_deref())?;
        if refused.is_empty() {
            return if marked.is_some() { release(element) } else { Ok(()) };
        }
        self.counters.count_inert();
        if self.observes {
            return Ok(());
        }
        let all = refused.join(" ");
        if marked.as_ref() != Some(&all) {
            element.set_attribute("data-consent", &all)?;
        }
        if tells && fills_a_place(element) {
            let stand_in: String = refused.iter().map(|id| self.ui.stand_in(id)).collect();
            element.before(&if self.is_utf8 { stand_in } else { in_ascii(&stand_in) }, ContentType::Html);
        }
        hold_back(element)
    }

    /// All that speaks against an element, each id once: what it is marked with, and whose the addresses are that it loads
    /// from.
    fn refused(&self, element: &Element<'_, '_>, marked: Option<&str>) -> Result<Vec<String>, RewritingError> {
        let mut refused: Vec<String> =
            marked.filter(|id| !self.allows(id)).map(ToString::to_string).into_iter().collect();
        let Some(page) = &self.page else { return Ok(refused) };
        let hosts = &lock(page).hosts;
        // An inert form is made live if nothing speaks against what it waits with.
        let _: Option<()> = find_address(element, true, |address| {
            let service = hosts.service(address).map(Service::id);
            refused.extend(service.filter(|id| !self.allows(id)).map(ToString::to_string));
            None
        });
        if let Some(document) = document(element, true) {
            refused.extend(refused_in(&document, hosts.clone(), &|id| self.allows(id))?);
        }
        if refused.is_empty() {
            return Ok(refused);
        }
        // A service that follows its category is not allowed without it.
        let followed: Vec<&str> = refused
            .iter()
            .filter_map(|id| self.policy.service(id))
            .filter(|s| !s.has_own_choice())
            .map(Service::category)
            .collect();
        let mut seen = Vec::new();
        for id in &refused {
            if !followed.contains(&id.as_str()) && !seen.contains(id) {
                seen.push(id.clone());
            }
        }
        Ok(seen)
    }
}

/// Whether an element is an embed that visitors would see.
fn fills_a_place(element: &Element<'_, '_>) -> bool {
    let text = |name| element.get_attribute(name).unwrap_or_default();
    let tiny = |name| matches!(text(name).trim(), "0" | "1" | "0px" | "1px");
    let is_hidden = || {
        let style: String = text("style").split_ascii_whitespace().collect();
        element.has_attribute("hidden") || tiny("width") || tiny("height") || style.contains("display:none")
    };
    EMBEDS.contains(&element.tag_name().as_str()) && !is_hidden()
}

fn hold_back(element: &mut Element<'_, '_>) -> HandlerResult {
    let is_script = element.tag_name() == "script";
    if is_script {
        let kind = element.get_attribute("type").unwrap_or_default();
        if !is_inert(&kind) {
            if !kind.is_empty() {
                element.set_attribute("data-type", &kind)?;
            }
            element.set_attribute("type", "text/plain")?;
        }
    }
    for name in ADDRESSES {
        if let Some(value) = element.get_attribute(name) {
            let waiting = String::from(WAITING) + name;
            // No browser loads a script of that type, and only an address that was parsed as one is good under Trusted Types.
            if is_script && name == "src" && !element.has_attribute(&waiting) {
                continue;
            }
            // What a page already lets wait is the address; the other one is a stand-in.
            if !element.has_attribute(&waiting) {
                element.set_attribute(&waiting, &value)?;
            }
            element.remove_attribute(name);
        }
    }
    Ok(())
}

/// Makes an inert form live; what is live already stays byte for byte.
fn release(element: &mut Element<'_, '_>) -> HandlerResult {
    if element.tag_name() == "script" {
        if !is_inert(&element.get_attribute("type").unwrap_or_default()) {
            return Ok(());
        }
        match element.get_attribute("data-type") {
            Some(kind) => element.set_attribute("type", &kind)?,
            None => element.remove_attribute("type"),
        }
    }
    for name in ADDRESSES {
        let waiting = String::from(WAITING) + name;
        if let Some(value) = element.get_attribute(&waiting) {
            element.set_attribute(name, &value)?;
            element.remove_attribute(&waiting);
        }
    }
    Ok(())
}
