//! The audit log as programs read it.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, Person, on_each_database};

use super::{Api, Credentials, admin::staff, company::found};

on_each_database! {
    owners_read_who_did_what,
    for_members_the_field_alone_is_forbidden,
    a_key_reads_it_with_its_scope_and_not_without,
    a_filter_and_cursors_lead_through_it,
    a_filter_that_none_can_be_is_refused_for_the_field_alone,
    many_logs_take_as_many_statements_as_few,
    staff_read_the_log_of_everything,
}

async fn owners_read_who_did_what(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.invites("grace@example.test", Role::Admin).await;
    let query = "{ organization(slug: \"acme\") { auditEvents { totalCount nodes { id at action sentence face ip seq isErased \
        actor { kind id name isThere } subject { kind id name } before after organization { slug } } } } }";
    let seen = api.ask(&adas, query, Value::Null).await;
    let events = &seen["organization"]["auditEvents"];
    assert_eq!(events["totalCount"], 2);
    let newest = &events["nodes"][0];
    assert_eq!(
        (&newest["action"], &newest["sentence"], &newest["face"]),
        (
            &json!("invitation.sent"),
            &json!("invited grace@example.test as an admin"),
            &json!("PAGE")
        )
    );
    assert_eq!(
        newest["actor"],
        json!({ "kind": "USER", "id": ada.id, "name": "Ada", "isThere": true })
    );
    assert_eq!(newest["subject"]["kind"], "INVITATION");
    assert_eq!(
        (&newest["before"], &newest["after"]),
        (
            &Value::Null,
            &json!({ "email": "grace@example.test", "role": "admin" })
        )
    );
    assert_eq!(
        (&newest["seq"], &newest["isErased"], &newest["ip"]),
        (&json!(2), &json!(false), &json!(testkit::HOME))
    );
    assert_eq!(newest["organization"]["slug"], "acme");
    let id = json!({ "id": newest["id"] });
    let node = "query($id: ID!) { node(id: $id) { ... on AuditEvent { action } } }";
    let seen = api.ask(&adas, node, id).await;
    assert_eq!(seen["node"]["action"], "invitation.sent");
    kit.discards_mail().await;
}

async fn for_members_the_field_alone_is_forbidden(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    ada.signs_in().await;
    let marys = Credentials::of_program(&kit, &mary).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&mary, Role::Member).await;
    let query = "{ organization(slug: \"acme\") { name auditEvents { nodes { id } } } }";
    let answer = api.run_as(&marys, query, Value::Null).await;
    assert_eq!(
        answer.json()["data"]["organization"],
        json!({ "name": "Acme", "auditEvents": null })
    );
    assert_eq!(answer.code(), "FORBIDDEN");
    kit.discards_mail().await;
}

async fn key(api: &Api, owner: &Credentials, organization: &str, scope: &str) -> Credentials {
    let input = json!({ "organizationId": organization, "name": "Reader", "scopes": [scope] });
    let made = api.mutate(owner, "createApiKey", input, "secret").await;
    Credentials::Bearer(made["secret"].as_str().expect("it was made").to_owned())
}

async fn a_key_reads_it_with_its_scope_and_not_without(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let reader = key(&api, &adas, &acme.org(), "audit:read").await;
    let other = key(&api, &adas, &acme.org(), "members:read").await;
    let query = "{ organization(slug: \"acme\") { auditEvents { nodes { action } } } }";
    let seen = api.ask(&reader, query, Value::Null).await;
    assert_eq!(
        seen["organization"]["auditEvents"]["nodes"][0]["action"],
        "api_key.created"
    );
    let answer = api.run_as(&other, query, Value::Null).await;
    assert_eq!(answer.code(), "FORBIDDEN");
    let message = answer.json()["errors"][0]["message"].to_string();
    assert!(message.contains("audit:read"), "{message}");
    kit.discards_mail().await;
}

