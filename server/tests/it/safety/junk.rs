//! What is wrong with a request is refused, and is never an error of ours.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use testkit::Kit;

use crate::{browser::Browser, graphql::on_sqlite};

on_sqlite! {
    junk_in_forms_is_refused_and_never_an_error_of_ours,
    what_is_too_large_is_refused,
    an_unknown_path_is_not_found_for_people_and_programs,
    a_slash_at_the_end_leads_to_the_page_and_never_to_another_host,
    a_method_that_is_not_taken_says_so,
    a_broken_link_token_is_explained,
    markup_in_names_is_shown_as_text,
}

async fn junk_in_forms_is_refused_and_never_an_error_of_ours(kit: Kit) {
    let browser = Browser::new(&kit);
    let functions = [
        "sign-up",
        "sign-in",
        "verify-email",
        "resend-verification",
        "request-password-reset",
        "reset-password",
        "update-profile",
    ];
    for name in functions {
        let path = format!("/_fn/{name}");
        for body in [
            "",
            "=&=&",
            "email[]=x&email[a]=y&password[b]=1",
            "email=%00&password=%ff%fe",
            "{\"email\":1}",
            "a=b&remember=maybe&email=x",
        ] {
            for accept in ["text/html", "application/json"] {
                let request = Request::post(&path)
                    .header(header::ACCEPT, accept)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                let answer = browser
                    .send(request.body(Body::from(body)).expect("a request"))
                    .await;
                assert!(
                    !answer.status.is_server_error(),
                    "{path} {body} {accept}: {} {}",
                    answer.status,
                    answer.text
                );
                assert!(
                    !answer.location().contains("__err"),
                    "{path} {body}: {}",
                    answer.location()
                );
                assert!(
                    !answer.text.contains("serde") && !answer.text.contains("Deserializ"),
                    "{path} {body}: {}",
                    answer.text
                );
            }
        }
    }
    assert_eq!(
        browser.post("/_fn/no-such-function", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get("/_fn/sign-in").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

async fn what_is_too_large_is_refused(kit: Kit) {
    let browser = Browser::new(&kit);
    let large = "x".repeat(300 * 1024);
    let answer = browser.call("/_fn/sign-up", &[("name", &large)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = browser
        .call(
            "/_fn/sign-in",
            &[
                ("email", "ada@example.test"),
                ("password", &"x".repeat(100_000)),
            ],
        )
        .await;
    assert_eq!(answer.json()["Refused"][0]["code"], "PASSWORD_TOO_LONG");
}

async fn an_unknown_path_is_not_found_for_people_and_programs(kit: Kit) {
    let browser = Browser::new(&kit);
    let page = browser.get("/no-such-page").await;
    assert_eq!(
        (page.status, page.one("h1").as_str()),
        (StatusCode::NOT_FOUND, "Page not found")
    );
    assert!(!page.has("script"), "an error page needs no script");
    let request = Request::get("/no-such-page").header(header::ACCEPT, "application/json");
    let answer = browser
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(
        (answer.status, answer.json()["errors"][0]["code"].as_str()),
        (StatusCode::NOT_FOUND, Some("NOT_FOUND"))
    );
    for path in [
        "/pkg/latchkey.js.map",
        "/../Cargo.toml",
        "/.env",
        "/pkg/%2e%2e/x",
        "/graphql/x",
    ] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

async fn a_slash_at_the_end_leads_to_the_page_and_never_to_another_host(kit: Kit) {
    let browser = Browser::new(&kit);
    for (typed, page) in [
        ("/sign-in/", "/sign-in"),
        ("/sign-in/?next=/account", "/sign-in?next=/account"),
    ] {
        let answer = browser.get(typed).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::PERMANENT_REDIRECT, page)
        );
    }
    for foreign in ["//other.example/", "/\\other.example/"] {
        let answer = browser.get(foreign).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{foreign}");
    }
}

async fn a_method_that_is_not_taken_says_so(kit: Kit) {
    let browser = Browser::new(&kit);
    for (method, path) in [
        (Method::DELETE, "/sign-in"),
        (Method::PUT, "/"),
        (Method::TRACE, "/sign-in"),
        (Method::POST, "/healthz"),
        (Method::PATCH, "/graphql"),
    ] {
        let request = Request::builder().method(method.clone()).uri(path);
        let answer = browser
            .send(request.body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(
            answer.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method} {path}"
        );
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
    }
}

async fn a_broken_link_token_is_explained(kit: Kit) {
    for token in ["x", "lkl_", "%00", "%3Cscript%3E", &"a".repeat(5000)] {
        for (path, title) in [
            ("/verify-email", "Get a new link"),
            ("/reset-password", "This link no longer works"),
        ] {
            let browser = Browser::new(&kit);
            let opened = browser.get(&format!("{path}?token={token}")).await;
            let page = browser.follow(opened).await;
            assert_eq!(
                (page.status, page.one("h1").as_str()),
                (StatusCode::OK, title),
                "{path} {token}"
            );
        }
    }
}

async fn markup_in_names_is_shown_as_text(kit: Kit) {
    let name = "</script><script>alert(1)</script>\"><img src=x onerror=alert(1)>{{7*7}}";
    let ada = kit.person("ada").named(name).await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    for path in [
        "/",
        "/account/profile",
        "/account/security",
        "/account/preferences",
        "/confirm-password",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            !page.text.contains("<script>alert") && !page.text.contains("<img src=x"),
            "{path}"
        );
    }
    browser
        .submit("/_fn/request-password-reset", &[("email", &ada.email)])
        .await;
    let letter = kit.last_mail_to(&ada.email).await.letter;
    assert!(!letter.html.contains("<script>") && !letter.html.contains("<img src=x"));
    assert!(letter.text.contains(name));
}
