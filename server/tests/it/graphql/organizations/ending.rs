//! Organizations: deleted, only read from then on, and restored.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use crate::graphql::{Api, Credentials, company::found, refused};

on_each_database! {
    an_organization_is_deleted_by_its_slug_and_restored,
    a_deleted_organization_can_only_be_read,
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
