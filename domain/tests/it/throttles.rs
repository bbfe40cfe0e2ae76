//! Guessing is slowed, and the owner is not locked out.

use contract::{Code, Password, sessions::SignIn};
use domain::{
    Ctx, Error,
    sessions::{Client, Opened},
};
use futures::future::join_all;
use testkit::{Kit, Person, on_each_database};

use crate::refusals::{refusal, wait};

on_each_database! {
    five_wrong_guesses_are_free_and_then_the_waits_grow,
    a_wait_ends_by_itself,
    a_right_sign_in_clears_the_count,
    guesses_are_forgotten_a_day_after_the_last,
    a_restart_forgives_nothing,
    an_unknown_address_is_slowed_like_a_known_one,
    guesses_from_one_network_count_over_all_accounts,
    a_known_device_is_not_slowed_by_strangers,
    a_known_device_is_slowed_by_its_own_guesses,
    a_device_of_somebody_else_or_a_forged_one_helps_nobody,
    a_device_knows_the_last_five_people,
    of_forty_wrong_guesses_at_once_few_are_answered,
}

const WRONG: &str = "seven wrong herons were fed";

async fn guess(ctx: &Ctx, email: &str) -> domain::Result<Opened> {
    let input = SignIn {
        email: email.to_owned(),
        password: Password::new(WRONG),
        remember: false,
    };
    testkit::sign_in(ctx, input, Client::Browser).await
}

async fn sign_in(ctx: &Ctx, person: &Person) -> domain::Result<Opened> {
    testkit::sign_in(ctx, person.credentials(), Client::Browser).await
}

/// Uses up the free guesses at an account.
async fn use_up(ctx: &Ctx, email: &str) {
    for _ in 0..5 {
        assert_eq!(refusal(guess(ctx, email).await), Code::InvalidCredentials);
    }
}

async fn five_wrong_guesses_are_free_and_then_the_waits_grow(kit: Kit) {
    let ada = kit.person("ada").await;
    use_up(&kit.ctx(), &ada.email).await;
    for seconds in [5, 10, 20, 40, 80, 160, 320, 640, 900, 900] {
        assert_eq!(wait(guess(&kit.ctx(), &ada.email).await), seconds);
        assert_eq!(
            wait(sign_in(&kit.ctx(), &ada).await),
            seconds,
            "during a wait the right password is not even compared"
        );
        kit.clock.advance(seconds.into());
        assert_eq!(
            refusal(guess(&kit.ctx(), &ada.email).await),
            Code::InvalidCredentials
        );
    }
    let told = kit.new_mail_to(&ada.email).await;
    let told: Vec<&str> = told.iter().map(testkit::Post::template).collect();
    assert_eq!(told, ["many_guesses"], "the owner is told once");
}

async fn a_wait_ends_by_itself(kit: Kit) {
    let ada = kit.person("ada").await;
    use_up(&kit.ctx(), &ada.email).await;
    let seconds = wait(sign_in(&kit.ctx(), &ada).await);
    kit.clock.advance(seconds.into());
    sign_in(&kit.ctx(), &ada).await.expect("the wait is over");
}

async fn a_right_sign_in_clears_the_count(kit: Kit) {
    let ada = kit.person("ada").await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(
                refusal(guess(&kit.ctx(), &ada.email).await),
                Code::InvalidCredentials
            );
        }
        sign_in(&kit.ctx(), &ada).await.expect("four were free");
    }
}

async fn guesses_are_forgotten_a_day_after_the_last(kit: Kit) {
    let ada = kit.person("ada").await;
    use_up(&kit.ctx(), &ada.email).await;
    kit.clock.advance(24 * 60 * 60);
    use_up(&kit.ctx(), &ada.email).await;
    assert_eq!(wait(guess(&kit.ctx(), &ada.email).await), 5);
}

async fn a_restart_forgives_nothing(kit: Kit) {
    let ada = kit.person("ada").await;
    use_up(&kit.ctx(), &ada.email).await;
    let restarted = kit.started_again(|_| {}).await;
    assert!(wait(sign_in(&restarted, &ada).await) <= 5);
}

async fn an_unknown_address_is_slowed_like_a_known_one(kit: Kit) {
    let ada = kit.person("ada").await;
    for email in [ada.email.as_str(), "nobody@example.test"] {
        use_up(&kit.ctx(), email).await;
        assert_eq!(wait(guess(&kit.ctx(), email).await), 5);
        assert_eq!(
            wait(guess(&kit.ctx(), &email.to_uppercase()).await),
            5,
            "case makes no other account"
        );
    }
}

