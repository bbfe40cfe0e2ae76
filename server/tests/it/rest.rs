//! The endpoints for gateways and backends.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use contract::api_keys::CreateApiKey;
use domain::api_keys::{self, Created};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{Kit, Org, Person, on_each_database};

use crate::browser::{Browser, Page, state};

on_each_database! {
    a_key_is_verified_and_charged,
    only_service_tokens_are_let_in,
    a_body_that_is_none_is_refused,
    a_question_that_is_none_is_refused_by_field,
    a_batch_is_answered_in_order,
    a_rate_is_told_in_headers,
    a_gateway_is_told_by_status_and_headers,
    a_gateway_of_another_address_needs_a_token,
    a_leaked_key_is_revoked_by_whoever_has_it,
    the_description_tells_what_is_answered,
    other_methods_are_refused,
}

const TOKEN: &str = "a service token of tests, 32 characters or more";

pub(crate) async fn serviced(kit: Kit) -> (Kit, Org, Person) {
    let kit = kit
        .with_settings(|settings| {
            settings.keys.service_tokens = vec![Sha256::digest(TOKEN.as_bytes()).into()];
        })
        .await;
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    (kit, acme, ada)
}

pub(crate) async fn key(
    kit: &Kit,
    acme: &Org,
    ada: &Person,
    change: impl FnOnce(&mut CreateApiKey),
) -> Created {
    let mut input = CreateApiKey {
        name: "Backend".to_owned(),
        scopes: vec!["read".to_owned()],
        ..CreateApiKey::default()
    };
    change(&mut input);
    let made = api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &input).await;
    kit.discards_mail().await;
    made.expect("owners may")
}

fn call(path: &str, token: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut call = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        call = call.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    call.body(body.into()).expect("a request")
}

fn read(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|error| panic!("{error}: {}", page.text))
}

pub(crate) async fn verify(browser: &Browser, question: Value) -> Page {
    let request = call("/v1/keys/verify", Some(TOKEN), question.to_string());
    browser.send(request).await
}

pub(crate) async fn verify_batch(browser: &Browser, questions: Vec<Value>) -> Page {
    let asked = json!({ "keys": questions });
    let request = call("/v1/keys/verify/batch", Some(TOKEN), asked.to_string());
    browser.send(request).await
}

fn told(page: &Page) -> (u16, String) {
    let error = &read(page)["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (code, field) = (text(&error["code"]), text(&error["field"]));
    (
        page.status.as_u16(),
        format!("{code} {field}").trim().to_owned(),
    )
}

async fn a_key_is_verified_and_charged(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |_| {}).await;
    let browser = Browser::new(&kit);
    let question =
        json!({ "key": made.secret.expose(), "scopes": ["read"], "cost": 2, "ip": "203.0.113.7" });
    let page = verify(&browser, question).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    assert!(page.headers.contains_key("x-request-id"));
    let mut answer = read(&page);
    assert_eq!(answer["quota"]["resetsAt"], "2026-12-01T00:00:00.000Z");
    answer["quota"]["resetsAt"].take();
    assert_eq!(
        answer,
        json!({
            "valid": true, "code": "VALID", "message": "The key is valid.",
            "organization": { "id": acme.id, "slug": "acme", "tier": "free" },
            "key": { "id": made.key.id, "name": "Backend" }, "scopes": ["read"],
            "quota": { "limit": 10_000, "used": 2, "remaining": 9_998, "resetsAt": null }
        })
    );
    let unknown = verify(&browser, json!({ "key": "lk_org_junk" })).await;
    assert_eq!(unknown.status, StatusCode::OK);
    assert_eq!(
        read(&unknown),
        json!({ "valid": false, "code": "NOT_FOUND", "message": "This is not a key of this installation.", "scopes": [] })
    );
}

async fn only_service_tokens_are_let_in(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |_| {}).await;
    let browser = Browser::new(&kit);
    let body = json!({ "key": made.secret.expose() }).to_string();
    for path in ["/v1/keys/verify", "/v1/keys/verify/batch"] {
        for token in [None, Some("wrong"), Some(made.secret.expose())] {
            let page = browser.send(call(path, token, body.clone())).await;
            assert_eq!(told(&page), (401, "UNAUTHENTICATED".to_owned()), "{path}");
            assert!(page.headers.contains_key(header::WWW_AUTHENTICATE));
        }
    }
    let without = kit
        .with_settings(|settings| settings.keys.service_tokens.clear())
        .await;
    let page = Browser::new(&without)
        .send(call("/v1/keys/verify", Some(""), body))
        .await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
}

