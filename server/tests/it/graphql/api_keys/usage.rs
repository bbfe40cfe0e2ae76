//! What keys and their organizations use; and lists of keys that are read together.

use contract::verification::VerifyKey;
use domain::{Actor, verification};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{codes, made};
use crate::graphql::{Api, Credentials, company::found};

on_each_database! {
    usage_is_read_by_key_and_organization,
    keys_of_many_organizations_take_few_statements,
    usage_of_many_keys_takes_few_statements,
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
