//! Second factors: nothing opens without the second step, a code is good once, and what was lost can be replaced.

use contract::{
    Code, Password,
    second_factors::{CHALLENGE_SECONDS, RECOVERY_CODES, TRUSTED_DAYS},
    sessions::SignIn,
};
use domain::{
    Ctx, Origin, accounts, passkeys, second_factors,
    sessions::{self, Client, Entered, Proof},
};
use testkit::{App, Authenticator, Kit, Person, on_each_database};

use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    an_app_counts_only_after_one_right_code,
    with_an_app_the_password_opens_nothing_and_the_code_does,
    a_code_is_taken_once_by_whoever_is_first,
    a_code_of_the_step_before_and_after_is_taken_and_no_other,
    wrong_codes_have_to_wait_over_all_challenges,
    a_challenge_ends_and_is_good_once,
    a_recovery_code_stands_in_once_and_is_told_of,
    new_recovery_codes_end_the_old_ones,
    a_trusted_browser_skips_the_step_until_something_changes,
    turning_it_off_takes_a_code_and_forgets_everything,
    everything_about_it_wants_a_fresh_proof,
    a_code_is_a_proof_too,
    a_password_alone_is_no_proof_where_there_is_a_factor,
    an_app_beside_a_passkey_leaves_the_recovery_codes_as_they_are,
    a_reset_password_does_not_get_round_it,
    an_operator_takes_it_off,
    nothing_secret_is_stored_as_it_is,
    who_is_suspended_meanwhile_gets_no_session,
}

async fn completes(kit: &Kit, challenge: &str, code: &str) -> domain::Result<sessions::Completed> {
    sessions::complete_second_factor(&kit.ctx(), challenge, &code.into(), false).await
}

async fn begins(kit: &Kit, person: &Person) -> String {
    person.begins_to_sign_in(kit, Client::Browser).await
}

/// A code that the app does not show now, nor half a minute before or after.
fn wrong(app: &App, ctx: &Ctx) -> String {
    let near: Vec<String> = (-2..=2)
        .map(|step| app.code(ctx.now().plus_seconds(30 * step)))
        .collect();
    let other = ["000000", "111111", "222222", "333333", "444444", "555555"];
    let found = other
        .iter()
        .find(|code| !near.iter().any(|own| own == *code));
    (*found.expect("five codes are not six")).to_owned()
}

async fn an_app_counts_only_after_one_right_code(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    let ctx = kit.ctx();
    assert_eq!(
        refusal(second_factors::confirm_app(&ctx, &actor, "123456").await),
        Code::AppOff
    );
    let first = second_factors::begin_app(&ctx, &actor)
        .await
        .expect("it begins");
    assert!(
        first.uri.starts_with("otpauth://totp/") && first.uri.contains(&first.secret),
        "{}",
        first.uri
    );
    assert_eq!(first.secret.len(), 32, "160 bits");
    let shown = second_factors::pending_app(&ctx, &actor)
        .await
        .expect("it may be seen");
    assert_eq!(
        shown.as_ref(),
        Some(&first),
        "it is shown until it is confirmed"
    );
    let second = second_factors::begin_app(&ctx, &actor)
        .await
        .expect("it begins anew");
    assert_ne!(first.secret, second.secret);
    assert!(
        ada.can_sign_in_with(&ada.password).await,
        "it does not count yet"
    );
    let (old, new) = (App::of(&first), App::of(&second));
    for (code, expected) in [
        ("", Code::Required),
        ("12345", Code::InvalidCode),
        ("0123-4567-89AB-CDEF", Code::InvalidCode),
        (old.code(ctx.now()).as_str(), Code::CodeWrong),
    ] {
        let refused = second_factors::confirm_app(&ctx, &actor, code).await;
        assert_eq!(refusal_on(refused), (expected, "code".to_owned()), "{code}");
    }
    let done = second_factors::confirm_app(&ctx, &actor, &new.code(ctx.now()))
        .await
        .expect("the code is right");
    let codes = done.recovery_codes.as_ref().map(Vec::len);
    assert_eq!(codes, Some(RECOVERY_CODES));
    let actor = kit
        .holder(&done.opened.token)
        .await
        .expect("it goes on under a new token");
    assert_eq!(
        refusal(second_factors::begin_app(&ctx, &actor).await),
        Code::AppOn
    );
    assert_eq!(
        second_factors::pending_app(&ctx, &actor)
            .await
            .expect("it may be asked"),
        None,
        "the secret is never shown again"
    );
    let own = second_factors::get(&ctx, &actor)
        .await
        .expect("it is one's own");
    assert!(own.app_since.is_some());
    assert_eq!(own.recovery_codes_left, 10);
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "app_added");
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

