//! Organizations: made, read, changed, handed over, deleted and restored.

use contract::Role;
use domain::organizations::{Plan, set_plan};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, company::found};

on_each_database! {
    a_new_organization_belongs_to_who_made_it,
    a_new_organization_refuses_what_cannot_be,
    an_organization_is_read_by_slug_former_slug_and_id,
    a_slug_is_available_until_somebody_has_it,
    an_organization_is_renamed_and_moved,
    what_needs_a_fresh_proof_says_so,
    an_organization_is_deleted_by_its_slug_and_restored,
    a_deleted_organization_can_only_be_read,
    ownership_is_handed_over,
    a_person_leaves_and_the_last_owner_stays,
    memberships_and_their_pages_are_ones_own,
}

const NONE: Credentials = Credentials::None;

fn refused(code: &str, field: Option<&str>) -> Vec<(String, Option<String>)> {
    vec![(code.to_owned(), field.map(ToOwned::to_owned))]
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

async fn an_organization_is_deleted_by_its_slug_and_restored(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let id = acme.org();
    let wrong = json!({ "organizationId": id, "slug": "acme-2" });
    assert_eq!(
        api.refusals(&adas, "deleteOrganization", wrong).await,
        refused("CONFIRMATION_WRONG", Some("slug"))
    );
    let input = json!({ "organizationId": id });
    assert_eq!(
        api.refusals(&adas, "restoreOrganization", input.clone())
            .await,
        refused("NOT_PENDING_DELETION", None)
    );
    let right = json!({ "organizationId": id, "slug": "acme" });
    let payload = api
        .mutate(
            &adas,
            "deleteOrganization",
            right,
            "organization { deletedAt purgesAt }",
        )
        .await;
    let at = |name: &str| {
        payload["organization"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(at("deletedAt").starts_with("2026-11-23T10:0"), "{payload}");
    assert!(at("purgesAt").starts_with("2026-12-23T10:0"), "{payload}");
    let payload = api
        .mutate(
            &adas,
            "restoreOrganization",
            input,
            "organization { id deletedAt purgesAt }",
        )
        .await;
    assert_eq!(
        payload["organization"],
        json!({ "id": id, "deletedAt": null, "purgesAt": null })
    );
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 2);
}

async fn a_deleted_organization_can_only_be_read(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    bob.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let (id, bobs) = (
        acme.org(),
        acme.takes_in(&bob, Role::Member).await.to_string(),
    );
    let open = acme
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    let input = json!({ "organizationId": id, "slug": "acme" });
    assert_eq!(
        api.refusals(&adas, "deleteOrganization", input.clone())
            .await,
        []
    );
    for (name, input) in [
        ("deleteOrganization", input),
        (
            "updateOrganization",
            json!({ "organizationId": id, "name": "Apex" }),
        ),
        (
            "transferOwnership",
            json!({ "organizationId": id, "memberId": bobs }),
        ),
        ("leaveOrganization", json!({ "organizationId": id })),
        (
            "inviteMembers",
            json!({ "organizationId": id, "emails": ["x@example.test"] }),
        ),
        ("resendInvitation", json!({ "invitationId": open })),
        (
            "changeMemberRole",
            json!({ "memberId": bobs, "role": "ADMIN" }),
        ),
        ("removeMember", json!({ "memberId": bobs })),
    ] {
        assert_eq!(
            api.refusals(&adas, name, input).await,
            refused("PENDING_DELETION", None),
            "{name}"
        );
    }
    let query = "{ organization(slug: \"acme\") { memberCount members { nodes { role } } invitations { nodes { status } } } }";
    assert_eq!(
        api.ask(&adas, query, Value::Null).await["organization"],
        json!({ "memberCount": 2, "members": { "nodes": [{ "role": "OWNER" }, { "role": "MEMBER" }] },
            "invitations": { "nodes": [{ "status": "REVOKED" }] } })
    );
    kit.discards_mail().await;
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
