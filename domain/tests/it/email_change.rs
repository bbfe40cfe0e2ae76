//! A person changes the address of the account, and takes it back from somebody else who did.

use contract::{Code, Password, sessions::SignIn};
use domain::{
    Actor, accounts, maintenance, own_data,
    sessions::{self, Client},
    settings::SignUpMode,
};
use testkit::{Authenticator, Kit, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    the_new_address_is_proved_and_the_former_told,
    nothing_changes_before_the_link_is_used,
    asking_needs_a_fresh_proof,
    what_is_no_new_address_is_refused,
    a_taken_address_is_told_to_its_owner_alone,
    an_address_that_was_taken_meanwhile_is_refused,
    an_account_that_was_never_proved_gives_way,
    an_account_that_is_suspended_does_not,
    only_who_asked_can_confirm,
    a_newer_link_kills_the_older_one,
    the_link_lasts_an_hour,
    the_former_address_takes_everything_back,
    whoever_had_it_first_has_the_last_word,
    a_thief_keeps_nothing_by_factors_and_deletion,
    factors_from_before_stay,
    which_addresses_are_known_is_not_told_by_what_is_used_up,
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
    let own = accounts::get(&kit.ctx(), &ada.actor(), ada.id).await;
    let own = own.expect("it is her own");
    let waits = accounts::pending_email(&kit.ctx(), &own).await;
    assert_eq!(
        waits.expect("it can be asked"),
        Some(grace.email.clone()),
        "as for an address that nobody has"
    );
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

async fn an_account_that_is_suspended_does_not(kit: Kit) {
    let ada = kit.person("ada").await;
    let kept_out = kit.person("countess").unverified().await;
    kept_out.is_suspended().await;
    let token = asks(&kit, &ada, NEW).await;
    let refused = accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token).await;
    assert_eq!(refusal(refused), Code::EmailTaken);
    assert_eq!(address(&kit, &ada).await, ada.email);
    assert_eq!(kit.count("users").await, 2);
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
    let reset = kit.last_mail_to(&ada.email).await.token();
    accounts::reset_password(&kit.ctx(), &reset, &ada.password())
        .await
        .expect("the link is good");
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

async fn a_thief_keeps_nothing_by_factors_and_deletion(kit: Kit) {
    let ada = kit.person("ada").await;
    // Whoever has the session and the password sets up ways in before and after.
    let mut key = Authenticator::new(&kit, 7);
    ada.sets_passkey_up(&kit, &mut key).await;
    let undo = changes(&kit, &ada, &ada.email, NEW).await;
    ada.sets_app_up(&kit).await;
    own_data::delete(&kit.ctx(), &ada.actor(), NEW)
        .await
        .expect("the thief has proved to be the owner");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "account_deleted_elsewhere"
    );
    kit.discards_mail().await;

    let restored = accounts::undo_email_change(&kit.ctx(), &undo)
        .await
        .expect("the link is good whatever happened");
    assert_eq!(restored, ada.email);
    assert!(
        !ada.can_sign_in_with(&ada.password).await,
        "the thief knows it"
    );
    let asked = sessions::begin_passkey_sign_in(&kit.ctx())
        .await
        .expect("everybody may ask");
    let answer = key.answers(&asked);
    let refused = sessions::sign_in_with_passkey(&kit.ctx(), &answer, Client::Browser, false).await;
    assert_eq!(refusal(refused), Code::PasskeyWrong);
    let letter = kit.last_mail_to(&ada.email).await;
    assert!(
        letter.letter.text.contains("passkeys"),
        "{}",
        letter.letter.text
    );
    let password = Password::new("nine lanterns over the harbour");
    accounts::reset_password(&kit.ctx(), &letter.token(), &password)
        .await
        .expect("the link is good");
    let credentials = SignIn {
        password,
        ..ada.credentials()
    };
    let entered = sessions::sign_in(&kit.ctx(), credentials, Client::Browser).await;
    assert!(
        entered.expect("the password is right").opened().is_some(),
        "no factor of the thief's is asked for"
    );
    kit.clock.advance(15 * 24 * 60 * 60);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(address(&kit, &ada).await, ada.email, "it is not erased");
    kit.discards_mail().await;
}

async fn factors_from_before_stay(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(25 * 60 * 60);
    let challenge = ada.begins_to_sign_in(&kit, Client::Browser).await;
    let code = app.code(kit.ctx().now()).as_str().into();
    let done = sessions::complete_second_factor(&kit.ctx(), &challenge, &code, false)
        .await
        .expect("the code is right");
    ada.holds(&done.opened).await;
    let undo = changes(&kit, &ada, &ada.email, NEW).await;
    accounts::undo_email_change(&kit.ctx(), &undo)
        .await
        .expect("the link is good");
    let reset = kit.last_mail_to(&ada.email).await.token();
    accounts::reset_password(&kit.ctx(), &reset, &ada.password())
        .await
        .expect("the link is good");
    let challenge = ada.begins_to_sign_in(&kit, Client::Browser).await;
    let code = app.recovery_codes[0].as_str().into();
    sessions::complete_second_factor(&kit.ctx(), &challenge, &code, false)
        .await
        .expect("her own codes are good");
    kit.discards_mail().await;
}

async fn which_addresses_are_known_is_not_told_by_what_is_used_up(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let actor = ada.signed_in().await;
    for address in [&grace.email, "nobody@example.test"] {
        for _ in 0..5 {
            accounts::request_password_reset(&kit.ctx_from("198.51.100.7"), address)
                .await
                .expect("the answer is the same");
        }
        let refused = accounts::request_email_change(&kit.ctx(), &actor, address).await;
        assert_eq!(refusal(refused), Code::RateLimited, "{address}");
    }
    kit.discards_mail().await;
}
