//! The page of 30 kB that is served: an article with what pages have, links, pictures, scripts, a video.

use anyhow::{Result, ensure};
use minijinja::{
    Environment, context,
    value::{Serde, Value},
};
use serde::Serialize;

/// So many that the page has about this many bytes.
const LAMPS: u32 = 74;
const BYTES: usize = 30_000;

/// What a database would say of a lamp.
#[derive(Clone, Debug, Serialize)]
struct Lamp {
    number: u32,
    name: String,
    text: &'static str,
    height: u32,
    weight: u32,
}

/// Makes the page from its template, as applications do for each request.
#[derive(Debug)]
pub(crate) struct Renderer {
    templates: Environment<'static>,
    lamps: Vec<Lamp>,
}

impl Renderer {
    pub(crate) fn new() -> Result<Self> {
        let mut templates = Environment::new();
        templates.add_template("page.html", include_str!("page.html"))?;
        let lamp = |number| Lamp {
            number,
            name: format!("Lamp {number}"),
            text: "A lamp of brass & glass, made in small numbers, with a cable of two metres.",
            height: 20 + number % 7 * 5,
            weight: 400 + number % 11 * 50,
        };
        Ok(Self { templates, lamps: (1..=LAMPS).map(lamp).collect() })
    }

    pub(crate) fn page(&self) -> Result<String, minijinja::Error> {
        let lamps = Value::from(Serde(&self.lamps));
        self.templates.get_template("page.html")?.render(context! { title => "Lamps for every room", lamps })
    }
}

/// The page.
pub(crate) fn page() -> Result<String> {
    let page = Renderer::new()?.page()?;
    ensure!(page.len().abs_diff(BYTES) < 500, "the page has {} bytes", page.len());
    Ok(page)
}
