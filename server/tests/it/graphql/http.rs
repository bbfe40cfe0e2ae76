//! GraphQL over HTTP: media types, statuses, methods, bodies.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use testkit::Kit;

use super::{Answer, Api, Credentials, NEWER, on_sqlite};

on_sqlite! {
    the_answer_has_the_type_that_was_asked_for,
    a_type_that_cannot_be_given_is_not_acceptable,
    a_document_at_fault_is_400_for_newer_clients_and_200_for_older_ones,
    a_request_that_cannot_be_read_is_400_for_all,
    get_reads_and_knows_operation_name_and_variables,
    get_never_mutates,
    only_json_is_taken,
    a_body_that_is_too_long_is_413,
    other_methods_are_told_which_are_taken,
    a_dead_bearer_token_is_401_and_a_dead_cookie_a_stranger,
    variables_are_checked_before_anything_runs,
    no_depth_ends_the_process,
    nonsense_is_refused_and_never_fails_inside,
}

const TYPENAME: &str = r#"{"query": "{ __typename }"}"#;

async fn post(api: &Api, accept: &str, body: &str) -> Answer {
    api.post(
        Request::post("/graphql").header(header::ACCEPT, accept),
        body.to_owned(),
    )
    .await
}

async fn the_answer_has_the_type_that_was_asked_for(kit: Kit) {
    let api = Api::new(&kit);
    for (accept, given) in [
        (NEWER, "application/graphql-response+json; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
        (
            "application/graphql-response+json, application/json;q=0.9",
            "application/graphql-response+json; charset=utf-8",
        ),
    ] {
        let answer = post(&api, accept, TYPENAME).await;
        assert_eq!(
            (answer.status, answer.header(header::CONTENT_TYPE)),
            (StatusCode::OK, given),
            "{accept}"
        );
        assert_eq!(answer.data(), json!({ "__typename": "Query" }));
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    }
    let unsaid = api.post(Request::post("/graphql"), TYPENAME).await;
    assert_eq!(
        unsaid.header(header::CONTENT_TYPE),
        "application/json; charset=utf-8"
    );
}

async fn a_type_that_cannot_be_given_is_not_acceptable(kit: Kit) {
    let answer = post(&Api::new(&kit), "text/html", TYPENAME).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE")
    );
}

async fn a_document_at_fault_is_400_for_newer_clients_and_200_for_older_ones(kit: Kit) {
    let api = Api::new(&kit);
    for query in [
        "{",
        "{ nothing }",
        "query A { __typename } query B { __typename }",
        "query($id: ID!) { node(id: $id) { id } }",
        "subscription { a }",
    ] {
        let body = json!({ "query": query }).to_string();
        for (accept, status) in [
            (NEWER, StatusCode::BAD_REQUEST),
            ("application/json", StatusCode::OK),
        ] {
            let answer = post(&api, accept, &body).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (status, "BAD_REQUEST"),
                "{query}"
            );
            assert!(answer.json().get("data").is_none(), "{}", answer.text);
            assert_eq!(
                answer.json()["errors"][0]["extensions"]["traceId"],
                "trace-of-a-test"
            );
        }
    }
}

async fn a_request_that_cannot_be_read_is_400_for_all(kit: Kit) {
    let api = Api::new(&kit);
    let bodies = [
        "",
        "{ \"not a JSON",
        "7",
        r#"{"qeury": "{ a }"}"#,
        r#"{"query": 0}"#,
        r#"{"query": "{ __typename }", "variables": []}"#,
        r#"{"query": "{ __typename }", "operationName": {}}"#,
        r#"{"query": "{ __typename }", "extensions": ""}"#,
        r#"[{"query": "{ __typename }"}]"#,
    ];
    for body in bodies {
        for accept in [NEWER, "application/json"] {
            let answer = post(&api, accept, body).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
                "{body}"
            );
            assert!(answer.json().get("data").is_none());
        }
    }
    assert_eq!(api.get("/graphql").await.status, StatusCode::BAD_REQUEST);
    let nulls = r#"{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}"#;
    assert_eq!(post(&api, NEWER, nulls).await.status, StatusCode::OK);
}

async fn get_reads_and_knows_operation_name_and_variables(kit: Kit) {
    let api = Api::new(&kit);
    assert_eq!(
        api.get("/graphql?query=%7B__typename%7D").await.data(),
        json!({ "__typename": "Query" })
    );
    let named =
        "/graphql?query=query+A%7Ba:__typename%7D+query+B%7Bb:__typename%7D&operationName=B";
    assert_eq!(api.get(named).await.data(), json!({ "b": "Query" }));
    let variables = "/graphql?query=query(%24id:ID!)%7Bnode(id:%24id)%7Bid%7D%7D&variables=%7B%22id%22:%22x%22%7D";
    assert_eq!(api.get(variables).await.data(), json!({ "node": null }));
}

