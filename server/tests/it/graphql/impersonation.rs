//! Staff who act as somebody else, over the API with the cookie of their browser: what tells of it, what is refused, and the end.

use axum::http::header;
use domain::sessions;
use serde_json::{Value, json};
use testkit::{Kit, Person, on_each_database};

use super::{Api, Credentials};

on_each_database! {
    the_viewer_and_the_sessions_tell_of_it,
    what_is_the_persons_alone_is_refused_by_its_code,
    stopping_gives_the_cookie_back_and_nobody_acts_afterwards,
    who_acts_as_nobody_has_nothing_to_stop,
    the_log_names_both,
}

/// Ada, Grace who is staff, and the cookie with which Grace acts as Ada.
async fn acting(kit: &Kit) -> (Person, Person, Credentials) {
    let ada = kit.person("ada").named("Ada").await;
    ada.signs_in().await;
    let grace = kit.person("grace").named("Grace").staff().await;
    let operator = grace.enters_the_console(kit).await;
    let opened = sessions::impersonate(&kit.ctx(), &operator, ada.id, "ticket 42").await;
    let opened = opened.expect("staff may");
    kit.discards_mail().await;
    let cookie = Credentials::Cookie(opened.token.expose().to_owned());
    (ada, grace, cookie)
}

async fn the_viewer_and_the_sessions_tell_of_it(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, grace, cookie) = acting(&kit).await;
    let query = "{ viewer { ... on User { id impersonation { operatorId operatorName until } \
        sessions { nodes { isCurrent isImpersonation impersonator ipAddress } } } } }";
    let viewer = api.ask(&cookie, query, Value::Null).await["viewer"].clone();
    assert_eq!(viewer["id"], ada.id.to_string());
    let told = &viewer["impersonation"];
    assert_eq!(
        (&told["operatorId"], &told["operatorName"]),
        (&json!(grace.id.to_string()), &json!("Grace"))
    );
    assert!(told["until"].is_string(), "{told}");
    assert_eq!(
        viewer["sessions"]["nodes"][0],
        json!({ "isCurrent": true, "isImpersonation": true, "impersonator": "Grace", "ipAddress": null })
    );
    let own = Credentials::of_program(&kit, &ada).await;
    kit.discards_mail().await;
    let viewer = api.ask(&own, query, Value::Null).await["viewer"].clone();
    assert_eq!(viewer["impersonation"], Value::Null);
    let nodes = viewer["sessions"]["nodes"].as_array().cloned();
    let nodes = nodes.expect("a list");
    let acted: Vec<_> = nodes
        .iter()
        .filter(|node| node["isImpersonation"] == true)
        .collect();
    assert_eq!(acted.len(), 1, "the person sees it: {nodes:?}");
}

async fn what_is_the_persons_alone_is_refused_by_its_code(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, _, cookie) = acting(&kit).await;
    for (name, input) in [
        ("confirmPassword", json!({ "password": ada.password })),
        ("revokeOtherSessions", json!({})),
        ("exportData", json!({})),
        ("deleteAccount", json!({ "email": ada.email })),
        ("enrolTotp", json!({})),
    ] {
        let refused = api.refusals(&cookie, name, input).await;
        assert_eq!(refused[0].0, "IMPERSONATED", "{name}");
    }
    let query = "{ admin { __typename } }";
    let answer = api.run_as(&cookie, query, Value::Null).await.json();
    assert_eq!(answer["data"]["admin"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

async fn stopping_gives_the_cookie_back_and_nobody_acts_afterwards(kit: Kit) {
    let api = Api::new(&kit);
    let (_, grace, cookie) = acting(&kit).await;
    let query =
        "mutation { stopImpersonation { userErrors { code } } signOut { userErrors { code } } }";
    let answer = api.run_as(&cookie, query, Value::Null).await;
    let json = answer.json();
    assert_eq!(
        json["data"]["stopImpersonation"],
        json!({ "userErrors": [] })
    );
    assert_eq!(json["data"]["signOut"], Value::Null);
    assert_eq!(json["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let line = answer.header(header::SET_COOKIE).to_owned();
    let token = line
        .strip_prefix("__Host-latchkey=")
        .and_then(|rest| rest.split(';').next());
    let token = token.expect("the cookie of the own session").to_owned();
    let query = "{ viewer { ... on User { id } } }";
    let viewer = api
        .ask(&Credentials::Cookie(token), query, Value::Null)
        .await;
    assert_eq!(viewer["viewer"]["id"], grace.id.to_string());
    let gone = api.run_as(&cookie, query, Value::Null).await;
    assert_eq!(gone.json()["data"]["viewer"], Value::Null);
}

async fn who_acts_as_nobody_has_nothing_to_stop(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_browser(&ada).await;
    let refused = api.refusals(&own, "stopImpersonation", json!({})).await;
    assert_eq!(refused, [("NOT_FOUND".to_owned(), None)]);
}

async fn the_log_names_both(kit: Kit) {
    let api = Api::new(&kit).at("198.51.100.99");
    let (ada, grace, cookie) = acting(&kit).await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let input = json!({ "organizationId": acme.id.to_string(), "name": "Acme Works" });
    api.mutate(
        &cookie,
        "updateOrganization",
        input,
        "organization { name }",
    )
    .await;
    let place = "SELECT ip FROM audit_events WHERE action = 'organization.updated'";
    assert_eq!(kit.text(place).await.as_deref(), Some("198.51.100.99"));
    let own = Credentials::of_program(&kit, &ada).await;
    kit.discards_mail().await;
    let query = "{ organization(slug: \"acme\") { auditEvents(first: 2) { nodes { action ip actor { id } impersonator { id name } } } } }";
    let found = api.ask(&own, query, Value::Null).await;
    let nodes = &found["organization"]["auditEvents"]["nodes"];
    assert_eq!(
        nodes[0],
        json!({
            "action": "organization.updated",
            "ip": null,
            "actor": { "id": ada.id.to_string() },
            "impersonator": { "id": grace.id.to_string(), "name": "Grace" },
        })
    );
    assert_eq!(
        (&nodes[1]["impersonator"], &nodes[1]["ip"]),
        (&Value::Null, &json!(testkit::HOME)),
        "from where staff act is for operators"
    );
}
