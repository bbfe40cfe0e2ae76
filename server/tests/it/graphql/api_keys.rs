//! API keys by GraphQL: made and shaped by people, and as callers themselves.

mod callers;
mod usage;

use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Answer, Api, Credentials, company::found};

on_each_database! {
    a_key_is_made_read_changed_rotated_and_revoked,
    what_is_wrong_with_a_key_is_told_by_field,
    left_out_and_null_are_told_apart,
}

const MADE: &str = "secret apiKey { id name start last4 scopes status createdBy expiresAt allowedIps rateLimit { limit periodSeconds } quota { limit used } }";

async fn made(
    api: &Api,
    who: &Credentials,
    organization: &str,
    scopes: &[&str],
) -> (String, String) {
    let input = json!({ "organizationId": organization, "name": "K", "scopes": scopes });
    let payload = api.mutate(who, "createApiKey", input, MADE).await;
    let text = |value: &Value| value.as_str().expect("it was made").to_owned();
    (text(&payload["apiKey"]["id"]), text(&payload["secret"]))
}

fn codes(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    errors
        .iter()
        .map(|error| {
            let path = error["path"]
                .as_array()
                .and_then(|path| path.last())
                .cloned();
            format!(
                "{} {}",
                path.and_then(|last| last.as_str().map(ToOwned::to_owned))
                    .unwrap_or_default(),
                error["extensions"]["code"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

async fn a_key_is_made_read_changed_rotated_and_revoked(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let input = json!({
        "organizationId": acme.org(), "name": "Backend", "scopes": ["write", "read"],
        "expiresAt": null, "allowedIps": ["10.0.0.0/8"], "rateLimit": { "limit": 5, "periodSeconds": 60 }, "quota": 9000000000_i64
    });
    let payload = api.mutate(&adas, "createApiKey", input, MADE).await;
    let (key, secret) = (
        &payload["apiKey"],
        payload["secret"].as_str().unwrap_or_default(),
    );
    assert!(secret.starts_with(key["start"].as_str().unwrap_or("?")));
    assert_eq!(
        (
            &key["name"],
            &key["scopes"],
            &key["status"],
            &key["createdBy"],
            &key["expiresAt"]
        ),
        (
            &json!("Backend"),
            &json!(["read", "write"]),
            &json!("ACTIVE"),
            &json!("Ada"),
            &Value::Null
        )
    );
    assert_eq!(
        (&key["rateLimit"], &key["quota"], &key["allowedIps"]),
        (
            &json!({ "limit": 5, "periodSeconds": 60 }),
            &json!({ "limit": 9_000_000_000_i64, "used": 0 }),
            &json!(["10.0.0.0/8"])
        )
    );
    let id = json!({ "id": key["id"] });
    let node = "query($id: ID!) { node(id: $id) { ... on ApiKey { name status organization { slug } hints rotation { start } } } }";
    let read = api.ask(&adas, node, id.clone()).await;
    assert_eq!(
        read["node"],
        json!({ "name": "Backend", "status": "ACTIVE", "organization": { "slug": "acme" }, "hints": ["NEVER_EXPIRES"], "rotation": null })
    );
    let list = "query { organization(slug: \"acme\") { apiKeys(search: \"back\") { totalCount nodes { name } } } }";
    let listed = api.ask(&adas, list, Value::Null).await;
    assert_eq!(
        listed["organization"]["apiKeys"],
        json!({ "totalCount": 1, "nodes": [{ "name": "Backend" }] })
    );
    let selection = "apiKey { status name rotation { expiresAt } }";
    let paused = api
        .mutate(&adas, "pauseApiKey", id.clone(), selection)
        .await;
    assert_eq!(paused["apiKey"]["status"], "PAUSED");
    api.mutate(&adas, "resumeApiKey", id.clone(), selection)
        .await;
    let rotate = json!({ "id": key["id"], "overlap": "HOUR" });
    let rotated = api
        .mutate(
            &adas,
            "rotateApiKey",
            rotate,
            "secret apiKey { id rotation { expiresAt } }",
        )
        .await;
    assert_eq!(rotated["apiKey"]["id"], key["id"]);
    assert!(rotated["apiKey"]["rotation"].is_object() && rotated["secret"] != payload["secret"]);
    api.mutate(&adas, "endApiKeyRotation", id.clone(), selection)
        .await;
    let revoke = json!({ "id": key["id"], "reason": "done" });
    let revoked = api
        .mutate(
            &adas,
            "revokeApiKey",
            revoke,
            "apiKey { status revokeReason revokedAt }",
        )
        .await;
    assert_eq!(
        (
            &revoked["apiKey"]["status"],
            &revoked["apiKey"]["revokeReason"]
        ),
        (&json!("REVOKED"), &json!("done"))
    );
    let again = api.refusals(&adas, "revokeApiKey", id).await;
    assert_eq!(again, [("KEY_REVOKED".to_owned(), None)]);
    kit.discards_mail().await;
}

async fn what_is_wrong_with_a_key_is_told_by_field(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let refused = async |extra: Value| {
        let mut input = json!({ "organizationId": acme.org(), "name": "K" });
        for (name, value) in extra.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        let found = api.refusals(&adas, "createApiKey", input).await;
        found
            .into_iter()
            .map(|(code, field)| format!("{code} {}", field.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({ "name": " " })).await, ["REQUIRED name"]);
    assert_eq!(
        refused(json!({ "scopes": ["nope"] })).await,
        ["UNKNOWN_SCOPE scopes"]
    );
    assert_eq!(
        refused(json!({ "expiresAt": "2020-01-01T00:00:00Z" })).await,
        ["INVALID_EXPIRY expiresAt"]
    );
    assert_eq!(
        refused(json!({ "allowedIps": ["x"] })).await,
        ["INVALID_IP allowedIps"]
    );
    assert_eq!(
        refused(json!({ "rateLimit": { "limit": 0, "periodSeconds": 0 }, "quota": -1 })).await,
        [
            "OUT_OF_RANGE rateLimit",
            "OUT_OF_RANGE ratePeriod",
            "OUT_OF_RANGE quota"
        ]
    );
    let nowhere = api
        .refusals(
            &adas,
            "createApiKey",
            json!({ "organizationId": "org_x", "name": "K" }),
        )
        .await;
    assert_eq!(nowhere, [("NOT_FOUND".to_owned(), None)]);
    let query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
    for wrong in [
        json!({ "quota": 1.5 }),
        json!({ "quota": "1" }),
        json!({ "expiresAt": "soon" }),
    ] {
        let mut input = json!({ "organizationId": acme.org(), "name": "K" });
        for (name, value) in wrong.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        let answer = api.run_as(&adas, query, json!({ "input": input })).await;
        assert_eq!(codes(&answer), [" BAD_REQUEST"], "{}", answer.text);
    }
}

async fn left_out_and_null_are_told_apart(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let input = json!({ "organizationId": acme.org(), "name": "K", "quota": 5 });
    let payload = api.mutate(&adas, "createApiKey", input, MADE).await;
    assert!(payload["apiKey"]["expiresAt"].is_string(), "90 days");
    let id = &payload["apiKey"]["id"];
    let update = async |change: Value| {
        let mut input = json!({ "id": id });
        for (name, value) in change.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        let selection = "apiKey { name expiresAt quota { limit } }";
        api.mutate(&adas, "updateApiKey", input, selection).await["apiKey"].clone()
    };
    let named = update(json!({ "name": "N" })).await;
    assert_eq!(
        (&named["name"], &named["quota"]["limit"]),
        (&json!("N"), &json!(5))
    );
    let endless = update(json!({ "expiresAt": null, "quota": null })).await;
    assert_eq!(
        (&endless["expiresAt"], &endless["quota"]),
        (&Value::Null, &Value::Null)
    );
    let dated = update(json!({ "expiresAt": "2027-01-01T00:00:00+01:00" })).await;
    assert_eq!(dated["expiresAt"], "2026-12-31T23:00:00.000Z");
    kit.discards_mail().await;
}
