//! Organizations are deleted, restored, and purged after 30 days.

use contract::{
    Code, MembershipId, Organization, OrganizationId, Role,
    invitations::InviteMembers,
    organizations::{RESTORE_DAYS, UpdateOrganization},
};
use domain::{InOrg, Result, invitations, maintenance, members, organizations};
use serde_json::json;
use testkit::{Kit, Org, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    an_owner_deletes_it_and_every_owner_is_told,
    deleting_wants_an_owner_a_fresh_proof_and_the_slug,
    a_deleted_organization_can_only_be_read,
    its_invitations_end,
    any_owner_restores_it_and_every_owner_is_told,
    restoring_is_for_owners_and_for_what_is_deleted,
    after_thirty_days_nothing_is_left_of_it,
    what_was_restored_is_not_purged,
    a_purge_that_is_interrupted_goes_on,
    a_large_organization_goes_in_many_small_steps,
}

const DAY: i64 = 24 * 60 * 60;

async fn delete(kit: &Kit, owner: &Person, id: OrganizationId, typed: &str) -> Result<InOrg> {
    owner.signs_in().await;
    organizations::delete(&kit.ctx(), &owner.actor(), id, typed).await
}

/// An organization with an owner of each kind, an admin and a member.
async fn acme(kit: &Kit) -> (Org, [Person; 4]) {
    let [ada, grace, joan, mary] = [
        kit.person("ada").named("Ada King").await,
        kit.person("grace").await,
        kit.person("joan").await,
        kit.person("mary").await,
    ];
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    acme.with(&grace, Role::Owner).await;
    acme.with(&joan, Role::Admin).await;
    acme.with(&mary, Role::Member).await;
    (acme, [ada, grace, joan, mary])
}

async fn deleted_acme(kit: &Kit) -> (Org, [Person; 4]) {
    let (acme, people) = acme(kit).await;
    delete(kit, &people[0], acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    (acme, people)
}

async fn an_owner_deletes_it_and_every_owner_is_told(kit: Kit) {
    let (acme, [ada, grace, joan, mary]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    let held = delete(&kit, &grace, acme.id, " acme ").await;
    let Organization {
        deleted_at, slug, ..
    } = held.expect("owners may").organization().clone();
    assert!(deleted_at.is_some());
    assert_eq!(slug, "acme");
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by, logged.after),
        (
            "organization.deleted",
            Some(grace.id),
            Some(json!({ "slug": "acme", "invitations_ended": 1 }))
        )
    );
    for owner in [&ada, &grace] {
        let letter = kit.last_mail_to(&owner.email).await;
        assert_eq!(letter.template(), "organization_deleted");
        assert_eq!(letter.letter.subject, "Acme was deleted");
        assert!(letter.letter.text.contains("/o/acme/settings"));
        assert!(
            letter.letter.text.contains("23 Dec 2026, 10:00 UTC"),
            "{}",
            letter.letter.text
        );
    }
    for other in [&joan, &mary] {
        assert!(
            kit.new_mail_to(&other.email).await.is_empty(),
            "the others are not owners"
        );
    }
    assert!(
        invitations::preview(&kit.ctx(), &invite.token)
            .await
            .is_ok()
    );
}

async fn deleting_wants_an_owner_a_fresh_proof_and_the_slug(kit: Kit) {
    let (acme, [ada, _, joan, mary]) = acme(&kit).await;
    let eve = kit.person("eve").await;
    for (person, code) in [
        (&eve, Code::NotFound),
        (&mary, Code::Forbidden),
        (&joan, Code::Forbidden),
    ] {
        assert_eq!(refusal(delete(&kit, person, acme.id, "acme").await), code);
    }
    for typed in ["", "Acme", "bell", "acme2"] {
        assert_eq!(
            refusal_on(delete(&kit, &ada, acme.id, typed).await),
            (Code::ConfirmationWrong, "slug".to_owned()),
            "{typed:?}"
        );
    }
    kit.clock.advance(10 * 60);
    let stale = organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme").await;
    assert_eq!(refusal(stale), Code::StepUpRequired);
    let nobody = organizations::delete(&kit.ctx(), &kit.anonymous(), acme.id, "acme").await;
    assert_eq!(refusal(nobody), Code::Unauthenticated);
    assert_eq!(acme.seen_by(&ada).await.organization().deleted_at, None);

    delete(&kit, &ada, acme.id, "acme")
        .await
        .expect("now all is right");
    kit.discards_mail().await;
    assert_eq!(
        refusal(delete(&kit, &ada, acme.id, "acme").await),
        Code::PendingDeletion,
        "once is enough"
    );
}

