//! The secret key fits the database or is refused, can be changed without loss, and a clock that jumps deletes nothing.

use contract::{Code, Password, sessions::SignIn, verification::Verdict};
use domain::{
    accounts,
    installation::{self, Fit, Needed},
    maintenance,
    seal::SecretKey,
    second_factors,
    sessions::{self, Client},
};
use testkit::{App, Kit, Person, on_each_database};

use crate::{
    api_keys::{acme, key, plain, verdict},
    audit::renames,
    refusals::refusal,
};

on_each_database! {
    a_secret_key_is_known_again_and_another_is_not,
    a_database_of_before_keys_were_told_apart_tells_by_what_is_sealed,
    after_a_change_everything_goes_on_with_the_former_key,
    what_was_sealed_anew_needs_the_former_key_no_more,
    a_key_that_is_lost_can_be_done_without,
    only_operators_give_a_key_up,
    a_clock_that_jumps_ahead_deletes_nothing_until_it_has_stood,
    after_a_clock_was_ahead_nobody_is_locked_out,
    after_a_clock_was_ahead_letters_go,
    a_proof_of_the_future_is_not_fresh,
    the_newest_row_is_told,
}

const DAY: i64 = 24 * 60 * 60;

/// What the tests' key is in `testkit::settings`.
fn former() -> SecretKey {
    testkit::settings().secret_key
}

fn another() -> SecretKey {
    SecretKey::new("another secret key, of 32 characters or more")
}

/// The same installation after its key was changed.
async fn changed(kit: &Kit) -> Kit {
    kit.with_settings(|settings| {
        settings.secret_key = another();
        settings.former_secret_keys = vec![former()];
    })
    .await
}

/// The same with nothing but the new key.
async fn without_the_former(kit: &Kit) -> Kit {
    kit.with_settings(|settings| settings.secret_key = another())
        .await
}

async fn fit(kit: &Kit) -> Fit {
    installation::fit(&kit.system())
        .await
        .expect("it can be read")
}

async fn settle(kit: &Kit) -> Fit {
    installation::settle_key(&kit.system())
        .await
        .expect("it can be written")
}

async fn a_secret_key_is_known_again_and_another_is_not(kit: Kit) {
    let other = without_the_former(&kit).await;
    assert_eq!(fit(&kit).await, Fit::New);
    assert_eq!(fit(&other).await, Fit::New);
    assert_eq!(
        [settle(&kit).await, settle(&kit).await],
        [Fit::New, Fit::Same]
    );
    assert_eq!(settle(&other).await, Fit::Foreign);
    assert_eq!(settle(&other).await, Fit::Foreign, "it is not taken over");
    let changed = changed(&kit).await;
    assert_eq!(
        [settle(&changed).await, settle(&changed).await],
        [Fit::Changed, Fit::Same]
    );
    assert_eq!(settle(&other).await, Fit::Same);
    assert_eq!(
        fit(&kit).await,
        Fit::Foreign,
        "the former one alone is not enough any more"
    );
}

async fn a_database_of_before_keys_were_told_apart_tells_by_what_is_sealed(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.sets_app_up(&kit).await;
    assert_eq!(fit(&kit).await, Fit::New);
    assert_eq!(fit(&without_the_former(&kit).await).await, Fit::Foreign);
    kit.discards_mail().await;
}

async fn after_a_change_everything_goes_on_with_the_former_key(kit: Kit) {
    settle(&kit).await;
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    accounts::request_password_reset(&kit.ctx(), "mary@example.test")
        .await
        .expect("anybody may ask");
    let after = changed(&kit).await;
    assert_eq!(settle(&after).await, Fit::Changed);
    assert_eq!(verdict(&after, made.secret.expose()).await, Verdict::Valid);
    kit.clock.advance(60);
    assert!(signs_in_with_code(&after, &ada, &app).await);
    let needed = installation::needed(&after.system())
        .await
        .expect("it can be read");
    let bound = "SELECT count(*) FROM audit_events WHERE chain_key IS NOT NULL";
    let bound = u64::try_from(kit.number(bound).await).expect("a count");
    assert!(bound > 0);
    assert_eq!(
        needed,
        Needed {
            sealed: 2,
            api_keys: 1,
            log_entries: bound
        }
    );
    renames(&after, &acme, &ada, "Under the new key").await;
    let needed = installation::needed(&after.system()).await;
    assert_eq!(needed.ok().map(|needed| needed.log_entries), Some(bound));
    assert_eq!(after.new_mail_to("mary@example.test").await.len(), 1);
    assert_eq!(dead(&after).await, 0, "a letter that waited goes");
    after.discards_mail().await;
}

async fn dead(kit: &Kit) -> i64 {
    kit.number("SELECT count(*) FROM mails WHERE status = 'dead'")
        .await
}

async fn signs_in_with_code(kit: &Kit, person: &Person, app: &App) -> bool {
    let challenge = person.begins_to_sign_in(kit, Client::Browser).await;
    let code = app.code(kit.system().now());
    completes(kit, &challenge, &code).await
}

