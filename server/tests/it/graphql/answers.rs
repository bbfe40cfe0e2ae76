//! Invitations, as those who are invited answer them; and joining by one.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, NONE, company::found, refused};

on_each_database! {
    a_known_person_sees_and_accepts_by_id,
    a_known_person_accepts_by_the_letter_and_lands_there,
    an_invitation_is_for_its_address_alone,
    an_invitation_is_declined,
    an_expired_invitation_can_be_asked_for_again,
    a_new_person_joins_in_one_step,
    a_copied_link_makes_nobody_a_member_before_the_address_is_proved,
    a_password_made_of_the_organizations_name_is_refused,
}

async fn a_known_person_sees_and_accepts_by_id(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, zoe) = (kit.person("ada").await, kit.person("zoe").await);
    let zoes = Credentials::of_program(&kit, &zoe).await;
    ada.signs_in().await;
    let mut ids = Vec::new();
    for name in ["Acme", "Other"] {
        ids.push(
            found(&kit, &ada, name)
                .await
                .invites("Zoe@Example.test", Role::Admin)
                .await
                .to_string(),
        );
    }
    let query = "query($first: Int) { viewer { ... on User { invitations(first: $first) { totalCount nodes { id email role status invitedBy \
        organizationName organization { id } } pageInfo { hasNextPage } } } } }";
    let list = api.ask(&zoes, query, json!({ "first": 1 })).await["viewer"]["invitations"].clone();
    assert_eq!(
        list,
        json!({ "totalCount": 2, "pageInfo": { "hasNextPage": true }, "nodes": [{ "id": ids[1], "email": "Zoe@Example.test", "role": "ADMIN",
            "status": "PENDING", "invitedBy": "ada", "organizationName": "Other", "organization": null }] })
    );
    let node = "query($id: ID!) { node(id: $id) { id ... on Invitation { organizationName } } }";
    assert_eq!(
        api.ask(&zoes, node, json!({ "id": ids[0] })).await["node"],
        json!({ "id": ids[0], "organizationName": "Acme" })
    );
    let input = json!({ "invitationId": ids[0] });
    let selection =
        "organization { slug viewerRole members { nodes { user { username email } } } }";
    let payload = api
        .mutate(&zoes, "acceptInvitation", input.clone(), selection)
        .await;
    assert_eq!(
        payload["organization"],
        json!({ "slug": "acme", "viewerRole": "ADMIN", "members": { "nodes": [
            { "user": { "username": "ada", "email": ada.email } }, { "user": { "username": "zoe", "email": zoe.email } } ] } })
    );
    assert_eq!(
        api.refusals(&zoes, "acceptInvitation", input).await,
        refused("INVITATION_SETTLED", None)
    );
    let left = api.ask(&zoes, query, Value::Null).await;
    assert_eq!(left["viewer"]["invitations"]["totalCount"], 1);
    kit.discards_mail().await;
}

async fn a_known_person_accepts_by_the_letter_and_lands_there(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, zoe) = (kit.person("ada").await, kit.person("zoe").await);
    let zoes = Credentials::of_program(&kit, &zoe).await;
    ada.signs_in().await;
    let token = found(&kit, &ada, "Acme")
        .await
        .token_for(&zoe.email, Role::Member)
        .await;
    let input = json!({ "token": token });
    assert_eq!(
        api.mutate(
            &zoes,
            "acceptInvitation",
            input.clone(),
            "organization { slug }"
        )
        .await["organization"],
        json!({ "slug": "acme" })
    );
    assert_eq!(
        api.refusals(&zoes, "acceptInvitation", input).await,
        refused("INVITATION_SETTLED", None)
    );
    let neither = api.refusals(&zoes, "acceptInvitation", json!({})).await;
    assert_eq!(neither, refused("NOT_FOUND", None));
    kit.discards_mail().await;
}

async fn an_invitation_is_for_its_address_alone(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let eves = Credentials::of_program(&kit, &eve).await;
    ada.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let id = acme
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    let token = kit.last_mail_to("zoe@example.test").await.token();
    for (name, input, code) in [
        (
            "acceptInvitation",
            json!({ "token": token }),
            "INVITATION_FOR_OTHER",
        ),
        (
            "acceptInvitation",
            json!({ "invitationId": id }),
            "NOT_FOUND",
        ),
        (
            "declineInvitation",
            json!({ "invitationId": id }),
            "NOT_FOUND",
        ),
        (
            "acceptInvitation",
            json!({ "token": "lki_nonsense" }),
            "INVITATION_INVALID",
        ),
        (
            "resendInvitation",
            json!({ "invitationId": id }),
            "NOT_FOUND",
        ),
    ] {
        assert_eq!(
            api.refusals(&eves, name, input).await,
            refused(code, None),
            "{name} {code}"
        );
    }
    let stranger = api
        .run("mutation($t: String!) { acceptInvitation(input: { token: $t }) { userErrors { code } } }", json!({ "t": token }))
        .await;
    assert_eq!(stranger.code(), "UNAUTHENTICATED");
    let query = "query($id: ID!) { node(id: $id) { id } viewer { ... on User { invitations { totalCount } } } }";
    assert_eq!(
        api.ask(&eves, query, json!({ "id": id })).await,
        json!({ "node": null, "viewer": { "invitations": { "totalCount": 0 } } })
    );
}