async fn a_deleted_organization_can_only_be_read(kit: Kit) {
    let (acme, [ada, grace, _, mary]) = deleted_acme(&kit).await;
    let of_mary: MembershipId = acme.membership_of(&mary).await;
    let (ctx, actor, id) = (kit.ctx(), ada.actor(), acme.id);
    let input = UpdateOrganization {
        name: Some("Other".to_owned()),
        slug: None,
    };
    let invite = InviteMembers {
        emails: "new@example.test".to_owned(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    };
    for refused in [
        refusal(organizations::update(&ctx, &actor, id, input).await),
        refusal(organizations::set_logo(&ctx, &actor, id, None).await),
        refusal(organizations::transfer(&ctx, &actor, id, acme.membership_of(&grace).await).await),
        refusal(invitations::send(&ctx, &actor, id, invite).await),
        refusal(members::change_role(&ctx, &actor, of_mary, Role::Admin).await),
        refusal(members::remove(&ctx, &actor, of_mary).await),
        refusal(members::leave(&ctx, &mary.actor(), id).await),
    ] {
        assert_eq!(refused, Code::PendingDeletion);
    }
    let seen = acme.seen_by(&mary).await;
    let page = members::list(&ctx, &seen, &contract::members::ListMembers::default()).await;
    assert_eq!(page.expect("members still read").items.len(), 4);
    assert_eq!(
        acme.log().await.last().map(|l| l.action.clone()),
        Some("organization.deleted".to_owned())
    );
}

async fn its_invitations_end(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let edith = kit.person("edith").await;
    let known = edith.is_invited_to(&acme, Role::Member).await;
    let new = acme.invites("new@example.test", Role::Member).await;
    edith.signs_in().await;
    delete(&kit, &ada, acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), edith.actor());
    let open = invitations::open_for(&ctx, &actor).await;
    assert!(open.is_ok_and(|open| open.is_empty()));
    let join = contract::invitations::JoinAsNew {
        name: String::new(),
        password: contract::Password::new("nine lanterns over the harbour"),
    };
    for refused in [
        refusal(invitations::accept(&ctx, &actor, known.id).await),
        refusal(invitations::accept_by_token(&ctx, &actor, &known.token).await),
        refusal(invitations::decline(&ctx, &actor, known.id).await),
        refusal(
            invitations::join(&ctx, &new.token, join, domain::sessions::Client::Browser)
                .await
                .map(|_| ()),
        ),
    ] {
        assert_eq!(refused, Code::InvitationSettled);
    }
    let answered = [
        refusal(invitations::resend(&ctx, &ada.actor(), known.id).await),
        refusal(invitations::revoke(&ctx, &ada.actor(), known.id).await),
        refusal(invitations::copy_link(&ctx, &ada.actor(), known.id).await),
    ];
    assert_eq!(answered, [Code::PendingDeletion; 3]);
}

