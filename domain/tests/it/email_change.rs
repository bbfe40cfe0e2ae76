//! A person changes the address of the account, and takes it back from somebody else who did.

use contract::{Code, Password};
use domain::{Actor, accounts, settings::SignUpMode};
use testkit::{Kit, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    the_new_address_is_proved_and_the_former_told,
    nothing_changes_before_the_link_is_used,
    asking_needs_a_fresh_proof,
    what_is_no_new_address_is_refused,
    a_taken_address_is_told_to_its_owner_alone,
    an_address_that_was_taken_meanwhile_is_refused,
    an_account_that_was_never_proved_gives_way,
    only_who_asked_can_confirm,
    a_newer_link_kills_the_older_one,
    the_link_lasts_an_hour,
    the_former_address_takes_everything_back,
    whoever_had_it_first_has_the_last_word,
    undoing_lasts_seven_days_and_survives_a_new_password,
    where_only_some_domains_may_sign_up_others_are_refused,
    members_are_found_by_the_new_address,
}

const NEW: &str = "countess@example.test";

/// Asks for the change and gives the secret of the letter to the new address.
async fn asks(kit: &Kit, person: &Person, to: &str) -> String {
    accounts::request_email_change(&kit.ctx(), &person.signed_in().await, to)
        .await
        .expect("somebody who has just signed in may");
    kit.last_mail_to(to).await.token()
}

/// Changes the address; gives the secret of the letter to the former one.
async fn changes(kit: &Kit, person: &Person, from: &str, to: &str) -> String {
    let token = asks(kit, person, to).await;
    accounts::confirm_email_change(&kit.ctx(), &person.actor(), &token)
        .await
        .expect("the link is good");
    kit.last_mail_to(from).await.token()
}

async fn address(kit: &Kit, person: &Person) -> String {
    kit.text(&format!(
        "SELECT email FROM users WHERE username = '{}'",
        person.email.split('@').next().unwrap_or_default()
    ))
    .await
    .expect("the account is there")
}

async fn the_new_address_is_proved_and_the_former_told(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada, "Countess@Example.test").await;
    let link = accounts::check_change_link(&kit.ctx(), &ada.actor(), &token)
        .await
        .expect("the link is good");
    assert_eq!(
        (link.from.as_str(), link.to.as_str()),
        (ada.email.as_str(), "Countess@Example.test")
    );
    let user = accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token)
        .await
        .expect("the link is good");
    assert_eq!(user.email, "Countess@Example.test");
    assert!(user.email_verified_at > Some(user.created_at));

    let told = kit.last_mail_to(&ada.email).await;
    assert!(
        told.letter.text.contains("now uses Countess@Example.test"),
        "{}",
        told.letter.text
    );
    assert!(
        !ada.can_sign_in_with(&ada.password).await,
        "the former address opens nothing"
    );
    let mut credentials = ada.credentials();
    credentials.email = NEW.to_owned();
    testkit::sign_in(&kit.ctx(), credentials, domain::sessions::Client::Browser)
        .await
        .expect("the new address does");
    assert_eq!(
        refusal(accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token).await),
        Code::LinkUsed
    );
    let recorded = kit
        .number("SELECT count(*) FROM audit_events WHERE action IN ('user.email_change_requested', 'user.email_changed')")
        .await;
    assert_eq!(recorded, 2);
    kit.discards_mail().await;
}

async fn nothing_changes_before_the_link_is_used(kit: Kit) {
    let ada = kit.person("ada").await;
    let before = accounts::get(&kit.ctx(), &ada.signed_in().await, ada.id)
        .await
        .expect("herself");
    assert_eq!(
        accounts::pending_email(&kit.ctx(), &before)
            .await
            .expect("it can be read"),
        None
    );
    asks(&kit, &ada, NEW).await;
    assert_eq!(address(&kit, &ada).await, ada.email);
    assert_eq!(
        accounts::pending_email(&kit.ctx(), &before)
            .await
            .expect("it can be read")
            .as_deref(),
        Some(NEW)
    );
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn asking_needs_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    kit.clock.advance(10 * 60);
    let asked = accounts::request_email_change(&kit.ctx(), &actor, NEW).await;
    assert_eq!(refusal(asked), Code::StepUpRequired);
    let asked = accounts::request_email_change(&kit.ctx(), &Actor::Anonymous, NEW).await;
    assert_eq!(refusal(asked), Code::Unauthenticated);
}

