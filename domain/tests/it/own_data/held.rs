//! What is held of a person: their picture, the letters they want, and all of it in an export.

use contract::{
    Code, Role,
    accounts::{Notification, UpdatePreferences},
};
use domain::{Actor, accounts, own_data, pictures};
use testkit::{Kit, on_each_database};

use super::picture;
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_picture_is_kept_replaced_and_taken_away,
    what_is_no_picture_changes_nothing,
    one_person_sends_so_many_pictures,
    muted_letters_do_not_come,
    an_export_holds_what_is_held_and_no_secret,
    an_export_tells_nobody_elses_address,
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
