//! Organizations: made, read, changed, handed over, deleted and restored.

mod belonging;
mod ending;

use contract::Role;
use domain::organizations::{Plan, set_plan};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, NONE, company::found, refused};

on_each_database! {
    a_new_organization_belongs_to_who_made_it,
    a_new_organization_refuses_what_cannot_be,
    an_organization_is_read_by_slug_former_slug_and_id,
    a_slug_is_available_until_somebody_has_it,
    an_organization_is_renamed_and_moved,
    what_needs_a_fresh_proof_says_so,
}

async fn a_new_organization_belongs_to_who_made_it(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada Lovelace").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let selection = "organization { id name slug logoUrl owner { id name email phone profile { theme } } subscriptionTier \
        quotaLimit seats memberCount createdAt updatedAt deletedAt purgesAt viewerRole viewerCan \
        members { totalCount edges { cursor node { role isPrimaryOwner isActive user { email } } } pageInfo { hasNextPage } } }";
    let payload = api
        .mutate(
            &adas,
            "createOrganization",
            json!({ "name": " Müller & Söhne " }),
            selection,
        )
        .await;
    let made = &payload["organization"];
    assert_eq!(
        (&made["name"], &made["slug"], &made["logoUrl"]),
        (
            &json!("Müller & Söhne"),
            &json!("mueller-soehne"),
            &Value::Null
        )
    );
    assert_eq!(
        made["owner"],
        json!({ "id": ada.id.to_string(), "name": "Ada Lovelace", "email": ada.email, "phone": null, "profile": { "theme": "SYSTEM" } })
    );
    assert_eq!(
        (
            &made["subscriptionTier"],
            &made["quotaLimit"],
            &made["seats"],
            &made["memberCount"]
        ),
        (&json!("FREE"), &json!(10_000), &Value::Null, &json!(1))
    );
    assert_eq!(
        (&made["deletedAt"], &made["purgesAt"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(made["viewerRole"], "OWNER");
    assert_eq!(
        made["viewerCan"].as_array().map(Vec::len),
        Some(contract::Permission::ALL.len())
    );
    assert_eq!(
        (
            &made["members"]["totalCount"],
            &made["members"]["pageInfo"]["hasNextPage"]
        ),
        (&json!(1), &json!(false))
    );
    assert_eq!(
        made["members"]["edges"][0]["node"],
        json!({ "role": "OWNER", "isPrimaryOwner": true, "isActive": true, "user": { "email": ada.email } })
    );
    let plan = Plan {
        quota_limit: Some(5_000_000_000),
        seats: Some(Some(7)),
        ..Plan::default()
    };
    set_plan(
        &kit.system(),
        &kit.operator(),
        "mueller-soehne",
        plan,
        "a test",
    )
    .await
    .expect("operators set plans");
    let query = "{ organization(slug: \"mueller-soehne\") { quotaLimit seats } }";
    assert_eq!(
        api.ask(&adas, query, Value::Null).await["organization"],
        json!({ "quotaLimit": 5_000_000_000_i64, "seats": 7 })
    );
}

async fn a_new_organization_refuses_what_cannot_be(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    found(&kit, &ada, "Acme").await;
    for (input, code, field) in [
        (json!({ "name": " ", "slug": "blank" }), "REQUIRED", "name"),
        (
            json!({ "name": "a\u{0}b", "slug": "blank" }),
            "INVALID_CHARACTERS",
            "name",
        ),
        (
            json!({ "name": "x".repeat(81), "slug": "blank" }),
            "TOO_LONG",
            "name",
        ),
        (
            json!({ "name": "Blank", "slug": "a--b" }),
            "INVALID_SLUG",
            "slug",
        ),
        (
            json!({ "name": "Blank", "slug": "аcme" }),
            "INVALID_SLUG",
            "slug",
        ),
        (json!({ "name": "Settings" }), "SLUG_RESERVED", "slug"),
        (
            json!({ "name": "Another", "slug": " ACME " }),
            "SLUG_TAKEN",
            "slug",
        ),
        (json!({ "name": "株式会社" }), "REQUIRED", "slug"),
    ] {
        assert_eq!(
            api.refusals(&adas, "createOrganization", input.clone())
                .await,
            refused(code, Some(field)),
            "{input}"
        );
    }
    assert_eq!(kit.count("organizations").await, 1);
    let both = json!({ "name": "", "slug": "-" });
    assert_eq!(
        api.refusals(&adas, "createOrganization", both).await.len(),
        2
    );
}

async fn an_organization_is_read_by_slug_former_slug_and_id(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let eves = Credentials::of_program(&kit, &eve).await;
    let acme = found(&kit, &ada, "Acme").await;
    let input = json!({ "organizationId": acme.org(), "slug": "apex" });
    assert_eq!(api.refusals(&adas, "updateOrganization", input).await, []);
    let query = "query($id: ID!) { now: organization(slug: \"APEX\") { id slug } former: organization(slug: \"acme\") { id slug } \
        node(id: $id) { __typename id ... on Organization { slug } } none: organization(slug: \"nobody\") { id } \
        odd: organization(slug: \"\\u0000 / ../\") { id } }";
    let data = api.ask(&adas, query, json!({ "id": acme.org() })).await;
    let here = json!({ "id": acme.org(), "slug": "apex" });
    assert_eq!((&data["now"], &data["former"]), (&here, &here));
    assert_eq!(
        data["node"],
        json!({ "__typename": "Organization", "id": acme.org(), "slug": "apex" })
    );
    assert_eq!((&data["none"], &data["odd"]), (&Value::Null, &Value::Null));
    for caller in [&eves, &NONE] {
        let data = api.ask(caller, query, json!({ "id": acme.org() })).await;
        assert_eq!(
            data,
            json!({ "now": null, "former": null, "node": null, "none": null, "odd": null })
        );
    }
}

async fn a_slug_is_available_until_somebody_has_it(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let query = "query($slug: String!) { organizationSlugAvailable(slug: $slug) }";
    let available = async |slug: &str| {
        let data = api.ask(&adas, query, json!({ "slug": slug })).await;
        data["organizationSlugAvailable"].clone()
    };
    assert_eq!(available("acme").await, true);
    found(&kit, &ada, "Acme").await;
    for slug in ["acme", "ACME", "settings", "a--b", "", "x", "аcme2"] {
        assert_eq!(available(slug).await, false, "{slug:?}");
    }
    let stranger = api.run(query, json!({ "slug": "free-one" })).await;
    assert_eq!(
        (
            stranger.code().as_str(),
            &stranger.json()["data"]["organizationSlugAvailable"]
        ),
        ("UNAUTHENTICATED", &Value::Null)
    );
}

async fn an_organization_is_renamed_and_moved(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    found(&kit, &ada, "Other").await;
    let change = async |name: Value, slug: Value| {
        let input = json!({ "organizationId": acme.org(), "name": name, "slug": slug });
        api.mutate(
            &adas,
            "updateOrganization",
            input,
            "organization { name slug }",
        )
        .await
    };
    let payload = change(json!("Apex"), Value::Null).await;
    assert_eq!(
        payload["organization"],
        json!({ "name": "Apex", "slug": "acme" })
    );
    let payload = change(Value::Null, json!("apex")).await;
    assert_eq!(
        payload["organization"],
        json!({ "name": "Apex", "slug": "apex" })
    );
    let payload = change(json!(""), json!("other")).await;
    assert_eq!(payload["organization"], Value::Null);
    assert_eq!(
        payload["userErrors"][0]["code"], "REQUIRED",
        "an empty name is none: {payload}"
    );
    let payload = change(Value::Null, json!("other")).await;
    assert_eq!(
        (
            &payload["userErrors"][0]["code"],
            &payload["userErrors"][0]["field"]
        ),
        (&json!("SLUG_TAKEN"), &json!("slug"))
    );
}

async fn what_needs_a_fresh_proof_says_so(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    bob.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let bobs = acme.takes_in(&bob, Role::Member).await;
    kit.clock.advance(11 * 60);
    for (name, input) in [
        (
            "updateOrganization",
            json!({ "organizationId": acme.org(), "slug": "apex" }),
        ),
        (
            "deleteOrganization",
            json!({ "organizationId": acme.org(), "slug": "acme" }),
        ),
        (
            "transferOwnership",
            json!({ "organizationId": acme.org(), "memberId": bobs.to_string() }),
        ),
    ] {
        assert_eq!(
            api.refusals(&adas, name, input).await,
            refused("STEP_UP_REQUIRED", None),
            "{name}"
        );
    }
    let query = "mutation($password: String!, $id: ID!) { confirmPassword(input: { password: $password }) { token } \
        deleteOrganization(input: { organizationId: $id, slug: \"acme\" }) { organization { slug } userErrors { code } } }";
    let both = json!({ "password": ada.password, "id": acme.org() });
    assert_eq!(
        api.ask(&adas, query, both).await["deleteOrganization"],
        json!({ "organization": { "slug": "acme" }, "userErrors": [] })
    );
    kit.discards_mail().await;
}