async fn a_recovery_code_stands_in_once_and_is_told_of(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let challenge = begins(&kit, &ada).await;
    let typed = app.recovery_codes[3].to_lowercase().replace('-', " ");
    let done = completes(&kit, &challenge, &typed)
        .await
        .expect("it is one of the ten");
    assert_eq!(done.recovery_codes_left, Some(9));
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "recovery_code_used"
    );
    let challenge = begins(&kit, &ada).await;
    assert_eq!(
        refusal(completes(&kit, &challenge, &typed).await),
        Code::CodeWrong
    );
    let bob = kit.person("bob").await;
    bob.sets_app_up(&kit).await;
    let challenge = begins(&kit, &bob).await;
    assert_eq!(
        refusal(completes(&kit, &challenge, &app.recovery_codes[4]).await),
        Code::CodeWrong,
        "it is another's"
    );
    kit.discards_mail().await;
}

async fn new_recovery_codes_end_the_old_ones(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    kit.discards_mail().await;
    let refused =
        second_factors::replace_recovery_codes(&ctx, &actor, &wrong(&app, &ctx).as_str().into())
            .await;
    assert_eq!(refusal_on(refused), (Code::CodeWrong, "code".to_owned()));
    let new =
        second_factors::replace_recovery_codes(&ctx, &actor, &app.code(ctx.now()).as_str().into())
            .await
            .expect("the code is right");
    assert_eq!(new.len(), RECOVERY_CODES);
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "recovery_codes_replaced"
    );
    let challenge = begins(&kit, &ada).await;
    assert_eq!(
        refusal(completes(&kit, &challenge, &app.recovery_codes[0]).await),
        Code::CodeWrong
    );
    completes(&kit, &challenge, &new[0].to_string())
        .await
        .expect("it is a new one");
    kit.discards_mail().await;
}

fn trusted(kit: &Kit, token: &str) -> Ctx {
    let ctx = kit.ctx();
    let origin = Origin {
        trust: Some(token.to_owned()),
        ..ctx.origin().clone()
    };
    ctx.with_origin(origin)
}

async fn skips(kit: &Kit, person: &Person, token: &str) -> bool {
    let ctx = trusted(kit, token);
    let entered = sessions::sign_in(&ctx, person.credentials(), Client::Browser).await;
    matches!(entered.expect("the password is right"), Entered::Opened(_))
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

async fn turning_it_off_takes_a_code_and_forgets_everything(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let waiting = begins(&kit, &ada).await;
    kit.discards_mail().await;
    let refused =
        second_factors::remove_app(&ctx, &actor, &wrong(&app, &ctx).as_str().into()).await;
    assert_eq!(refusal_on(refused), (Code::CodeWrong, "code".to_owned()));
    second_factors::remove_app(&ctx, &actor, &app.recovery_codes[9].as_str().into())
        .await
        .expect("a recovery code does too");
    let templates: Vec<String> = kit
        .new_mail_to(&ada.email)
        .await
        .iter()
        .map(|post| post.template().to_owned())
        .collect();
    assert_eq!(templates, ["recovery_code_used", "app_removed"]);
    assert!(ada.can_sign_in_with(&ada.password).await);
    assert_eq!(
        refusal(completes(&kit, &waiting, &app.code(ctx.now())).await),
        Code::ChallengeExpired
    );
    for table in [
        "authenticator_apps",
        "recovery_codes",
        "challenges",
        "trusted_browsers",
    ] {
        assert_eq!(kit.count(table).await, 0, "{table}");
    }
    let again = second_factors::remove_app(&ctx, &actor, &"123456".into()).await;
    assert_eq!(refusal(again), Code::AppOff);
}

async fn everything_about_it_wants_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let code = app.code(ctx.now());
    for refused in [
        refusal(second_factors::begin_app(&ctx, &actor).await),
        refusal(second_factors::pending_app(&ctx, &actor).await),
        refusal(second_factors::confirm_app(&ctx, &actor, &code).await),
        refusal(second_factors::remove_app(&ctx, &actor, &code.as_str().into()).await),
        refusal(second_factors::replace_recovery_codes(&ctx, &actor, &code.as_str().into()).await),
    ] {
        assert_eq!(refused, Code::StepUpRequired);
    }
    for actor in [kit.anonymous(), kit.operator()] {
        for refused in [
            refusal(second_factors::get(&ctx, &actor).await),
            refusal(second_factors::begin_app(&ctx, &actor).await),
            refusal(second_factors::confirm_app(&ctx, &actor, &code).await),
            refusal(second_factors::remove_app(&ctx, &actor, &code.as_str().into()).await),
        ] {
            assert_eq!(refused, Code::Unauthenticated);
        }
    }
    kit.discards_mail().await;
}

