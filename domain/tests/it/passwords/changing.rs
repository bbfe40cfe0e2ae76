//! Passwords that their owner changes.

use contract::{Code, Password};
use domain::{accounts, sessions};
use futures::future::join;
use testkit::{Kit, on_each_database};

use super::{BAD_PASSWORDS, NEW, new, reads, reset_link};
use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    a_change_ends_other_sessions_and_replaces_the_token_of_this_one,
    a_change_kills_the_old_password_and_open_reset_links,
    a_change_wants_the_current_password,
    a_change_refuses_bad_new_passwords,
    a_change_refuses_strangers,
    a_change_counts_wrong_guesses_of_the_current_password,
    a_change_from_an_ended_session_changes_nothing,
    of_two_changes_at_once_one_succeeds,
}

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
