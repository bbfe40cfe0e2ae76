//! Accounts that are deleted, and had back.

use contract::{Code, Role, accounts::UNDELETE_DAYS};
use domain::{Actor, accounts, organizations, own_data};
use testkit::{Kit, on_each_database};

use super::{DAY, deletes, sweeps};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    sensitive_acts_need_a_fresh_proof,
    a_deleted_account_opens_to_nobody_and_can_be_had_back,
    the_address_must_be_typed,
    an_owner_with_members_hands_over_first,
    an_organization_with_nobody_else_goes_too,
    an_operator_can_bring_it_back,
    the_link_is_good_for_a_deleted_account_alone,
}

async fn sensitive_acts_need_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    kit.clock.advance(10 * 60);
    assert_eq!(
        refusal(own_data::export(&kit.ctx(), &actor).await),
        Code::StepUpRequired
    );
    let deleted = own_data::delete(&kit.ctx(), &actor, &ada.email).await;
    assert_eq!(refusal(deleted), Code::StepUpRequired);
    let stranger = Actor::Anonymous;
    assert_eq!(
        refusal(own_data::export(&kit.ctx(), &stranger).await),
        Code::Unauthenticated
    );
    assert_eq!(
        refusal(own_data::preview(&kit.ctx(), &stranger).await),
        Code::Unauthenticated
    );
    let deleted = own_data::delete(&kit.ctx(), &stranger, &ada.email).await;
    assert_eq!(refusal(deleted), Code::Unauthenticated);
}

async fn a_deleted_account_opens_to_nobody_and_can_be_had_back(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    let undo = deletes(&kit, &ada).await;
    assert!(!kit.is_live(&session.token).await);
    assert!(!ada.can_sign_in_with(&ada.password).await);
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    accounts::request_magic_link(&kit.ctx(), &ada.email, "/")
        .await
        .expect("anybody may ask");
    kit.deliver().await;
    assert!(
        kit.new_mail_to(&ada.email).await.is_empty(),
        "no letter opens it"
    );

    kit.clock.advance(UNDELETE_DAYS * DAY - 60);
    sweeps(&kit).await;
    let shown = own_data::check_undo_link(&kit.ctx(), &undo).await;
    assert_eq!(shown.expect("looking spends nothing"), ada.email);
    own_data::undo_deletion(&kit.ctx(), &undo)
        .await
        .expect("a minute is left");
    assert!(ada.can_sign_in_with(&ada.password).await);
    assert_eq!(
        refusal(own_data::undo_deletion(&kit.ctx(), &undo).await),
        Code::LinkUsed
    );
    kit.clock.advance(2 * UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 1);
}

async fn the_address_must_be_typed(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    for typed in ["", "ada", "grace@example.test"] {
        let deleted = own_data::delete(&kit.ctx(), &actor, typed).await;
        assert_eq!(
            refusal_on(deleted),
            (Code::ConfirmationWrong, "email".to_owned()),
            "{typed}"
        );
    }
    own_data::delete(&kit.ctx(), &actor, " ADA@Example.Test ")
        .await
        .expect("case and space do not matter");
    kit.last_mail_to(&ada.email).await;
}

async fn an_owner_with_members_hands_over_first(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    acme.with(&grace, Role::Member).await;
    kit.discards_mail().await;
    let actor = ada.signed_in().await;
    let preview = own_data::preview(&kit.ctx(), &actor)
        .await
        .expect("she may");
    assert_eq!(preview.blocking.len(), 1);
    assert!(preview.deleted.is_empty());
    let deleted = own_data::delete(&kit.ctx(), &actor, &ada.email).await;
    assert_eq!(refusal(deleted), Code::LastOwner);
    assert!(
        ada.can_sign_in_with(&ada.password).await,
        "nothing has changed"
    );

    let member = acme.membership_of(&grace).await;
    domain::members::change_role(&kit.ctx(), &actor, member, Role::Owner)
        .await
        .expect("an owner may");
    kit.discards_mail().await;
    let preview = own_data::preview(&kit.ctx(), &actor)
        .await
        .expect("she may");
    assert_eq!(preview, contract::accounts::DeletionPreview::default());
    deletes(&kit, &ada).await;
    assert_eq!(
        acme.seen_by(&grace).await.organization().owner_id,
        grace.id,
        "the primary owner is who can sign in"
    );
    assert_eq!(
        acme.role_of(&ada).await,
        Some(Role::Owner),
        "until it is erased she stays a member"
    );
}

async fn an_organization_with_nobody_else_goes_too(kit: Kit) {
    let ada = kit.person("ada").await;
    kit.organization("acme").owned_by(&ada).await;
    let actor = ada.signed_in().await;
    let preview = own_data::preview(&kit.ctx(), &actor)
        .await
        .expect("she may");
    assert_eq!(preview.deleted.len(), 1);
    let undo = deletes(&kit, &ada).await;
    assert_eq!(
        kit.number("SELECT count(*) FROM organizations WHERE deleted_at IS NOT NULL")
            .await,
        1
    );
    own_data::undo_deletion(&kit.ctx(), &undo)
        .await
        .expect("the link is good");
    ada.signs_in().await;
    let found = organizations::find(&kit.ctx(), &ada.actor(), "acme")
        .await
        .expect("she is in it");
    organizations::restore(&kit.ctx(), &ada.actor(), found.id())
        .await
        .expect("an owner may");
    kit.discards_mail().await;
}

async fn an_operator_can_bring_it_back(kit: Kit) {
    let ada = kit.person("ada").await;
    deletes(&kit, &ada).await;
    accounts::restore(
        &kit.system(),
        &kit.operator(),
        ada.id,
        "she asked by telephone",
    )
    .await
    .expect("an operator may");
    assert!(ada.can_sign_in_with(&ada.password).await);
    kit.clock.advance(2 * UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 1);
}

async fn the_link_is_good_for_a_deleted_account_alone(kit: Kit) {
    let ada = kit.person("ada").await;
    let undo = deletes(&kit, &ada).await;
    accounts::restore(
        &kit.system(),
        &kit.operator(),
        ada.id,
        "she asked by telephone",
    )
    .await
    .expect("an operator may");
    assert_eq!(
        refusal(own_data::check_undo_link(&kit.ctx(), &undo).await),
        Code::LinkInvalid
    );
    assert_eq!(
        refusal(own_data::undo_deletion(&kit.ctx(), &undo).await),
        Code::LinkInvalid
    );
}
