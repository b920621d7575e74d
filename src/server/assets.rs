//! The style sheets and scripts, under names made of their content: they can be cached for ever.

use alloc::{format, string::String};
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::banner::{self, CSS, Layout};

/// A file served under the mount path.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) name: String,
    pub(super) content_type: &'static str,
    pub(super) text: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::css("banner", CSS));
static BOX: LazyLock<Asset> = LazyLock::new(|| Asset::css("box", Layout::Box.css().unwrap_or_default()));
static CENTER: LazyLock<Asset> = LazyLock::new(|| Asset::css("center", Layout::Center.css().unwrap_or_default()));
static CHOICES: LazyLock<Asset> = LazyLock::new(|| Asset::css("choices", include_str!("assets/choices.css")));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::js("page", include_str!("assets/page.js")));
static LIVE: LazyLock<Asset> = LazyLock::new(|| Asset::js("live", include_str!("assets/live.js")));
static CENTER_SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::js("center", include_str!("assets/center.js")));

/// The style sheet.
pub(super) fn style() -> &'static Asset {
    &STYLE
}

/// The style sheet that the choices and history pages add.
pub(super) fn choices_style() -> &'static Asset {
    &CHOICES
}

/// The script that fetches what takes over the banner's form, built from `pkg/src/page.ts`.
pub(super) fn script() -> &'static Asset {
    &SCRIPT
}

/// The style sheet and the script that a layout adds.
pub(super) fn of_layout(layout: Layout) -> (Option<&'static Asset>, Option<&'static Asset>) {
    match layout {
        Layout::Bar => (None, None),
        Layout::Box => (Some(&BOX), None),
        Layout::Center => (Some(&CENTER), Some(&CENTER_SCRIPT)),
    }
}

/// What loads style sheets and scripts, in a page's head. `told` and `nonce` are attributes, or nothing; the library's script
/// reads what it is told.
pub(super) fn tags(mount: &str, layout: Layout, told: &str, nonce: &str) -> String {
    let mount = banner::escape(mount);
    let (style, script) = of_layout(layout);
    // Enough for the usual ones; grown where there are more.
    let mut html = String::with_capacity(256);
    for asset in [self::style()].into_iter().chain(style) {
        for piece in ["<link rel=\"stylesheet\" href=\"", &mount, "/assets/", &asset.name, "\"", nonce, ">"] {
            html.push_str(piece);
        }
    }
    for (asset, told) in [(self::script(), told)].into_iter().chain(script.map(|asset| (asset, ""))) {
        for piece in ["<script defer src=\"", &mount, "/assets/", &asset.name, "\"", told, nonce, "></script>"] {
            html.push_str(piece);
        }
    }
    html
}

/// The file called `name`.
pub(super) fn find(name: &str) -> Option<&'static Asset> {
    let all: [&'static Asset; 7] = [&STYLE, &BOX, &CENTER, &CHOICES, &SCRIPT, &LIVE, &CENTER_SCRIPT];
    all.into_iter().find(|asset| asset.name == name)
}

impl Asset {
    fn css(stem: &str, text: &'static str) -> Self {
        Self::new(stem, "css", "text/css; charset=utf-8", text)
    }

    fn js(stem: &str, text: &'static str) -> Self {
        Self::new(stem, "js", "text/javascript; charset=utf-8", text)
    }

    fn new(stem: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let digest = Sha256::digest(text);
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{stem}.{hash}.{extension}"), content_type, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_script_asks_for_the_rest_by_its_name() {
        assert!(SCRIPT.text.contains(&format!("/assets/{}", LIVE.name)), "{} is not asked for", LIVE.name);
        assert!(find(&LIVE.name).is_some());
    }
}
