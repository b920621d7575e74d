//! The style sheets and the script, under names made of their content: they can be cached for ever.

use alloc::{format, string::String};
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::banner::CSS;

/// A file served under the mount path.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) name: String,
    pub(super) content_type: &'static str,
    pub(super) text: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::new("banner", "css", "text/css; charset=utf-8", CSS));
static CHOICES: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("choices", "css", "text/css; charset=utf-8", include_str!("assets/choices.css")));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("page", "js", "text/javascript; charset=utf-8", include_str!("assets/page.js")));

/// The style sheet.
pub(super) fn style() -> &'static Asset {
    &STYLE
}

/// The style sheet that the choices and history pages add.
pub(super) fn choices_style() -> &'static Asset {
    &CHOICES
}

/// The script that takes over the banner's form, built from `pkg/src/page.ts`.
pub(super) fn script() -> &'static Asset {
    &SCRIPT
}

/// The file called `name`.
pub(super) fn find(name: &str) -> Option<&'static Asset> {
    [style(), choices_style(), script()].into_iter().find(|asset| asset.name == name)
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let digest = Sha256::digest(text);
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{stem}.{hash}.{extension}"), content_type, text }
    }
}
