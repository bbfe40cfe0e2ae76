//! An organization asks for a second factor: what its owners set, and what who is kept out reads of it.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, company::found, second_factors::set_up};

on_each_database! {
    an_owner_asks_for_a_second_factor_and_lifts_it,
    what_cannot_be_asked_is_refused,
    who_is_kept_out_reads_null_for_that_field_alone,
    who_is_kept_out_leaves,
    who_has_one_is_told_to_admins_alone,
}

const FROM: &str = "organization { secondFactorFrom }";

async fn an_owner_asks_for_a_second_factor_and_lifts_it(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let marys = Credentials::of_program(&kit, &mary).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&mary, Role::Member).await;
    let (_, adas) = set_up(&kit, &api, &adas).await;
    kit.discards_mail().await;
    // To the second: the clock of a test goes on with each look at it.
    let is_in = |days: i64, told: &Value| {
        let told = told.as_str().and_then(domain::time::parse);
        let expected = kit.ctx().now().plus_seconds(days * 24 * 60 * 60);
        told.is_some_and(|told| (expected.0 - told.0).abs() < 1000)
    };
    let input = json!({ "organizationId": acme.org(), "graceDays": 14 });
    let asked = api.mutate(&adas, "requireSecondFactor", input, FROM).await;
    assert_eq!(asked["userErrors"], json!([]));
    assert!(
        is_in(14, &asked["organization"]["secondFactorFrom"]),
        "{asked}"
    );
    let letter = kit.last_mail_to(&mary.email).await;
    assert_eq!(letter.template(), "second_factor_asked");
    let query = "{ organization(slug: \"acme\") { secondFactorFrom } }";
    let seen = api.ask(&marys, query, Value::Null).await;
    let seen = &seen["organization"]["secondFactorFrom"];
    assert!(is_in(14, seen), "every member sees it: {seen}");
    let input = json!({ "organizationId": acme.org() });
    let asked = api
        .mutate(&adas, "requireSecondFactor", input.clone(), FROM)
        .await;
    assert!(
        is_in(7, &asked["organization"]["secondFactorFrom"]),
        "a week"
    );
    kit.discards_mail().await;
    let lifted = api.mutate(&adas, "liftSecondFactor", input, FROM).await;
    assert_eq!(
        lifted,
        json!({ "organization": { "secondFactorFrom": null }, "userErrors": [] })
    );
}

async fn what_cannot_be_asked_is_refused(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    for (input, code, field) in [
        (
            json!({ "organizationId": acme.org(), "graceDays": 91 }),
            "OUT_OF_RANGE",
            Some("graceDays"),
        ),
        (
            json!({ "organizationId": acme.org() }),
            "SECOND_FACTOR_MISSING",
            None,
        ),
        (json!({ "organizationId": "org_1" }), "NOT_FOUND", None),
    ] {
        assert_eq!(
            api.refusals(&adas, "requireSecondFactor", input).await,
            [(code.to_owned(), field.map(ToOwned::to_owned))]
        );
    }
}