async fn a_body_that_is_none_is_refused(kit: Kit) {
    let (kit, ..) = serviced(kit).await;
    let browser = Browser::new(&kit);
    let send = async |body: Body| {
        let page = browser
            .send(call("/v1/keys/verify", Some(TOKEN), body))
            .await;
        assert!(page.headers.contains_key("x-request-id"));
        told(&page)
    };
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"key\": 1}",
        "{\"cost\": 1}",
        "{\"key\":\"\",\"x\":1}",
    ] {
        assert_eq!(
            send(body.into()).await,
            (400, "BAD_REQUEST".to_owned()),
            "{body}"
        );
    }
    let huge = format!("{{\"key\": \"{}\"}}", "a".repeat(300_000));
    assert_eq!(
        send(huge.into()).await,
        (413, "PAYLOAD_TOO_LARGE".to_owned())
    );
    let mut request = call("/v1/keys/verify", Some(TOKEN), "{}");
    request.headers_mut().insert(
        header::CONTENT_TYPE,
        "application/x-www-form-urlencoded"
            .parse()
            .expect("a header"),
    );
    let page = browser.send(request).await;
    assert_eq!(told(&page), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()));
}

async fn a_question_that_is_none_is_refused_by_field(kit: Kit) {
    let (kit, ..) = serviced(kit).await;
    let browser = Browser::new(&kit);
    let send = async |question: Value| told(&verify(&browser, question).await);
    let on = |text: &str| (422, text.to_owned());
    for cost in [
        json!(-1),
        json!(1.5),
        json!(1e30),
        json!(1_000_000_000_001_i64),
    ] {
        let asked = json!({ "key": "k", "cost": cost });
        assert_eq!(send(asked).await, on("OUT_OF_RANGE cost"), "{cost}");
    }
    let asked = json!({ "key": "k", "scopes": ["Ä"] });
    assert_eq!(send(asked).await, on("INVALID_SCOPE scopes"));
    let asked = json!({ "key": "k", "ip": "nowhere" });
    assert_eq!(send(asked).await, on("INVALID_IP ip"));
}

async fn a_batch_is_answered_in_order(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |_| {}).await;
    let browser = Browser::new(&kit);
    let good = json!({ "key": made.secret.expose() });
    let (junk, wrong) = (json!({ "key": "x" }), json!({ "key": "x", "cost": 0.5 }));
    let asked = vec![good.clone(), junk, wrong, good];
    let page = verify_batch(&browser, asked).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let results = &read(&page)["results"];
    assert_eq!(
        [
            &results[0]["code"],
            &results[1]["code"],
            &results[3]["code"]
        ],
        ["VALID", "NOT_FOUND", "VALID"]
    );
    assert_eq!(results[2]["errors"][0]["code"], "OUT_OF_RANGE");
    for count in [0, 101] {
        let page = verify_batch(&browser, vec![json!({ "key": "x" }); count]).await;
        assert_eq!(told(&page), (422, "OUT_OF_RANGE keys".to_owned()));
    }
}

async fn a_rate_is_told_in_headers(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |input| input.rate_limit = Some((2, 60))).await;
    let browser = Browser::new(&kit);
    let ask = async || verify(&browser, json!({ "key": made.secret.expose() })).await;
    let first = ask().await;
    assert_eq!(first.headers["ratelimit-policy"], "\"key\";q=2;w=60");
    assert_eq!(first.headers["ratelimit"], "\"key\";r=1;t=30");
    ask().await;
    let limited = ask().await;
    let answer = read(&limited);
    assert_eq!(
        (limited.status, &answer["code"]),
        (StatusCode::OK, &json!("RATE_LIMITED"))
    );
    assert_eq!(limited.headers[header::RETRY_AFTER], "30");
    assert_eq!(answer["retryAfter"], 30);
}

