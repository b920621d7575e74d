//! Without sockets, by the processor time of one thread: what the layer adds to a call of the router, and what rewriting
//! costs beside a bare rewriter. Another lane is another entry of [`lanes`].

use std::{
    borrow::Cow,
    cell::RefCell,
    hint::black_box,
    str::FromStr as _,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Request, Response, header},
};
use http_body_util::BodyExt as _;
use lol_html::{
    ElementContentHandlers, Selector,
    html_content::TextChunk,
    send::{Element, HtmlRewriter, Settings},
};
use tower_service::Service as _;

use crate::{
    Options,
    app::Variant,
    lanes::{self, Visitor},
    page::page,
    process::own_cpu,
    stats::median,
};

const ROUNDS: usize = 15;
/// How long one round of one lane takes, about.
const ROUND: Duration = Duration::from_millis(40);
/// What rewriting looks for, as the bare rewriter does with handlers that do nothing.
const MARKED: &str = "script[data-consent],iframe[data-consent],frame[data-consent],img[data-consent],\
    link[data-consent],video[data-consent],audio[data-consent],source[data-consent],track[data-consent],\
    embed[data-consent],object[data-consent],input[data-consent],image[data-consent],use[data-consent]";
const LOADING: &str = "script,iframe,frame,img,link,video,audio,source,track,embed,object,input,image,use";
/// How much more CPU rewriting may take than the bare rewriter.
const MOST_FOR_REWRITING: f64 = 1.15;

struct Lane<'a> {
    name: &'static str,
    /// Does it so many times.
    run: Box<dyn Fn(u64) -> Result<()> + 'a>,
    /// The lane it is held against.
    beside: Option<Beside>,
}

struct Beside {
    name: &'static str,
    /// The most it may cost, as a share of the other.
    most: Option<f64>,
}

/// Prints the figures; `false` if a required ratio is missed.
pub(crate) fn compare(options: &Options) -> Result<bool> {
    let lanes = lanes()?;
    let lanes: Vec<&Lane<'_>> = lanes.iter().filter(|lane| options.wants(lane.name)).collect();
    let counts = lanes.iter().map(|lane| count(lane)).collect::<Result<Vec<u64>>>()?;
    let mut times = vec![Vec::new(); lanes.len()];
    for round in 0..ROUNDS {
        let mut order: Vec<usize> = (0..lanes.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for place in order {
            let (Some(lane), Some(&count), Some(times)) = (lanes.get(place), counts.get(place), times.get_mut(place))
            else {
                continue;
            };
            times.push(nanoseconds(lane, count)? / count as f64);
        }
    }
    println!("\nin this process, {ROUNDS} rounds, median ns of CPU");
    let mut holds = true;
    for (lane, own) in lanes.iter().zip(&times) {
        print!("{:<44} {:>9.0}", lane.name, median(own.iter().copied()));
        let other = lane.beside.as_ref().and_then(|beside| {
            let place = lanes.iter().position(|lane| lane.name == beside.name)?;
            Some((beside, times.get(place)?))
        });
        if let Some((beside, other)) = other {
            let added = median(own.iter().zip(other).map(|(own, other)| own - other));
            let ratio = median(own.iter().zip(other).map(|(own, other)| own / other));
            let wanted = beside.most.map(|most| format!(", at most {most:.2} wanted")).unwrap_or_default();
            print!("  {added:+.0}, {ratio:.3} of {}{wanted}", beside.name);
            holds &= beside.most.is_none_or(|most| ratio <= most);
        }
        println!();
    }
    Ok(holds)
}

fn lanes() -> Result<Vec<Lane<'static>>> {
    let beside = |name| Some(Beside { name, most: None });
    let mut lanes = vec![
        Lane { name: "router, JSON", run: calls(Variant::Bare, "/json", Visitor::Returning)?, beside: None },
        Lane {
            name: "router, JSON, layer, sealed consent",
            run: calls(Variant::Layer, "/json", Visitor::Returning)?,
            beside: beside("router, JSON"),
        },
        Lane {
            name: "router, JSON, layer, new visitor",
            run: calls(Variant::Layer, "/json", Visitor::New)?,
            beside: beside("router, JSON"),
        },
        Lane { name: "router, 30 kB page", run: calls(Variant::Bare, "/page", Visitor::New)?, beside: None },
        Lane {
            name: "router, 30 kB page, banner put in",
            run: calls(Variant::Banner, "/page", Visitor::New)?,
            beside: beside("router, 30 kB page"),
        },
        Lane {
            name: "router, 30 kB page, nothing to ask",
            run: calls(Variant::Banner, "/page", Visitor::Returning)?,
            beside: beside("router, 30 kB page"),
        },
    ];
    // As many handlers as the layer has.
    let by_marks: &[&str] = &["html", "head", "body", MARKED];
    let by_hosts: &[&str] = &["html", "head", "body", "base[href]", LOADING];
    for (bare, full, variant, elements) in [
        ("bare rewriter", "full rewriting by marks", Variant::Rewrite, by_marks),
        ("bare rewriter, all that loads", "full rewriting by hosts", Variant::Hosts, by_hosts),
    ] {
        let (page, most) = (page()?, Some(MOST_FOR_REWRITING));
        let selectors = elements.iter().map(|element| Selector::from_str(element));
        let selectors = selectors.collect::<Result<Vec<Selector>, _>>()?;
        let noscript = Selector::from_str("noscript")?;
        lanes.push(Lane {
            name: bare,
            run: Box::new(move |count| (0..count).try_for_each(|_| rewrite_nothing(&page, &selectors, &noscript))),
            beside: None,
        });
        lanes.push(Lane { name: full, run: rewrites(variant)?, beside: Some(Beside { name: bare, most }) });
    }
    Ok(lanes)
}

