//! One person, as staff see them, and what the acts of staff come to.

use contract::{
    Code, Password, Role, UserId,
    admin::{MOST_AT_ONCE, UserStatus},
    page::PageRequest,
};
use domain::{accounts, admin, admin::log::Subject, own_data};
use testkit::{Kit, on_each_database};

use super::{WHY, staff};
use crate::{
    api_keys::{key, plain},
    refusals::{problems, refusal, refusal_on},
};

on_each_database! {
    a_person_is_shown_with_sessions_organizations_keys_and_log,
    who_is_vouched_for_signs_in,
    many_are_suspended_at_once_and_one_refusal_keeps_no_other,
    a_reset_is_sent_to_the_person_alone,
    a_password_that_others_know_works_no_more,
    what_staff_delete_can_be_had_back_by_the_letter_and_by_staff,
    who_is_suspended_or_gone_gets_no_link,
}

async fn a_person_is_shown_with_sessions_organizations_keys_and_log(kit: Kit) {
    let grace = staff(&kit).await;
    let (ada, mary) = (
        kit.person("ada").named("Ada").await,
        kit.person("mary").await,
    );
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Admin).await;
    let made = key(&kit, &acme, &ada, &plain("Hers")).await.key;
    ada.signs_in_to_stay().await;
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let (ctx, request) = (kit.ctx(), PageRequest::default());
    let detail = admin::users::get(&ctx, &grace, ada.id).await;
    let detail = detail.expect("staff may look");
    assert_eq!(
        (
            detail.row.status,
            detail.row.organizations,
            detail.row.has_second_factor,
            detail.row.last_seen_at.is_some()
        ),
        (UserStatus::Active, 1, true, true)
    );
    assert_eq!(
        (
            detail.keys,
            detail.sessions,
            detail.second_factors.recovery_codes_left
        ),
        (1, 1, 10)
    );
    assert!(detail.has_password && !detail.is_protected);
    let sessions = admin::users::sessions(&ctx, &grace, ada.id, &request).await;
    let sessions = sessions.expect("staff may look").items;
    assert!(sessions.len() == 1 && !sessions[0].1.is_current);
    let memberships = admin::users::memberships(&ctx, &grace, ada.id, &request).await;
    let memberships = memberships.expect("staff may look").items;
    let one = &memberships[0].1;
    assert_eq!(
        (
            one.organization.slug.as_str(),
            one.role,
            one.is_primary_owner
        ),
        ("acme", Role::Owner, true)
    );
    let keys = admin::users::keys(&ctx, &grace, ada.id, &request).await;
    assert_eq!(keys.expect("staff may look").items[0].1.key.id, made.id);

    accounts::send_password_reset(&ctx, &grace, ada.id, WHY)
        .await
        .expect("staff may");
    kit.discards_mail().await;
    let log = admin::log::page(&ctx, &grace, Subject::User(ada.id), &request).await;
    let newest = log.expect("staff may look").items.remove(0).1;
    assert_eq!(
        (
            newest.action.as_str(),
            newest.actor.name.as_str(),
            newest.actor.party.kind()
        ),
        ("user.password_reset_sent", "grace", "user")
    );
    assert_eq!(
        newest.sentence.to_string(),
        format!("sent Ada a link to set a new password: {WHY}")
    );
    let own = admin::users::get(&ctx, &grace, grace.signed_in().expect("a person").user_id).await;
    assert!(own.expect("staff may look").is_protected);
    let nobody = admin::users::get(&ctx, &grace, UserId::NOTHING).await;
    assert_eq!(refusal(nobody), Code::NotFound);
}