async fn guesses_from_one_network_count_over_all_accounts(kit: Kit) {
    let ada = kit.person("ada").await;
    let here = kit.ctx_from("2001:db8::1");
    for n in 0..50 {
        assert_eq!(
            refusal(guess(&here, &format!("person{n}@example.test")).await),
            Code::InvalidCredentials
        );
    }
    let neighbour = kit.ctx_from("2001:db8::2");
    assert!(wait(guess(&neighbour, "person50@example.test").await) <= 6);
    assert!(wait(sign_in(&neighbour, &ada).await) <= 6);
    sign_in(&kit.ctx_from("2001:db8:1::1"), &ada)
        .await
        .expect("another network is not slowed");
    kit.clock.advance(6);
    sign_in(&here, &ada).await.expect("one each six seconds");
    kit.discards_mail().await;
}

async fn a_known_device_is_not_slowed_by_strangers(kit: Kit) {
    let ada = kit.person("ada").await;
    let device = ada.signs_in().await.device;
    let stranger = kit.ctx_from("198.51.100.9");
    use_up(&stranger, &ada.email).await;
    assert!(
        wait(sign_in(&kit.ctx(), &ada).await) > 0,
        "elsewhere the owner waits too"
    );
    let opened = sign_in(&kit.ctx_on(&device), &ada)
        .await
        .expect("this browser is known");
    assert!(
        wait(guess(&stranger, &ada.email).await) > 0,
        "that does not clear what strangers have guessed"
    );
    sign_in(&kit.ctx_on(&opened.device), &ada)
        .await
        .expect("the newer cookie is as good");
}

async fn a_known_device_is_slowed_by_its_own_guesses(kit: Kit) {
    let ada = kit.person("ada").await;
    let device = ada.signs_in().await.device;
    use_up(&kit.ctx_on(&device), &ada.email).await;
    assert_eq!(wait(sign_in(&kit.ctx_on(&device), &ada).await), 5);
}

async fn a_device_of_somebody_else_or_a_forged_one_helps_nobody(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let (hers, eves) = (ada.signs_in().await.device, eve.signs_in().await.device);
    use_up(&kit.ctx(), &ada.email).await;
    let tag = hers.split_once('.').map(|(_, tag)| tag).unwrap_or_default();
    let device = eves
        .split_once('.')
        .map(|(device, _)| device)
        .unwrap_or_default();
    for cookie in [
        eves.as_str(),
        &format!("{device}.{tag}"),
        &hers[..hers.len() - 2],
        "",
        ".",
        "x.y.z",
        &".".repeat(10_000),
    ] {
        assert!(
            wait(sign_in(&kit.ctx_on(cookie), &ada).await) > 0,
            "{cookie:.60}"
        );
    }
    sign_in(&kit.ctx_on(&hers), &ada)
        .await
        .expect("her own is good");
}

async fn a_device_knows_the_last_five_people(kit: Kit) {
    let mut people = Vec::new();
    for handle in ["ada", "grace", "edith", "joan", "mary", "rosa"] {
        people.push(kit.person(handle).await);
    }
    let mut device = people[0].signs_in().await.device;
    for person in &people[1..] {
        device = sign_in(&kit.ctx_on(&device), person)
            .await
            .expect("the password is right")
            .device;
    }
    for person in &people {
        use_up(&kit.ctx_from("198.51.100.9"), &person.email).await;
    }
    assert!(wait(sign_in(&kit.ctx_on(&device), &people[0]).await) > 0);
    for person in &people[1..] {
        sign_in(&kit.ctx_on(&device), person)
            .await
            .expect("the last five are known");
    }
}

/// Between the check and the count of a guess lies its hash; no more can slip through than hold a permit to hash at once:
/// one for each worker, and two who read or write their counts.
async fn of_forty_wrong_guesses_at_once_few_are_answered(kit: Kit) {
    let ada = kit.person("ada").await;
    let tasks = (0..40).map(|n| {
        let (ctx, email) = (kit.ctx_from(&format!("198.51.100.{n}")), ada.email.clone());
        tokio::spawn(async move { guess(&ctx, &email).await })
    });
    let mut answered = 0;
    for done in join_all(tasks).await {
        match done.expect("it does not panic") {
            Err(error) if error.is_refusal(Code::InvalidCredentials) => answered += 1,
            Err(Error::Refused(_)) => {}
            other => panic!("a wrong password ended otherwise: {other:?}"),
        }
    }
    let permits = testkit::settings().passwords.workers + 2;
    assert!(
        (5..=5 + permits).contains(&answered),
        "{answered} guesses were answered"
    );
}
