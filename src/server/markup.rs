//! What a site wants done to the HTML it sends.

use super::site::Site;
use crate::banner::Layout;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Markup {
    pub(super) banner: bool,
    #[cfg(feature = "html")]
    pub(super) rewrite: bool,
    #[cfg(feature = "html")]
    pub(super) hosts: bool,
    pub(super) consent_mode: bool,
    pub(super) shared: bool,
    pub(super) layout: Layout,
}

impl Markup {
    /// Whether pages are looked into.
    pub(super) const fn changes_html(self) -> bool {
        self.banner || self.consent_mode
    }

    #[cfg(not(feature = "html"))]
    pub(super) const fn rewrites(self) -> bool {
        false
    }

    #[cfg(feature = "html")]
    pub(super) const fn rewrites(self) -> bool {
        self.rewrite
    }
}

impl Site {
    /// Puts the banner, its style sheet and its script into every page that does not put them in itself: into its head,
    /// and right after the start tag of its body. Pages are not held back or parsed for it. What compresses responses
    /// belongs outside of the layer.
    #[must_use]
    pub fn insert_banner(mut self) -> Self {
        self.markup.banner = true;
        self
    }

    /// Makes what needs consent in HTML inert where it is not granted, and live where it is, whatever the application
    /// writes; and puts in the banner, as [`insert_banner`](Self::insert_banner) does.
    ///
    /// An element with `data-consent="id"`, such as a script, an iframe, an image or a link, is held back: a script's type
    /// becomes `text/plain`, and the addresses of the others go into attributes like `data-src`, which no browser loads. In
    /// the place of an embed stands what is missing, with a button that allows it. An element written in its inert form
    /// becomes live where it is granted, so that pre-rendered files can be written once, in either form.
    ///
    /// HTML is rewritten as it streams by. A page that cannot be rewritten safely is cut off rather than passed on, and
    /// counted: one with a tag of more than a mebibyte, or with markup that browsers read in more than one way.
    #[cfg(feature = "html")]
    #[must_use]
    pub fn rewrite_html(mut self) -> Self {
        self.markup.banner = true;
        self.markup.rewrite = true;
        self
    }

    /// The same, and recognises what needs consent by the hosts that services declare, without any attribute; in `Link`
    /// headers and in a frame's `srcdoc` too. What an inline script loads is not seen: mark such a script with
    /// `data-consent`. Nor is what a style sheet loads.
    ///
    /// An element that needs several grants, by its mark and by the hosts of its addresses, waits for all of them.
    #[cfg(feature = "html")]
    #[must_use]
    pub fn rewrite_hosts(mut self) -> Self {
        self.markup.hosts = true;
        self.rewrite_html()
    }

    /// Tells Google's tags what is granted before any of them runs: Consent Mode v2, its seven signals resolved for the
    /// visitor and again after each answer. It goes into the head of pages that [`insert_banner`](Self::insert_banner) or
    /// [`rewrite_html`](Self::rewrite_html) sees, and is part of [`ConsentHtml::head`](super::ConsentHtml::head). What a
    /// signal hangs on is in the policy: see [`GoogleSignal`](crate::policy::GoogleSignal).
    ///
    /// A tag that is held back until its service is granted, as everything with `data-consent` is, sends nothing before:
    /// Google's *basic* mode. In *advanced* mode a tag is not marked, is loaded at once, and sends pings without cookies
    /// while it is denied; in opt-in regimes that is not lawful everywhere.
    #[must_use]
    pub fn consent_mode(mut self) -> Self {
        self.markup.consent_mode = true;
        self
    }

    /// Where the banner lies on a page: along its lower edge unless said.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.markup.layout = layout;
        self
    }

    /// Lets caches share the responses that the application marks with [`Shared`](super::Shared). What the visitor's answer
    /// comes to is then left in a second cookie beside the first, for the pages that all visitors get alike.
    #[must_use]
    pub fn share_pages(mut self) -> Self {
        self.markup.shared = true;
        self
    }
}
