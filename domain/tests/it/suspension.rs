//! Operators suspend accounts and restore them; no organization is left without an owner.

use contract::{Code, Role, UserId};
use domain::{accounts, audit, organizations};
use serde_json::json;
use testkit::{Kit, Person, on_each_database};

use crate::refusals::{problems, refusal, refusal_on};

on_each_database! {
    who_is_suspended_is_out_at_once_and_cannot_come_in,
    who_is_restored_signs_in_again_and_is_where_they_were,
    a_second_time_leaves_no_trace,
    suspending_is_for_operators_and_for_accounts_that_exist,
    a_reason_that_cannot_be_kept_is_refused,
    the_last_owner_is_not_suspended_and_the_refusal_names_what_they_own,
    the_primary_ownership_goes_to_another_owner,
    what_waits_to_be_purged_keeps_nobody,
}

async fn suspend(kit: &Kit, person: &Person) -> domain::Result<contract::User> {
    accounts::suspend(&kit.system(), &kit.operator(), person.id, "spam").await
}

async fn log(kit: &Kit, person: &Person) -> Vec<audit::Line> {
    audit::of_subject(&kit.system(), &kit.operator(), person.id)
        .await
        .expect("operators may")
}

async fn who_is_suspended_is_out_at_once_and_cannot_come_in(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let sessions = [ada.signs_in().await, ada.signs_in_to_stay().await];
    let other = grace.signs_in().await;
    suspend(&kit, &ada).await.expect("operators may");
    for session in sessions {
        assert!(!kit.is_live(&session.token).await);
    }
    assert!(kit.is_live(&other.token).await);
    assert!(!ada.can_sign_in_with(&ada.password).await);
    let logged = log(&kit, &ada).await.pop().expect("it was logged");
    assert_eq!(
        (
            logged.action.as_str(),
            logged.actor_kind.as_str(),
            logged.after
        ),
        (
            "user.suspended",
            "operator",
            Some(json!({ "reason": "spam", "sessions_ended": 2, "deletion_ended": false }))
        )
    );
}

async fn who_is_restored_signs_in_again_and_is_where_they_were(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    let session = grace.signs_in().await;
    suspend(&kit, &grace).await.expect("operators may");
    accounts::restore(&kit.system(), &kit.operator(), grace.id, " a mistake ")
        .await
        .expect("operators may");
    assert!(!kit.is_live(&session.token).await, "what ended stays ended");
    assert!(grace.can_sign_in_with(&grace.password).await);
    assert_eq!(acme.role_of(&grace).await, Some(Role::Admin));
    let log = log(&kit, &grace).await;
    let restored = log.iter().find(|entry| entry.action == "user.restored");
    let restored = restored.expect("it was logged");
    assert_eq!(restored.after, Some(json!({ "reason": "a mistake" })));
}

async fn a_second_time_leaves_no_trace(kit: Kit) {
    let ada = kit.person("ada").await;
    accounts::restore(&kit.system(), &kit.operator(), ada.id, "it was a mistake")
        .await
        .expect("it is what it was");
    assert_eq!(log(&kit, &ada).await.len(), 1, "its making alone");
    suspend(&kit, &ada).await.expect("operators may");
    suspend(&kit, &ada).await.expect("it is what it was");
    assert_eq!(log(&kit, &ada).await.len(), 2);
}

async fn suspending_is_for_operators_and_for_accounts_that_exist(kit: Kit) {
    let (ada, staff) = (kit.person("ada").await, kit.person("grace").staff().await);
    let nobody = UserId(uuid::Uuid::nil());
    for (actor, id, code) in [
        (kit.anonymous(), ada.id, Code::NotFound),
        (staff.signed_in().await, ada.id, Code::StaffFactorMissing),
        (kit.operator(), nobody, Code::NotFound),
    ] {
        assert_eq!(
            refusal(accounts::suspend(&kit.ctx(), &actor, id, "spam").await),
            code
        );
        assert_eq!(
            refusal(accounts::restore(&kit.ctx(), &actor, id, "spam").await),
            code
        );
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn a_reason_that_cannot_be_kept_is_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    let long = "x".repeat(301);
    for (reason, code) in [
        ("a\nb", Code::InvalidCharacters),
        (long.as_str(), Code::TooLong),
    ] {
        let expected = (code, "reason".to_owned());
        let (ctx, actor) = (kit.system(), kit.operator());
        assert_eq!(
            refusal_on(accounts::suspend(&ctx, &actor, ada.id, reason).await),
            expected
        );
        assert_eq!(
            refusal_on(accounts::restore(&ctx, &actor, ada.id, reason).await),
            expected
        );
    }
}

async fn the_last_owner_is_not_suspended_and_the_refusal_names_what_they_own(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let session = ada.signs_in().await;
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    let shared = kit
        .organization("shared")
        .named("Shared")
        .owned_by(&ada)
        .await;
    shared.with(&grace, Role::Owner).await;
    kit.organization("bell")
        .named("Bell & Sons")
        .owned_by(&ada)
        .await;
    let refused = problems(suspend(&kit, &ada).await).remove(0);
    assert_eq!(refused.code, Code::LastOwner);
    assert!(
        refused.message.contains("Acme, Bell & Sons") && !refused.message.contains("Shared"),
        "{}",
        refused.message
    );
    assert!(kit.is_live(&session.token).await);
    assert_eq!(
        shared.seen_by(&grace).await.organization().owner_id,
        ada.id,
        "what is refused changes nothing elsewhere"
    );
    suspend(&kit, &grace).await.expect("there is ada");
}

async fn the_primary_ownership_goes_to_another_owner(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Owner).await;
    suspend(&kit, &ada).await.expect("there is grace");
    assert_eq!(acme.seen_by(&grace).await.organization().owner_id, grace.id);
    assert_eq!(refusal(suspend(&kit, &grace).await), Code::LastOwner);
}

async fn what_waits_to_be_purged_keeps_nobody(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Member).await;
    assert_eq!(refusal(suspend(&kit, &ada).await), Code::LastOwner);
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    suspend(&kit, &ada).await.expect("nothing is left to own");
}
