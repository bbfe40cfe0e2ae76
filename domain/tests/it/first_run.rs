//! The first operator of a new installation.

use contract::{Code, Password, accounts::SignUp};
use domain::{
    accounts, first_run,
    sessions::{self, Opened},
};
use futures::future::join;
use testkit::{Kit, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    whoever_has_the_link_becomes_the_first_operator_and_is_signed_in,
    the_link_is_dead_once_somebody_is_staff_however_they_became_it,
    the_link_stays_dead_when_nobody_is_staff_any_more,
    an_account_that_is_not_staff_leaves_the_link_good,
    another_start_draws_another_link,
    what_is_no_link_makes_nobody,
    bad_input_leaves_the_link_good,
    of_two_at_once_one_becomes_it,
    who_is_signed_in_takes_it_with_a_fresh_proof,
    whether_there_is_a_second_step_is_told_to_staff_alone,
}

const GOOD: &str = "nine lanterns over the harbour";

fn input(email: &str, password: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        name: "Ada".to_owned(),
        password: Password::new(password),
    }
}

async fn link(kit: &Kit) -> String {
    let secret = first_run::begin(&kit.system()).await;
    let secret = secret.expect("the database answers");
    secret.expect("nobody is staff").expose().to_owned()
}

async fn takes(kit: &Kit, token: &str, email: &str) -> domain::Result<Opened> {
    first_run::create_operator(&kit.ctx(), token, input(email, GOOD)).await
}

async fn staff(kit: &Kit) -> i64 {
    kit.number("SELECT count(*) FROM users WHERE staff_since_at IS NOT NULL")
        .await
}

async fn whoever_has_the_link_becomes_the_first_operator_and_is_signed_in(kit: Kit) {
    let token = link(&kit).await;
    first_run::check(&kit.ctx(), &token)
        .await
        .expect("it is good");
    let opened = takes(&kit, &token, "ada@example.test")
        .await
        .expect("it is good");
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("the session is good");
    assert!(actor.signed_in().expect("it is a person").is_staff);
    sessions::require_fresh(&kit.ctx(), &actor).expect("she has just signed in");
    let again = takes(&kit, &token, "grace@example.test").await;
    assert_eq!(refusal(again), Code::LinkUsed);
    assert_eq!(
        refusal(first_run::check(&kit.ctx(), &token).await),
        Code::LinkUsed
    );
    assert_eq!((staff(&kit).await, kit.count("users").await), (1, 1));
    let none = first_run::begin(&kit.system())
        .await
        .expect("the database answers");
    assert!(none.is_none(), "there is an operator");
    assert!(!kit.stores(&token).await);
}

async fn the_link_is_dead_once_somebody_is_staff_however_they_became_it(kit: Kit) {
    let token = link(&kit).await;
    kit.person("ada").staff().await;
    assert_eq!(
        refusal(takes(&kit, &token, "grace@example.test").await),
        Code::LinkUsed
    );
}

async fn the_link_stays_dead_when_nobody_is_staff_any_more(kit: Kit) {
    let ada = kit.person("ada").await;
    let sets = async |id, is_staff| {
        accounts::set_staff(&kit.system(), &kit.operator(), id, is_staff, "a test")
            .await
            .expect("operators may");
    };
    for how in ["made", "set", "claimed", "erased"] {
        // What was done before a link is drawn does not touch it.
        kit.clock.advance(1);
        let token = link(&kit).await;
        match how {
            "made" => {
                let grace = kit.person("grace").staff().await;
                sets(grace.id, false).await;
            }
            "set" => {
                sets(ada.id, true).await;
                sets(ada.id, false).await;
            }
            "claimed" => {
                let beside = kit.started_again(|_| {}).await;
                let secret = first_run::begin(&beside).await;
                let secret = secret.expect("the database answers");
                let other = secret.expect("nobody is staff").expose().to_owned();
                ada.signs_in().await;
                first_run::claim(&beside, &ada.actor(), &other)
                    .await
                    .expect("it is good");
                kit.sql("UPDATE users SET staff_since_at = NULL").await;
            }
            _ => {
                kit.person("joan").staff().await;
                kit.sql("DELETE FROM users WHERE staff_since_at IS NOT NULL")
                    .await;
                kit.sql("UPDATE audit_events SET after = NULL").await;
            }
        }
        assert_eq!(staff(&kit).await, 0, "{how}");
        let checked = first_run::check(&kit.ctx(), &token).await;
        assert_eq!(refusal(checked), Code::LinkUsed, "{how}");
        let taken = takes(&kit, &token, "mary@example.test").await;
        assert_eq!(refusal(taken), Code::LinkUsed, "{how}");
    }
    kit.clock.advance(1);
    let token = link(&kit).await;
    takes(&kit, &token, "mary@example.test")
        .await
        .expect("another start draws one that is good");
}