async fn get_never_mutates(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let Credentials::Cookie(token) = Credentials::of_browser(&ada).await else {
        unreachable!("browsers have cookies")
    };
    let address = "/graphql?query=mutation%7BsignOut%7BuserErrors%7Bcode%7D%7D%7D";
    for call in [
        Request::get(address),
        Request::get(format!("{address}&operationName=")),
    ] {
        let call = call.header(header::COOKIE, format!("__Host-latchkey={token}"));
        let answer = api.send(call.body(Body::empty()).expect("a request")).await;
        assert_eq!(
            (answer.status, answer.header(header::ALLOW)),
            (StatusCode::METHOD_NOT_ALLOWED, "POST"),
            "{}",
            answer.text
        );
    }
    assert_eq!(kit.count("sessions").await, 1, "nobody was signed out");
}

async fn only_json_is_taken(kit: Kit) {
    let api = Api::new(&kit);
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/graphql",
    ];
    for media in types {
        let call = Request::post("/graphql").header(header::CONTENT_TYPE, media);
        let answer = api
            .send(call.body(Body::from(TYPENAME)).expect("a request"))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            "{media}"
        );
    }
    let none = api
        .send(
            Request::post("/graphql")
                .body(Body::from(TYPENAME))
                .expect("a request"),
        )
        .await;
    assert_eq!(none.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let call =
        Request::post("/graphql").header(header::CONTENT_TYPE, "application/json; charset=UTF-8");
    let swims = json!({ "query": "{ __type(name: \"Run🏃Swim🏊\") { name } }" }).to_string();
    assert_eq!(
        api.send(call.body(Body::from(swims)).expect("a request"))
            .await
            .data(),
        json!({ "__type": null })
    );
}

async fn a_body_that_is_too_long_is_413(kit: Kit) {
    let api = Api::new(&kit);
    let padded = |length: usize| format!("{}{TYPENAME}", " ".repeat(length - TYPENAME.len()));
    assert_eq!(
        post(&api, NEWER, &padded(256 * 1024)).await.status,
        StatusCode::OK
    );
    let answer = post(&api, NEWER, &padded(256 * 1024 + 1)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE")
    );
}

async fn other_methods_are_told_which_are_taken(kit: Kit) {
    let api = Api::new(&kit);
    for method in [
        Method::OPTIONS,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::TRACE,
    ] {
        let request = Request::builder()
            .method(method.clone())
            .uri("/graphql")
            .body(Body::empty())
            .expect("a request");
        let answer = api.send(request).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            "{method}"
        );
        assert_eq!(
            answer
                .headers
                .get_all(header::ALLOW)
                .iter()
                .collect::<Vec<_>>(),
            ["GET, HEAD, POST"],
            "{method}"
        );
    }
}

async fn a_dead_bearer_token_is_401_and_a_dead_cookie_a_stranger(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let browser = ada.signs_in().await;
    for token in [
        "nonsense".to_owned(),
        format!("lks_{}", "a".repeat(49)),
        browser.token.expose().to_owned(),
    ] {
        let answer = api
            .run_as(&Credentials::Bearer(token), "{ __typename }", Value::Null)
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED")
        );
        assert_eq!(
            answer.header(header::WWW_AUTHENTICATE),
            "Bearer error=\"invalid_token\""
        );
        assert!(answer.json().get("data").is_none());
    }
    let stranger = api
        .run_as(
            &Credentials::Cookie("nonsense".to_owned()),
            "{ viewer { __typename } }",
            Value::Null,
        )
        .await;
    assert_eq!(stranger.data(), json!({ "viewer": null }));
}

async fn variables_are_checked_before_anything_runs(kit: Kit) {
    let api = Api::new(&kit);
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { token } }";
    let cases = [
        (
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": null }),
        ),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": { "a": 1 } }),
        ),
        (sign_in, json!({})),
        (sign_in, json!({ "input": 7 })),
        (sign_in, json!({ "input": [] })),
        (sign_in, json!({ "input": { "email": "a@example.test" } })),
        (sign_in, json!({ "input": { "email": 5, "password": "x" } })),
        (
            sign_in,
            json!({ "input": { "email": "a@example.test", "password": ["424242"] } }),
        ),
        (
            sign_in,
            json!({ "input": { "email": "a@example.test", "password": "x", "remember": true } }),
        ),
        ("mutation { signIn(input: 7) { token } }", Value::Null),
        (
            "mutation { signIn(input: { email: \"a@example.test\", password: 424242 }) { token } }",
            Value::Null,
        ),
        (
            "mutation { updatePreferences(input: { theme: PINK }) { user { id } } }",
            Value::Null,
        ),
    ];
    for (query, variables) in cases {
        let answer = api.run(query, variables.clone()).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            "{query} {variables} {}",
            answer.text
        );
        assert!(
            answer.json().get("data").is_none() && !answer.text.contains("424242"),
            "{}",
            answer.text
        );
    }
}

