//! What is held of a person: their picture, the letters they want, what is exported, and what is erased.

use std::io::Cursor;

use contract::{
    Code, Role,
    accounts::{Notification, UNDELETE_DAYS, UpdatePreferences},
};
use domain::{Actor, accounts, maintenance, organizations, own_data, pictures};
use testkit::{Kit, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_picture_is_kept_replaced_and_taken_away,
    what_is_no_picture_changes_nothing,
    muted_letters_do_not_come,
    an_export_holds_what_is_held_and_no_secret,
    sensitive_acts_need_a_fresh_proof,
    a_deleted_account_opens_to_nobody_and_can_be_had_back,
    the_address_must_be_typed,
    an_owner_with_members_hands_over_first,
    an_organization_with_nobody_else_goes_too,
    after_fourteen_days_nothing_is_left_but_the_log,
    an_erased_person_is_in_no_invitation_and_no_entry_of_one,
    former_addresses_are_forgotten_too,
    what_an_operator_suspends_is_neither_had_back_nor_erased,
    an_export_tells_nobody_elses_address,
    one_person_sends_so_many_pictures,
    a_member_leaves_and_the_organization_stays,
    an_organization_that_nobody_can_own_keeps_the_account,
    an_operator_can_bring_it_back,
    the_link_is_good_for_a_deleted_account_alone,
}

const DAY: i64 = 24 * 60 * 60;

fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    image::RgbImage::from_pixel(30, 20, image::Rgb([200, 30, 30]))
        .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
        .expect("memory holds it");
    bytes
}

/// Deletes the account; gives the secret of the letter.
async fn deletes(kit: &Kit, person: &Person) -> String {
    own_data::delete(&kit.ctx(), &person.signed_in().await, &person.email)
        .await
        .expect("nothing stands in the way");
    kit.last_mail_to(&person.email).await.token()
}

async fn sweeps(kit: &Kit) {
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
}

async fn a_picture_is_kept_replaced_and_taken_away(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    let first = accounts::set_avatar(&kit.ctx(), &actor, Some(picture()))
        .await
        .expect("this is a picture");
    let first = first.avatar.expect("it is there");
    let kept = pictures::get(&kit.ctx(), &first)
        .await
        .expect("it is there");
    assert_eq!(kept.content_type, "image/png");
    let second = accounts::set_avatar(&kit.ctx(), &actor, Some(picture())).await;
    let second = second.expect("this is a picture").avatar;
    assert_ne!(
        second.as_deref(),
        Some(first.as_str()),
        "another picture has another address"
    );
    assert_eq!(kit.count("pictures").await, 1, "the one before it is gone");
    let acme = kit.organization("acme").owned_by(&ada).await;
    let seen = acme.seen_by(&ada).await;
    let members = domain::members::list(
        &kit.ctx(),
        &seen,
        &contract::members::ListMembers::default(),
    )
    .await
    .expect("she may");
    assert_eq!(members.items[0].1.person.avatar, second, "fellows see it");
    let none = accounts::set_avatar(&kit.ctx(), &actor, None)
        .await
        .expect("she may");
    assert_eq!(none.avatar, None);
    assert_eq!(kit.count("pictures").await, 0);
    let changes = "SELECT count(*) FROM audit_events WHERE action = 'user.avatar_changed'";
    assert_eq!(kit.number(changes).await, 3);
}

async fn what_is_no_picture_changes_nothing(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    for bytes in [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
        &picture()[..40],
    ] {
        let done = accounts::set_avatar(&kit.ctx(), &actor, Some(bytes.to_vec())).await;
        assert_eq!(
            refusal_on(done),
            (Code::InvalidPicture, "avatar".to_owned())
        );
    }
    let big = vec![0; pictures::LARGEST_FILE + 1];
    let done = accounts::set_avatar(&kit.ctx(), &actor, Some(big)).await;
    assert_eq!(
        refusal_on(done),
        (Code::PictureTooLarge, "avatar".to_owned())
    );
    let done = accounts::set_avatar(&kit.ctx(), &Actor::Anonymous, Some(picture())).await;
    assert_eq!(refusal(done), Code::Unauthenticated);
    assert_eq!(kit.count("pictures").await, 0);
}

