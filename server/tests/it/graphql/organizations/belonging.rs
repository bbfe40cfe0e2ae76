//! Organizations: handed over, left, and listed by who is in them.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use crate::graphql::{Api, Credentials, company::found, refused};

on_each_database! {
    ownership_is_handed_over,
    a_person_leaves_and_the_last_owner_stays,
    memberships_and_their_pages_are_ones_own,
}

async fn ownership_is_handed_over(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob, eve) = (
        kit.person("ada").await,
        kit.person("bob").await,
        kit.person("eve").await,
    );
    let adas = Credentials::of_program(&kit, &ada).await;
    for person in [&bob, &eve] {
        person.signs_in().await;
    }
    let acme = found(&kit, &ada, "Acme").await;
    let others = found(&kit, &eve, "Other").await.membership_of(&eve).await;
    let (own, bobs) = (
        acme.membership_of(&ada).await,
        acme.takes_in(&bob, Role::Member).await,
    );
    let eves = acme.takes_in(&eve, Role::Member).await;
    eve.gets_suspended().await;
    let transfer =
        |to: &dyn ToString| json!({ "organizationId": acme.org(), "memberId": to.to_string() });
    for (to, code) in [
        (transfer(&own), "ALREADY_OWNER"),
        (transfer(&eves), "MEMBER_INACTIVE"),
        (transfer(&others), "NOT_FOUND"),
        (transfer(&"mem_11111111111111111111"), "NOT_FOUND"),
        (transfer(&"nonsense"), "NOT_FOUND"),
    ] {
        assert_eq!(
            api.refusals(&adas, "transferOwnership", to.clone()).await,
            refused(code, Some("memberId")),
            "{to}"
        );
    }
    let selection = "organization { owner { id } viewerRole members(role: OWNER) { nodes { isPrimaryOwner user { username } } } }";
    let payload = api
        .mutate(&adas, "transferOwnership", transfer(&bobs), selection)
        .await;
    assert_eq!(
        payload["organization"],
        json!({ "owner": { "id": bob.id.to_string() }, "viewerRole": "OWNER", "members": { "nodes": [
            { "isPrimaryOwner": false, "user": { "username": "ada" } },
            { "isPrimaryOwner": true, "user": { "username": "bob" } } ] } })
    );
    kit.sql("UPDATE users SET suspended_at = NULL").await;
    kit.discards_mail().await;
}

async fn a_person_leaves_and_the_last_owner_stays(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let bobs = Credentials::of_program(&kit, &bob).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&bob, Role::Member).await;
    let input = json!({ "organizationId": acme.org() });
    assert_eq!(
        api.refusals(&adas, "leaveOrganization", input.clone())
            .await,
        refused("LAST_OWNER", None)
    );
    let left = api
        .mutate(&bobs, "leaveOrganization", input.clone(), "organizationId")
        .await;
    assert_eq!(
        left,
        json!({ "organizationId": acme.org(), "userErrors": [] })
    );
    assert_eq!(
        api.refusals(&bobs, "leaveOrganization", input).await,
        refused("NOT_FOUND", None)
    );
    let query = "{ organization(slug: \"acme\") { id } viewer { ... on User { memberships { totalCount nodes { id } } } } }";
    assert_eq!(
        api.ask(&bobs, query, Value::Null).await,
        json!({ "organization": null, "viewer": { "memberships": { "totalCount": 0, "nodes": [] } } })
    );
    kit.discards_mail().await;
}

async fn memberships_and_their_pages_are_ones_own(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let bobs = Credentials::of_program(&kit, &bob).await;
    for name in ["Alpha", "Beta", "Gamma"] {
        found(&kit, &ada, name)
            .await
            .takes_in(&bob, Role::Admin)
            .await;
    }
    let query = "query($first: Int, $after: String) { viewer { ... on User { memberships(first: $first, after: $after) { \
        totalCount nodes { id role isPrimaryOwner user { id email } organization { name viewerRole } } \
        pageInfo { hasNextPage hasPreviousPage endCursor } } } } }";
    let page = api.ask(&bobs, query, json!({ "first": 2 })).await["viewer"]["memberships"].clone();
    assert_eq!(
        (
            &page["totalCount"],
            &page["pageInfo"]["hasNextPage"],
            &page["pageInfo"]["hasPreviousPage"]
        ),
        (&json!(3), &json!(true), &json!(false))
    );
    assert_eq!(
        page["nodes"][0]["organization"],
        json!({ "name": "Alpha", "viewerRole": "ADMIN" })
    );
    assert_eq!(
        (
            &page["nodes"][0]["role"],
            &page["nodes"][0]["isPrimaryOwner"],
            &page["nodes"][0]["user"]
        ),
        (
            &json!("ADMIN"),
            &json!(false),
            &json!({ "id": bob.id.to_string(), "email": bob.email })
        )
    );
    let after = json!({ "first": 2, "after": page["pageInfo"]["endCursor"] });
    let rest = api.ask(&bobs, query, after.clone()).await["viewer"]["memberships"].clone();
    assert_eq!(rest["nodes"][0]["organization"]["name"], "Gamma");
    assert_eq!(
        (
            &rest["pageInfo"]["hasNextPage"],
            &rest["pageInfo"]["hasPreviousPage"]
        ),
        (&json!(false), &json!(true))
    );
    let foreign = api.run_as(&adas, query, after).await;
    assert_eq!(
        foreign.code(),
        "INVALID_CURSOR",
        "a cursor is its owner's alone: {}",
        foreign.text
    );
    let node = "query($id: ID!) { node(id: $id) { ... on User { username email phone emailVerifiedAt createdAt updatedAt \
        profile { theme } memberships { totalCount } invitations { totalCount } } } }";
    let seen = api
        .ask(&adas, node, json!({ "id": bob.id.to_string() }))
        .await;
    assert_eq!(
        seen["node"],
        json!({ "username": "bob", "email": bob.email, "phone": null, "emailVerifiedAt": null, "createdAt": null,
            "updatedAt": null, "profile": null, "memberships": null, "invitations": null })
    );
    kit.discards_mail().await;
}
