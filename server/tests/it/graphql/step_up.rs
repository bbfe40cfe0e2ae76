//! Every sensitive act wants a fresh proof of identity.

use contract::{IdentityId, PasskeyId, Role};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{
    Api, Credentials,
    admin::{self, Subjects, staff},
    company::found,
    schema::types,
};

on_each_database! {
    every_sensitive_mutation_is_refused_to_who_signed_in_long_ago,
}

/// The mutations whose description says that they want a proof.
async fn declared(kit: &Kit) -> Vec<String> {
    let types = types(kit).await;
    let mutation = types.iter().find(|kind| kind["name"] == "Mutation");
    let fields = mutation
        .map(|kind| kind["fields"].clone())
        .unwrap_or_default();
    let mut names: Vec<String> = fields
        .as_array()
        .into_iter()
        .flatten()
        .filter(|field| {
            let told = field["description"].as_str().unwrap_or_default();
            let refused = told.split("Refused:").nth(1).unwrap_or_default();
            refused.contains("`STEP_UP_REQUIRED`")
        })
        .filter_map(|field| field["name"].as_str().map(ToOwned::to_owned))
        .collect();
    names.sort();
    names
}

async fn every_sensitive_mutation_is_refused_to_who_signed_in_long_ago(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    ada.signs_in().await;
    mary.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let mary_in = acme.takes_in(&mary, Role::Member).await.to_string();
    let key = acme.makes_key().await.to_string();
    let own = Credentials::of_program(&kit, &ada).await;
    let staffs = staff(&kit, &api).await;
    let sessions = api
        .ask(
            &own,
            "{ viewer { ... on User { sessions(first: 5) { nodes { id isCurrent } } } } }",
            Value::Null,
        )
        .await;
    let nodes = sessions["viewer"]["sessions"]["nodes"]
        .as_array()
        .expect("a list");
    let other = nodes.iter().find(|node| node["isCurrent"] == false);
    let other = other.expect("she has signed in twice")["id"].clone();
    kit.discards_mail().await;
    kit.clock.advance(10 * 60 + 1);

    let organization = acme.org();
    let acts = vec![
        (
            "requestEmailChange",
            json!({ "email": "countess@example.test" }),
        ),
        ("exportData", json!({})),
        ("deleteAccount", json!({ "email": ada.email })),
        ("enrolTotp", json!({})),
        ("confirmTotp", json!({ "code": "123456" })),
        ("disableTotp", json!({ "code": "123456" })),
        ("regenerateRecoveryCodes", json!({ "code": "123456" })),
        ("beginPasskeyRegistration", json!({})),
        (
            "registerPasskey",
            json!({ "name": "New", "passkey": { "token": "x", "response": {} } }),
        ),
        (
            "removePasskey",
            json!({ "passkeyId": PasskeyId::NOTHING.to_string() }),
        ),
        (
            "unlinkIdentity",
            json!({ "identityId": IdentityId::NOTHING.to_string() }),
        ),
        (
            "setFirstPassword",
            json!({ "newPassword": "seven grey herons stand still" }),
        ),
        ("revokeSession", json!({ "sessionId": other })),
        ("revokeOtherSessions", json!({})),
        (
            "updateOrganization",
            json!({ "organizationId": organization, "slug": "acme-two" }),
        ),
        (
            "deleteOrganization",
            json!({ "organizationId": organization, "slug": acme.slug }),
        ),
        (
            "transferOwnership",
            json!({ "organizationId": organization, "memberId": mary_in }),
        ),
        (
            "requireSecondFactor",
            json!({ "organizationId": organization }),
        ),
        (
            "liftSecondFactor",
            json!({ "organizationId": organization }),
        ),
        (
            "createApiKey",
            json!({ "organizationId": organization, "name": "Key" }),
        ),
        ("rotateApiKey", json!({ "id": key })),
    ];
    let of_staff = admin::acts(&Subjects::nobodys());
    let mut walked: Vec<&str> = acts
        .iter()
        .chain(&of_staff)
        .map(|(name, _)| *name)
        .collect();
    walked.sort_unstable();
    assert_eq!(walked, declared(&kit).await, "the walk leaves nothing out");
    let acts = acts.into_iter().map(|act| (&own, act));
    let of_staff = of_staff.into_iter().map(|act| (&staffs, act));
    for (credentials, (name, input)) in acts.chain(of_staff) {
        let refused = api.refusals(credentials, name, input).await;
        assert_eq!(refused, [("STEP_UP_REQUIRED".to_owned(), None)], "{name}");
    }
}
