//! Invitations, as those who invite see them, and what a secret shows.

use contract::Role;
use domain::organizations::{Plan, set_plan};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, company::found, refused};

on_each_database! {
    each_address_is_answered_for_itself,
    what_is_wrong_with_the_whole_invites_nobody,
    invitations_are_listed_newest_first_and_never_with_a_secret,
    an_invitation_is_sent_again_copied_and_taken_back,
    an_expired_invitation_that_is_sent_again_takes_a_seat_and_no_others_place,
    whoever_sends_an_invitation_again_invites,
    a_secret_shows_its_invitation,
    wrong_secrets_show_nothing_and_are_slowed,
}

async fn each_address_is_answered_for_itself(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    bob.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&bob, Role::Member).await;
    acme.invites("cleo@example.test", Role::Member).await;
    let input = json!({ "organizationId": acme.org(), "role": "ADMIN", "message": "Come\nin", "days": 3, "emails": [
        " Zoe@example.test, zoe@EXAMPLE.test", "<yan@example.test>;nonsense", "BOB@example.test", "cleo@example.test", "ada@example.test" ] });
    let selection = "results { email invitation { email role status invitedBy expiresAt organizationName organization { slug } } \
        userError { code message field } }";
    let payload = api.mutate(&adas, "inviteMembers", input, selection).await;
    let results = payload["results"].as_array().cloned().unwrap_or_default();
    let told: Vec<_> = results
        .iter()
        .map(|result| {
            (
                result["email"].as_str().unwrap_or_default(),
                result["userError"]["code"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Zoe@example.test", None),
            ("yan@example.test", None),
            ("nonsense", Some("INVALID_EMAIL")),
            ("BOB@example.test", Some("ALREADY_MEMBER")),
            ("cleo@example.test", Some("ALREADY_INVITED")),
            ("ada@example.test", Some("INVITED_SELF")),
        ]
    );
    let made = &results[0]["invitation"];
    assert!(
        made["expiresAt"]
            .as_str()
            .is_some_and(|at| at.starts_with("2026-11-26T10:0")),
        "{made}"
    );
    assert_eq!(
        (
            &made["email"],
            &made["role"],
            &made["status"],
            &made["invitedBy"]
        ),
        (
            &json!("Zoe@example.test"),
            &json!("ADMIN"),
            &json!("PENDING"),
            &json!("ada")
        )
    );
    assert_eq!(
        (&made["organizationName"], &made["organization"]["slug"]),
        (&json!("Acme"), &json!("acme"))
    );
    assert_eq!(results[3]["userError"]["field"], "emails");
    assert_eq!(results[3]["invitation"], Value::Null);
    assert_eq!(kit.new_mail_to("zoe@example.test").await.len(), 1);
    kit.discards_mail().await;
}

async fn what_is_wrong_with_the_whole_invites_nobody(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let adas = Credentials::of_program(&kit, &ada).await;
    let bobs = Credentials::of_program(&kit, &bob).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&bob, Role::Admin).await;
    let before = kit.count("invitations").await;
    let many: Vec<String> = (0..21).map(|n| format!("a{n}@example.test")).collect();
    let input = |more: Value| {
        let mut input = json!({ "organizationId": acme.org(), "emails": ["zoe@example.test"] });
        for (name, value) in more.as_object().cloned().unwrap_or_default() {
            input[name] = value;
        }
        input
    };
    for (input, code, field) in [
        (input(json!({ "emails": [] })), "REQUIRED", "emails"),
        (input(json!({ "emails": [" , "] })), "REQUIRED", "emails"),
        (
            input(json!({ "emails": many })),
            "TOO_MANY_ADDRESSES",
            "emails",
        ),
        (input(json!({ "role": "OWNER" })), "ROLE_TOO_HIGH", "role"),
        (
            input(json!({ "message": "x".repeat(501) })),
            "TOO_LONG",
            "message",
        ),
        (input(json!({ "days": 0 })), "INVALID_EXPIRY", "days"),
        (input(json!({ "days": 31 })), "INVALID_EXPIRY", "days"),
    ] {
        assert_eq!(
            api.refusals(&bobs, "inviteMembers", input.clone()).await,
            refused(code, Some(field)),
            "{input}"
        );
    }
    let payload = api
        .mutate(
            &bobs,
            "inviteMembers",
            input(json!({ "days": 31 })),
            "results { email }",
        )
        .await;
    assert_eq!(payload["results"], Value::Null);
    assert_eq!(kit.count("invitations").await, before);
    assert_eq!(
        api.refusals(&adas, "inviteMembers", input(json!({ "role": "OWNER" })))
            .await,
        []
    );
    kit.discards_mail().await;
}