async fn no_depth_ends_the_process(kit: Kit) {
    let api = Api::new(&kit);
    for (open, close) in [
        ("{a", "}"),
        ("{a(b:[", "])}"),
        ("{a(b:{c:", "})}"),
        ("{...{", "}}"),
        ("query($a:[", "]){a}"),
        ("[", "]"),
        ("{ __schema { types { ofType ", "}}}"),
    ] {
        let body = json!({ "query": format!("{}{}", open.repeat(20_000), close.repeat(20_000)) })
            .to_string();
        let answer = post(&api, NEWER, &body).await;
        assert!(
            matches!(
                answer.status,
                StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE
            ),
            "{open} {}",
            answer.status
        );
    }
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let body = format!(
        r#"{{"query": "{{ __typename }}", "variables": {{"a": {}}}}}"#,
        deep(20_000)
    );
    assert_eq!(
        post(&api, NEWER, &body).await.status,
        StatusCode::BAD_REQUEST
    );
    let body = format!(
        r#"{{"query": "query($a: ID) {{ node(id: $a) {{ id }} }}", "variables": {{"a": {}}}}}"#,
        deep(120)
    );
    assert_eq!(
        post(&api, NEWER, &body).await.status,
        StatusCode::BAD_REQUEST
    );
}

async fn nonsense_is_refused_and_never_fails_inside(kit: Kit) {
    let api = Api::new(&kit);
    for query in [
        "",
        " ",
        "#",
        "\u{feff}",
        "}",
        "{}",
        "{ }",
        "\"",
        "\"\"\"",
        "query",
        "fragment",
        "{ a: }",
        "{ viewer }",
        "{ viewer { } }",
        "{ ...A }",
        "{ ... on Nope { a } }",
        "query($x: Nope = 1) { __typename }",
        "query($x: [Nope!] = 1) { node(id: $x) { id } }",
        "query($x: Nope!) { __typename }",
        "query($x: [[[ID!]!]!]! = [[1]]) { node(id: $x) { id } }",
        "query($x: User) { __typename }",
        "query($x: ID = {a: 1}) { node(id: $x) { id } }",
        "query($x: Int = 99999999999999999999) { __typename }",
        "query($x: SignInInput = 7) { __typename }",
        "query($x: SignInInput = {email: 1}) { __typename }",
        "query($x: Theme = NOPE) { __typename }",
        "{ node(id: 1e999999) { id } }",
        "{ node(id: -0) { id } }",
        "{ node(id: \"\\uD800\") { id } }",
        "{ node(id: $x) { id } }",
        "{ node(id: X) { id } }",
        "{ node { id } }",
        "{ node(id: \"x\", id: \"y\") { id } }",
        "{ viewer @skip { __typename } }",
        "{ viewer @include(if: 7) { __typename } }",
        "{ viewer @nope { __typename } }",
        "{ viewer @skip(if: $x) { __typename } }",
        "query A { __typename } query A { __typename }",
        "{ __typename } { __typename }",
        "fragment A on User { id }",
        "{ viewer { ...A } } fragment A on User { ...B } fragment B on User { ...A }",
        "{ viewer { id: email id } }",
        "{ _service { sdl } }",
        "{ _entities(representations: []) { id } }",
        "mutation { signOut(input: {clientMutationId: 7}) { userErrors { code } } }",
        "mutation { nope }",
        "mutation { __schema { types { name } } }",
        "{ viewer { ... on Profile { theme } } }",
        "{ __type { name } }",
        "{ __type(name: 7) { name } }",
        "{ __schema }",
        "query Q($a: Boolean!) { viewer @skip(if: $a) { __typename } }",
        "type A { b: C }",
        "{ a(b: \"\u{0}\") }",
        "{ \u{0} }",
    ] {
        let answer = api.run(query, Value::Null).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            "{query:?} {}",
            answer.text
        );
        for leak in [
            "server::",
            "async_graphql",
            "panick",
            "src/",
            ".rs:",
            "SELECT",
        ] {
            assert!(!answer.text.contains(leak), "{query:?} {}", answer.text);
        }
    }
}