async fn who_is_vouched_for_signs_in(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").unverified().await;
    assert!(!ada.can_sign_in_with(&ada.password).await);
    kit.discards_mail().await;
    for _ in 0..2 {
        let after = accounts::verify(&kit.ctx(), &grace, ada.id, WHY).await;
        assert!(after.expect("staff may").email_verified_at.is_some());
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
    let logged = "SELECT count(*) FROM audit_events WHERE action = 'user.email_verified'";
    assert_eq!(kit.number(logged).await, 1, "a second time leaves no trace");
}

async fn many_are_suspended_at_once_and_one_refusal_keeps_no_other(kit: Kit) {
    let grace = staff(&kit).await;
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let owner = kit.person("owner").await;
    kit.organization("acme").owned_by(&owner).await;
    let ids = [ada.id, owner.id, UserId::NOTHING, mary.id];
    let done = accounts::suspend_many(&kit.ctx(), &grace, &ids, WHY).await;
    let codes: Vec<Option<Code>> = done
        .expect("staff may")
        .into_iter()
        .map(|(_, one)| one.is_err().then(|| problems(one).remove(0).code))
        .collect();
    assert_eq!(
        codes,
        [None, Some(Code::LastOwner), Some(Code::NotFound), None]
    );
    for (person, may) in [(&ada, false), (&owner, true), (&mary, false)] {
        assert_eq!(person.can_sign_in_with(&person.password).await, may);
    }
    for count in [0, MOST_AT_ONCE + 1] {
        let ids = vec![ada.id; count];
        let refused = accounts::suspend_many(&kit.ctx(), &grace, &ids, WHY).await;
        assert_eq!(
            refusal_on(refused),
            (Code::OutOfRange, "userIds".to_owned())
        );
    }
}

async fn a_reset_is_sent_to_the_person_alone(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    accounts::send_password_reset(&kit.ctx(), &grace, ada.id, WHY)
        .await
        .expect("staff may");
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "reset_by_operator");
    assert!(kit.is_live(&session.token).await, "nothing has changed yet");
    let password = Password::new("nine lanterns over the harbour");
    accounts::reset_password(&kit.ctx(), &letter.token(), &password)
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    assert!(ada.can_sign_in_with("nine lanterns over the harbour").await);
}

async fn a_password_that_others_know_works_no_more(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    accounts::force_password_reset(&kit.ctx(), &grace, ada.id, WHY)
        .await
        .expect("staff may");
    assert!(!kit.is_live(&session.token).await);
    assert!(!ada.can_sign_in_with(&ada.password).await);
    let letter = kit.last_mail_to(&ada.email).await;
    let password = Password::new("nine lanterns over the harbour");
    accounts::reset_password(&kit.ctx(), &letter.token(), &password)
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    assert!(ada.can_sign_in_with("nine lanterns over the harbour").await);
}

async fn what_staff_delete_can_be_had_back_by_the_letter_and_by_staff(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    let delete = async || own_data::delete_as_staff(&kit.ctx(), &grace, ada.id, WHY).await;
    let erased_at = delete().await.expect("staff may");
    assert!(!kit.is_live(&session.token).await);
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "account_deleted");
    assert_eq!(
        delete().await.ok(),
        Some(erased_at),
        "what is deleted stays so, and no second letter goes"
    );
    own_data::undo_deletion(&kit.ctx(), &letter.token())
        .await
        .expect("the link is good");
    assert!(ada.can_sign_in_with(&ada.password).await);

    delete().await.expect("staff may");
    let letter = kit.last_mail_to(&ada.email).await;
    own_data::undelete(&kit.ctx(), &grace, ada.id, WHY)
        .await
        .expect("staff may");
    assert!(ada.can_sign_in_with(&ada.password).await);
    let link = own_data::undo_deletion(&kit.ctx(), &letter.token()).await;
    assert_eq!(refusal(link), Code::LinkInvalid);
    let again = own_data::undelete(&kit.ctx(), &grace, ada.id, WHY).await;
    assert_eq!(refusal(again), Code::NotDeleted);
}

async fn who_is_suspended_or_gone_gets_no_link(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    ada.is_suspended().await;
    let ctx = kit.ctx();
    for refused in [
        accounts::send_password_reset(&ctx, &grace, ada.id, WHY).await,
        accounts::force_password_reset(&ctx, &grace, ada.id, WHY).await,
    ] {
        assert_eq!(refusal(refused), Code::UserInactive);
    }
    let deleted = own_data::delete_as_staff(&ctx, &grace, ada.id, WHY).await;
    assert_eq!(
        refusal(deleted),
        Code::UserInactive,
        "the letter's link would let them in again"
    );
}
