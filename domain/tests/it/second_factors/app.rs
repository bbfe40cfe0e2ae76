//! The authenticator app: set up, and taken off.

use contract::{Code, UserId, second_factors::RECOVERY_CODES};
use domain::{audit, second_factors, sessions};
use testkit::{App, Authenticator, Kit, on_each_database};

use super::{begins, completes, wrong};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    an_app_counts_only_after_one_right_code,
    the_first_ends_the_sessions_elsewhere_and_the_log_says_so,
    an_app_beside_a_passkey_leaves_the_recovery_codes_as_they_are,
    turning_it_off_takes_a_code_and_forgets_everything,
    an_operator_takes_it_off,
    everything_about_it_wants_a_fresh_proof,
    nothing_secret_is_stored_as_it_is,
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

async fn the_first_ends_the_sessions_elsewhere_and_the_log_says_so(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let before = [
        ada.signs_in().await,
        ada.signs_in().await,
        grace.signs_in().await,
    ];
    for person in [&ada, &grace] {
        person.signs_in().await;
    }
    ada.sets_app_up(&kit).await;
    grace
        .sets_passkey_up(&kit, &mut Authenticator::new(&kit, 8))
        .await;
    for session in &before {
        assert!(!kit.is_live(&session.token).await);
    }
    let ended = async |action: &str, id: UserId| {
        let lines = audit::of_subject(&kit.system(), &kit.operator(), id).await;
        let mut lines = lines.expect("operators may").into_iter();
        let line = lines.find(|line| line.action == action);
        let told = line.expect("it is logged").after.unwrap_or_default();
        told["sessions_ended"].as_u64()
    };
    assert_eq!(ended("user.app_added", ada.id).await, Some(2));
    assert_eq!(ended("user.passkey_added", grace.id).await, Some(1));
    ada.sets_passkey_up(&kit, &mut Authenticator::new(&kit, 7))
        .await;
    assert_eq!(
        ended("user.passkey_added", ada.id).await,
        None,
        "the second ends none"
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