async fn invitations_are_listed_newest_first_and_never_with_a_secret(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let mut secrets = Vec::new();
    for handle in ["x", "y", "z"] {
        secrets.push(
            acme.token_for(&format!("{handle}@example.test"), Role::Member)
                .await,
        );
    }
    let query = "query($after: String) { organization(slug: \"acme\") { invitations(first: 2, after: $after) { totalCount \
        nodes { id email role status invitedBy createdAt sentAt expiresAt organizationLogoUrl } pageInfo { hasNextPage endCursor } } } }";
    let answer = api.run_as(&adas, query, Value::Null).await;
    let list = answer.data()["organization"]["invitations"].clone();
    assert_eq!(
        (
            &list["totalCount"],
            &list["nodes"][0]["email"],
            &list["nodes"][1]["email"]
        ),
        (
            &json!(3),
            &json!("z@example.test"),
            &json!("y@example.test")
        )
    );
    assert!(
        secrets
            .iter()
            .all(|secret| !answer.text.contains(secret.as_str()))
    );
    let after = json!({ "after": list["pageInfo"]["endCursor"] });
    let rest = api.ask(&adas, query, after).await["organization"]["invitations"].clone();
    assert_eq!(
        (&rest["nodes"][0]["email"], &rest["pageInfo"]["hasNextPage"]),
        (&json!("x@example.test"), &json!(false))
    );
    let id = list["nodes"][0]["id"].clone();
    let node = "query($id: ID!) { node(id: $id) { __typename id ... on Invitation { email organization { slug } } } }";
    assert_eq!(
        api.ask(&adas, node, json!({ "id": id })).await["node"],
        json!({ "__typename": "Invitation", "id": id, "email": "z@example.test", "organization": { "slug": "acme" } })
    );
    kit.discards_mail().await;
}

async fn an_invitation_is_sent_again_copied_and_taken_back(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let id = acme
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    let first = kit.last_mail_to("zoe@example.test").await.token();
    let input = json!({ "invitationId": id });
    let payload = api
        .mutate(
            &adas,
            "resendInvitation",
            input.clone(),
            "invitation { id status }",
        )
        .await;
    assert_eq!(
        payload["invitation"],
        json!({ "id": id, "status": "PENDING" })
    );
    let second = kit.last_mail_to("zoe@example.test").await.token();
    let payload = api
        .mutate(&adas, "copyInvitationLink", input.clone(), "url")
        .await;
    let url = payload["url"].as_str().unwrap_or_default().to_owned();
    assert!(
        url.starts_with("https://accounts.example.test/invitations/accept?token=lki_"),
        "{url}"
    );
    let copied = url
        .split_once("token=")
        .map(|(_, token)| token)
        .unwrap_or_default();
    let preview = async |token: &str| {
        let query =
            "query($token: String!) { invitation(token: $token) { id status provesAddress } }";
        api.run(query, json!({ "token": token })).await.data()["invitation"].clone()
    };
    assert_eq!(
        preview(&first).await,
        Value::Null,
        "the older letter is dead"
    );
    let seen =
        |status: &str, proves: bool| json!({ "id": id, "status": status, "provesAddress": proves });
    assert_eq!(preview(&second).await, seen("PENDING", true));
    assert_eq!(preview(copied).await, seen("PENDING", false));
    let payload = api
        .mutate(
            &adas,
            "revokeInvitation",
            input.clone(),
            "invitation { status }",
        )
        .await;
    assert_eq!(payload["invitation"], json!({ "status": "REVOKED" }));
    assert_eq!(preview(&second).await, seen("REVOKED", true));
    for name in ["resendInvitation", "copyInvitationLink", "revokeInvitation"] {
        assert_eq!(
            api.refusals(&adas, name, input.clone()).await,
            refused("INVITATION_SETTLED", None),
            "{name}"
        );
        let none = json!({ "invitationId": "inv_11111111111111111111" });
        assert_eq!(
            api.refusals(&adas, name, none).await,
            refused("NOT_FOUND", None),
            "{name}"
        );
    }
}

