//! What protects a browser and its person: headers, cross-site checks, cookies, guards, refusals of junk.

mod junk;
mod served;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use testkit::Kit;

use crate::{
    browser::{Browser, Page, SESSION},
    graphql::on_sqlite,
};

on_sqlite! {
    every_answer_carries_the_headers_that_protect_a_browser,
    on_a_developers_machine_the_cookie_has_a_plain_name_and_nothing_demands_tls,
    a_page_allows_only_its_own_scripts,
    another_site_cannot_make_a_browser_act,
    a_person_is_told_that_another_sites_request_did_nothing,
    a_session_cookie_is_out_of_reach_of_scripts,
    a_kept_session_outlives_the_browser_and_another_does_not,
    strangers_are_led_to_sign_in_and_back,
    a_foreign_next_stays_on_this_host,
}

fn session_line(answer: &Page, beginning: &str) -> String {
    let lines = answer
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .filter(|line| line.starts_with(beginning))
        .map(ToOwned::to_owned)
        .next()
        .expect("a session cookie")
}

async fn every_answer_carries_the_headers_that_protect_a_browser(kit: Kit) {
    let browser = Browser::new(&kit);
    for path in [
        "/",
        "/sign-in",
        "/no-such-page",
        "/graphql",
        "/healthz",
        "/account/profile",
        "/dev/mailbox",
        "/graphiql",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(
            page.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'none'"),
            "{path}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!page.header("x-request-id").is_empty(), "{path}");
        assert_eq!(page.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(
            page.header("strict-transport-security"),
            "max-age=31536000; includeSubDomains",
            "{path}"
        );
        assert_eq!(page.header("server"), "", "{path}");
    }
}

async fn on_a_developers_machine_the_cookie_has_a_plain_name_and_nothing_demands_tls(kit: Kit) {
    let kit = kit
        .with_settings(|settings| {
            settings.public_url = "http://localhost:3000".parse().expect("a url");
        })
        .await;
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    assert_eq!(
        browser.get("/").await.header("strict-transport-security"),
        ""
    );
    let answer = browser
        .post(
            "/_fn/sign-in",
            &[("email", &ada.email), ("password", &ada.password)],
        )
        .await;
    let line = session_line(&answer, "latchkey=");
    assert!(
        line.contains("HttpOnly") && line.contains("SameSite=Lax") && !line.contains("Secure"),
        "{line}"
    );
    assert!(
        browser
            .get("/")
            .await
            .one("h1")
            .starts_with("Good to see you")
    );
}

async fn a_page_allows_only_its_own_scripts(kit: Kit) {
    let page = Browser::new(&kit).get("/sign-in").await;
    let policy = page.header("content-security-policy").to_owned();
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a nonce");
    assert!(nonce.len() >= 16, "{nonce}");
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("unsafe-eval'")
            || policy.contains("'wasm-unsafe-eval'"),
        "{policy}"
    );
    assert!(
        !policy.contains("'unsafe-inline'") && !policy.contains(" 'unsafe-eval'"),
        "{policy}"
    );
    let scripts = page.text.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(
        page.text.matches(&format!("nonce=\"{nonce}\"")).count(),
        scripts + 1,
        "each script and the preload carry the nonce"
    );
    assert!(!page.text.contains(" style="), "no inline styles");
    assert_ne!(
        Browser::new(&kit)
            .get("/sign-in")
            .await
            .header("content-security-policy"),
        policy,
        "a nonce is used once"
    );
}

async fn another_site_cannot_make_a_browser_act(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    let attacks: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example.test"),
        ],
    ];
    for headers in attacks {
        for (path, kind, body) in [
            (
                "/_fn/update-profile",
                "application/x-www-form-urlencoded",
                "name=Mallory&username=mallory&phone=",
            ),
            ("/_fn/sign-out", "text/plain", ""),
            (
                "/graphql",
                "application/json",
                r#"{"query":"mutation { signOut { userErrors { code } } }"}"#,
            ),
        ] {
            let mut request = Request::post(path)
                .header(header::HOST, "localhost:3000")
                .header(header::CONTENT_TYPE, kind);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = browser
                .send(request.body(Body::from(body)).expect("a request"))
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert_eq!(answer.json()["errors"][0]["code"], "CROSS_ORIGIN");
        }
    }
    assert_eq!(
        browser
            .get("/account/profile")
            .await
            .attribute("#username", "value")
            .as_deref(),
        Some("ada")
    );
}