fn headers(path: &str, visitor: Visitor) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in lanes::headers(path) {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    headers.insert(header::COOKIE, HeaderValue::from_str(&visitor.cookies()?)?);
    Ok(headers)
}

/// Calls of the router, each with its response's body read to the end.
fn calls(variant: Variant, path: &'static str, visitor: Visitor) -> Result<Box<dyn Fn(u64) -> Result<()>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let router: RefCell<Router> = RefCell::new(variant.router()?);
    let headers = headers(path, visitor)?;
    Ok(Box::new(move |count| {
        runtime.block_on(async {
            for _ in 0..count {
                let mut request = Request::get(path).body(Body::empty())?;
                request.headers_mut().clone_from(&headers);
                let answer = router.borrow_mut().call(request);
                let mut body = answer.await?.into_body();
                while let Some(frame) = body.frame().await {
                    black_box(frame?);
                }
            }
            Ok(())
        })
    }))
}

/// All that is done to a page, from its request to its last byte, without a server.
fn rewrites(variant: Variant) -> Result<Box<dyn Fn(u64) -> Result<()>>> {
    let site = Arc::new(variant.site()?);
    let page = Bytes::from(page()?);
    let mut request = Request::get("/page").body(())?;
    *request.headers_mut() = headers("/page", Visitor::New)?;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(Box::new(move |count| {
        for _ in 0..count {
            let exchange = site.begin(&mut request.clone());
            let mut response = Response::new(());
            response.headers_mut().insert(header::CONTENT_TYPE, html.clone());
            let mut filter = exchange.end(&mut response);
            black_box((filter.take(page.clone())?, filter.end()?));
        }
        Ok(())
    }))
}

fn rewrite_nothing(page: &str, selectors: &[Selector], noscript: &Selector) -> Result<()> {
    let mut settings = Settings::new_send();
    for selector in selectors {
        let handlers = ElementContentHandlers::default().element(|_: &mut Element<'_, '_>| Ok(()));
        settings = settings.append_element_content_handler((Cow::Borrowed(selector), handlers));
    }
    let handlers = ElementContentHandlers::default().text(|_: &mut TextChunk<'_>| Ok(()));
    settings = settings.append_element_content_handler((Cow::Borrowed(noscript), handlers));
    let mut out = Vec::with_capacity(page.len());
    let mut rewriter = HtmlRewriter::new(settings, |piece: &[u8]| out.extend_from_slice(piece));
    rewriter.write(page.as_bytes())?;
    rewriter.end()?;
    black_box(out);
    Ok(())
}

/// How many take about a round.
fn count(lane: &Lane<'_>) -> Result<u64> {
    let mut count = 1;
    loop {
        let start = Instant::now();
        (lane.run)(count)?;
        let took = start.elapsed();
        if took * 4 > ROUND {
            let scaled = ROUND.as_secs_f64() / took.as_secs_f64() * count as f64;
            return Ok((scaled as u64).max(1));
        }
        count *= 2;
    }
}

fn nanoseconds(lane: &Lane<'_>, count: u64) -> Result<f64> {
    let start = own_cpu()?;
    (lane.run)(count)?;
    Ok((own_cpu()? - start).as_nanos() as f64)
}
