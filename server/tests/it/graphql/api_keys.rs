//! API keys by GraphQL: made and shaped by people, and as callers themselves.

use contract::verification::VerifyKey;
use domain::{Actor, verification};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Answer, Api, Credentials, company::found};

on_each_database! {
    a_key_is_made_read_changed_rotated_and_revoked,
    what_is_wrong_with_a_key_is_told_by_field,
    left_out_and_null_are_told_apart,
    a_key_acts_as_its_organization_within_its_scopes,
    a_field_outside_the_scopes_is_null_with_an_error_of_its_own,
    a_dead_key_is_no_stranger,
    a_program_of_the_operator_verifies,
    usage_is_read_by_key_and_organization,
    keys_of_many_organizations_take_few_statements,
    usage_of_many_keys_takes_few_statements,
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

async fn a_key_acts_as_its_organization_within_its_scopes(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let scopes = [
        "organization:read",
        "members:read",
        "keys:read",
        "usage:read",
    ];
    let (id, secret) = made(&api, &adas, &acme.org(), &scopes).await;
    let caller = Credentials::Bearer(secret);
    let query = "{ viewer { __typename ... on ApiKey { id organization { slug subscriptionTier viewerRole viewerCan \
        owner { name email } members { nodes { role user { name email } } } apiKeys { totalCount } quota { used } } } } }";
    let seen = api.ask(&caller, query, Value::Null).await;
    let viewer = &seen["viewer"];
    assert_eq!(
        (&viewer["__typename"], &viewer["id"]),
        (&json!("ApiKey"), &json!(id))
    );
    assert_eq!(
        viewer["organization"],
        json!({
            "slug": "acme", "subscriptionTier": "FREE", "viewerRole": null,
            "viewerCan": ["READ_ORGANIZATION", "READ_MEMBERS", "READ_KEYS", "READ_USAGE"],
            "owner": { "name": "Ada", "email": null },
            "members": { "nodes": [{ "role": "OWNER", "user": { "name": "Ada", "email": null } }] },
            "apiKeys": { "totalCount": 1 }, "quota": { "used": 0 }
        })
    );
    let slug = "{ a: organization(slug: \"ACME\") { id } b: organization(slug: \"other\") { id } }";
    let found = api.ask(&caller, slug, Value::Null).await;
    assert_eq!(found, json!({ "a": { "id": acme.org() }, "b": null }));
    kit.discards_mail().await;
}

async fn a_field_outside_the_scopes_is_null_with_an_error_of_its_own(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let (_, secret) = made(&api, &adas, &acme.org(), &["members:read"]).await;
    let caller = Credentials::Bearer(secret);
    let query = "{ organization(slug: \"acme\") { name subscriptionTier memberCount members { totalCount } invitations { totalCount } \
        apiKeys { totalCount } quota { used } usage { valid } } }";
    let answer = api.run_as(&caller, query, Value::Null).await;
    let organization = &answer.json()["data"]["organization"];
    assert_eq!(
        *organization,
        json!({
            "name": "Acme", "subscriptionTier": null, "memberCount": null, "members": { "totalCount": 1 },
            "invitations": null, "apiKeys": null, "quota": null, "usage": null
        })
    );
    let mut told = codes(&answer);
    told.sort();
    assert_eq!(
        told,
        [
            "apiKeys FORBIDDEN",
            "invitations FORBIDDEN",
            "memberCount FORBIDDEN",
            "quota FORBIDDEN",
            "subscriptionTier FORBIDDEN",
            "usage FORBIDDEN"
        ]
    );
    assert!(answer.text.contains("keys:read"), "it says which scope");
    let own = "mutation { signOut { userErrors { code } } }";
    let refused = api.run_as(&caller, own, Value::Null).await;
    assert_eq!(codes(&refused).len(), 1, "{}", refused.text);
    kit.discards_mail().await;
}

async fn a_dead_key_is_no_stranger(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let (id, secret) = made(&api, &adas, &acme.org(), &[]).await;
    let caller = Credentials::Bearer(secret);
    let revoked = api
        .mutate(
            &caller,
            "revokeApiKey",
            json!({ "id": id }),
            "apiKey { status }",
        )
        .await;
    assert_eq!(
        revoked["apiKey"]["status"], "REVOKED",
        "a key revokes itself"
    );
    let answer = api
        .run_as(&caller, "{ viewer { __typename } }", Value::Null)
        .await;
    assert_eq!(codes(&answer), [" UNAUTHENTICATED"], "{}", answer.text);
    kit.discards_mail().await;
}

async fn a_program_of_the_operator_verifies(kit: Kit) {
    const TOKEN: &str = "a service token of tests, 32 characters or more";
    let kit = kit
        .with_settings(|settings| {
            use sha2::Digest as _;
            settings.keys.service_tokens = vec![sha2::Sha256::digest(TOKEN.as_bytes()).into()];
        })
        .await;
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let (id, secret) = made(&api, &adas, &acme.org(), &["read"]).await;
    let service = Credentials::Bearer(TOKEN.to_owned());
    let selection = "verification { valid code organization { slug subscriptionTier } key { id } scopes quota { used remaining } }";
    let input = json!({ "key": secret, "scopes": ["read"], "cost": 3 });
    let answer = api
        .mutate(&service, "verifyApiKey", input.clone(), selection)
        .await;
    assert_eq!(
        answer["verification"],
        json!({
            "valid": true, "code": "VALID", "organization": { "slug": "acme", "subscriptionTier": "FREE" },
            "key": { "id": id }, "scopes": ["read"], "quota": { "used": 3, "remaining": 9997 }
        })
    );
    let junk = json!({ "key": "lk_org_junk" });
    let unknown = api.mutate(&service, "verifyApiKey", junk, selection).await;
    assert_eq!(unknown["verification"]["code"], "NOT_FOUND");
    let wrong = json!({ "key": secret, "cost": -1 });
    let refused = api.refusals(&service, "verifyApiKey", wrong).await;
    assert_eq!(
        refused,
        [("OUT_OF_RANGE".to_owned(), Some("cost".to_owned()))]
    );
    let query = "mutation($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { userErrors { code } } }";
    for (who, code) in [
        (&Credentials::None, "verifyApiKey UNAUTHENTICATED"),
        (&adas, "verifyApiKey FORBIDDEN"),
        (
            &Credentials::Bearer(secret.clone()),
            "verifyApiKey FORBIDDEN",
        ),
    ] {
        let answer = api.run_as(who, query, json!({ "input": input })).await;
        assert_eq!(codes(&answer), [code], "{}", answer.text);
    }
    kit.discards_mail().await;
}

async fn usage_is_read_by_key_and_organization(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let (id, secret) = made(&api, &adas, &acme.org(), &[]).await;
    let question = VerifyKey {
        key: secret,
        cost: Some(4),
        ..VerifyKey::default()
    };
    verification::verify(&kit.ctx(), &Actor::Service, &question)
        .await
        .expect("the question is good");
    verification::finish(&kit.ctx()).await.expect("it counts");
    let fields = "valid denied units codes { code requests } points { at valid isRunning }";
    let query = format!(
        "query($id: ID!) {{ organization(slug: \"acme\") {{ quota {{ limit used }} usage {{ {fields} }} }}
            node(id: $id) {{ ... on ApiKey {{ lastUsedAt usage(interval: MINUTE, from: \"2026-11-23T09:59:00Z\") {{ {fields} }} }} }} }}"
    );
    let read = api.ask(&adas, &query, json!({ "id": id })).await;
    let all = &read["organization"]["usage"];
    assert_eq!((&all["valid"], &all["units"]), (&json!(1), &json!(4)));
    assert_eq!(all["points"].as_array().map(Vec::len), Some(24));
    assert_eq!(all["points"][23]["isRunning"], true);
    assert_eq!(
        read["organization"]["quota"],
        json!({ "limit": 10_000, "used": 4 })
    );
    let own = &read["node"]["usage"];
    assert_eq!(own["codes"], json!([{ "code": "VALID", "requests": 1 }]));
    assert!(read["node"]["lastUsedAt"].is_string());
    let long = "{ organization(slug: \"acme\") { usage(interval: MINUTE, from: \"2020-01-01T00:00:00Z\") { valid } } }";
    let answer = api.run_as(&adas, long, Value::Null).await;
    assert_eq!(codes(&answer), ["usage OUT_OF_RANGE"]);
    kit.discards_mail().await;
}

async fn keys_of_many_organizations_take_few_statements(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let mut counts = Vec::new();
    for (who, organizations) in [(&ada, 1), (&bob, 6)] {
        let session = Credentials::of_program(&kit, who).await;
        for at in 0..organizations {
            let acme = found(&kit, who, &format!("Acme {at} of {}", who.email)).await;
            made(&api, &session, &acme.org(), &[]).await;
        }
        let query = "{ viewer { ... on User { memberships { nodes { organization { quota { used } usage { units } apiKeys { totalCount nodes { name organization { name } } } } } } } } }";
        api.ask(&session, query, Value::Null).await;
        let (_, statements) = kit
            .statements_of(api.ask(&session, query, Value::Null))
            .await;
        counts.push(statements.len());
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
    kit.discards_mail().await;
}

async fn usage_of_many_keys_takes_few_statements(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let session = Credentials::of_program(&kit, &ada).await;
    let mut counts = Vec::new();
    for count in [1, 6] {
        let acme = found(&kit, &ada, &format!("Acme of {count}")).await;
        for at in 0..count {
            let input =
                json!({ "organizationId": acme.org(), "name": format!("K{at}"), "quota": 100 });
            let payload = api.mutate(&session, "createApiKey", input, "secret").await;
            let question = VerifyKey {
                key: payload["secret"].as_str().expect("it was made").to_owned(),
                cost: Some(at + 1),
                ..VerifyKey::default()
            };
            verification::verify(&kit.ctx(), &Actor::Service, &question)
                .await
                .expect("the question is good");
        }
        verification::finish(&kit.ctx()).await.expect("it counts");
        let query = format!(
            "{{ organization(slug: \"{}\") {{ apiKeys {{ nodes {{ name quota {{ used }} usage {{ units points {{ at }} }} }} }} }} }}",
            acme.slug
        );
        let (answer, statements) = kit
            .statements_of(api.ask(&session, &query, Value::Null))
            .await;
        let nodes = answer["organization"]["apiKeys"]["nodes"].as_array();
        for node in nodes.expect("there are keys") {
            let name = node["name"].as_str().unwrap_or_default();
            let own: i64 = name[1..].parse().expect("a number");
            assert_eq!(node["quota"]["used"], own + 1, "{node}");
            assert_eq!(node["usage"]["units"], own + 1, "{node}");
        }
        counts.push(statements.len());
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
    kit.discards_mail().await;
}
