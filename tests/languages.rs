//! In which language a server speaks: that of the site's texts, chosen by its visitor, with the library's words for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use axum::{Router, body::Body, http::Request, response::Html, routing::get};
use consentry::{
    Policy,
    banner::{self, Word, Words},
    server::{ConsentHtml, ConsentLayer},
};
use tower::ServiceExt;

const POLICY: &str = r#"
    id = "shop"

    [[category]]
    id = "statistics"
    name = { en = "Statistics", ar = "الإحصاءات", no = "Statistikk", "pt-BR" = "Estatísticas", "zh-Hant" = "統計", eo = "Statistiko" }

    [[service]]
    id = "visits"
    category = "statistics"
    cookies = [{ name = "_v", max_age = "30d" }, { name = "_w" }]
    retention = "12h"

    [words]
    allowAnyway = { eo = "Tamen permesi" }
"#;

fn app() -> Router {
    let policy = Policy::from_toml(POLICY).unwrap();
    let home = async |ui: ConsentHtml| Html(format!("<body>{}", ui.banner()));
    Router::new().route("/", get(home)).layer(ConsentLayer::new(policy).development())
}

async fn text_of(path: &str, languages: &str) -> String {
    let request = Request::get(path).header("accept-language", languages).header("accept", "text/html");
    let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_visitor_gets_the_sites_language_and_the_librarys_words_for_it() {
    for (languages, lang, dir, name, accept) in [
        ("ar-EG, en;q=0.5", "ar", "rtl", "الإحصاءات", "قبول الكل"),
        ("zh-HK", "zh-Hant", "ltr", "統計", "全部接受"),
        ("pt-BR", "pt-BR", "ltr", "Estatísticas", "Aceitar tudo"),
        ("nn", "no", "ltr", "Statistikk", "Godta alle"),
        // The site has no other Portuguese, and no French, whatever words the library has.
        ("pt-PT", "en", "ltr", "Statistics", "Accept all"),
        ("fr, ar;q=0.5", "ar", "rtl", "الإحصاءات", "قبول الكل"),
        ("fr", "en", "ltr", "Statistics", "Accept all"),
    ] {
        let page = text_of("/", languages).await;
        assert!(page.contains(&format!("lang=\"{lang}\" dir=\"{dir}\"")), "{languages}: {page}");
        assert!(page.contains(name) && page.contains(accept), "{languages}: {page}");

        let choices = text_of("/privacy-choices", languages).await;
        let start = format!("<!doctype html><html lang=\"{lang}\" dir=\"{dir}\">");
        assert!(choices.starts_with(&start) && choices.contains(accept), "{languages}: {choices}");
    }
}

#[tokio::test]
async fn the_librarys_pages_are_in_one_language() {
    let word = |word: Word| Words::default().get(word, "ar", "en").to_string();
    let choices = text_of("/privacy-choices", "ar").await;
    for wanted in [Word::BackToPage, Word::Never, Word::WithdrawAll, Word::ServicesTitle, Word::Known, Word::ForgetAsk]
    {
        assert!(choices.contains(&word(wanted)), "{wanted:?} is not in {choices}");
    }
    let lifetimes = format!("_v (30 {}), _w ({})", word(Word::Day), word(Word::Session));
    assert!(choices.contains(&lifetimes), "{lifetimes} is not in {choices}");
    assert!(choices.contains(&format!("{}: 12 {}", word(Word::Lifetime), word(Word::Hour))));
    // What is explained is in English, and says so.
    assert!(choices.contains("<ul lang=\"en\" dir=\"ltr\"><li><strong>necessary</strong>"), "{choices}");
    let history = text_of("/privacy-choices/history", "ar").await;
    assert!(history.contains(&word(Word::NoHistory)) && history.contains(&word(Word::ChangesTitle)), "{history}");
}

#[tokio::test]
async fn a_script_gets_the_words_it_shows_and_their_direction() {
    let words = async |language| {
        let policy: serde_json::Value =
            serde_json::from_str(&text_of("/privacy-choices/policy.json", language).await).unwrap();
        policy["words"].clone()
    };
    let arabic = words("ar").await;
    assert_eq!(arabic["dir"], "rtl");
    assert_eq!(arabic["accept"], "قبول الكل");
    assert!(arabic["backToPage"].is_null() && arabic["noHistory"].is_null());
    assert_eq!(words("nn").await["dir"], "ltr");
    assert!(words("en").await.is_null());
}

#[tokio::test]
async fn where_there_are_no_words_english_ones_are_not_passed_off_as_others() {
    // One word of the site's own makes it the site's language.
    assert!(text_of("/", "eo").await.contains("lang=\"eo\" dir=\"ltr\""));
    let without = POLICY.replace("allowAnyway = { eo = \"Tamen permesi\" }", "");
    let policy = Policy::from_toml(&without).unwrap();
    assert_eq!(policy.locale(["eo"]), "eo");
    let compiled: serde_json::Value = serde_json::from_str(&policy.compile("eo", None)).unwrap();
    assert!(compiled["words"].is_null());
    let layer = ConsentLayer::new(policy).development();
    let home = async |ui: ConsentHtml| Html(format!("<body>{}", ui.banner()));
    let request = Request::get("/").header("accept-language", "eo").body(Body::empty()).unwrap();
    let response = Router::new().route("/", get(home)).layer(layer).oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("lang=\"en\" dir=\"ltr\"") && page.contains("Statistiko"), "{page}");
}

#[test]
fn the_list_of_languages_is_public() {
    let official = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv";
    let more = "ar he zh-Hans zh-Hant ja ko tr uk ru hi id pt-BR nb ca vi th fa sr";
    let mut wanted: Vec<&str> = official.split(' ').chain(more.split(' ')).collect();
    wanted.sort_unstable();
    assert_eq!(banner::languages().collect::<Vec<_>>(), wanted);
}
