//! Identities for programs: listed, disconnected, and a password in their place.

use contract::{Role, identities::Provider};
use domain::{
    Actor,
    identities::{self, Finished},
};
use serde_json::{Value, json};
use testkit::{FakeProvider, Kit, on_each_database};

use super::{Api, Credentials};

on_each_database! {
    what_is_offered_is_told_to_everybody,
    one_is_listed_and_disconnected_but_not_the_last_way_in,
    they_are_seen_by_their_owner_alone,
}

async fn offered(kit: &Kit) -> (Kit, FakeProvider) {
    FakeProvider::offered(kit, Provider::Oidc).await
}

/// Connects the provider's Ada to this person.
async fn connects(kit: &Kit, fake: &FakeProvider, actor: &Actor) {
    let ctx = kit.ctx();
    let begun = identities::begin_link(&ctx, actor, Provider::Oidc)
        .await
        .expect("the proof is fresh");
    let returned = fake.agrees(&begun);
    let done = identities::finish(&ctx, actor, Provider::Oidc, &begun.away, &returned).await;
    assert!(matches!(done, Ok(Finished::Linked { .. })), "{done:?}");
}

async fn what_is_offered_is_told_to_everybody(kit: Kit) {
    let (kit, _) = offered(&kit).await;
    let api = Api::new(&kit);
    let query = "{ identityProviders { kind name signInUrl } }";
    let told = api.ask(&Credentials::None, query, Value::Null).await;
    let url = kit.ctx().settings().page("/sign-in/with/oidc");
    assert_eq!(
        told["identityProviders"],
        json!([{ "kind": "OPENID_CONNECT", "name": "Acme SSO", "signInUrl": url }])
    );
}

async fn one_is_listed_and_disconnected_but_not_the_last_way_in(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    connects(&kit, &fake, &ada.signed_in().await).await;
    let own = Credentials::of_program(&kit, &ada).await;
    let query = "{ viewer { ... on User { identities { id provider issuer label createdAt lastUsedAt } } } }";
    let seen = api.ask(&own, query, Value::Null).await;
    let identity = &seen["viewer"]["identities"][0];
    assert_eq!(
        (
            &identity["provider"],
            &identity["label"],
            &identity["lastUsedAt"]
        ),
        (
            &json!("OPENID_CONNECT"),
            &json!("ada@example.test"),
            &Value::Null
        )
    );
    let id = identity["id"].clone();
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let input = json!({ "identityId": id });
    let refused = api.refusals(&own, "unlinkIdentity", input.clone()).await;
    assert_eq!(refused, [("LAST_WAY_IN".to_owned(), None)]);
    let short = json!({ "newPassword": "short" });
    let refused = api.refusals(&own, "setFirstPassword", short).await;
    assert_eq!(
        refused,
        [(
            "PASSWORD_TOO_SHORT".to_owned(),
            Some("newPassword".to_owned())
        )]
    );
    let good = json!({ "newPassword": "seven grey herons stand still" });
    let done = api
        .mutate(&own, "setFirstPassword", good.clone(), "token expiresAt")
        .await;
    let own = Credentials::Bearer(done["token"].as_str().expect("a token").to_owned());
    let refused = api.refusals(&own, "setFirstPassword", good).await;
    assert_eq!(refused, [("PASSWORD_ON".to_owned(), None)]);
    let done = api
        .mutate(&own, "unlinkIdentity", input.clone(), "identityId")
        .await;
    assert_eq!(done["identityId"], id);
    let refused = api.refusals(&own, "unlinkIdentity", input).await;
    assert_eq!(refused[0].0, "NOT_FOUND");
    kit.discards_mail().await;
}

async fn they_are_seen_by_their_owner_alone(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let api = Api::new(&kit);
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    connects(&kit, &fake, &ada.signed_in().await).await;
    kit.discards_mail().await;
    let graces = Credentials::of_program(&kit, &grace).await;
    let query = "{ organization(slug: \"acme\") { members { nodes { user { username identities { label } } } } } }";
    let seen = api.ask(&graces, query, Value::Null).await;
    let nodes = seen["organization"]["members"]["nodes"].as_array();
    let of_ada = nodes
        .and_then(|all| all.iter().find(|node| node["user"]["username"] == "ada"))
        .expect("she is a member");
    assert_eq!(of_ada["user"]["identities"], Value::Null);
}
