//! The operator's console over the API: staff with a second factor read and act, and to everybody else there is nothing.

use contract::{ApiKeyId, Code, MailId, OrganizationId, Role, SessionId, UserId};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, company::found, second_factors::set_up};

on_each_database! {
    the_console_is_read_by_staff_with_a_second_factor_alone,
    to_everybody_else_acts_of_staff_are_like_nothing,
    staff_do_everything_that_the_schema_offers,
    an_act_wants_a_reason_and_names_its_field,
    people_organizations_and_keys_are_found,
    a_suspended_organization_is_closed_to_its_members,
}

/// The mutations of staff, each with an input.
pub(super) fn acts(subjects: &Subjects) -> Vec<(&'static str, Value)> {
    let why = "ticket 42";
    let user = || json!({ "userId": subjects.user, "reason": why });
    let organization = || json!({ "organizationId": subjects.organization, "reason": why });
    let mail = || json!({ "mailId": subjects.mail, "reason": why });
    vec![
        ("verifyUser", user()),
        ("suspendUser", user()),
        ("restoreUser", user()),
        (
            "suspendUsers",
            json!({ "userIds": [subjects.user], "reason": why }),
        ),
        ("endUserSessions", user()),
        (
            "endUserSession",
            json!({ "userId": subjects.user, "sessionId": subjects.session, "reason": why }),
        ),
        ("resetSecondFactor", user()),
        ("sendPasswordReset", user()),
        ("forcePasswordReset", user()),
        ("deleteUser", user()),
        ("undeleteUser", user()),
        (
            "setOrganizationPlan",
            json!({ "organizationId": subjects.organization, "seats": null, "reason": why }),
        ),
        ("suspendOrganization", organization()),
        ("unsuspendOrganization", organization()),
        ("deleteOrganizationAsStaff", organization()),
        ("restoreOrganizationAsStaff", organization()),
        (
            "revokeApiKeyAsStaff",
            json!({ "id": subjects.key, "reason": why }),
        ),
        ("retryMail", mail()),
        ("retryDeadMails", json!({ "reason": why })),
        ("discardMail", mail()),
    ]
}

/// All mutations of staff: those that change something, and the letter to oneself.
pub(super) fn names() -> Vec<&'static str> {
    let acts = acts(&Subjects::nobodys());
    let names = acts.into_iter().map(|(name, _)| name);
    names.chain(["sendTestMail"]).collect()
}

/// Ids that acts are tried on.
#[derive(Clone, Debug)]
pub(super) struct Subjects {
    pub(super) user: String,
    pub(super) session: String,
    pub(super) organization: String,
    pub(super) key: String,
    pub(super) mail: String,
}

impl Subjects {
    /// Ids that nothing has.
    pub(super) fn nobodys() -> Self {
        Self {
            user: UserId::NOTHING.to_string(),
            session: SessionId::NOTHING.to_string(),
            organization: OrganizationId::NOTHING.to_string(),
            key: ApiKeyId::NOTHING.to_string(),
            mail: MailId::NOTHING.to_string(),
        }
    }
}

/// A member of staff with an app, who has just proved to have it.
pub(super) async fn staff(kit: &Kit, api: &Api) -> Credentials {
    let grace = kit.person("grace").staff().await;
    let own = Credentials::of_program(kit, &grace).await;
    let (_, own) = set_up(kit, api, &own).await;
    kit.discards_mail().await;
    own
}

