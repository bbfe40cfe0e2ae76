//! Passkeys that somebody has: named, taken as a proof, and removed.

use contract::{Code, PasskeyId};
use domain::{
    passkeys::{self, Answer},
    second_factors,
    sessions::{self, Client, Proof},
};
use testkit::{Authenticator, Kit, on_each_database};

use super::{asks, key, signs_in};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    one_that_is_removed_fails_at_once_and_the_last_takes_the_codes_along,
    adding_and_removing_want_a_fresh_proof,
    it_is_a_proof_too,
    it_turns_the_app_off,
    names_are_checked_and_kept,
    it_belongs_to_one_person,
    an_operator_takes_them_off,
    the_last_way_in_stays,
}

async fn one_that_is_removed_fails_at_once_and_the_last_takes_the_codes_along(kit: Kit) {
    let ada = kit.person("ada").await;
    let (mut first, mut second) = (key(&kit), Authenticator::new(&kit, 8));
    let one = ada.sets_passkey_up(&kit, &mut first).await.passkey;
    let two = ada.sets_passkey_up(&kit, &mut second).await.passkey;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    passkeys::remove(&ctx, &actor, one.id)
        .await
        .expect("it is one's own");
    let answer = first.answers(&asks(&kit).await);
    assert_eq!(refusal(signs_in(&kit, &answer).await), Code::PasskeyWrong);
    assert_eq!(kit.count("recovery_codes").await, 10);
    ada.begins_to_sign_in(&kit, Client::Browser).await;
    assert_eq!(
        refusal(passkeys::remove(&ctx, &actor, one.id).await),
        Code::NotFound
    );
    kit.discards_mail().await;
    passkeys::remove(&ctx, &actor, two.id)
        .await
        .expect("it is one's own");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "passkey_removed"
    );
    assert_eq!(kit.count("recovery_codes").await, 0);
    ada.signs_in().await;

    let mut third = Authenticator::new(&kit, 9);
    let done = ada.sets_passkey_up(&kit, &mut third).await;
    let (three, codes) = (done.passkey, done.recovery_codes.expect("it is the first"));
    let app = ada.sets_app_up(&kit).await;
    let actor = ada.signed_in().await;
    passkeys::remove(&ctx, &actor, three.id)
        .await
        .expect("it is one's own");
    assert_eq!(kit.count("recovery_codes").await, 10, "the app needs them");
    let mut fourth = Authenticator::new(&kit, 10);
    ada.sets_passkey_up(&kit, &mut fourth).await;
    let actor = ada.signed_in().await;
    second_factors::remove_app(&ctx, &actor, &app.code(kit.ctx().now()).as_str().into())
        .await
        .expect("the code is right");
    assert_eq!(
        kit.count("recovery_codes").await,
        10,
        "the passkey needs them"
    );
    let refused =
        second_factors::remove_app(&ctx, &actor, &codes[1].to_string().as_str().into()).await;
    assert_eq!(refusal(refused), Code::AppOff);
    kit.discards_mail().await;
}

async fn adding_and_removing_want_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let one = ada.sets_passkey_up(&kit, &mut key).await.passkey;
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    let asked = passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("it begins");
    let response = Authenticator::new(&kit, 8).creates(&asked.options);
    let answer = Answer {
        token: asked.token,
        response,
    };
    kit.clock.advance(sessions::FRESH_SECONDS);
    for refused in [
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        refusal(passkeys::register(&ctx, &actor, &answer, "New").await),
        refusal(passkeys::remove(&ctx, &actor, one.id).await),
    ] {
        assert_eq!(refused, Code::StepUpRequired);
    }
}

async fn it_is_a_proof_too(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    assert_eq!(
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        Code::StepUpRequired
    );
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let proof = Proof::Factor(key.forged(9).proves(&asked));
    assert_eq!(
        refusal(sessions::step_up(&ctx, &actor, &proof).await),
        Code::PasskeyWrong
    );
    let proof = Proof::Factor(key.proves(&asked));
    let opened = sessions::step_up(&ctx, &actor, &proof)
        .await
        .expect("it is right");
    let actor = kit.holder(&opened.token).await.expect("it goes on");
    passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("the proof is fresh");
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let codes = second_factors::replace_recovery_codes(&ctx, &actor, &key.proves(&asked))
        .await
        .expect("a passkey makes new codes");
    assert_eq!(codes.len(), 10);
    kit.discards_mail().await;
}

