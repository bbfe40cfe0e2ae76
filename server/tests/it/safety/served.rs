//! What is served beside the pages of people.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use testkit::Kit;

use crate::{
    browser::{Browser, state},
    graphql::on_sqlite,
};

on_sqlite! {
    the_mailbox_shows_letters_and_only_exists_in_development,
    health_tells_nothing_but_state,
    conventions_are_served,
    the_trace_id_of_a_caller_is_kept_when_it_is_plain,
}

async fn the_mailbox_shows_letters_and_only_exists_in_development(kit: Kit) {
    let browser = Browser::new(&kit);
    assert_eq!(
        browser.get("/dev/mailbox").await.one("h2"),
        "No e-mails yet"
    );
    browser
        .submit(
            "/_fn/sign-up",
            &[
                ("email", "ada@example.test"),
                ("password", "seven quiet rivers bend"),
            ],
        )
        .await;
    let letter = kit.last_mail_to("ada@example.test").await;
    let page = browser.get("/dev/mailbox").await;
    assert_eq!(page.one("h2"), "Confirm your e-mail for Latchkey");
    assert!(page.attribute("iframe", "sandbox").is_some());
    let html = browser
        .get(&format!("/dev/mailbox/{}/html", letter.id))
        .await;
    assert!(
        html.header("content-security-policy").contains("sandbox")
            && html.text.contains("<base target=\"_top\">")
    );
    let text = browser
        .get(&format!("/dev/mailbox/{}?part=text", letter.id))
        .await;
    assert_eq!(
        text.attribute("article pre a", "href").as_deref(),
        Some(letter.link())
    );
    assert_eq!(
        browser.get("/dev/mailbox.json").await.json()[0]["to"],
        "ada@example.test"
    );
    assert_eq!(
        browser.get("/dev/mailbox/nobody").await.status,
        StatusCode::NOT_FOUND
    );
    let mut production = state(&kit);
    production.mailbox = None;
    assert_eq!(
        Browser::over(production).get("/dev/mailbox").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn health_tells_nothing_but_state(kit: Kit) {
    let browser = Browser::new(&kit);
    assert_eq!(browser.get("/healthz").await.text, r#"{"status":"ok"}"#);
    assert_eq!(browser.get("/readyz").await.text, r#"{"status":"ready"}"#);
    assert_eq!(browser.get("/metrics").await.status, StatusCode::OK);
}

async fn conventions_are_served(kit: Kit) {
    let browser = Browser::new(&kit);
    assert_eq!(
        browser.get("/.well-known/change-password").await.location(),
        "/account/security"
    );
    let text = browser.get("/.well-known/security.txt").await;
    assert!(
        text.text.starts_with("Contact: mailto:") && text.text.contains("\nExpires: "),
        "{}",
        text.text
    );
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
}

async fn the_trace_id_of_a_caller_is_kept_when_it_is_plain(kit: Kit) {
    let browser = Browser::new(&kit);
    for (given, is_kept) in [
        ("0123456789abcdef", true),
        ("short", false),
        ("with space and more", false),
        (&*"x".repeat(65), false),
    ] {
        let request = Request::get("/healthz").header("x-request-id", given);
        let answer = browser
            .send(request.body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(answer.header("x-request-id") == given, is_kept, "{given}");
    }
}
