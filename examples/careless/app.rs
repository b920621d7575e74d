//! The application: what it sets and what is in its page, whoever visits. It knows nothing of consent.

use consentry::{
    Policy,
    policy::Faults,
    server::{ConsentLayer, Mode, Undeclared},
};

/// Its page.
pub(crate) const PAGE: &str = include_str!("page.html");

/// What it sets with every page.
pub(crate) const COOKIES: [&str; 5] = [
    "session=7f3a; Path=/; HttpOnly; SameSite=Lax",
    "_ga=GA1.1.from-server; Path=/; Max-Age=63072000",
    "csrf=c5rf; Path=/; SameSite=Strict",
    "_fbp=fb.1.from-server; Path=/; Max-Age=7776000",
    "ab_test=b; Path=/",
];

/// What it has browsers load before they have seen the page.
pub(crate) const LINKS: &str = "<http://ads.example/events.js>; rel=preload; as=script, <http://video.example>; rel=preconnect, \
                         <http://fonts.example/shop.css>; rel=preload; as=style";

/// How the layer around it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Nothing leaves that is not declared and agreed to.
    Withhold,
    /// As layers are unless said: what is not declared passes and is reported.
    Default,
    /// Cookies pass and are reported, all of them.
    Observe,
}

/// All that is done about consent.
pub(crate) fn layer(setting: Setting) -> Result<ConsentLayer, Faults> {
    let layer = ConsentLayer::new(Policy::from_toml(include_str!("policy.toml"))?)
        .development() // Plain http on this machine only; leave it out behind https.
        .region_header("x-region") // Nothing in front overwrites it here, so that one can try what it does.
        .consent_mode()
        .rewrite_hosts();
    Ok(match setting {
        Setting::Withhold => layer.undeclared(Undeclared::Withhold),
        Setting::Default => layer.debug_header(),
        Setting::Observe => layer.mode(Mode::Observe).debug_header(),
    })
}