async fn it_turns_the_app_off(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.sets_app_up(&kit).await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let forged = key.forged(9).proves(&asked);
    assert_eq!(
        refusal(second_factors::remove_app(&ctx, &actor, &forged).await),
        Code::PasskeyWrong
    );
    second_factors::remove_app(&ctx, &actor, &key.proves(&asked))
        .await
        .expect("it is right");
    let left = second_factors::get(&ctx, &actor).await.expect("it is hers");
    assert_eq!((left.app_since, left.passkeys), (None, 1));
    assert_eq!(left.recovery_codes_left, 10, "the passkey needs them");
    kit.discards_mail().await;
}

async fn names_are_checked_and_kept(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let one = ada.sets_passkey_up(&kit, &mut key).await.passkey;
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    for (name, code) in [
        ("", Code::Required),
        ("  ", Code::Required),
        (&"x".repeat(61), Code::TooLong),
        ("a\u{202e}b", Code::InvalidCharacters),
    ] {
        let refused = passkeys::rename(&ctx, &actor, one.id, name).await;
        assert_eq!(refusal_on(refused), (code, "name".to_owned()), "{name:?}");
    }
    let renamed = passkeys::rename(&ctx, &actor, one.id, " Ädas Schlüssel ")
        .await
        .expect("it is good");
    assert_eq!(renamed.name, "Ädas Schlüssel");
    assert_eq!(
        passkeys::list(&ctx, &actor)
            .await
            .expect("they are one's own"),
        [renamed]
    );
}

async fn it_belongs_to_one_person(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let (mut adas, mut bobs) = (key(&kit), Authenticator::new(&kit, 8));
    let one = ada.sets_passkey_up(&kit, &mut adas).await.passkey;
    bob.sets_passkey_up(&kit, &mut bobs).await;
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), bob.signed_in().await);
    for id in [one.id, PasskeyId::NOTHING] {
        assert_eq!(
            refusal(passkeys::remove(&ctx, &actor, id).await),
            Code::NotFound
        );
        assert_eq!(
            refusal(passkeys::rename(&ctx, &actor, id, "Mine").await),
            Code::NotFound
        );
    }
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let proof = Proof::Factor(adas.proves(&asked));
    assert_eq!(
        refusal(sessions::step_up(&ctx, &actor, &proof).await),
        Code::PasskeyWrong
    );
    let challenge = bob.begins_to_sign_in(&kit, Client::Browser).await;
    let asked = sessions::begin_second_step_with_passkey(&ctx, &challenge)
        .await
        .expect("it waits");
    let done =
        sessions::complete_second_factor(&ctx, &challenge, &adas.proves(&asked), false).await;
    assert_eq!(refusal(done), Code::PasskeyWrong);
    assert_eq!(
        passkeys::list(&ctx, &actor)
            .await
            .expect("they are one's own")
            .len(),
        1
    );
}

async fn an_operator_takes_them_off(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    second_factors::reset(&kit.ctx(), &kit.operator(), ada.id, "She lost her laptop")
        .await
        .expect("operators may");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "second_factors_reset"
    );
    let answer = key.answers(&asks(&kit).await);
    assert_eq!(refusal(signs_in(&kit, &answer).await), Code::PasskeyWrong);
    ada.signs_in().await;
}

async fn the_last_way_in_stays(kit: Kit) {
    let ada = kit.person("ada").await;
    let (mut first, mut second) = (key(&kit), Authenticator::new(&kit, 8));
    let one = ada.sets_passkey_up(&kit, &mut first).await.passkey;
    let two = ada.sets_passkey_up(&kit, &mut second).await.passkey;
    kit.discards_mail().await;
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    passkeys::remove(&ctx, &actor, one.id)
        .await
        .expect("another one is left");
    assert_eq!(
        refusal(passkeys::remove(&ctx, &actor, two.id).await),
        Code::LastWayIn
    );
    assert_eq!(kit.count("passkeys").await, 1);
    kit.discards_mail().await;
}
