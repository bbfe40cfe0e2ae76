//! The primary ownership goes to another member.

use contract::{Code, MembershipId, Role};
use domain::{Actor, InOrg, Result, organizations};
use serde_json::json;
use testkit::{Kit, Org, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_member_becomes_the_primary_owner_and_both_are_told,
    who_was_it_stays_an_owner_and_can_get_it_back,
    transferring_wants_an_owner_and_a_fresh_proof,
    it_goes_to_no_stranger_and_to_nobody_who_has_it,
    it_goes_to_nobody_who_cannot_sign_in,
    an_owner_who_is_not_primary_transfers_too,
}

async fn transfer(kit: &Kit, actor: &Actor, acme: &Org, to: MembershipId) -> Result<InOrg> {
    organizations::transfer(&kit.ctx(), actor, acme.id, to).await
}

async fn a_member_becomes_the_primary_owner_and_both_are_told(kit: Kit) {
    let (ada, grace) = (
        kit.person("ada").await,
        kit.person("grace").named("Grace Hopper").await,
    );
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    let to = acme.with(&grace, Role::Member).await;
    let after = transfer(&kit, &ada.actor(), &acme, to).await;
    let after = after.expect("the proof is fresh");
    assert_eq!(after.organization().owner_id, grace.id);
    assert_eq!(after.role(), Role::Owner, "ada stays an owner");
    assert_eq!(acme.role_of(&grace).await, Some(Role::Owner));
    let received = kit.last_mail_to(&grace.email).await;
    assert_eq!(received.template(), "ownership_received");
    assert!(received.letter.text.contains("Hello Grace Hopper."));
    let handed_over = kit.last_mail_to(&ada.email).await;
    assert_eq!(handed_over.template(), "ownership_handed_over");
    assert!(
        handed_over
            .letter
            .text
            .contains("transferred to Grace Hopper")
    );
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.before, logged.after),
        (
            "organization.transferred",
            Some(json!({ "owner": ada.id })),
            Some(json!({ "owner": grace.id }))
        )
    );
}

async fn who_was_it_stays_an_owner_and_can_get_it_back(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let of_grace = acme.with(&grace, Role::Admin).await;
    let of_ada = acme.membership_of(&ada).await;
    for (from, to) in [(&ada, of_grace), (&grace, of_ada)] {
        transfer(&kit, &from.actor(), &acme, to)
            .await
            .expect("both are owners by then");
    }
    kit.discards_mail().await;
    let seen = acme.seen_by(&grace).await;
    assert_eq!(
        (seen.organization().owner_id, seen.role()),
        (ada.id, Role::Owner)
    );
}

async fn transferring_wants_an_owner_and_a_fresh_proof(kit: Kit) {
    let [ada, grace, mary, eve] = [
        kit.person("ada").await,
        kit.person("grace").await,
        kit.person("mary").await,
        kit.person("eve").await,
    ];
    let acme = kit.organization("acme").owned_by(&ada).await;
    let to = acme.with(&grace, Role::Admin).await;
    acme.with(&mary, Role::Member).await;
    for (actor, code) in [
        (kit.anonymous(), Code::Unauthenticated),
        (eve.signed_in().await, Code::NotFound),
        (mary.actor(), Code::Forbidden),
        (grace.actor(), Code::Forbidden),
    ] {
        assert_eq!(refusal(transfer(&kit, &actor, &acme, to).await), code);
    }
    kit.clock.advance(10 * 60);
    assert_eq!(
        refusal(transfer(&kit, &ada.actor(), &acme, to).await),
        Code::StepUpRequired
    );
    assert_eq!(acme.seen_by(&ada).await.organization().owner_id, ada.id);
}

async fn it_goes_to_no_stranger_and_to_nobody_who_has_it(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&eve).await;
    let elsewhere = bell.membership_of(&eve).await;
    let nobodys = MembershipId(uuid::Uuid::nil());
    for to in [elsewhere, nobodys] {
        assert_eq!(
            refusal_on(transfer(&kit, &ada.actor(), &acme, to).await),
            (Code::NotFound, "memberId".to_owned())
        );
    }
    let own = acme.membership_of(&ada).await;
    assert_eq!(
        refusal_on(transfer(&kit, &ada.actor(), &acme, own).await),
        (Code::AlreadyOwner, "memberId".to_owned())
    );
}

async fn it_goes_to_nobody_who_cannot_sign_in(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let to = acme.with(&grace, Role::Admin).await;
    grace.is_suspended().await;
    assert_eq!(
        refusal_on(transfer(&kit, &ada.actor(), &acme, to).await),
        (Code::MemberInactive, "memberId".to_owned())
    );
}

async fn an_owner_who_is_not_primary_transfers_too(kit: Kit) {
    let [ada, grace, mary] = [
        kit.person("ada").await,
        kit.person("grace").await,
        kit.person("mary").await,
    ];
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Owner).await;
    let to = acme.with(&mary, Role::Member).await;
    transfer(&kit, &grace.actor(), &acme, to)
        .await
        .expect("every owner may");
    assert_eq!(
        kit.last_mail_to(&mary.email).await.template(),
        "ownership_received"
    );
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "ownership_handed_over",
        "the one who lost it is told, not the one who did it"
    );
    assert!(kit.new_mail_to(&grace.email).await.is_empty());
}