async fn what_is_no_new_address_is_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    for (typed, code) in [
        ("", Code::Required),
        ("nonsense", Code::InvalidEmail),
        ("ADA@example.test", Code::EmailUnchanged),
    ] {
        let asked = accounts::request_email_change(&kit.ctx(), &actor, typed).await;
        assert_eq!(refusal_on(asked), (code, "email".to_owned()), "{typed}");
    }
    for _ in 0..5 {
        asks(&kit, &ada, NEW).await;
    }
    let asked = accounts::request_email_change(&kit.ctx(), &actor, NEW).await;
    assert_eq!(refusal(asked), Code::RateLimited);
}

async fn a_taken_address_is_told_to_its_owner_alone(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    accounts::request_email_change(&kit.ctx(), &ada.signed_in().await, &grace.email)
        .await
        .expect("the answer is the same");
    let letter = kit.last_mail_to(&grace.email).await;
    assert!(
        letter.letter.subject.contains("has an account"),
        "{}",
        letter.letter.subject
    );
    assert!(
        !letter.letter.text.contains("token="),
        "{}",
        letter.letter.text
    );
    assert_eq!(kit.count("links").await, 0);
}

async fn an_address_that_was_taken_meanwhile_is_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada, NEW).await;
    kit.person("countess").await;
    let done = accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token).await;
    assert_eq!(refusal(done), Code::EmailTaken);
    assert_eq!(address(&kit, &ada).await, ada.email);
}

async fn an_account_that_was_never_proved_gives_way(kit: Kit) {
    let ada = kit.person("ada").await;
    let squatter = kit.person("countess").unverified().await;
    let token = asks(&kit, &ada, NEW).await;
    accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token)
        .await
        .expect("nobody has proved to own that address");
    kit.last_mail_to(&ada.email).await;
    assert_eq!(kit.count("users").await, 1);
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), squatter.verification_token()).await),
        Code::LinkInvalid
    );
}

async fn only_who_asked_can_confirm(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let token = asks(&kit, &ada, NEW).await;
    let other = grace.signed_in().await;
    let ctx = kit.ctx();
    assert_eq!(
        refusal(accounts::confirm_email_change(&ctx, &other, &token).await),
        Code::LinkInvalid
    );
    assert_eq!(
        refusal(accounts::check_change_link(&ctx, &other, &token).await),
        Code::LinkInvalid
    );
    let stranger = accounts::confirm_email_change(&ctx, &Actor::Anonymous, &token).await;
    assert_eq!(refusal(stranger), Code::Unauthenticated);
    accounts::confirm_email_change(&ctx, &ada.actor(), &token)
        .await
        .expect("nobody has spent it");
    kit.last_mail_to(&ada.email).await;
}

async fn a_newer_link_kills_the_older_one(kit: Kit) {
    let ada = kit.person("ada").await;
    let older = asks(&kit, &ada, NEW).await;
    asks(&kit, &ada, "other@example.test").await;
    let done = accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &older).await;
    assert_eq!(refusal(done), Code::LinkInvalid);
}

async fn the_link_lasts_an_hour(kit: Kit) {
    let ada = kit.person("ada").await;
    let token = asks(&kit, &ada, NEW).await;
    kit.clock.advance(60 * 60);
    let done = accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token).await;
    assert_eq!(refusal(done), Code::LinkExpired);
}