async fn the_console_is_read_by_staff_with_a_second_factor_alone(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, joan) = (kit.person("ada").await, kit.person("joan").staff().await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let joans = Credentials::of_program(&kit, &joan).await;
    let staffs = staff(&kit, &api).await;
    let query = "{ admin { overview { userCount version signUps { count } jobs { name } } configuration { name } \
        users(first: 5) { totalCount nodes { email status isStaff } } } }";
    let seen = api.ask(&staffs, query, Value::Null).await;
    assert_eq!(
        (
            &seen["admin"]["overview"]["userCount"],
            &seen["admin"]["users"]["totalCount"],
            &seen["admin"]["users"]["nodes"][0]["status"]
        ),
        (&json!(3), &json!(3), &json!("ACTIVE"))
    );
    for (credentials, code) in [
        (&Credentials::None, "NOT_FOUND"),
        (&adas, "NOT_FOUND"),
        (&joans, "STAFF_FACTOR_MISSING"),
    ] {
        let answer = api.run_as(credentials, query, Value::Null).await;
        assert_eq!(
            (answer.json()["data"].clone(), answer.code().as_str()),
            (json!({ "admin": null }), code)
        );
    }
}

async fn to_everybody_else_acts_of_staff_are_like_nothing(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, joan) = (kit.person("ada").await, kit.person("joan").staff().await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let joans = Credentials::of_program(&kit, &joan).await;
    let acme = found(&kit, &ada, "Acme").await;
    let own = Subjects {
        user: ada.id.to_string(),
        organization: acme.org(),
        key: acme.makes_key().await.to_string(),
        ..Subjects::nobodys()
    };
    kit.discards_mail().await;
    let before = kit.count("audit_events").await;
    for ((name, input), (_, nobodys)) in acts(&own).into_iter().zip(acts(&Subjects::nobodys())) {
        for credentials in [&Credentials::None, &adas] {
            for input in [&input, &nobodys] {
                let refused = api.refusals(credentials, name, input.clone()).await;
                assert_eq!(refused, [("NOT_FOUND".to_owned(), None)], "{name}");
            }
        }
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
        );
        let answer = api.run_as(&joans, &query, json!({ "input": input })).await;
        assert_eq!(
            (answer.json()["data"][name].clone(), answer.code().as_str()),
            (Value::Null, Code::StaffFactorMissing.as_str()),
            "{name}"
        );
    }
    for credentials in [&Credentials::None, &adas] {
        let refused = api.refusals(credentials, "sendTestMail", json!({})).await;
        assert_eq!(refused, [("NOT_FOUND".to_owned(), None)]);
    }
    assert_eq!(kit.count("audit_events").await, before);
}