async fn any_owner_restores_it_and_every_owner_is_told(kit: Kit) {
    let (acme, [ada, grace, _, mary]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    delete(&kit, &ada, acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    kit.clock.advance(RESTORE_DAYS * DAY - 60);
    let restored = organizations::restore(&kit.ctx(), &grace.actor(), acme.id).await;
    assert_eq!(
        restored.expect("owners may").organization().deleted_at,
        None
    );
    for owner in [&ada, &grace] {
        assert_eq!(
            kit.last_mail_to(&owner.email).await.template(),
            "organization_restored"
        );
    }
    assert_eq!(acme.last_logged().await.action, "organization.restored");
    assert_eq!(acme.role_of(&mary).await, Some(Role::Member));
    let ended = invitations::preview(&kit.ctx(), &invite.token).await;
    assert_eq!(
        ended.expect("it explains itself").status,
        contract::invitations::InvitationStatus::Revoked,
        "what had ended stays ended"
    );
    acme.invites("new@example.test", Role::Member).await;
}

async fn restoring_is_for_owners_and_for_what_is_deleted(kit: Kit) {
    let (acme, [ada, _, joan, mary]) = deleted_acme(&kit).await;
    let eve = kit.person("eve").await;
    let restore = async |actor| refusal(organizations::restore(&kit.ctx(), &actor, acme.id).await);
    assert_eq!(restore(eve.signed_in().await).await, Code::NotFound);
    assert_eq!(restore(mary.actor()).await, Code::Forbidden);
    assert_eq!(restore(joan.actor()).await, Code::Forbidden);
    assert_eq!(restore(kit.anonymous()).await, Code::Unauthenticated);
    organizations::restore(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    assert_eq!(restore(ada.actor()).await, Code::NotPendingDeletion);
}

async fn sweep(kit: &Kit) {
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
}

async fn after_thirty_days_nothing_is_left_of_it(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut logo = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(4, 4)
        .write_to(&mut logo, image::ImageFormat::Png)
        .expect("a black square can be written");
    organizations::set_logo(&kit.ctx(), &ada.actor(), acme.id, Some(logo.into_inner()))
        .await
        .expect("owners may");
    let bell = kit.organization("bell").owned_by(&ada).await;
    acme.invites("new@example.test", Role::Member).await;
    bell.invites("new@example.test", Role::Member).await;
    delete(&kit, &ada, acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;

    kit.clock.advance(RESTORE_DAYS * DAY - 60);
    sweep(&kit).await;
    assert_eq!(kit.count("organizations").await, 2, "a minute is left");
    kit.clock.advance(60);
    assert_eq!(
        refusal(organizations::restore(&kit.ctx(), &ada.actor(), acme.id).await),
        Code::NotFound,
        "what is due is not restored any more"
    );
    sweep(&kit).await;
    for (table, rows) in [
        ("organizations", 1),
        ("memberships", 1),
        ("slugs", 1),
        ("invitations", 1),
        ("pictures", 0),
    ] {
        assert_eq!(kit.count(table).await, rows, "{table}: what bell has");
    }
    assert_eq!(acme.role_of(&ada).await, None);
    assert_eq!(bell.role_of(&ada).await, Some(Role::Owner));
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by, logged.after),
        ("organization.purged", None, Some(json!({ "slug": "acme" })))
    );
    let open = invitations::open_for(&kit.ctx(), &ada.actor()).await;
    assert!(open.is_ok_and(|open| open.is_empty()));
    kit.organization("acme").owned_by(&ada).await;
}

async fn what_was_restored_is_not_purged(kit: Kit) {
    let (acme, [ada, ..]) = deleted_acme(&kit).await;
    kit.clock.advance(20 * DAY);
    organizations::restore(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    delete(&kit, &ada, acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    kit.clock.advance(20 * DAY);
    sweep(&kit).await;
    assert_eq!(
        acme.seen_by(&ada).await.organization().member_count,
        4,
        "the days of the first deletion do not count"
    );
}

/// A row that refers to the organization lets its members go and keeps itself, as the end of the process would.
async fn a_purge_that_is_interrupted_goes_on(kit: Kit) {
    let (acme, [ada, ..]) = deleted_acme(&kit).await;
    let kind = match kit.backend() {
        testkit::Backend::Sqlite => "BLOB",
        testkit::Backend::Postgres => "UUID",
    };
    kit.sql(&format!(
        "CREATE TABLE obstacles (organization_id {kind} REFERENCES organizations (id))"
    ))
    .await;
    kit.sql("INSERT INTO obstacles SELECT id FROM organizations")
        .await;
    kit.clock.advance(RESTORE_DAYS * DAY);
    assert!(maintenance::sweep(&kit.system()).await.is_err());
    assert_eq!(
        (
            kit.count("organizations").await,
            kit.count("memberships").await
        ),
        (1, 0),
        "half of it is gone"
    );
    assert_eq!(acme.role_of(&ada).await, None);
    kit.sql("DROP TABLE obstacles").await;
    sweep(&kit).await;
    assert_eq!(
        (kit.count("organizations").await, kit.count("slugs").await),
        (0, 0)
    );
    assert_eq!(acme.last_logged().await.action, "organization.purged");
}

async fn a_large_organization_goes_in_many_small_steps(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with_crowd(1..1_201).await;
    delete(&kit, &ada, acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    kit.clock.advance(RESTORE_DAYS * DAY);
    sweep(&kit).await;
    assert_eq!(
        (
            kit.count("memberships").await,
            kit.count("organizations").await
        ),
        (0, 0)
    );
    assert_eq!(kit.count("users").await, 1_201, "people stay");
}
