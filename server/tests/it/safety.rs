//! What protects a browser and its person: headers, cross-site checks, cookies, guards, refusals of junk.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use testkit::Kit;

use crate::{
    browser::{Browser, Page, SESSION, state},
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
    junk_in_forms_is_refused_and_never_an_error_of_ours,
    what_is_too_large_is_refused,
    an_unknown_path_is_not_found_for_people_and_programs,
    a_slash_at_the_end_leads_to_the_page_and_never_to_another_host,
    a_method_that_is_not_taken_says_so,
    a_broken_link_token_is_explained,
    markup_in_names_is_shown_as_text,
    the_mailbox_shows_letters_and_only_exists_in_development,
    health_tells_nothing_but_state,
    conventions_are_served,
    the_trace_id_of_a_caller_is_kept_when_it_is_plain,
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
        (StatusCode::NOT_FOUND, "Nothing is at this address")
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

async fn the_mailbox_shows_letters_and_only_exists_in_development(kit: Kit) {
    let browser = Browser::new(&kit);
    assert_eq!(
        browser.get("/dev/mailbox").await.one("h2"),
        "No letters yet"
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
