//! Forgotten, changed and set passwords.

use contract::{Code, Password};
use domain::{accounts, sessions};
use futures::future::{join, join_all};
use testkit::{Kit, Person, on_each_database};

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
    a_change_ends_other_sessions_and_replaces_the_token_of_this_one,
    a_change_kills_the_old_password_and_open_reset_links,
    a_change_wants_the_current_password,
    a_change_refuses_bad_new_passwords,
    a_change_refuses_strangers,
    a_change_counts_wrong_guesses_of_the_current_password,
    a_change_from_an_ended_session_changes_nothing,
    of_two_changes_at_once_one_succeeds,
    an_operator_sets_a_password,
    setting_a_password_is_for_operators,
    setting_a_password_of_nobody_or_to_a_bad_one_is_refused,
}

const NEW: &str = "nine lanterns over the harbour";

fn new() -> Password {
    Password::new(NEW)
}

async fn reset_link(kit: &Kit, person: &Person) -> String {
    accounts::request_password_reset(&kit.ctx(), &person.email)
        .await
        .expect("anybody may ask");
    let letter = kit.last_mail_to(&person.email).await;
    assert_eq!(letter.template(), "reset_password");
    letter.token()
}

async fn reads(kit: &Kit, person: &Person, template: &str) {
    let letters = kit.new_mail_to(&person.email).await;
    assert_eq!(
        letters
            .iter()
            .map(testkit::Post::template)
            .collect::<Vec<_>>(),
        [template]
    );
    assert!(
        !letters[0].letter.text.contains(NEW) && !letters[0].letter.html.contains(NEW),
        "a letter never holds a password"
    );
}

// --- asking for a reset -----------------------------------------------------------------------------------------------------

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

// --- resetting --------------------------------------------------------------------------------------------------------------

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

const BAD_PASSWORDS: &[(&str, Code)] = &[
    ("", Code::Required),
    ("fourteen chars", Code::PasswordTooShort),
    ("passwordpassword", Code::PasswordCommon),
    ("0123456789012345", Code::PasswordCommon),
    ("ada@example.test!", Code::PasswordContext),
    ("Lovelace-Latchkey", Code::PasswordContext),
];

async fn who_was_suspended_after_asking_cannot_reset(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    ada.gets_suspended().await;
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), &link, &new()).await),
        Code::LinkInvalid
    );
}

// --- changing ---------------------------------------------------------------------------------------------------------------

async fn a_change_ends_other_sessions_and_replaces_the_token_of_this_one(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (other, strangers) = (ada.signs_in_to_stay().await, grace.signs_in().await);
    let own = ada.signs_in().await;
    kit.clock.advance(60 * 60);
    let opened = accounts::change_password(&kit.ctx(), &ada.actor(), &ada.password(), &new())
        .await
        .expect("all is right");
    assert_eq!(opened.session.id, own.session.id);
    assert!(!kit.is_live(&own.token).await && !kit.is_live(&other.token).await);
    assert!(kit.is_live(&strangers.token).await);
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("the new token is live");
    sessions::require_fresh(&kit.ctx(), &actor).expect("the password was just proved");
    reads(&kit, &ada, "password_changed").await;
}

async fn a_change_kills_the_old_password_and_open_reset_links(kit: Kit) {
    let ada = kit.person("ada").await;
    let link = reset_link(&kit, &ada).await;
    ada.signs_in().await;
    accounts::change_password(&kit.ctx(), &ada.actor(), &ada.password(), &new())
        .await
        .expect("all is right");
    reads(&kit, &ada, "password_changed").await;
    assert!(!ada.can_sign_in_with(&ada.password).await);
    assert!(ada.can_sign_in_with(NEW).await);
    assert_eq!(
        refusal(accounts::check_reset_link(&kit.ctx(), &link).await),
        Code::LinkInvalid
    );
}

