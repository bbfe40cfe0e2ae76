//! `viewer` and `node`: what a caller may see.

use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials};

on_each_database! {
    a_person_reads_themselves_by_token_and_by_cookie,
    a_stranger_is_nobody,
    what_may_not_be_seen_is_like_what_does_not_exist,
    a_failure_inside_is_told_for_its_field_alone,
}

const VIEWER: &str = "{ viewer { __typename ... on User { id email username name phone emailVerifiedAt createdAt updatedAt \
    profile { timeZone language theme updatedAt } } } }";

async fn a_person_reads_themselves_by_token_and_by_cookie(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada Lovelace").await;
    for credentials in [
        Credentials::of_program(&kit, &ada).await,
        Credentials::of_browser(&ada).await,
    ] {
        let viewer = api.run_as(&credentials, VIEWER, Value::Null).await.data()["viewer"].clone();
        assert_eq!(viewer["__typename"], "User");
        assert_eq!(viewer["id"], ada.id.to_string());
        assert_eq!(
            (&viewer["email"], &viewer["username"], &viewer["name"]),
            (
                &json!("ada@example.test"),
                &json!("ada"),
                &json!("Ada Lovelace")
            )
        );
        assert_eq!(viewer["phone"], Value::Null);
        assert!(
            viewer["emailVerifiedAt"]
                .as_str()
                .is_some_and(|at| at.starts_with("2026-11-23T10:00:0") && at.ends_with('Z')),
            "{viewer}"
        );
        assert_eq!(
            (&viewer["profile"]["timeZone"], &viewer["profile"]["theme"]),
            (&json!("UTC"), &json!("SYSTEM"))
        );
    }
}

async fn a_stranger_is_nobody(kit: Kit) {
    assert_eq!(
        Api::new(&kit).run(VIEWER, Value::Null).await.data(),
        json!({ "viewer": null })
    );
}

async fn what_may_not_be_seen_is_like_what_does_not_exist(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").staff().await);
    let eves = Credentials::of_program(&kit, &eve).await;
    let node = "query($id: ID!) { node(id: $id) { __typename id ... on User { email } } }";
    let own = api
        .run_as(&eves, node, json!({ "id": eve.id.to_string() }))
        .await
        .data();
    assert_eq!(
        own["node"],
        json!({ "__typename": "User", "id": eve.id.to_string(), "email": "eve@example.test" })
    );
    let other = ada.id.to_string();
    let session = eve.signs_in().await.session.id.to_string();
    for id in [
        other.as_str(),
        "usr_11111111111111111111",
        "usr_",
        "usr_0OIl",
        "",
        "x",
        &session,
        &"z".repeat(10_000),
    ] {
        let answer = api.run_as(&eves, node, json!({ "id": id })).await;
        assert_eq!(answer.data(), json!({ "node": null }), "{id}");
        assert_eq!(
            api.run(node, json!({ "id": id })).await.data(),
            json!({ "node": null }),
            "{id}"
        );
    }
}

async fn a_failure_inside_is_told_for_its_field_alone(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    kit.sql("ALTER TABLE profiles RENAME TO lost").await;
    let answer = api
        .run_as(
            &credentials,
            "{ __typename viewer { __typename } node(id: \"x\") { id } }",
            Value::Null,
        )
        .await;
    let json = answer.json();
    assert_eq!(
        json["data"],
        json!({ "__typename": "Query", "viewer": null, "node": null }),
        "{}",
        answer.text
    );
    assert_eq!(json["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["errors"][0]["path"], json!(["viewer"]));
    assert_eq!(
        json["errors"][0]["extensions"],
        json!({ "code": "INTERNAL", "traceId": "trace-of-a-test" })
    );
    assert!(
        !answer.text.contains("profiles") && !answer.text.contains("table"),
        "{}",
        answer.text
    );
    kit.sql("ALTER TABLE lost RENAME TO profiles").await;
}
