//! The second step of a sign-in: what completes it, how often, and when it is skipped.

use contract::{
    Code, Password,
    second_factors::{CHALLENGE_SECONDS, TRUSTED_DAYS},
};
use domain::{
    accounts,
    sessions::{self, Client, Entered},
};
use testkit::{Kit, Person, on_each_database};

use super::{begins, completes, trusted, wrong};
use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    with_an_app_the_password_opens_nothing_and_the_code_does,
    a_code_is_taken_once_by_whoever_is_first,
    a_code_of_the_step_before_and_after_is_taken_and_no_other,
    wrong_codes_have_to_wait_over_all_challenges,
    a_challenge_ends_and_is_good_once,
    a_trusted_browser_skips_the_step_until_something_changes,
    a_reset_password_does_not_get_round_it,
    who_is_suspended_meanwhile_gets_no_session,
}

async fn skips(kit: &Kit, person: &Person, token: &str) -> bool {
    let ctx = trusted(kit, token);
    let entered = sessions::sign_in(&ctx, person.credentials(), Client::Browser).await;
    matches!(entered.expect("the password is right"), Entered::Opened(_))
}

async fn with_an_app_the_password_opens_nothing_and_the_code_does(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let before = kit.count("sessions").await;
    for client in [Client::Browser, Client::Program] {
        let challenge = ada.begins_to_sign_in(&kit, client).await;
        assert_eq!(kit.count("sessions").await, before);
        assert!(
            sessions::authenticate(&kit.ctx(), &challenge, client)
                .await
                .expect("it can be looked up")
                .is_none(),
            "a challenge is no session"
        );
        assert!(
            sessions::waiting_for(&kit.ctx(), &challenge)
                .await
                .expect("it can")
                .is_some()
        );
        let done = completes(&kit, &challenge, &app.code(kit.ctx().now()))
            .await
            .expect("the code is right");
        assert_eq!(done.recovery_codes_left, None);
        assert!(kit.holder_with(&done.opened.token, client).await.is_some());
        sessions::sign_out(
            &kit.ctx(),
            &kit.holder_with(&done.opened.token, client)
                .await
                .expect("it is live"),
        )
        .await
        .expect("it is live");
        kit.clock.advance(30);
    }
    let method = "SELECT COUNT(*) FROM audit_events WHERE action = 'session.started' AND after LIKE '%\"app\"%'";
    assert_eq!(kit.number(method).await, 2);
    kit.discards_mail().await;
}

async fn a_code_is_taken_once_by_whoever_is_first(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let challenges = [begins(&kit, &ada).await, begins(&kit, &ada).await];
    let code = app.code(kit.ctx().now());
    let (one, other) = tokio::join!(
        completes(&kit, &challenges[0], &code),
        completes(&kit, &challenges[1], &code)
    );
    let (opened, refused) = match (one, other) {
        (Ok(opened), refused) => (opened, refused),
        (refused, other) => (other.expect("one of the two is first"), refused),
    };
    assert!(kit.is_live(&opened.opened.token).await);
    assert_eq!(refusal_on(refused), (Code::CodeWrong, "code".to_owned()));
    let again = begins(&kit, &ada).await;
    assert_eq!(
        refusal(completes(&kit, &again, &code).await),
        Code::CodeWrong
    );
    kit.discards_mail().await;
}

async fn a_code_of_the_step_before_and_after_is_taken_and_no_other(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(300);
    for (ahead, is_taken) in [(-60, false), (60, false), (-30, true), (30, true)] {
        let challenge = begins(&kit, &ada).await;
        let code = app.code(kit.ctx().now().plus_seconds(ahead));
        let done = completes(&kit, &challenge, &code).await;
        if is_taken {
            done.expect("a clock may be one step off");
        } else {
            assert_eq!(refusal(done), Code::CodeWrong, "{ahead} seconds");
        }
    }
    let challenge = begins(&kit, &ada).await;
    let older = app.code(kit.ctx().now());
    assert_eq!(
        refusal(completes(&kit, &challenge, &older).await),
        Code::CodeWrong,
        "a later one was taken already"
    );
    kit.discards_mail().await;
}

async fn wrong_codes_have_to_wait_over_all_challenges(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let wrong = wrong(&app, &kit.ctx());
    let mut tried = 0;
    let refused = loop {
        let challenge = begins(&kit, &ada).await;
        match refusal(completes(&kit, &challenge, &wrong).await) {
            Code::CodeWrong => tried += 1,
            code => break code,
        }
        assert!(tried < 10, "guessing goes on");
    };
    assert_eq!((refused, tried), (Code::RateLimited, 4));
    let challenge = begins(&kit, &ada).await;
    let right = app.code(kit.ctx().now());
    let seconds = wait(completes(&kit, &challenge, &right).await);
    assert!((1..=5).contains(&seconds));
    for code in &app.recovery_codes[..1] {
        assert_eq!(
            refusal(completes(&kit, &challenge, code).await),
            Code::RateLimited
        );
    }
    kit.clock.advance(i64::from(seconds) + 1);
    completes(&kit, &challenge, &app.code(kit.ctx().now()))
        .await
        .expect("nobody is locked out for good");
    kit.discards_mail().await;
}

