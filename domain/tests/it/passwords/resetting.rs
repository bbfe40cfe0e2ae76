//! Forgotten passwords: asked for, and set anew by a link.

use contract::{Code, Password};
use domain::{accounts, sessions};
use futures::future::join_all;
use testkit::{Kit, on_each_database};

use super::{BAD_PASSWORDS, NEW, new, reads, reset_link};
use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    asking_for_a_reset_answers_the_same_for_unknown_addresses,
    asking_for_a_reset_changes_nothing,
    asking_for_a_reset_refuses_what_is_no_address,
    a_suspended_person_gets_no_reset_link,
    a_reset_ends_every_session_and_signs_nobody_in,
    a_reset_kills_the_old_password_and_tells_the_owner,
    a_reset_verifies_the_address,
    a_reset_clears_the_throttle_of_the_account,
    a_reset_link_works_once,
    of_many_resets_at_once_one_succeeds,
    a_reset_link_is_good_for_30_minutes,
    a_newer_reset_link_kills_the_older_one,
    looking_at_a_reset_link_does_not_spend_it,
    a_refused_new_password_leaves_the_reset_link_good,
    who_was_suspended_after_asking_cannot_reset,
}

async fn asking_for_a_reset_answers_the_same_for_unknown_addresses(kit: Kit) {
    accounts::request_password_reset(&kit.ctx(), "nobody@example.test")
        .await
        .expect("the answer is always the same");
    assert_eq!(kit.count("mails").await, 0);
}

async fn asking_for_a_reset_changes_nothing(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    let before = kit.text("SELECT password_hash FROM users").await;
    let link = reset_link(&kit, &ada).await;
    assert!(link.starts_with("lkl_"));
    assert_eq!(kit.text("SELECT password_hash FROM users").await, before);
    assert!(kit.is_live(&session.token).await);
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn asking_for_a_reset_refuses_what_is_no_address(kit: Kit) {
    let asked = accounts::request_password_reset(&kit.ctx(), "ada@").await;
    assert_eq!(refusal_on(asked), (Code::InvalidEmail, "email".to_owned()));
}

async fn a_suspended_person_gets_no_reset_link(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.gets_suspended().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("the answer is always the same");
    assert_eq!(kit.count("mails").await, 0);
}

async fn a_reset_ends_every_session_and_signs_nobody_in(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (one, two, other) = (
        ada.signs_in().await,
        ada.signs_in_to_stay().await,
        grace.signs_in().await,
    );
    let link = reset_link(&kit, &ada).await;
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link is good");
    assert!(!kit.is_live(&one.token).await && !kit.is_live(&two.token).await);
    assert!(
        kit.is_live(&other.token).await,
        "other people are left alone"
    );
    assert_eq!(kit.count("sessions").await, 1);
    reads(&kit, &ada, "password_changed").await;
}

async fn a_reset_kills_the_old_password_and_tells_the_owner(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link is good");
    reads(&kit, &ada, "password_changed").await;
    assert!(!ada.can_sign_in_with(&ada.password).await);
    assert!(ada.can_sign_in_with(NEW).await);
}

async fn a_reset_verifies_the_address(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    let link = reset_link(&kit, &ada).await;
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link is good");
    reads(&kit, &ada, "password_changed").await;
    assert!(
        ada.can_sign_in_with(NEW).await,
        "the letter was read, so the address is verified"
    );
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkInvalid
    );
}

async fn a_reset_clears_the_throttle_of_the_account(kit: Kit) {
    let ada = kit.person("ada").await;
    for _ in 0..5 {
        assert!(!ada.can_sign_in_with("seven wrong herons were fed").await);
    }
    assert!(
        wait(testkit::sign_in(&kit.ctx(), ada.credentials(), sessions::Client::Browser).await) > 0
    );
    let link = reset_link(&kit, &ada).await;
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link is good");
    reads(&kit, &ada, "password_changed").await;
    assert!(ada.can_sign_in_with(NEW).await);
}

async fn a_reset_link_works_once(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link is good");
    reads(&kit, &ada, "password_changed").await;
    let again = Password::new("eleven kites above the meadow");
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), &link, &again).await),
        Code::LinkUsed
    );
    assert_eq!(
        refusal(accounts::check_reset_link(&kit.ctx(), &link).await),
        Code::LinkUsed
    );
    assert!(ada.can_sign_in_with(NEW).await);
}

async fn of_many_resets_at_once_one_succeeds(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    let (ctx, passwords) = (
        kit.ctx(),
        (0..6)
            .map(|n| Password::new(format!("{n} lanterns over the harbour")))
            .collect::<Vec<_>>(),
    );
    let results = join_all(
        passwords
            .iter()
            .map(|password| accounts::reset_password(&ctx, &link, password)),
    )
    .await;
    let winners: Vec<usize> = (0..6).filter(|&n| results[n].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(
        results
            .into_iter()
            .filter(Result::is_err)
            .all(|result| refusal(result) == Code::LinkUsed)
    );
    reads(&kit, &ada, "password_changed").await;
    assert!(ada.can_sign_in_with(passwords[winners[0]].expose()).await);
}

async fn a_reset_link_is_good_for_30_minutes(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    kit.clock.advance(30 * 60 - 5);
    accounts::check_reset_link(&kit.ctx(), &link)
        .await
        .expect("a few seconds are left");
    kit.clock.advance(5);
    assert_eq!(
        refusal(accounts::check_reset_link(&kit.ctx(), &link).await),
        Code::LinkExpired
    );
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), &link, &new()).await),
        Code::LinkExpired
    );
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn a_newer_reset_link_kills_the_older_one(kit: Kit) {
    let ada = kit.person("ada").await;
    let (older, newer) = (reset_link(&kit, &ada).await, reset_link(&kit, &ada).await);
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), &older, &new()).await),
        Code::LinkInvalid
    );
    accounts::reset_password(&kit.ctx(), &newer, &new())
        .await
        .expect("the newer link is good");
    reads(&kit, &ada, "password_changed").await;
}

async fn looking_at_a_reset_link_does_not_spend_it(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    for _ in 0..3 {
        accounts::check_reset_link(&kit.ctx(), &link)
            .await
            .expect("the link is good");
    }
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link is good");
    reads(&kit, &ada, "password_changed").await;
}

async fn a_refused_new_password_leaves_the_reset_link_good(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    let link = reset_link(&kit, &ada).await;
    for (password, code) in BAD_PASSWORDS {
        let reset = accounts::reset_password(&kit.ctx(), &link, &Password::new(*password)).await;
        assert_eq!(
            refusal_on(reset),
            (*code, "newPassword".to_owned()),
            "{password}"
        );
    }
    accounts::reset_password(&kit.ctx(), &link, &new())
        .await
        .expect("the link was not spent");
    reads(&kit, &ada, "password_changed").await;
}

async fn who_was_suspended_after_asking_cannot_reset(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    ada.gets_suspended().await;
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), &link, &new()).await),
        Code::LinkInvalid
    );
}