async fn the_former_address_takes_everything_back(kit: Kit) {
    let ada = kit.person("ada").await;
    let undo = changes(&kit, &ada, &ada.email, NEW).await;
    let session = ada.actor();
    assert_eq!(
        accounts::check_undo_link(&kit.ctx(), &undo)
            .await
            .expect("the link is good"),
        ada.email
    );
    let restored = accounts::undo_email_change(&kit.ctx(), &undo)
        .await
        .expect("the link is good");
    assert_eq!(restored, ada.email);
    assert_eq!(kit.count("sessions").await, 0);
    let again = accounts::confirm_email_change(&kit.ctx(), &session, &undo).await;
    assert_eq!(refusal(again), Code::LinkInvalid);
    assert_eq!(
        refusal(accounts::undo_email_change(&kit.ctx(), &undo).await),
        Code::LinkUsed
    );
    // The letter leads to a new password.
    let reset = kit.last_mail_to(&ada.email).await.token();
    let password = Password::new("nine lanterns over the harbour");
    accounts::reset_password(&kit.ctx(), &reset, &password)
        .await
        .expect("the link is good");
    kit.last_mail_to(&ada.email).await;
    assert!(ada.can_sign_in_with("nine lanterns over the harbour").await);
}

async fn whoever_had_it_first_has_the_last_word(kit: Kit) {
    let ada = kit.person("ada").await;
    let first = changes(&kit, &ada, &ada.email, NEW).await;
    kit.clock.advance(60);
    let second = changes(&kit, &ada, NEW, "third@example.test").await;
    // The one in the middle takes it, then the first takes it back for good.
    accounts::undo_email_change(&kit.ctx(), &second)
        .await
        .expect("the link is good");
    assert_eq!(address(&kit, &ada).await, NEW);
    accounts::undo_email_change(&kit.ctx(), &first)
        .await
        .expect("an earlier one lives on");
    assert_eq!(address(&kit, &ada).await, ada.email);
    kit.discards_mail().await;

    ada.signs_in().await;
    let first = changes(&kit, &ada, &ada.email, NEW).await;
    kit.clock.advance(60);
    let second = changes(&kit, &ada, NEW, "third@example.test").await;
    accounts::undo_email_change(&kit.ctx(), &first)
        .await
        .expect("the link is good");
    let late = accounts::undo_email_change(&kit.ctx(), &second).await;
    assert_eq!(refusal(late), Code::LinkInvalid);
    assert_eq!(address(&kit, &ada).await, ada.email);
    kit.discards_mail().await;
}

async fn undoing_lasts_seven_days_and_survives_a_new_password(kit: Kit) {
    let ada = kit.person("ada").await;
    let undo = changes(&kit, &ada, &ada.email, NEW).await;
    accounts::change_password(
        &kit.ctx(),
        &ada.actor(),
        &ada.password(),
        &Password::new("nine lanterns over the harbour"),
    )
    .await
    .expect("the password is right");
    kit.last_mail_to(NEW).await;
    kit.clock.advance(7 * 24 * 60 * 60 - 5);
    accounts::check_undo_link(&kit.ctx(), &undo)
        .await
        .expect("a few seconds are left");
    kit.clock.advance(5);
    assert_eq!(
        refusal(accounts::undo_email_change(&kit.ctx(), &undo).await),
        Code::LinkExpired
    );
}

async fn where_only_some_domains_may_sign_up_others_are_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    let ctx = kit
        .started_again(|settings| {
            settings.sign_up = SignUpMode::Domains(vec!["example.test".to_owned()]);
        })
        .await;
    let asked = accounts::request_email_change(&ctx, &actor, "ada@elsewhere.test").await;
    assert_eq!(refusal_on(asked), (Code::SignUpDomain, "email".to_owned()));
    accounts::request_email_change(&ctx, &actor, NEW)
        .await
        .expect("this one is fine");
    kit.last_mail_to(NEW).await;
}

async fn members_are_found_by_the_new_address(kit: Kit) {
    let ada = kit.person("ada").await;
    kit.organization("acme").owned_by(&ada).await;
    changes(&kit, &ada, &ada.email, NEW).await;
    assert_eq!(
        kit.text("SELECT email_key FROM memberships")
            .await
            .as_deref(),
        Some(NEW)
    );
}