async fn an_expired_invitation_that_is_sent_again_takes_a_seat_and_no_others_place(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let plan = Plan {
        seats: Some(Some(2)),
        ..Plan::default()
    };
    set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test")
        .await
        .expect("operators set plans");
    let old = acme
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    kit.clock.advance(8 * 24 * 60 * 60);
    let newer = acme
        .invites("yan@example.test", Role::Member)
        .await
        .to_string();
    let resend = async |id: &str| {
        api.refusals(&adas, "resendInvitation", json!({ "invitationId": id }))
            .await
    };
    assert_eq!(resend(&old).await, refused("NO_SEATS_LEFT", None));
    let revoke = json!({ "invitationId": newer });
    assert_eq!(api.refusals(&adas, "revokeInvitation", revoke).await, []);
    let again = acme
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    assert_eq!(
        resend(&old).await,
        refused("ALREADY_INVITED", None),
        "another has taken its place"
    );
    assert_eq!(resend(&again).await, []);
    kit.discards_mail().await;
}

async fn whoever_sends_an_invitation_again_invites(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob, zoe) = (
        kit.person("ada").await,
        kit.person("bob").await,
        kit.person("zoe").await,
    );
    let adas = Credentials::of_program(&kit, &ada).await;
    let bobs = Credentials::of_program(&kit, &bob).await;
    let zoes = Credentials::of_program(&kit, &zoe).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&bob, Role::Admin).await;
    let input = json!({ "organizationId": acme.org(), "emails": [zoe.email] });
    let payload = api
        .mutate(
            &bobs,
            "inviteMembers",
            input,
            "results { invitation { id } }",
        )
        .await;
    let invitation = json!({ "invitationId": payload["results"][0]["invitation"]["id"] });
    assert_eq!(
        api.refusals(
            &bobs,
            "leaveOrganization",
            json!({ "organizationId": acme.org() })
        )
        .await,
        []
    );
    assert_eq!(
        api.refusals(&zoes, "acceptInvitation", invitation.clone())
            .await,
        refused("INVITER_LEFT", None)
    );
    let payload = api
        .mutate(
            &adas,
            "resendInvitation",
            invitation.clone(),
            "invitation { invitedBy }",
        )
        .await;
    assert_eq!(payload["invitation"]["invitedBy"], "ada");
    assert_eq!(
        api.refusals(&zoes, "acceptInvitation", invitation).await,
        []
    );
    kit.discards_mail().await;
}

async fn a_secret_shows_its_invitation(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, zoe) = (
        kit.person("ada").named("Ada Lovelace").await,
        kit.person("zoe").await,
    );
    ada.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let query = "query($token: String!) { invitation(token: $token) { organizationName organizationLogoUrl invitedBy email role message \
        status expiresAt provesAddress hasAccount } }";
    for (email, has_account) in [(zoe.email.as_str(), true), ("new@example.test", false)] {
        let token = acme.token_for(email, Role::Admin).await;
        let mut seen = api.run(query, json!({ "token": token })).await.data()["invitation"].clone();
        assert!(
            seen["expiresAt"]
                .take()
                .as_str()
                .is_some_and(|at| at.starts_with("2026-11-30T10:0"))
        );
        assert_eq!(
            seen,
            json!({ "organizationName": "Acme", "organizationLogoUrl": null, "invitedBy": "Ada Lovelace", "email": email, "role": "ADMIN",
                "message": "", "status": "PENDING", "expiresAt": null, "provesAddress": true, "hasAccount": has_account })
        );
        kit.clock.advance(8 * 24 * 60 * 60);
        let later = api.run(query, json!({ "token": token })).await.data();
        assert_eq!(later["invitation"]["status"], "EXPIRED");
        kit.clock.advance(-8 * 24 * 60 * 60);
    }
}

async fn wrong_secrets_show_nothing_and_are_slowed(kit: Kit) {
    let api = Api::new(&kit).at("192.0.2.99");
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let token = found(&kit, &ada, "Acme")
        .await
        .token_for("zoe@example.test", Role::Member)
        .await;
    let query = "query($token: String!) { invitation(token: $token) { email } }";
    for wrong in [
        "",
        "lki_nonsense",
        &token.replace("lki_", "lks_"),
        &format!("{token}x"),
    ] {
        let answer = api.run(query, json!({ "token": wrong })).await;
        assert_eq!(answer.data(), json!({ "invitation": null }), "{wrong}");
    }
    let guess = "lki_nonsense".to_owned();
    let mut last = String::new();
    for _ in 0..40 {
        last = api.run(query, json!({ "token": guess })).await.code();
    }
    assert_eq!(last, "RATE_LIMITED");
    let elsewhere = Api::new(&kit).at("192.0.2.98");
    assert_eq!(
        elsewhere.run(query, json!({ "token": token })).await.data(),
        json!({ "invitation": { "email": "zoe@example.test" } }),
        "guesses spoil no invitation"
    );
}