async fn an_invitation_is_declined(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, zoe) = (kit.person("ada").await, kit.person("zoe").await);
    let zoes = Credentials::of_program(&kit, &zoe).await;
    ada.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let by_id = json!({ "invitationId": acme.invites(&zoe.email, Role::Member).await.to_string() });
    assert_eq!(
        api.refusals(&zoes, "declineInvitation", by_id.clone())
            .await,
        []
    );
    assert_eq!(
        api.refusals(&zoes, "declineInvitation", by_id).await,
        refused("INVITATION_SETTLED", None)
    );
    let token = acme.token_for("new@example.test", Role::Member).await;
    assert_eq!(
        api.refusals(&NONE, "declineInvitation", json!({ "token": token }))
            .await,
        [],
        "nobody needs an account to say no"
    );
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 2);
    kit.discards_mail().await;
}

async fn an_expired_invitation_can_be_asked_for_again(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let token = found(&kit, &ada, "Acme")
        .await
        .token_for("zoe@example.test", Role::Member)
        .await;
    let input = json!({ "token": token });
    assert_eq!(
        api.refusals(&NONE, "requestNewInvitation", input.clone())
            .await,
        []
    );
    assert_eq!(
        kit.new_mail_to(&ada.email).await.len(),
        0,
        "an open one needs none"
    );
    kit.clock.advance(8 * 24 * 60 * 60);
    assert_eq!(
        api.refusals(&NONE, "requestNewInvitation", input.clone())
            .await,
        []
    );
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 1);
    let again = api.refusals(&NONE, "requestNewInvitation", input).await;
    assert_eq!(again, refused("RATE_LIMITED", None));
    let wrong = json!({ "token": "lki_nonsense" });
    assert_eq!(
        api.refusals(&NONE, "requestNewInvitation", wrong).await,
        refused("INVITATION_INVALID", None)
    );
}

async fn a_new_person_joins_in_one_step(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let token = acme.token_for("zoe@example.test", Role::Admin).await;
    let short = json!({ "token": token, "name": "Zoe\u{0}", "password": "short" });
    let faults = api.refusals(&NONE, "joinByInvitation", short).await;
    assert_eq!(
        faults,
        [
            refused("INVALID_CHARACTERS", Some("name")),
            refused("PASSWORD_TOO_SHORT", Some("password"))
        ]
        .concat()
    );
    let input = json!({ "token": token, "name": "Zoe", "password": "nine brown otters dive" });
    let selection = "token expiresAt inboxToCheck user { name email emailVerifiedAt profile { theme } } \
        organization { slug viewerRole owner { username } members { totalCount nodes { role user { name email } } } }";
    let payload = api
        .mutate(&NONE, "joinByInvitation", input.clone(), selection)
        .await;
    assert_eq!(
        payload["organization"],
        json!({ "slug": "acme", "viewerRole": "ADMIN", "owner": { "username": "ada" }, "members": { "totalCount": 2, "nodes": [
            { "role": "OWNER", "user": { "name": "", "email": ada.email } },
            { "role": "ADMIN", "user": { "name": "Zoe", "email": "zoe@example.test" } } ] } })
    );
    assert_eq!(
        (
            &payload["user"]["name"],
            &payload["user"]["email"],
            &payload["inboxToCheck"]
        ),
        (&json!("Zoe"), &json!("zoe@example.test"), &Value::Null)
    );
    assert!(
        payload["user"]["emailVerifiedAt"].is_string() && payload["expiresAt"].is_string(),
        "{payload}"
    );
    let zoes = Credentials::Bearer(payload["token"].as_str().unwrap_or_default().to_owned());
    let viewer = api
        .ask(
            &zoes,
            "{ viewer { ... on User { memberships { totalCount } } } }",
            Value::Null,
        )
        .await;
    assert_eq!(viewer["viewer"]["memberships"]["totalCount"], 1);
    assert_eq!(
        api.refusals(&NONE, "joinByInvitation", input).await,
        refused("INVITATION_SETTLED", None)
    );
    let known = acme.token_for("zoe2@example.test", Role::Member).await;
    kit.person("zoe2").await;
    let input = json!({ "token": known, "password": "nine brown otters dive" });
    assert_eq!(
        api.refusals(&NONE, "joinByInvitation", input).await,
        refused("INVITATION_HAS_ACCOUNT", None)
    );
    kit.discards_mail().await;
}

async fn a_copied_link_makes_nobody_a_member_before_the_address_is_proved(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let id = acme
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    let payload = api
        .mutate(
            &adas,
            "copyInvitationLink",
            json!({ "invitationId": id }),
            "url",
        )
        .await;
    let url = payload["url"].as_str().unwrap_or_default().to_owned();
    let token = url
        .split_once("token=")
        .map(|(_, token)| token)
        .unwrap_or_default();
    kit.discards_mail().await;
    let input = json!({ "token": token, "name": "Zoe", "password": "nine brown otters dive" });
    let selection = "token expiresAt inboxToCheck user { id } organization { id }";
    let payload = api
        .mutate(&NONE, "joinByInvitation", input, selection)
        .await;
    assert_eq!(
        payload,
        json!({ "token": null, "expiresAt": null, "inboxToCheck": "zoe@example.test", "user": null, "organization": null, "userErrors": [] })
    );
    assert_eq!(kit.count("memberships").await, 1);
    let stranger = api
        .run("mutation($t: String!) { declineInvitation(input: { token: $t }) { userErrors { code } } }", json!({ "t": token }))
        .await;
    assert_eq!(
        stranger.code(),
        "UNAUTHENTICATED",
        "a copied link proves nothing"
    );
    kit.discards_mail().await;
}

async fn a_password_made_of_the_organizations_name_is_refused(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let token = found(&kit, &ada, "Wonderful Widgets")
        .await
        .token_for("zoe@example.test", Role::Member)
        .await;
    let input = json!({ "token": token, "password": "wonderfulwidgets" });
    assert_eq!(
        api.refusals(&NONE, "joinByInvitation", input).await,
        refused("PASSWORD_CONTEXT", Some("password"))
    );
}