async fn a_challenge_ends_and_is_good_once(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    for nonsense in ["", "lkc_x", "lks_x"] {
        let refused = completes(&kit, nonsense, "123456").await;
        assert_eq!(refusal(refused), Code::ChallengeExpired, "{nonsense}");
    }
    let challenge = begins(&kit, &ada).await;
    kit.clock.advance(CHALLENGE_SECONDS);
    assert!(
        sessions::waiting_for(&kit.ctx(), &challenge)
            .await
            .expect("it can be asked")
            .is_none()
    );
    let late = completes(&kit, &challenge, &app.code(kit.ctx().now())).await;
    assert_eq!(refusal(late), Code::ChallengeExpired);
    let challenge = begins(&kit, &ada).await;
    completes(&kit, &challenge, &app.code(kit.ctx().now()))
        .await
        .expect("it is in time");
    kit.clock.advance(30);
    let again = completes(&kit, &challenge, &app.code(kit.ctx().now())).await;
    assert_eq!(refusal(again), Code::ChallengeExpired);
    kit.discards_mail().await;
}

async fn a_trusted_browser_skips_the_step_until_something_changes(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let app = ada.sets_app_up(&kit).await;
    bob.sets_app_up(&kit).await;
    let trust = async || {
        kit.clock.advance(30);
        let challenge = begins(&kit, &ada).await;
        let code = app.code(kit.ctx().now());
        let done =
            sessions::complete_second_factor(&kit.ctx(), &challenge, &code.as_str().into(), true)
                .await;
        let token = done
            .expect("the code is right")
            .trust
            .expect("it was asked for");
        token.expose().to_owned()
    };
    let token = trust().await;
    assert!(skips(&kit, &ada, &token).await);
    assert!(!skips(&kit, &bob, &token).await, "it is for one person");
    assert!(!skips(&kit, &ada, "lkt_nonsense").await);
    kit.clock.advance(TRUSTED_DAYS * 24 * 60 * 60);
    assert!(!skips(&kit, &ada, &token).await, "it ends");

    let token = trust().await;
    ada.signs_in_with(&trusted(&kit, &token), Client::Browser)
        .await;
    let new = Password::new("eleven brass kettles sing");
    accounts::change_password(&kit.ctx(), &ada.actor(), &ada.password(), &new)
        .await
        .expect("the password is right");
    let mut changed = ada.credentials();
    changed.password = new;
    let ctx = trusted(&kit, &token);
    let entered = sessions::sign_in(&ctx, changed, Client::Browser).await;
    assert!(
        matches!(
            entered.expect("the password is right"),
            Entered::Challenged(_)
        ),
        "it ends with the password"
    );
    let challenge = {
        let mut program = ada.credentials();
        program.password = Password::new("eleven brass kettles sing");
        let entered = sessions::sign_in(&kit.ctx(), program, Client::Program).await;
        match entered.expect("the password is right") {
            Entered::Challenged(challenge) => challenge.token,
            Entered::Opened(_) => panic!("no second step was asked for"),
        }
    };
    kit.clock.advance(30);
    let code = app.code(kit.ctx().now());
    let done = sessions::complete_second_factor(
        &kit.ctx(),
        challenge.expose(),
        &code.as_str().into(),
        true,
    )
    .await;
    assert!(
        done.expect("the code is right").trust.is_none(),
        "a program is no browser"
    );
    kit.discards_mail().await;
}

async fn a_reset_password_does_not_get_round_it(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("it is answered");
    let token = kit.last_mail_to(&ada.email).await.token();
    let new = Password::new("eleven brass kettles sing");
    accounts::reset_password(&kit.ctx(), &token, &new)
        .await
        .expect("the link is good");
    let mut credentials = ada.credentials();
    credentials.password = new;
    let entered = sessions::sign_in(&kit.ctx(), credentials, Client::Browser).await;
    assert!(matches!(
        entered.expect("the password is right"),
        Entered::Challenged(_)
    ));
    kit.discards_mail().await;
}

async fn who_is_suspended_meanwhile_gets_no_session(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let challenge = begins(&kit, &ada).await;
    ada.is_suspended().await;
    let refused = completes(&kit, &challenge, &app.code(kit.ctx().now())).await;
    assert_eq!(refusal(refused), Code::ChallengeExpired);
    assert_eq!(kit.count("sessions").await, 0);
    kit.discards_mail().await;
}