async fn a_change_wants_the_current_password(kit: Kit) {
    let ada = kit.person("ada").await;
    let own = ada.signs_in().await;
    for (current, code) in [
        ("seven wrong herons were fed", Code::PasswordWrong),
        ("", Code::Required),
    ] {
        let changed =
            accounts::change_password(&kit.ctx(), &ada.actor(), &Password::new(current), &new())
                .await;
        assert_eq!(refusal_on(changed), (code, "currentPassword".to_owned()));
    }
    assert!(kit.is_live(&own.token).await);
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn a_change_refuses_bad_new_passwords(kit: Kit) {
    let ada = kit
        .person("ada")
        .named("Ada Lovelace")
        .with_password("un caf\u{e9} au lait chaud")
        .await;
    ada.signs_in().await;
    let decomposed = "un cafe\u{301} au lait chaud";
    let unchanged = [
        (ada.password.as_str(), Code::PasswordUnchanged),
        (decomposed, Code::PasswordUnchanged),
    ];
    for (password, code) in BAD_PASSWORDS.iter().copied().chain(unchanged) {
        let changed = accounts::change_password(
            &kit.ctx(),
            &ada.actor(),
            &ada.password(),
            &Password::new(password),
        )
        .await;
        assert_eq!(
            refusal_on(changed),
            (code, "newPassword".to_owned()),
            "{password}"
        );
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn a_change_refuses_strangers(kit: Kit) {
    let ada = kit.person("ada").await;
    for actor in [kit.anonymous(), kit.operator()] {
        let changed = accounts::change_password(&kit.ctx(), &actor, &ada.password(), &new()).await;
        assert_eq!(refusal(changed), Code::Unauthenticated);
    }
}

async fn a_change_counts_wrong_guesses_of_the_current_password(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let wrong = Password::new("seven wrong herons were fed");
    for _ in 0..5 {
        assert_eq!(
            refusal(accounts::change_password(&kit.ctx(), &ada.actor(), &wrong, &new()).await),
            Code::PasswordWrong
        );
    }
    assert!(
        wait(accounts::change_password(&kit.ctx(), &ada.actor(), &ada.password(), &new()).await)
            <= 5
    );
    kit.clock.advance(5);
    accounts::change_password(&kit.ctx(), &ada.actor(), &ada.password(), &new())
        .await
        .expect("the wait is over");
    reads(&kit, &ada, "password_changed").await;
}

/// The refusal comes last, after the new hash, the audit entry and the letter were written: none of them may stay.
async fn a_change_from_an_ended_session_changes_nothing(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let actor = ada.actor();
    sessions::sign_out(&kit.ctx(), &actor)
        .await
        .expect("the session is live");
    let before = (
        kit.count("mails").await,
        kit.count("audit_events").await,
        kit.text("SELECT password_hash FROM users").await,
    );
    let changed = accounts::change_password(&kit.ctx(), &actor, &ada.password(), &new()).await;
    assert_eq!(refusal(changed), Code::Unauthenticated);
    let after = (
        kit.count("mails").await,
        kit.count("audit_events").await,
        kit.text("SELECT password_hash FROM users").await,
    );
    assert_eq!(before, after);
}

async fn of_two_changes_at_once_one_succeeds(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let (ctx, actor, current) = (kit.ctx(), ada.actor(), ada.password());
    let (one, two) = (
        Password::new("one lantern over the harbour"),
        Password::new("two lanterns over the harbour"),
    );
    let change = |new| accounts::change_password(&ctx, &actor, &current, new);
    let (first, second) = join(change(&one), change(&two)).await;
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(ada.can_sign_in_with(one.expose()).await, first.is_ok());
    assert_eq!(ada.can_sign_in_with(two.expose()).await, second.is_ok());
    let refused = if first.is_ok() { second } else { first };
    assert_eq!(
        refusal_on(refused),
        (Code::PasswordWrong, "currentPassword".to_owned())
    );
    reads(&kit, &ada, "password_changed").await;
}

// --- setting ----------------------------------------------------------------------------------------------------------------

async fn an_operator_sets_a_password(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    accounts::set_password(&kit.system(), &kit.operator(), "Ada@example.test", &new())
        .await
        .expect("operators may");
    assert!(!kit.is_live(&session.token).await);
    assert!(!ada.can_sign_in_with(&ada.password).await);
    assert!(ada.can_sign_in_with(NEW).await);
    reads(&kit, &ada, "password_changed").await;
}

async fn setting_a_password_is_for_operators(kit: Kit) {
    let (ada, staff) = (kit.person("ada").await, kit.person("grace").staff().await);
    staff.signs_in().await;
    for actor in [kit.anonymous(), staff.actor()] {
        assert_eq!(
            refusal(accounts::set_password(&kit.ctx(), &actor, &ada.email, &new()).await),
            Code::Forbidden
        );
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn setting_a_password_of_nobody_or_to_a_bad_one_is_refused(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    let set = async |email: &str, password: &str| {
        accounts::set_password(
            &kit.system(),
            &kit.operator(),
            email,
            &Password::new(password),
        )
        .await
    };
    assert_eq!(
        refusal_on(set("nobody@example.test", NEW).await),
        (Code::NotFound, "email".to_owned())
    );
    assert_eq!(
        refusal_on(set("ada", NEW).await),
        (Code::InvalidEmail, "email".to_owned())
    );
    for (password, code) in BAD_PASSWORDS {
        assert_eq!(
            refusal_on(set(&ada.email, password).await),
            (*code, "newPassword".to_owned()),
            "{password}"
        );
    }
}