async fn muted_letters_do_not_come(kit: Kit) {
    let (ada, grace, alan) = (
        kit.person("ada").await,
        kit.person("grace").await,
        kit.person("alan").await,
    );
    let acme = kit.organization("acme").owned_by(&ada).await;
    let invited = grace.is_invited_to(&acme, Role::Member).await;
    domain::invitations::accept(&kit.ctx(), &grace.signed_in().await, invited.id)
        .await
        .expect("the invitation is hers");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "invitation_accepted"
    );

    let input = UpdatePreferences {
        muted: Some(vec![Notification::InvitationAnswers]),
        ..UpdatePreferences::default()
    };
    let user = accounts::update_preferences(&kit.ctx(), &ada.actor(), input)
        .await
        .expect("she may");
    assert_eq!(user.profile.muted, [Notification::InvitationAnswers]);
    let invited = alan.is_invited_to(&acme, Role::Member).await;
    domain::invitations::accept(&kit.ctx(), &alan.signed_in().await, invited.id)
        .await
        .expect("the invitation is his");
    kit.deliver().await;
    assert!(kit.new_mail_to(&ada.email).await.is_empty());
}

async fn an_export_holds_what_is_held_and_no_secret(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    kit.organization("acme").owned_by(&ada).await;
    let session = ada.signs_in().await;
    let held = own_data::export(&kit.ctx(), &ada.actor())
        .await
        .expect("she may");
    assert_eq!(held["user"]["email"], ada.email.as_str());
    assert_eq!(held["user"]["name"], "Ada Lovelace");
    assert_eq!(held["profile"]["timeZone"], "UTC");
    assert_eq!(held["memberships"][0]["role"], "owner");
    assert_eq!(held["sessions"].as_array().map(Vec::len), Some(2));
    let log = held["log"].as_array().expect("a list");
    assert!(
        log.iter().any(|entry| entry["action"] == "session.started"),
        "{log:?}"
    );
    let text = held.to_string();
    assert!(
        !text.contains("argon2") && !text.contains(session.token.expose()),
        "{text}"
    );
    let recorded = "SELECT count(*) FROM audit_events WHERE action = 'user.data_exported'";
    assert_eq!(kit.number(recorded).await, 1);
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

async fn after_fourteen_days_nothing_is_left_but_the_log(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    kit.organization("acme").owned_by(&ada).await;
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    accounts::set_avatar(&kit.ctx(), &ada.actor(), Some(picture()))
        .await
        .expect("this is a picture");
    let undo = deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    for table in [
        "users",
        "profiles",
        "sessions",
        "links",
        "memberships",
        "organizations",
        "pictures",
        "authenticator_apps",
        "recovery_codes",
        "known_clients",
        "trusted_browsers",
        "challenges",
    ] {
        assert_eq!(kit.count(table).await, 0, "{table}");
    }
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "account_erased"
    );
    assert_eq!(kit.count("mails").await, 1, "the last letter alone");
    assert!(kit.number("SELECT count(*) FROM audit_events").await > 3);
    assert_eq!(
        kit.number("SELECT count(*) FROM audit_events WHERE before LIKE '%ada%' OR after LIKE '%ada@%' OR ip IS NOT NULL").await,
        0,
        "what it says of her is gone"
    );
    assert_eq!(
        refusal(own_data::undo_deletion(&kit.ctx(), &undo).await),
        Code::LinkInvalid
    );
    // The address is free again.
    kit.person("ada").await.signs_in().await;
}

async fn a_member_leaves_and_the_organization_stays(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&grace).await;
    acme.with(&ada, Role::Admin).await;
    kit.discards_mail().await;
    deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    kit.discards_mail().await;
    assert_eq!(
        kit.number("SELECT member_count FROM organizations").await,
        1
    );
    assert_eq!(kit.count("users").await, 1);
}

