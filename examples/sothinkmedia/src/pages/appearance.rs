//! Why the appearance was not remembered, and how it can be.

use consentry::Purpose;
use maud::{Markup, html};

use crate::{
    appearance::{SiteSettings, Theme},
    layout::Page,
};

pub(crate) async fn show(page: Page) -> Markup {
    let allowed = page.decision().allows(SiteSettings::ID);
    let content = html! {
        h1 { "Appearance" }
        div id="choice" data-live {
            @if allowed {
                p class="lead" { "Your choice is remembered in this browser." }
                form method="post" action="/appearance/choose" {
                    (page.back())
                    fieldset {
                        legend { "Show this site" }
                        @for theme in Theme::ALL {
                            label class="radio" {
                                input type="radio" name="theme" value=(theme.word()) checked[theme == page.theme()];
                                (theme.name())
                            }
                        }
                    }
                    button class="button" { "Save" }
                }
            } @else {
                p class="lead" { "We did not change it: to remember your choice we need a cookie, and your consent to it." }
                p { (page.explain(SiteSettings::ID)) }
                p { "Without it the site follows your system, light or dark." }
                (page.placeholder(SiteSettings::ID))
            }
        }
    };
    page.render("Appearance", &content)
}