async fn staff_do_everything_that_the_schema_offers(kit: Kit) {
    let api = Api::new(&kit);
    let staffs = staff(&kit, &api).await;
    let (ada, new) = (
        kit.person("ada").await,
        kit.person("new").unverified().await,
    );
    let owner = kit.person("owner").await;
    owner.signs_in().await;
    let acme = found(&kit, &owner, "Acme").await;
    let why = "ticket 42";
    let act = async |name: &str, input: Value, selection: &str| {
        let payload = api.mutate(&staffs, name, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        kit.discards_mail().await;
        payload
    };
    let on_user = |id: UserId| json!({ "userId": id.to_string(), "reason": why });
    let on_org = || json!({ "organizationId": acme.org(), "reason": why });
    let status = async |name: &str, id: UserId| {
        let payload = act(name, on_user(id), "user { status }").await;
        payload["user"]["status"].clone()
    };
    assert_eq!(status("verifyUser", new.id).await, "ACTIVE");
    assert_eq!(status("suspendUser", ada.id).await, "SUSPENDED");
    assert_eq!(status("restoreUser", ada.id).await, "ACTIVE");
    let both = json!({ "userIds": [new.id.to_string(), owner.id.to_string()], "reason": why });
    let payload = act(
        "suspendUsers",
        both,
        "outcomes { userId userErrors { code } }",
    )
    .await;
    let codes = payload["outcomes"].clone();
    assert_eq!(
        (&codes[0]["userErrors"], &codes[1]["userErrors"][0]["code"]),
        (&json!([]), &json!("LAST_OWNER"))
    );
    let session = ada.signs_in().await.session.id.to_string();
    let one = json!({ "userId": ada.id.to_string(), "sessionId": session, "reason": why });
    act("endUserSession", one, "sessionId").await;
    ada.signs_in().await;
    assert_eq!(status("endUserSessions", ada.id).await, "ACTIVE");
    ada.signs_in().await;
    ada.sets_app_up(&kit).await;
    assert_eq!(status("resetSecondFactor", ada.id).await, "ACTIVE");
    assert_eq!(status("sendPasswordReset", ada.id).await, "ACTIVE");
    assert_eq!(status("forcePasswordReset", ada.id).await, "ACTIVE");
    assert_eq!(status("deleteUser", ada.id).await, "DELETED");
    assert_eq!(status("undeleteUser", ada.id).await, "ACTIVE");

    let plan = json!({ "organizationId": acme.org(), "tier": "PRO", "quotaLimit": 5, "seats": 9, "reason": why });
    let selection = "organization { subscriptionTier quotaLimit seats status }";
    let after = act("setOrganizationPlan", plan, selection).await;
    assert_eq!(
        after["organization"],
        json!({ "subscriptionTier": "PRO", "quotaLimit": 5, "seats": 9, "status": "ACTIVE" })
    );
    for (name, status) in [
        ("suspendOrganization", "SUSPENDED"),
        ("unsuspendOrganization", "ACTIVE"),
        ("deleteOrganizationAsStaff", "DELETED"),
        ("restoreOrganizationAsStaff", "ACTIVE"),
    ] {
        let after = act(name, on_org(), "organization { status }").await;
        assert_eq!(after["organization"]["status"], status, "{name}");
    }
    owner.signs_in().await;
    let key = acme.makes_key().await.to_string();
    let input = json!({ "id": key, "reason": why });
    let selection = "apiKey { apiKey { status revokeReason } organization { slug } }";
    let after = act("revokeApiKeyAsStaff", input, selection).await;
    assert_eq!(
        after["apiKey"],
        json!({ "apiKey": { "status": "REVOKED", "revokeReason": why }, "organization": { "slug": acme.slug } })
    );
    for name in ["retryMail", "retryDeadMails", "discardMail"] {
        let mail = dead_letter(&kit, &api, &staffs, &ada.email).await;
        let input = match name {
            "retryDeadMails" => json!({ "reason": why }),
            _ => json!({ "mailId": mail, "reason": why }),
        };
        act(name, input, "").await;
    }
    let sent = act("sendTestMail", json!({}), "recipient").await;
    assert_eq!(sent["recipient"], "grace@example.test");
}

/// A letter that was given up; its id.
async fn dead_letter(kit: &Kit, api: &Api, staffs: &Credentials, to: &str) -> String {
    domain::accounts::request_password_reset(&kit.ctx(), to)
        .await
        .expect("anybody may ask");
    kit.sql("UPDATE mails SET status = 'dead', finished_at = 1 WHERE status = 'queued'")
        .await;
    let query = "{ admin { mails(first: 1, status: DEAD) { nodes { id recipient status } } } }";
    let seen = api.ask(staffs, query, Value::Null).await;
    let mail = &seen["admin"]["mails"]["nodes"][0];
    assert_eq!(mail["recipient"], to);
    mail["id"].as_str().expect("an id").to_owned()
}

async fn an_act_wants_a_reason_and_names_its_field(kit: Kit) {
    let api = Api::new(&kit);
    let staffs = staff(&kit, &api).await;
    for (name, mut input) in acts(&Subjects::nobodys()) {
        input["reason"] = " ".into();
        assert_eq!(
            api.refusals(&staffs, name, input).await,
            [("REQUIRED".to_owned(), Some("reason".to_owned()))],
            "{name}"
        );
    }
}

async fn people_organizations_and_keys_are_found(kit: Kit) {
    let api = Api::new(&kit);
    let staffs = staff(&kit, &api).await;
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    ada.signs_in().await;
    mary.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&mary, Role::Member).await;
    let key = acme.makes_key().await.to_string();
    kit.discards_mail().await;
    let query = "query($user: ID!, $org: ID!, $key: ID!) { admin { \
        user(id: $user) { email details { hasPassword apiKeyCount isProtected } sessions { totalCount nodes { device } } \
            memberships { totalCount nodes { role organization { slug } } } apiKeys { nodes { apiKey { id } } } \
            log(first: 1) { nodes { action actorKind } } } \
        organization(id: $org) { slug owner { id } details { ownerCount openInvitationCount quota { used } } \
            members { totalCount nodes { role user { email } organization { id } } } apiKeys { totalCount nodes { id } } \
            usage { valid } log(first: 1) { nodes { action } } } \
        apiKey(id: $key) { organization { slug } } \
        users(search: \"MARY\") { nodes { username } } organizations(status: ACTIVE) { nodes { slug } } \
        apiKeys(search: \"key\") { totalCount } } }";
    let variables = json!({ "user": ada.id.to_string(), "org": acme.org(), "key": key });
    let seen = api.ask(&staffs, query, variables).await["admin"].clone();
    let user = &seen["user"];
    assert_eq!(
        (
            &user["email"],
            &user["details"],
            &user["sessions"]["totalCount"]
        ),
        (
            &json!(ada.email),
            &json!({ "hasPassword": true, "apiKeyCount": 1, "isProtected": false }),
            &json!(1)
        )
    );
    assert_eq!(
        user["memberships"]["nodes"][0],
        json!({ "role": "OWNER", "organization": { "slug": acme.slug } })
    );
    assert_eq!(user["apiKeys"]["nodes"][0]["apiKey"]["id"], key);
    let organization = &seen["organization"];
    assert_eq!(organization["details"]["ownerCount"], 1);
    assert_eq!(
        organization["members"],
        json!({ "totalCount": 2, "nodes": [
            { "role": "OWNER", "user": { "email": ada.email }, "organization": null },
            { "role": "MEMBER", "user": { "email": mary.email }, "organization": null },
        ] })
    );
    assert_eq!(organization["apiKeys"]["totalCount"], 1);
    assert_eq!(seen["apiKey"]["organization"]["slug"], acme.slug);
    assert_eq!(
        (&seen["users"]["nodes"], &seen["organizations"]["nodes"]),
        (
            &json!([{ "username": "mary" }]),
            &json!([{ "slug": acme.slug }])
        )
    );
    assert_eq!(seen["apiKeys"]["totalCount"], 1);
    for nothing in [UserId::NOTHING.to_string(), "x".to_owned()] {
        let query = "query($id: ID!) { admin { user(id: $id) { id } } }";
        let seen = api.ask(&staffs, query, json!({ "id": nothing })).await;
        assert_eq!(seen["admin"]["user"], Value::Null);
    }
}

async fn a_suspended_organization_is_closed_to_its_members(kit: Kit) {
    let api = Api::new(&kit);
    let staffs = staff(&kit, &api).await;
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let input = json!({ "organizationId": acme.org(), "reason": "ticket 42" });
    api.mutate(&staffs, "suspendOrganization", input, "").await;
    kit.discards_mail().await;
    let query = "query($slug: String!) { organization(slug: $slug) { id } }";
    let variables = json!({ "slug": acme.slug });
    let answer = api.run_as(&adas, query, variables).await;
    assert_eq!(
        (answer.json()["data"].clone(), answer.code().as_str()),
        (json!({ "organization": null }), "ORGANIZATION_SUSPENDED")
    );
    let query = "{ viewer { ... on User { memberships { nodes { organizationSlug organization { id } } } } } }";
    let answer = api.run_as(&adas, query, Value::Null).await;
    let own = &answer.json()["data"]["viewer"]["memberships"]["nodes"][0];
    assert_eq!(own["organizationSlug"], acme.slug, "it can be left");
    assert_eq!(own["organization"], Value::Null);
}