async fn who_is_kept_out_reads_null_for_that_field_alone(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    ada.signs_in().await;
    let marys = Credentials::of_program(&kit, &mary).await;
    let acme = found(&kit, &ada, "Acme").await;
    let bell = found(&kit, &mary, "Bell").await;
    let member = acme.takes_in(&mary, Role::Member).await.to_string();
    ada.sets_app_up(&kit).await;
    domain::organizations::require_second_factor(&kit.ctx(), &ada.actor(), acme.id, 0)
        .await
        .expect("the owner has one");
    kit.discards_mail().await;

    let query = "query($acme: ID!, $bell: ID!, $member: ID!) {
        bySlug: organization(slug: \"acme\") { name }
        byId: node(id: $acme) { id }
        member: node(id: $member) { id }
        other: node(id: $bell) { id }
    }";
    let ids = json!({ "acme": acme.org(), "bell": bell.org(), "member": member });
    let answer = api.run_as(&marys, query, ids).await;
    assert_eq!(
        answer.json()["data"],
        json!({ "bySlug": null, "byId": null, "member": null, "other": { "id": bell.org() } })
    );
    let errors = answer.json()["errors"].as_array().cloned();
    let mut paths: Vec<(Value, Value)> = errors
        .unwrap_or_default()
        .iter()
        .map(|error| (error["path"].clone(), error["extensions"]["code"].clone()))
        .collect();
    paths.sort_by_key(|(path, _)| path.to_string());
    let needed = |path: &str| (json!([path]), json!("SECOND_FACTOR_REQUIRED"));
    assert_eq!(paths, ["byId", "bySlug", "member"].map(needed));
    let message = &answer.json()["errors"][0]["message"];
    assert!(
        message
            .as_str()
            .is_some_and(|text| text.starts_with("Acme asks for a second step")),
        "{message}"
    );

    let query = "{ viewer { ... on User { memberships { totalCount nodes {
        role hasSecondFactor organizationName organizationSlug organization { name }
    } } } } }";
    let answer = api.run_as(&marys, query, Value::Null).await;
    assert_eq!(
        answer.json()["data"]["viewer"]["memberships"],
        json!({ "totalCount": 2, "nodes": [
            { "role": "OWNER", "hasSecondFactor": false, "organizationName": "Bell", "organizationSlug": "bell", "organization": { "name": "Bell" } },
            { "role": "MEMBER", "hasSecondFactor": false, "organizationName": "Acme", "organizationSlug": "acme", "organization": null },
        ] }),
        "that she is a member she sees"
    );
    assert_eq!(answer.code(), "SECOND_FACTOR_REQUIRED");
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(1));

    let (_, marys) = set_up(&kit, &api, &marys).await;
    kit.discards_mail().await;
    let query = "{ organization(slug: \"acme\") { name members { totalCount } } }";
    assert_eq!(
        api.ask(&marys, query, Value::Null).await["organization"],
        json!({ "name": "Acme", "members": { "totalCount": 2 } })
    );
}

async fn who_is_kept_out_leaves(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    ada.signs_in().await;
    let marys = Credentials::of_program(&kit, &mary).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&mary, Role::Admin).await;
    ada.sets_app_up(&kit).await;
    domain::organizations::require_second_factor(&kit.ctx(), &ada.actor(), acme.id, 0)
        .await
        .expect("the owner has one");
    kit.discards_mail().await;
    let update = "mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "organizationId": acme.org(), "name": "Mine" } });
    let answer = api.run_as(&marys, update, input).await;
    assert_eq!(answer.code(), "SECOND_FACTOR_REQUIRED");
    let query = "{ viewer { ... on User { memberships { nodes { organizationId } } } } }";
    let own = api.ask(&marys, query, Value::Null).await;
    let id = own["viewer"]["memberships"]["nodes"][0]["organizationId"].clone();
    assert_eq!(id, acme.org());
    let left = api
        .mutate(
            &marys,
            "leaveOrganization",
            json!({ "organizationId": id }),
            "organizationId",
        )
        .await;
    assert_eq!(
        left,
        json!({ "organizationId": acme.org(), "userErrors": [] })
    );
}

async fn who_has_one_is_told_to_admins_alone(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let marys = Credentials::of_program(&kit, &mary).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&mary, Role::Member).await;
    let (_, adas) = set_up(&kit, &api, &adas).await;
    kit.discards_mail().await;
    let list = "{ organization(slug: \"acme\") { members { nodes { hasSecondFactor user { username } } } } }";
    let seen = api.ask(&adas, list, Value::Null).await;
    assert_eq!(
        seen["organization"]["members"]["nodes"],
        json!([
            { "hasSecondFactor": true, "user": { "username": "ada" } },
            { "hasSecondFactor": false, "user": { "username": "mary" } },
        ])
    );
    let answer = api.run_as(&marys, list, Value::Null).await;
    assert_eq!(
        answer.json()["data"]["organization"]["members"]["nodes"],
        json!([
            { "hasSecondFactor": null, "user": { "username": "ada" } },
            { "hasSecondFactor": false, "user": { "username": "mary" } },
        ]),
        "of herself she knows"
    );
    assert_eq!(answer.code(), "FORBIDDEN");

    let lacking = "{ organization(slug: \"acme\") { name members(hasSecondFactor: false) { totalCount nodes { user { username } } } } }";
    let seen = api.ask(&adas, lacking, Value::Null).await;
    assert_eq!(
        seen["organization"]["members"],
        json!({ "totalCount": 1, "nodes": [{ "user": { "username": "mary" } }] })
    );
    let answer = api.run_as(&marys, lacking, Value::Null).await;
    assert_eq!(
        answer.json()["data"]["organization"],
        json!({ "name": "Acme", "members": null })
    );
    assert_eq!(answer.code(), "FORBIDDEN");
}