async fn a_person_is_told_that_another_sites_request_did_nothing(kit: Kit) {
    let request = Request::post("/_fn/sign-out")
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, "https://evil.example");
    let page = Browser::new(&kit)
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(page.one("h1"), "Nothing was changed");
    assert!(page.one(".auth-head p").contains("came from another site"));
    assert_eq!(page.one("title"), "Error 403 · Latchkey");
}

async fn a_session_cookie_is_out_of_reach_of_scripts(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.set_cookie(SESSION, "chosen-by-an-attacker");
    let answer = browser
        .post(
            "/_fn/sign-in",
            &[("email", &ada.email), ("password", &ada.password)],
        )
        .await;
    let line = session_line(&answer, "__Host-latchkey=");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(!line.contains("Domain"), "{line}");
    let token = browser.cookie(SESSION).expect("a session");
    assert_ne!(token, "chosen-by-an-attacker");
    assert!(
        !browser.get("/account/profile").await.text.contains(&token),
        "no page holds the token"
    );
}

async fn a_kept_session_outlives_the_browser_and_another_does_not(kit: Kit) {
    let ada = kit.person("ada").await;
    let fields = [
        ("email", ada.email.as_str()),
        ("password", ada.password.as_str()),
        ("remember", "true"),
    ];
    let kept = Browser::new(&kit).post("/_fn/sign-in", &fields).await;
    assert!(session_line(&kept, "__Host-latchkey=").contains("Max-Age=7776000"));
    let other = Browser::new(&kit).post("/_fn/sign-in", &fields[..2]).await;
    assert!(!session_line(&other, "__Host-latchkey=").contains("Max-Age"));
}

async fn strangers_are_led_to_sign_in_and_back(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    for path in [
        "/account",
        "/account/profile",
        "/account/security?x=1",
        "/confirm-password",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.location().starts_with("/sign-in?next=%2F"), "{path}");
        assert!(page.text.is_empty(), "nothing of the page is told: {path}");
    }
    assert_eq!(
        browser.get("/account/x.css").await.status,
        StatusCode::NOT_FOUND,
        "no page stands in for a file"
    );
    let page = browser.get("/sign-in?next=%2Faccount%2Fsecurity").await;
    assert_eq!(
        page.attribute("[name=next]", "value").as_deref(),
        Some("/account/security")
    );
    let fields = [
        ("email", ada.email.as_str()),
        ("password", ada.password.as_str()),
        ("next", "/account/security"),
    ];
    assert_eq!(
        browser.post("/_fn/sign-in", &fields).await.location(),
        "/account/security"
    );
    assert_eq!(browser.get("/sign-in").await.location(), "/");
}

async fn a_foreign_next_stays_on_this_host(kit: Kit) {
    let ada = kit.person("ada").await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "https:evil",
        "javascript:alert(1)",
        "/\\evil.example",
        "/\t/evil.example",
    ] {
        let fields = [
            ("email", ada.email.as_str()),
            ("password", ada.password.as_str()),
            ("next", next),
        ];
        let browser = Browser::new(&kit);
        assert_eq!(
            browser.post("/_fn/sign-in", &fields).await.location(),
            "/",
            "{next}"
        );
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        assert_eq!(
            browser
                .get(&format!("/sign-in?next={query}"))
                .await
                .location(),
            "/",
            "{next}"
        );
    }
}