async fn a_filter_and_cursors_lead_through_it(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    for name in ["x", "y", "z"] {
        acme.invites(&format!("{name}@example.test"), Role::Member)
            .await;
    }
    let query = "query($after: String, $actor: String) { organization(slug: \"acme\") { auditEvents(first: 2, after: $after, \
        filter: { action: \"invitation.\", actor: $actor }) { totalCount pageInfo { hasNextPage endCursor } nodes { subject { name } } } } }";
    let page = async |after: Value| {
        let variables = json!({ "after": after, "actor": ada.id });
        let seen = api.ask(&adas, query, variables).await;
        seen["organization"]["auditEvents"].clone()
    };
    let first = page(Value::Null).await;
    assert_eq!(
        (&first["totalCount"], &first["pageInfo"]["hasNextPage"]),
        (&json!(3), &json!(true))
    );
    assert_eq!(
        first["nodes"],
        json!([{ "subject": { "name": "z@example.test" } }, { "subject": { "name": "y@example.test" } }])
    );
    let second = page(first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(
        (&second["nodes"], &second["pageInfo"]["hasNextPage"]),
        (
            &json!([{ "subject": { "name": "x@example.test" } }]),
            &json!(false)
        )
    );
    let span = "{ organization(slug: \"acme\") { auditEvents(filter: { from: \"2026-11-23T10:00:00Z\", to: \"2026-11-23T10:00:00.001+00:00\" }) \
        { nodes { id } } } }";
    let seen = api.ask(&adas, span, Value::Null).await;
    assert_eq!(seen["organization"]["auditEvents"]["nodes"], json!([]));
    kit.discards_mail().await;
}

async fn a_filter_that_none_can_be_is_refused_for_the_field_alone(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    found(&kit, &ada, "Acme").await;
    let query = "{ organization(slug: \"acme\") { name auditEvents(filter: { actor: \"somebody\" }) { nodes { id } } } }";
    let answer = api.run_as(&adas, query, Value::Null).await;
    assert_eq!(answer.json()["data"]["organization"]["name"], "Acme");
    assert_eq!(answer.code(), "OUT_OF_RANGE");
}

async fn companies(kit: &Kit, owner: &Person, count: usize) {
    for number in 0..count {
        let company = found(kit, owner, &format!("{} {number}", owner.email)).await;
        company.makes_key().await;
        company.invites("zoe@example.test", Role::Member).await;
    }
}

async fn many_logs_take_as_many_statements_as_few(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let (adas, bobs) = (
        Credentials::of_program(&kit, &ada).await,
        Credentials::of_program(&kit, &bob).await,
    );
    companies(&kit, &ada, 2).await;
    companies(&kit, &bob, 9).await;
    let query = "{ viewer { ... on User { memberships(first: 20) { nodes { organization { auditEvents(first: 20) { totalCount nodes { \
        sentence actor { name } subject { name } organization { slug } } } } } } } } }";
    let asked = |who| kit.statements_of(api.run_as(who, query, Value::Null));
    asked(&adas).await;
    let (few, statements) = asked(&adas).await;
    let (many, more) = asked(&bobs).await;
    let counts = |answer: &Value| {
        let nodes = answer["viewer"]["memberships"]["nodes"].as_array().cloned();
        nodes.unwrap_or_default().len()
    };
    assert_eq!((counts(&few.data()), counts(&many.data())), (2, 9));
    assert_eq!(more.len(), statements.len(), "{statements:#?} {more:#?}");
    kit.discards_mail().await;
}

async fn staff_read_the_log_of_everything(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    found(&kit, &ada, "Bell").await;
    let staffs = staff(&kit, &api).await;
    let query = "query($organization: String, $actor: String, $action: String, $first: Int) { admin { \
        auditEvents(organization: $organization, filter: { actor: $actor, action: $action }, first: $first) { \
        totalCount pageInfo { hasNextPage } nodes { id action sentence actorName subject { kind name } organization { id name } } } } }";
    let asked = async |variables: Value| {
        let seen = api.ask(&staffs, query, variables).await;
        seen["admin"]["auditEvents"].clone()
    };
    let both = asked(json!({ "action": "organization.", "first": 1 })).await;
    assert_eq!(
        (&both["totalCount"], &both["pageInfo"]["hasNextPage"]),
        (&json!(2), &json!(true))
    );
    let one = asked(json!({ "action": "organization.", "organization": "acme" })).await;
    let node = &one["nodes"][0];
    assert_eq!(
        (
            &one["totalCount"],
            &node["sentence"],
            &node["actorName"],
            &node["organization"]
        ),
        (
            &json!(1),
            &json!("created the organization Acme"),
            &json!("Ada"),
            &json!({ "id": acme.org(), "name": "Acme" })
        )
    );
    let hers = asked(json!({ "action": "session.started", "actor": ada.email })).await;
    assert_eq!(hers["nodes"][0]["organization"], Value::Null);
    let wrong = api
        .run_as(&staffs, query, json!({ "organization": "nowhere" }))
        .await;
    assert_eq!(
        (
            wrong.json()["data"]["admin"]["auditEvents"].clone(),
            wrong.code().as_str()
        ),
        (Value::Null, "OUT_OF_RANGE")
    );
    for credentials in [&Credentials::None, &adas] {
        let answer = api.run_as(credentials, query, json!({})).await;
        assert_eq!(
            (
                answer.json()["data"].clone(),
                answer.code().as_str().to_owned()
            ),
            (json!({ "admin": null }), "NOT_FOUND".to_owned())
        );
    }
    kit.discards_mail().await;
}
