//! Keys as callers, and programs that verify them.

use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{codes, made};
use crate::graphql::{Api, Credentials, company::found};

on_each_database! {
    a_key_acts_as_its_organization_within_its_scopes,
    a_field_outside_the_scopes_is_null_with_an_error_of_its_own,
    a_dead_key_is_no_stranger,
    a_program_of_the_operator_verifies,
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