async fn an_organization_that_nobody_can_own_keeps_the_account(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Owner).await;
    kit.discards_mail().await;
    deletes(&kit, &ada).await;
    // Something outside the rules took the other owner's account away.
    grace.gets_suspended().await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 2);
    kit.sql("UPDATE users SET suspended_at = NULL WHERE email_key LIKE 'grace%'")
        .await;
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 1);
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

async fn an_erased_person_is_in_no_invitation_and_no_entry_of_one(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&grace).await;
    let invited = ada.is_invited_to(&acme, Role::Member).await;
    domain::invitations::accept(&kit.ctx(), &ada.signed_in().await, invited.id)
        .await
        .expect("the invitation is hers");
    kit.discards_mail().await;
    deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    kit.discards_mail().await;
    assert_eq!(kit.count("invitations").await, 0);
    let told =
        "SELECT count(*) FROM audit_events WHERE before LIKE '%ada@%' OR after LIKE '%ada@%'";
    assert_eq!(kit.number(told).await, 0);
    assert_eq!(kit.number("SELECT count(*) FROM memberships").await, 1);
}

async fn former_addresses_are_forgotten_too(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let acme = kit.organization("acme").owned_by(&bob).await;
    acme.invites("Ada@example.test", Role::Member).await;
    accounts::request_email_change(&kit.ctx(), &ada.signed_in().await, "Countess@Example.test")
        .await
        .expect("she may");
    let token = kit.last_mail_to("Countess@Example.test").await.token();
    accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token)
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    own_data::delete(&kit.ctx(), &ada.actor(), "countess@example.test")
        .await
        .expect("nothing stands in the way");
    kit.discards_mail().await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    kit.discards_mail().await;
    assert_eq!(kit.count("users").await, 1);
    assert_eq!(kit.count("invitations").await, 0, "it was over long ago");
    for address in ["ada@example.test", "countess@example.test"] {
        let told = format!(
            "SELECT count(*) FROM audit_events WHERE lower(after) LIKE '%{address}%' OR lower(before) LIKE '%{address}%'"
        );
        assert_eq!(kit.number(&told).await, 0, "{address}");
        let mailed = format!("SELECT count(*) FROM mails WHERE lower(recipient) = '{address}'");
        // The last letter of all goes to the address that she had in the end.
        let expected = i64::from(address.starts_with("countess"));
        assert_eq!(kit.number(&mailed).await, expected, "{address}");
    }
}

async fn what_an_operator_suspends_is_neither_had_back_nor_erased(kit: Kit) {
    let ada = kit.person("ada").await;
    let undo = deletes(&kit, &ada).await;
    accounts::suspend(&kit.system(), &Actor::Operator, ada.id, "fraud")
        .await
        .expect("operators may");
    assert_eq!(
        refusal(own_data::undo_deletion(&kit.ctx(), &undo).await),
        Code::LinkInvalid
    );
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 1);
    let told = "SELECT count(*) FROM audit_events WHERE action = 'user.suspended'";
    assert_eq!(kit.number(told).await, 1);
}

async fn an_export_tells_nobody_elses_address(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let acme = kit.organization("acme").owned_by(&bob).await;
    let membership = acme.with(&ada, Role::Member).await;
    let elsewhere = kit.ctx_from("203.0.113.77");
    let bob = bob.signed_in().await;
    domain::members::change_role(&elsewhere, &bob, membership, Role::Admin)
        .await
        .expect("he may");
    kit.discards_mail().await;
    let exported = own_data::export(&kit.ctx(), &ada.signed_in().await)
        .await
        .expect("it is her own")
        .to_string();
    assert!(exported.contains("member.role_changed"), "{exported}");
    assert!(!exported.contains("203.0.113.77"), "{exported}");
}

async fn one_person_sends_so_many_pictures(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    for _ in 0..30 {
        accounts::set_avatar(&kit.ctx(), &actor, Some(picture()))
            .await
            .expect("this is a picture");
    }
    let refused = accounts::set_avatar(&kit.ctx(), &actor, Some(picture())).await;
    assert_eq!(refusal(refused), Code::RateLimited);
    kit.clock.advance(10);
    accounts::set_avatar(&kit.ctx(), &actor, Some(picture()))
        .await
        .expect("after a while one more");
}
