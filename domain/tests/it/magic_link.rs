//! A person signs in with a link from a letter.

use contract::{Code, sessions::Method};
use domain::{
    accounts,
    sessions::{self, Entered, Kind},
};
use testkit::{Kit, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    the_link_signs_in_once_and_leads_on,
    who_is_unknown_or_suspended_gets_nothing_and_the_same_answer,
    an_unproved_account_gets_its_verification_letter,
    the_link_lasts_fifteen_minutes_and_dies_with_a_newer_one,
    a_second_factor_is_asked_for_all_the_same,
    a_new_password_kills_the_link,
    what_is_no_address_is_refused,
    an_operator_can_turn_it_off,
    letters_to_one_address_are_limited,
}

async fn asks(kit: &Kit, email: &str, next: &str) -> String {
    accounts::request_magic_link(&kit.ctx(), email, next)
        .await
        .expect("anybody may ask");
    kit.last_mail_to(email).await.token()
}

async fn the_link_signs_in_once_and_leads_on(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada.email, "/o/acme/members").await;
    let shown = accounts::check_magic_link(&kit.ctx(), &token).await;
    assert_eq!(shown.expect("looking spends nothing"), ada.email);
    let (entered, next) = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Remembered)
        .await
        .expect("the link is good");
    let opened = entered.opened().expect("there is no second factor");
    assert_eq!((opened.user_id, opened.kind), (ada.id, Kind::Remembered));
    assert_eq!(next, "/o/acme/members");
    assert!(kit.is_live(&opened.token).await);
    let method = kit.text("SELECT method FROM sessions").await;
    assert_eq!(method.as_deref(), Some(Method::MagicLink.as_str()));
    let again = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Browser).await;
    assert_eq!(refusal(again), Code::LinkUsed);

    let token = asks(&kit, &ada.email, "https://evil.example").await;
    let (_, next) = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Browser)
        .await
        .expect("the link is good");
    assert_eq!(next, "/", "a link leads to our own pages alone");
}

async fn who_is_unknown_or_suspended_gets_nothing_and_the_same_answer(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada.email, "/").await;
    ada.gets_suspended().await;
    for email in ["nobody@example.test", &ada.email] {
        accounts::request_magic_link(&kit.ctx(), email, "/")
            .await
            .expect("the answer is the same");
    }
    kit.discards_mail().await;
    let entered = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Browser).await;
    assert_eq!(refusal(entered), Code::LinkInvalid);
    assert_eq!(kit.count("sessions").await, 0);
}

async fn an_unproved_account_gets_its_verification_letter(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    let token = asks(&kit, &ada.email, "/").await;
    let entered = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Browser).await;
    assert_eq!(refusal(entered), Code::LinkInvalid);
    accounts::verify_email(&kit.ctx(), &token)
        .await
        .expect("it proves the address");
}

async fn the_link_lasts_fifteen_minutes_and_dies_with_a_newer_one(kit: Kit) {
    let ada = kit.person("ada").await;
    let older = asks(&kit, &ada.email, "/").await;
    let newer = asks(&kit, &ada.email, "/").await;
    let entered = accounts::sign_in_with_link(&kit.ctx(), &older, Kind::Browser).await;
    assert_eq!(refusal(entered), Code::LinkInvalid);
    kit.clock.advance(15 * 60);
    let entered = accounts::sign_in_with_link(&kit.ctx(), &newer, Kind::Browser).await;
    assert_eq!(refusal(entered), Code::LinkExpired);
}

async fn a_second_factor_is_asked_for_all_the_same(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let before = kit.count("sessions").await;
    let token = asks(&kit, &ada.email, "/").await;
    let (entered, _) = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Browser)
        .await
        .expect("the link is good");
    let Entered::Challenged(challenge) = entered else {
        panic!("a link does not get round the second step");
    };
    assert_eq!(kit.count("sessions").await, before);
    assert!(
        sessions::waiting_for(&kit.ctx(), challenge.token.expose())
            .await
            .expect("it can be read")
            .is_some()
    );
}

async fn a_new_password_kills_the_link(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada.email, "/").await;
    let new = contract::Password::new("nine lanterns over the harbour");
    accounts::change_password(&kit.ctx(), &ada.signed_in().await, &ada.password(), &new)
        .await
        .expect("the password is right");
    kit.discards_mail().await;
    let entered = accounts::sign_in_with_link(&kit.ctx(), &token, Kind::Browser).await;
    assert_eq!(refusal(entered), Code::LinkInvalid);
}

async fn what_is_no_address_is_refused(kit: Kit) {
    for (typed, code) in [("", Code::Required), ("nonsense", Code::InvalidEmail)] {
        let asked = accounts::request_magic_link(&kit.ctx(), typed, "/").await;
        assert_eq!(refusal_on(asked), (code, "email".to_owned()), "{typed}");
    }
}

async fn an_operator_can_turn_it_off(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada.email, "/").await;
    let ctx = kit
        .started_again(|settings| settings.magic_links = false)
        .await;
    let asked = accounts::request_magic_link(&ctx, &ada.email, "/").await;
    assert_eq!(refusal(asked), Code::MagicLinksOff);
    let shown = accounts::check_magic_link(&ctx, &token).await;
    assert_eq!(refusal(shown), Code::MagicLinksOff);
    let entered = accounts::sign_in_with_link(&ctx, &token, Kind::Browser).await;
    assert_eq!(refusal(entered), Code::MagicLinksOff);
}

async fn letters_to_one_address_are_limited(kit: Kit) {
    let ada = kit.person("ada").await;
    for _ in 0..5 {
        asks(&kit, &ada.email, "/").await;
    }
    let links = kit.count("links").await;
    accounts::request_magic_link(&kit.ctx(), &ada.email, "/")
        .await
        .expect("the answer is the same");
    assert_eq!(kit.count("links").await, links);
}
