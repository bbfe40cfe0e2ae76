//! The explorer's page and the schema as text.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use testkit::Kit;

use super::{Api, Credentials, on_sqlite};

on_sqlite! {
    the_page_runs_under_a_policy_of_its_own,
    the_page_knows_who_is_signed_in_and_the_theme,
    what_people_are_called_is_text_in_the_page,
    the_schema_can_be_read_as_text,
}

async fn the_page_runs_under_a_policy_of_its_own(kit: Kit) {
    let api = Api::new(&kit);
    let (first, second) = (api.get("/graphiql").await, api.get("/graphiql").await);
    assert_eq!(
        (first.status, first.header(header::CONTENT_TYPE)),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    assert_eq!(first.header(header::CACHE_CONTROL), "no-store");
    let policy = first.header(header::CONTENT_SECURITY_POLICY);
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a nonce");
    let expected = "default-src 'none'; script-src 'nonce-X'; style-src 'self' 'nonce-X'; img-src 'self' data:; font-src 'self'; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    assert_eq!(policy, expected.replace('X', nonce));
    assert!(
        first
            .text
            .contains(&format!("src=\"/graphiql/graphiql.js\" nonce=\"{nonce}\"")),
        "{}",
        first.text
    );
    assert!(!second.text.contains(nonce), "each page has its own");
    assert!(
        !first.text.contains("{{") && !first.text.contains("https://"),
        "nothing is left open, and nothing comes from elsewhere"
    );
}

async fn the_page_knows_who_is_signed_in_and_the_theme(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    assert!(api.get("/graphiql").await.text.contains("not signed in"));
    let Credentials::Cookie(token) = Credentials::of_browser(&ada).await else {
        unreachable!("browsers have cookies")
    };
    for (theme, attribute) in [
        ("dark", "data-theme=\"dark\""),
        ("system", "data-theme=\"\""),
        ("\"><script>", "data-theme=\"\""),
    ] {
        let call = Request::get("/graphiql").header(
            header::COOKIE,
            format!("__Host-latchkey={token}; __Host-latchkey-theme={theme}"),
        );
        let page = api.send(call.body(Body::empty()).expect("a request")).await;
        assert!(
            page.text.contains("ada@example.test") && page.text.contains(attribute),
            "{}",
            page.text
        );
    }
}

async fn what_people_are_called_is_text_in_the_page(kit: Kit) {
    let kit = kit
        .with_settings(|settings| settings.product_name = "<script>{{nonce}}".to_owned())
        .await;
    let page = Api::new(&kit).get("/graphiql").await;
    assert!(
        page.text.contains("&lt;script&gt;{{nonce}}") && !page.text.contains("<script>{{"),
        "{}",
        page.text
    );
}

async fn the_schema_can_be_read_as_text(kit: Kit) {
    let answer = Api::new(&kit).get("/graphql/schema.graphql").await;
    assert_eq!(
        (answer.status, answer.header(header::CONTENT_TYPE)),
        (StatusCode::OK, "application/graphql; charset=utf-8")
    );
    assert_eq!(answer.text, server::graphql::sdl());
}
