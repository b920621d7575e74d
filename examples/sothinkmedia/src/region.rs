//! Where a visitor is. A real site hears it from what stands before it, such as a `cf-ipcountry` header; here everyone
//! may say where they want to be, with `?region=US-CA`, which is stored nowhere.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{HOST, REFERER},
    },
    middleware::Next,
    response::Response,
};
use consentry::signals::Region;

const HEADER: &str = "x-demo-region";

/// The region of a request, for the consent layer.
pub(crate) fn of(headers: &HeaderMap) -> Option<Region> {
    Region::parse(headers.get(HEADER)?.to_str().ok()?)
}

/// Puts the region that the address asks for into the header. Forms and fetches of a page belong to the region of
/// that page, so the address of the page that sent them counts too.
pub(crate) async fn choose(mut request: Request, next: Next) -> Response {
    let own = in_query(request.uri().query());
    if let Some(wanted) = own.or_else(|| in_referrer(request.headers())) {
        let header = wanted.and_then(|region| HeaderValue::from_str(region.as_str()).ok());
        match header {
            Some(header) => request.headers_mut().insert(HEADER, header),
            None => request.headers_mut().remove(HEADER),
        };
    }
    next.run(request).await
}

/// `None` if the query says nothing of a region, `Some(None)` if it says that there is none.
fn in_query(query: Option<&str>) -> Option<Option<Region>> {
    let wanted = query?.split('&').find_map(|pair| pair.strip_prefix("region="))?;
    Some(Region::parse(wanted))
}

fn in_referrer(headers: &HeaderMap) -> Option<Option<Region>> {
    let referrer: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    let ours = headers.get(HOST)?.to_str().ok()? == referrer.authority()?.as_str();
    if ours { in_query(referrer.query()) } else { None }
}

/// `path` with the region of the page it is linked from, so that a click does not leave it.
pub(crate) fn link(path: &str, region: Option<Region>) -> String {
    match region {
        Some(region) => {
            let (path, fragment) = path.split_once('#').map_or((path, None), |(path, at)| (path, Some(at)));
            let fragment = fragment.map(|at| format!("#{at}")).unwrap_or_default();
            format!("{path}?region={}{fragment}", region.as_str())
        }
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_page_says_the_region() {
        let region = |text| in_query(Some(text)).map(|region| region.map(|region| region.as_str().to_owned()));
        assert_eq!(region("a=1&region=us-ca"), Some(Some("US-CA".into())));
        assert_eq!(region("region="), Some(None));
        assert_eq!(region("a=1"), None);
        assert_eq!(link("/privacy#contact", Region::parse("FR")), "/privacy?region=FR#contact");
        assert_eq!(link("/", None), "/");
    }

    #[test]
    fn another_site_cannot_say_it() {
        let referrer = |address: &'static str| {
            let headers =
                [(HOST, HeaderValue::from_static("site.example")), (REFERER, HeaderValue::from_static(address))];
            in_referrer(&headers.into_iter().collect()).is_some()
        };
        assert!(referrer("https://site.example/?region=FR"));
        assert!(!referrer("https://evil.example/?region=US-CA"));
        assert!(!referrer("not an address"));
    }
}