async fn completes(kit: &Kit, challenge: &str, code: &str) -> bool {
    sessions::complete_second_factor(&kit.ctx(), challenge, &code.into(), false)
        .await
        .is_ok()
}

async fn what_was_sealed_anew_needs_the_former_key_no_more(kit: Kit) {
    settle(&kit).await;
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    let changed = changed(&kit).await;
    settle(&changed).await;
    let reseal = async || {
        installation::reseal(&changed.system())
            .await
            .expect("it is sealed anew")
    };
    assert_eq!([reseal().await, reseal().await], [2, 0]);
    let needed = installation::needed(&changed.system())
        .await
        .expect("it can be read");
    assert_eq!(needed, Needed::default());
    let after = without_the_former(&kit).await;
    assert_eq!(settle(&after).await, Fit::Same);
    kit.clock.advance(60);
    assert!(signs_in_with_code(&after, &ada, &app).await);
    assert!(!after.new_mail_to(&ada.email).await.is_empty());
    assert_eq!(dead(&after).await, 0);
    after.discards_mail().await;
}

async fn a_key_that_is_lost_can_be_done_without(kit: Kit) {
    settle(&kit).await;
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let after = without_the_former(&kit).await;
    assert_eq!(settle(&after).await, Fit::Foreign);
    installation::accept_key(&after.system(), &kit.operator())
        .await
        .expect("operators may");
    assert_eq!(settle(&after).await, Fit::Same);
    let unreadable = second_factors::count_unreadable(&after.system()).await;
    assert_eq!(unreadable.ok(), Some(1));
    let challenge = ada.begins_to_sign_in(&after, Client::Browser).await;
    assert!(
        completes(&after, &challenge, &app.recovery_codes[0]).await,
        "the password alone opens nothing, and a recovery code still does"
    );
    after.discards_mail().await;
}

async fn only_operators_give_a_key_up(kit: Kit) {
    let ada = kit.person("ada").await.signed_in().await;
    for actor in [kit.anonymous(), ada] {
        let refused = installation::accept_key(&kit.system(), &actor).await;
        assert_eq!(refusal(refused), Code::Forbidden);
    }
}

async fn a_clock_that_jumps_ahead_deletes_nothing_until_it_has_stood(kit: Kit) {
    settle(&kit).await;
    let ada = kit.person("ada").await;
    ada.signs_in_to_stay().await;
    kit.clock.advance(400 * DAY);
    maintenance::run(kit.system(), std::future::ready(())).await;
    assert_eq!(kit.count("sessions").await, 1, "one look is not enough");
    kit.clock.advance(-400 * DAY);
    maintenance::run(kit.system(), std::future::ready(())).await;
    kit.clock.advance(2 * DAY);
    maintenance::run(kit.system(), std::future::ready(())).await;
    assert_eq!(
        kit.count("sessions").await,
        1,
        "two days are no jump for who starts anew"
    );
}

async fn after_a_clock_was_ahead_nobody_is_locked_out(kit: Kit) {
    let ada = kit.person("ada").await;
    kit.clock.advance(DAY);
    for _ in 0..8 {
        let guess = SignIn {
            password: Password::new("seven wrong herons were fed"),
            ..ada.credentials()
        };
        assert!(
            testkit::sign_in(&kit.ctx(), guess, Client::Browser)
                .await
                .is_err()
        );
    }
    let waits = testkit::sign_in(&kit.ctx(), ada.credentials(), Client::Browser).await;
    assert_eq!(refusal(waits), Code::RateLimited);
    kit.clock.advance(-DAY);
    assert!(ada.can_sign_in_with(&ada.password).await);
    kit.discards_mail().await;
}

async fn after_a_clock_was_ahead_letters_go(kit: Kit) {
    let ada = kit.person("ada").await;
    kit.clock.advance(365 * DAY);
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    kit.clock.advance(-365 * DAY);
    assert_eq!(kit.deliver().await, 0, "it is for next year");
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(kit.deliver().await, 1);
    kit.discards_mail().await;
}

async fn a_proof_of_the_future_is_not_fresh(kit: Kit) {
    let ada = kit.person("ada").await;
    kit.clock.advance(DAY);
    let opened = ada.signs_in().await;
    kit.clock.advance(-DAY);
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("the session goes on");
    let refused = sessions::require_fresh(&kit.ctx(), &actor).map(|_| ());
    assert_eq!(refusal(refused), Code::StepUpRequired);
}

async fn the_newest_row_is_told(kit: Kit) {
    let newest = async || {
        installation::newest(&kit.system())
            .await
            .expect("it can be read")
    };
    assert!(newest().await.any.is_none_or(|at| at <= kit.system().now()));
    settle(&kit).await;
    kit.clock.advance(DAY);
    kit.person("ada").await.signs_in().await;
    let ahead = kit.system().now();
    kit.clock.advance(-DAY);
    let found = newest().await;
    assert!(
        found.any.is_some_and(|at| at.0 > ahead.0 - 60_000),
        "{found:?}"
    );
    assert!(found.seen.is_some_and(|at| at < kit.system().now()));
}