async fn a_gateway_is_told_by_status_and_headers(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |input| input.quota = Some(10)).await;
    let secret = made.secret.expose();
    let mut state = state(&kit);
    let http = std::sync::Arc::make_mut(&mut state.http);
    http.forward_auth_from = vec![format!("{}/32", testkit::HOME).parse().expect("a network")];
    let browser = Browser::over(state);
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = Request::get("/v1/forward-auth");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let page = browser
            .send(request.body(Body::empty()).expect("a request"))
            .await;
        let code = page.headers.get("x-latchkey-code");
        let code = code.and_then(|code| code.to_str().ok()).unwrap_or_default();
        (page.status.as_u16(), code.to_owned(), page)
    };
    let bearer = format!("Bearer {secret}");
    for headers in [
        [("authorization", bearer.as_str())],
        [("x-api-key", secret)],
    ] {
        let (status, code, page) = ask(&headers).await;
        assert_eq!((status, code.as_str()), (200, "VALID"));
        assert_eq!(
            page.headers["x-latchkey-organization"],
            acme.id.to_string().as_str()
        );
        assert_eq!(
            page.headers["x-latchkey-key"],
            made.key.id.to_string().as_str()
        );
        assert_eq!(page.headers["x-latchkey-scopes"], "read");
    }
    let with = async |name: &str, value: &str| {
        let (status, code, _) = ask(&[("x-api-key", secret), (name, value)]).await;
        (status, code)
    };
    let answer = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(
        with("x-latchkey-scopes", "read,write").await,
        answer(403, "INSUFFICIENT_SCOPE")
    );
    assert_eq!(
        with("x-latchkey-cost", "100").await,
        answer(429, "QUOTA_EXCEEDED")
    );
    assert_eq!(with("x-latchkey-cost", "8").await, answer(200, "VALID"));
    assert_eq!(with("x-latchkey-cost", "-1").await, answer(400, ""));
    assert_eq!(with("x-latchkey-cost", "x").await, answer(400, ""));
    let (status, code, page) = ask(&[]).await;
    assert_eq!((status, code.as_str()), (401, "NOT_FOUND"));
    assert_eq!(page.headers[header::WWW_AUTHENTICATE], "Bearer");
    api_keys::revoke(&kit.ctx(), &ada.actor(), made.key.id, "")
        .await
        .expect("owners may");
    let (status, code, _) = ask(&[("x-api-key", secret)]).await;
    assert_eq!((status, code.as_str()), (401, "REVOKED"));
}

async fn a_gateway_of_another_address_needs_a_token(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |_| {}).await;
    let browser = Browser::new(&kit);
    let ask = async |token: Option<&str>| {
        let mut request =
            Request::get("/v1/forward-auth").header("x-api-key", made.secret.expose());
        if let Some(token) = token {
            request = request.header("x-latchkey-service-token", token);
        }
        browser
            .send(request.body(Body::empty()).expect("a request"))
            .await
            .status
            .as_u16()
    };
    assert_eq!(
        [
            ask(None).await,
            ask(Some("wrong")).await,
            ask(Some(TOKEN)).await
        ],
        [401, 401, 200]
    );
}

async fn a_leaked_key_is_revoked_by_whoever_has_it(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |_| {}).await;
    let browser = Browser::new(&kit);
    let report =
        json!({ "key": made.secret.expose(), "source": "https://example.com/repo" }).to_string();
    let page = browser
        .send(call("/v1/keys/leaked", None, report.clone()))
        .await;
    assert_eq!(
        read(&page),
        json!({ "id": made.key.id, "result": "REVOKED" })
    );
    let again = browser.send(call("/v1/keys/leaked", None, report)).await;
    assert_eq!(read(&again)["result"], "ALREADY_REVOKED");
    let page = browser
        .send(call("/v1/keys/leaked", None, "{\"key\": \"lk_org_x\"}"))
        .await;
    assert_eq!(told(&page), (404, "NOT_FOUND key".to_owned()));
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "api_key_leaked"
    );
}

async fn the_description_tells_what_is_answered(kit: Kit) {
    let (kit, acme, ada) = serviced(kit).await;
    let made = key(&kit, &acme, &ada, |input| input.rate_limit = Some((2, 60))).await;
    let browser = Browser::new(&kit);
    let document: Value = read(&browser.get("/v1/openapi.json").await);
    assert_eq!(
        document["openapi"].as_str().map(|version| &version[..3]),
        Some("3.1")
    );
    let paths: Vec<_> = document["paths"]
        .as_object()
        .into_iter()
        .flat_map(|paths| paths.keys())
        .collect();
    assert_eq!(
        paths,
        [
            "/v1/forward-auth",
            "/v1/keys/leaked",
            "/v1/keys/verify",
            "/v1/keys/verify/batch"
        ]
    );
    let schema = &document["components"]["schemas"]["Verification"]["properties"];
    let answer = read(&verify(&browser, json!({ "key": made.secret.expose() })).await);
    for field in answer
        .as_object()
        .into_iter()
        .flat_map(|answer| answer.keys())
    {
        assert!(schema[field].is_object(), "{field} is not described");
    }
    let page = browser.get("/v1/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["/v1/keys/verify", "INSUFFICIENT_SCOPE", "x-latchkey-scopes"] {
        assert!(page.text.contains(part), "{part}");
    }
}

async fn other_methods_are_refused(kit: Kit) {
    let (kit, ..) = serviced(kit).await;
    let browser = Browser::new(&kit);
    for path in [
        "/v1/keys/verify",
        "/v1/keys/verify/batch",
        "/v1/keys/leaked",
    ] {
        let request = Request::put(path)
            .header(header::ACCEPT, "application/json")
            .body(Body::empty())
            .expect("a request");
        let page = browser.send(request).await;
        assert_eq!(
            told(&page),
            (405, "METHOD_NOT_ALLOWED".to_owned()),
            "{path}"
        );
    }
}