async fn a_code_is_a_proof_too(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let wrong = Proof::Factor(wrong(&app, &ctx).as_str().into());
    assert_eq!(
        refusal_on(sessions::step_up(&ctx, &actor, &wrong).await),
        (Code::CodeWrong, "code".to_owned())
    );
    let proof = Proof::Factor(app.code(ctx.now()).as_str().into());
    let opened = sessions::step_up(&ctx, &actor, &proof)
        .await
        .expect("the code is right");
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("it goes on under a new token");
    sessions::require_fresh(&ctx, &actor).expect("it was just proved");
    assert_eq!(
        refusal(sessions::step_up(&ctx, &actor, &proof).await),
        Code::CodeWrong,
        "a code is good once, for whatever it was"
    );
    let bob = kit.person("bob").await;
    let proof = Proof::Factor("123456".into());
    let refused = sessions::step_up(&ctx, &bob.signed_in().await, &proof).await;
    assert_eq!(
        refusal(refused),
        Code::CodeWrong,
        "who has no app has no code"
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

async fn an_operator_takes_it_off(kit: Kit) {
    let ada = kit.person("ada").await;
    let (ctx, operator) = (kit.system(), kit.operator());
    let none = second_factors::reset(&ctx, &operator, ada.id, "lost phone").await;
    assert_eq!(refusal(none), Code::AppOff);
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let own = second_factors::reset(&ctx, &ada.actor(), ada.id, "lost phone").await;
    assert_eq!(refusal(own), Code::NotFound);
    let reasonless = second_factors::reset(&ctx, &operator, ada.id, " ").await;
    assert_eq!(
        refusal_on(reasonless),
        (Code::Required, "reason".to_owned())
    );
    second_factors::reset(&ctx, &operator, ada.id, "showed a passport")
        .await
        .expect("operators may");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "second_factors_reset"
    );
    assert_eq!(kit.count("sessions").await, 0);
    assert!(ada.can_sign_in_with(&ada.password).await);
    let told = kit
        .text("SELECT after FROM audit_events WHERE action = 'user.second_factors_reset'")
        .await;
    assert!(told.is_some_and(|told| told.contains("showed a passport")));
}

async fn nothing_secret_is_stored_as_it_is(kit: Kit) {
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    let set_up = second_factors::begin_app(&kit.ctx(), &actor)
        .await
        .expect("it begins");
    let app = App::of(&set_up);
    let code = app.code(kit.ctx().now());
    let done = second_factors::confirm_app(&kit.ctx(), &actor, &code)
        .await
        .expect("it is right");
    let codes = done.recovery_codes.expect("it is the first factor");
    let challenge = begins(&kit, &ada).await;
    for secret in [
        set_up.secret.clone(),
        challenge,
        codes[0].to_string(),
        codes[0].bare().to_owned(),
    ] {
        assert!(!kit.stores(&secret).await, "{secret}");
    }
    assert!(!format!("{set_up:?}{codes:?}").contains(&set_up.secret));
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

async fn a_password_alone_is_no_proof_where_there_is_a_factor(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let ctx = kit.ctx();
    let refused = sessions::step_up(&ctx, &ada.actor(), &ada.password().into()).await;
    assert_eq!(refusal(refused), Code::FactorNeeded);

    let new = Password::new("eleven brass kettles sing");
    let opened = accounts::change_password(&ctx, &ada.actor(), &ada.password(), &new)
        .await
        .expect("a password is changed with the password");
    let actor = kit.holder(&opened.token).await.expect("it goes on");
    assert_eq!(
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        Code::StepUpRequired,
        "which proves no more than that"
    );
    kit.clock.advance(30);
    let proof = Proof::Factor(app.code(ctx.now()).as_str().into());
    let opened = sessions::step_up(&ctx, &actor, &proof)
        .await
        .expect("the code is right");
    let actor = kit.holder(&opened.token).await.expect("it goes on");
    passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("the factor was proved");

    let credentials = SignIn {
        password: new,
        ..ada.credentials()
    };
    let entered = sessions::sign_in(&ctx, credentials.clone(), Client::Browser).await;
    let Entered::Challenged(challenge) = entered.expect("the password is right") else {
        panic!("no second step was asked for");
    };
    kit.clock.advance(30);
    let code = app.code(ctx.now()).as_str().into();
    let done = sessions::complete_second_factor(&ctx, challenge.token.expose(), &code, true)
        .await
        .expect("the code is right");
    let trust = done.trust.expect("it was asked for");
    let skipping = trusted(&kit, trust.expose());
    let entered = sessions::sign_in(&skipping, credentials, Client::Browser).await;
    let opened = entered.expect("the password is right").opened();
    let opened = opened.expect("the browser is trusted");
    let actor = kit.holder(&opened.token).await.expect("it is live");
    assert_eq!(
        refusal(sessions::require_fresh(&ctx, &actor)),
        Code::StepUpRequired,
        "a step that was skipped is no proof"
    );
    kit.discards_mail().await;
}

async fn an_app_beside_a_passkey_leaves_the_recovery_codes_as_they_are(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = Authenticator::new(&kit, 7);
    let codes = ada.sets_passkey_up(&kit, &mut key).await.recovery_codes;
    let app = ada.sets_app_up(&kit).await;
    assert!(app.recovery_codes.is_empty(), "none are shown");
    let challenge = begins(&kit, &ada).await;
    let code = codes.expect("the first factor brings them")[0].to_string();
    completes(&kit, &challenge, &code)
        .await
        .expect("those of the passkey are good");
    kit.discards_mail().await;
}
