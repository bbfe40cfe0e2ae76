//! What one request may ask for.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::Kit;

use super::{Answer, Api, on_sqlite};

on_sqlite! {
    fifty_sign_ins_in_one_request_are_refused_and_none_is_tried,
    five_mutations_are_the_most,
    documents_that_ask_for_too_much_are_refused_at_once,
    the_cost_is_told,
    the_explorers_introspection_passes,
}

fn is_too_complex(answer: &Answer) -> bool {
    answer.status == StatusCode::BAD_REQUEST
        && answer.code() == "QUERY_TOO_COMPLEX"
        && answer.json().get("data").is_none()
}

async fn fifty_sign_ins_in_one_request_are_refused_and_none_is_tried(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let field = |n: usize| {
        format!(
            "a{n}: signIn(input: {{ email: \"ada@example.test\", password: \"guess number {n} of many\" }}) {{ token }} "
        )
    };
    let fields: String = (0..50).map(field).collect();
    assert!(is_too_complex(
        &api.run(&format!("mutation {{ {fields} }}"), Value::Null)
            .await
    ));
    let spread = format!("mutation {{ ...F }} fragment F on Mutation {{ {fields} }}");
    assert!(is_too_complex(&api.run(&spread, Value::Null).await));
    assert_eq!(
        kit.count("throttles").await,
        0,
        "no guess was made, or counted"
    );
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn five_mutations_are_the_most(kit: Kit) {
    let api = Api::new(&kit);
    let typenames = |count: usize| format!("mutation {{ {} }}", "__typename ".repeat(count));
    assert_eq!(
        api.run(&typenames(5), Value::Null).await.status,
        StatusCode::OK
    );
    assert!(is_too_complex(&api.run(&typenames(6), Value::Null).await));
}

async fn documents_that_ask_for_too_much_are_refused_at_once(kit: Kit) {
    let api = Api::new(&kit);
    let bomb: String = (0..40)
        .map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }} ", n + 1))
        .collect();
    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    let recursive = format!(
        "{{ __schema {{ types {{ {} name {} }} }} }}",
        "fields { type { ".repeat(5),
        "} }".repeat(5)
    );
    let begun = Instant::now();
    for query in [
        format!("{{ ...F0 }} {bomb} fragment F40 on Query {{ __typename }}"),
        format!(
            "query A {{ __typename }} query B {{ ...F0 }} {bomb} fragment F40 on Query {{ __typename }}"
        ),
        format!("{{ {aliases} }}"),
        recursive,
        format!("{{ {} }}", "viewer { __typename } ".repeat(501)),
        format!("{{ __typename {} }}", "@include(if: true)".repeat(9)),
        format!("{{ {} }}", "nothing ".repeat(20_000)),
    ] {
        let answer = api.run(&query, Value::Null).await;
        assert!(is_too_complex(&answer), "{} {}", &query[..60], answer.text);
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

async fn the_cost_is_told(kit: Kit) {
    let answer = Api::new(&kit)
        .run(
            "{ viewer { ... on User { id profile { theme } } } }",
            Value::Null,
        )
        .await;
    assert_eq!(
        answer.json()["extensions"],
        json!({ "cost": { "complexity": 4, "depth": 3, "limit": 10_000 } })
    );
}

async fn the_explorers_introspection_passes(kit: Kit) {
    let answer = Api::new(&kit)
        .run(super::schema::INTROSPECTION, Value::Null)
        .await;
    assert!(
        answer.data()["__schema"]["types"]
            .as_array()
            .is_some_and(|types| types.len() > 30),
        "{}",
        answer.text
    );
    assert_eq!(answer.json()["extensions"]["cost"]["depth"], 15);
}