async fn an_account_that_is_not_staff_leaves_the_link_good(kit: Kit) {
    let token = link(&kit).await;
    kit.person("grace").await;
    takes(&kit, &token, "ada@example.test")
        .await
        .expect("nobody was staff");
}

async fn another_start_draws_another_link(kit: Kit) {
    let first = link(&kit).await;
    let second = link(&kit).await;
    assert_ne!(first, second);
    assert_eq!(
        refusal(takes(&kit, &first, "ada@example.test").await),
        Code::LinkInvalid
    );
    takes(&kit, &second, "ada@example.test")
        .await
        .expect("it is the latest");
}

async fn what_is_no_link_makes_nobody(kit: Kit) {
    for before_it_is_drawn in [true, false] {
        if !before_it_is_drawn {
            link(&kit).await;
        }
        let foreign = kit
            .person(if before_it_is_drawn { "one" } else { "two" })
            .await;
        let session = foreign.signs_in().await;
        for token in ["", "lkf_", "x", session.token.expose()] {
            assert_eq!(
                refusal(takes(&kit, token, "ada@example.test").await),
                Code::LinkInvalid
            );
        }
    }
    assert_eq!(staff(&kit).await, 0);
    kit.discards_mail().await;
}

async fn bad_input_leaves_the_link_good(kit: Kit) {
    let token = link(&kit).await;
    kit.person("grace").await;
    for (email, password, code, field) in [
        ("", GOOD, Code::Required, "email"),
        ("ada", GOOD, Code::InvalidEmail, "email"),
        ("grace@example.test", GOOD, Code::EmailTaken, "email"),
        ("ada@example.test", "", Code::Required, "password"),
        (
            "ada@example.test",
            "short",
            Code::PasswordTooShort,
            "password",
        ),
    ] {
        let done = first_run::create_operator(&kit.ctx(), &token, input(email, password)).await;
        assert_eq!(refusal_on(done), (code, field.to_owned()));
    }
    assert_eq!(staff(&kit).await, 0);
    takes(&kit, &token, "ada@example.test")
        .await
        .expect("it is still good");
    kit.discards_mail().await;
}

async fn of_two_at_once_one_becomes_it(kit: Kit) {
    let token = link(&kit).await;
    let (one, other) = join(
        takes(&kit, &token, "ada@example.test"),
        takes(&kit, &token, "grace@example.test"),
    )
    .await;
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    assert_eq!((staff(&kit).await, kit.count("users").await), (1, 1));
}

async fn who_is_signed_in_takes_it_with_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    let token = link(&kit).await;
    let strange = first_run::claim(&kit.ctx(), &kit.anonymous(), &token).await;
    assert_eq!(refusal(strange), Code::Unauthenticated);
    assert_eq!(
        refusal(first_run::claim(&kit.ctx(), &actor, "x").await),
        Code::LinkInvalid
    );
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(
        refusal(first_run::claim(&kit.ctx(), &actor, &token).await),
        Code::StepUpRequired
    );
    let before = ada.signs_in().await;
    let actor = kit.holder(&before.token).await.expect("she is signed in");
    let opened = first_run::claim(&kit.ctx(), &actor, &token)
        .await
        .expect("it is fresh");
    assert!(
        !kit.is_live(&before.token).await,
        "more asks for another token"
    );
    let renewed = kit.holder(&opened.token).await.expect("hers goes on");
    let (was, is) = (actor.signed_in(), renewed.signed_in());
    let (was, is) = (was.expect("a person"), is.expect("a person"));
    assert_eq!(
        (is.session_id, is.authenticated_at, is.is_staff),
        (was.session_id, was.authenticated_at, true)
    );
    let again = first_run::claim(&kit.ctx(), &actor, &token).await;
    assert_eq!(refusal(again), Code::LinkUsed);
    let logged = "SELECT count(*) FROM audit_events WHERE action = 'user.made_staff'";
    assert_eq!((staff(&kit).await, kit.number(logged).await), (1, 1));
}

async fn whether_there_is_a_second_step_is_told_to_staff_alone(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").staff().await);
    for (actor, code) in [
        (kit.anonymous(), Code::Unauthenticated),
        (ada.signed_in().await, Code::NotFound),
    ] {
        let told = first_run::has_second_step(&kit.ctx(), &actor).await;
        assert_eq!(refusal(told), code);
    }
    let actor = grace.signed_in().await;
    let told = async || first_run::has_second_step(&kit.ctx(), &actor).await;
    assert_eq!(told().await.ok(), Some(false));
    grace.sets_app_up(&kit).await;
    assert_eq!(told().await.ok(), Some(true));
    kit.discards_mail().await;
}
