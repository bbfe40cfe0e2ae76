//! Sessions: how long they live, what they open, and how they end.

use contract::{
    Code, Password, SessionId,
    page::PageRequest,
    sessions::{Method, OwnSession, SecondStep},
};
use domain::{
    Actor, Ctx, PlainSecret,
    sessions::{self, Client},
};
use testkit::{Kit, on_each_database};

use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    a_token_is_not_in_the_database,
    junk_opens_nothing,
    a_browsers_session_ends_after_12_hours_unused_and_7_days_in_all,
    a_kept_session_ends_after_30_days_unused_and_90_days_in_all,
    a_programs_session_lives_like_a_kept_one,
    tokens_of_browsers_and_programs_are_not_interchangeable,
    the_last_use_is_written_down_once_a_minute,
    a_suspended_persons_sessions_are_dead_at_once,
    a_deleted_persons_sessions_are_gone,
    signing_out_ends_this_session_alone,
    signing_out_twice_is_harmless,
    ending_the_others_leaves_ones_own,
    ending_the_others_wants_a_fresh_proof,
    a_kept_session_is_no_fresh_proof,
    confirming_makes_a_session_fresh_under_a_new_token,
    confirming_refuses_a_wrong_password_and_counts_it,
    confirming_an_ended_session_is_refused,
    a_person_sees_their_own_live_sessions_alone,
    one_session_is_ended_by_its_owner_alone,
    strangers_have_no_session_to_act_on,
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

async fn is_live(ctx: &Ctx, token: &PlainSecret, client: Client) -> bool {
    sessions::authenticate(ctx, token.expose(), client)
        .await
        .expect("sessions can be read")
        .is_some()
}

async fn a_token_is_not_in_the_database(kit: Kit) {
    let ada = kit.person("ada").await;
    let opened = ada.signs_in().await;
    assert!(!kit.stores(opened.token.expose()).await);
    assert!(!kit.stores(&ada.password).await);
    assert!(!kit.stores(&opened.device).await);
    assert!(
        kit.stores("Firefox/145.0").await,
        "the search finds what is there"
    );
}

async fn junk_opens_nothing(kit: Kit) {
    let opened = kit.person("ada").await.signs_in().await;
    let good = opened.token.expose();
    for token in [
        "",
        "lks_",
        &good[..good.len() - 1],
        &good.to_uppercase(),
        &good.replacen("lks", "lkl", 1),
        &format!("{good} "),
        "lks_' OR 1=1 --",
    ] {
        let found = sessions::authenticate(&kit.ctx(), token, Client::Browser)
            .await
            .expect("junk is no failure");
        assert!(found.is_none(), "{token}");
    }
}

/// Uses the session every `step` seconds; gives how many seconds it lived at least.
async fn lifetime(kit: &Kit, token: &PlainSecret, client: Client, step: i64) -> i64 {
    let mut lived = 0;
    loop {
        kit.clock.advance(step);
        if !is_live(&kit.ctx(), token, client).await {
            return lived;
        }
        lived += step;
    }
}

async fn a_browsers_session_ends_after_12_hours_unused_and_7_days_in_all(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    assert_eq!(
        lifetime(&kit, &session.token, Client::Browser, 12 * HOUR - 1).await / DAY,
        6,
        "it ends on the seventh day however much it is used"
    );
    let session = ada.signs_in().await;
    assert_eq!(
        lifetime(&kit, &session.token, Client::Browser, 12 * HOUR).await,
        0
    );
}

async fn a_kept_session_ends_after_30_days_unused_and_90_days_in_all(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in_to_stay().await;
    assert_eq!(
        lifetime(&kit, &session.token, Client::Browser, 22 * DAY).await,
        88 * DAY
    );
    let session = ada.signs_in_to_stay().await;
    assert_eq!(
        lifetime(&kit, &session.token, Client::Browser, 30 * DAY).await,
        0
    );
}

async fn a_programs_session_lives_like_a_kept_one(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in_with(&kit.ctx(), Client::Program).await;
    assert_eq!(
        lifetime(&kit, &session.token, Client::Program, 22 * DAY).await,
        88 * DAY
    );
    let session = ada.signs_in_with(&kit.ctx(), Client::Program).await;
    assert_eq!(
        lifetime(&kit, &session.token, Client::Program, 30 * DAY).await,
        0
    );
}

async fn tokens_of_browsers_and_programs_are_not_interchangeable(kit: Kit) {
    let ada = kit.person("ada").await;
    let (browser, kept) = (ada.signs_in().await, ada.signs_in_to_stay().await);
    let program = ada.signs_in_with(&kit.ctx(), Client::Program).await;
    for (token, own, other) in [
        (&browser.token, Client::Browser, Client::Program),
        (&kept.token, Client::Browser, Client::Program),
        (&program.token, Client::Program, Client::Browser),
    ] {
        assert!(is_live(&kit.ctx(), token, own).await);
        assert!(!is_live(&kit.ctx(), token, other).await);
    }
}

async fn the_last_use_is_written_down_once_a_minute(kit: Kit) {
    let session = kit.person("ada").await.signs_in().await;
    let seen = async || kit.number("SELECT last_seen_at FROM sessions").await;
    let first = seen().await;
    kit.clock.advance(58);
    assert!(kit.is_live(&session.token).await);
    assert_eq!(seen().await, first);
    kit.clock.advance(2);
    assert!(kit.is_live(&session.token).await);
    let second = seen().await;
    assert!(second >= first + 60_000);
    kit.clock.advance(-30);
    assert!(kit.is_live(&session.token).await);
    assert_eq!(
        seen().await,
        second,
        "a clock that is put back does not shorten a session"
    );
}

async fn a_suspended_persons_sessions_are_dead_at_once(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (session, other) = (ada.signs_in().await, grace.signs_in().await);
    ada.gets_suspended().await;
    assert!(!kit.is_live(&session.token).await);
    assert!(kit.is_live(&other.token).await);
}

async fn a_deleted_persons_sessions_are_gone(kit: Kit) {
    let session = kit.person("ada").await.signs_in().await;
    kit.sql("DELETE FROM users").await;
    assert!(!kit.is_live(&session.token).await);
    assert_eq!(
        (kit.count("sessions").await, kit.count("profiles").await),
        (0, 0)
    );
}

async fn signing_out_ends_this_session_alone(kit: Kit) {
    let ada = kit.person("ada").await;
    let (other, own) = (ada.signs_in().await, ada.signs_in().await);
    sessions::sign_out(&kit.ctx(), &ada.actor())
        .await
        .expect("the session is live");
    assert!(!kit.is_live(&own.token).await);
    assert!(kit.is_live(&other.token).await);
}

async fn signing_out_twice_is_harmless(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    sessions::sign_out(&kit.ctx(), &ada.actor())
        .await
        .expect("the session is live");
    let entries = kit.count("audit_events").await;
    sessions::sign_out(&kit.ctx(), &ada.actor())
        .await
        .expect("two tabs may both sign out");
    assert_eq!(kit.count("audit_events").await, entries);
}

async fn ending_the_others_leaves_ones_own(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (one, two, strangers) = (
        ada.signs_in().await,
        ada.signs_in_to_stay().await,
        grace.signs_in().await,
    );
    let own = ada.signs_in().await;
    assert_eq!(
        sessions::count_others(&kit.ctx(), &ada.actor()).await.ok(),
        Some(2)
    );
    assert_eq!(
        sessions::revoke_others(&kit.ctx(), &ada.actor()).await.ok(),
        Some(2)
    );
    assert!(!kit.is_live(&one.token).await && !kit.is_live(&two.token).await);
    assert!(kit.is_live(&own.token).await && kit.is_live(&strangers.token).await);
    assert_eq!(
        sessions::revoke_others(&kit.ctx(), &ada.actor()).await.ok(),
        Some(0),
        "the second time there is nothing to end"
    );
}

async fn ending_the_others_wants_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let other = ada.signs_in().await;
    ada.signs_in().await;
    kit.clock.advance(10 * 60);
    assert_eq!(
        refusal(sessions::revoke_others(&kit.ctx(), &ada.actor()).await),
        Code::StepUpRequired
    );
    assert!(kit.is_live(&other.token).await);

    let opened = sessions::step_up(&kit.ctx(), &ada.actor(), &ada.password().into())
        .await
        .expect("the password is right");
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("the new token is live");
    kit.clock.advance(10 * 60 - 5);
    assert_eq!(
        sessions::revoke_others(&kit.ctx(), &actor).await.ok(),
        Some(1)
    );
}

async fn a_kept_session_is_no_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let kept = ada.signs_in_to_stay().await;
    for _ in 0..3 {
        kit.clock.advance(10 * 60);
        let actor = kit.holder(&kept.token).await.expect("the session is live");
        assert_eq!(
            refusal(sessions::require_fresh(&kit.ctx(), &actor)),
            Code::StepUpRequired,
            "use makes nothing fresh"
        );
    }
}

async fn confirming_makes_a_session_fresh_under_a_new_token(kit: Kit) {
    let ada = kit.person("ada").await;
    let (other, own) = (ada.signs_in().await, ada.signs_in().await);
    kit.clock.advance(HOUR);
    let opened = sessions::step_up(&kit.ctx(), &ada.actor(), &ada.password().into())
        .await
        .expect("the password is right");
    assert_eq!((opened.session.id, opened.kind), (own.session.id, own.kind));
    assert_eq!(
        opened.session.expires_at, own.session.expires_at,
        "confirming does not prolong it"
    );
    assert!(!kit.is_live(&own.token).await);
    assert!(kit.is_live(&other.token).await);
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("the new token is live");
    sessions::require_fresh(&kit.ctx(), &actor).expect("the password was just proved");
}

async fn confirming_refuses_a_wrong_password_and_counts_it(kit: Kit) {
    let ada = kit.person("ada").await;
    let own = ada.signs_in().await;
    let wrong = Password::new("seven wrong herons were fed");
    for _ in 0..5 {
        let confirmed = sessions::step_up(&kit.ctx(), &ada.actor(), &wrong.clone().into()).await;
        assert_eq!(
            refusal_on(confirmed),
            (Code::PasswordWrong, "password".to_owned())
        );
    }
    assert!(wait(sessions::step_up(&kit.ctx(), &ada.actor(), &ada.password().into()).await) <= 5);
    assert!(
        kit.is_live(&own.token).await,
        "the session goes on as it was"
    );
    assert_eq!(
        refusal_on(sessions::step_up(&kit.ctx(), &ada.actor(), &Password::default().into()).await),
        (Code::Required, "password".to_owned())
    );
}

async fn confirming_an_ended_session_is_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    sessions::sign_out(&kit.ctx(), &ada.actor())
        .await
        .expect("the session is live");
    assert_eq!(
        refusal(sessions::step_up(&kit.ctx(), &ada.actor(), &ada.password().into()).await),
        Code::Unauthenticated
    );
    assert_eq!(kit.count("sessions").await, 0);
}

async fn own(kit: &Kit, actor: &Actor) -> Vec<OwnSession> {
    let page = sessions::page_own(&kit.ctx(), actor, &PageRequest::default()).await;
    let items = page.expect("they are one's own").items;
    items.into_iter().map(|(_, session)| session).collect()
}

async fn a_person_sees_their_own_live_sessions_alone(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    bob.signs_in().await;
    ada.signs_in_with(&kit.ctx(), Client::Program).await;
    ada.signs_in_with(&kit.ctx_from("203.0.113.9"), Client::Browser)
        .await;
    let seen = own(&kit, &ada.actor()).await;
    let told: Vec<_> = seen
        .iter()
        .map(|one| (one.is_current, one.is_program, one.ip.as_str(), one.method))
        .collect();
    assert_eq!(
        told,
        [
            (true, false, "203.0.113.9", Method::Password),
            (false, true, seen[1].ip.as_str(), Method::Password)
        ]
    );
    assert_eq!(seen[0].device, "Firefox on Linux");
    assert_eq!(seen[0].second_step, SecondStep::None);
    assert_eq!(
        sessions::count_own(&kit.ctx(), &ada.actor())
            .await
            .expect("they are one's own"),
        2
    );
    kit.clock.advance(13 * 60 * 60);
    let seen = own(&kit, &ada.actor()).await;
    assert!(
        seen.iter().all(|one| one.is_program),
        "a browser's ends unused"
    );
    kit.discards_mail().await;
}

async fn one_session_is_ended_by_its_owner_alone(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let foreign = bob.signs_in().await;
    let first = ada.signs_in().await;
    ada.signs_in().await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    for id in [foreign.session.id, SessionId::NOTHING] {
        assert_eq!(
            refusal(sessions::revoke(&ctx, &actor, id).await),
            Code::NotFound
        );
    }
    assert!(kit.is_live(&foreign.token).await);
    sessions::revoke(&ctx, &actor, first.session.id)
        .await
        .expect("it is one's own");
    assert!(!kit.is_live(&first.token).await);
    assert_eq!(
        refusal(sessions::revoke(&ctx, &actor, first.session.id).await),
        Code::NotFound
    );
    let third = ada.signs_in().await;
    let older = own(&kit, &ada.actor()).await[1].id;
    kit.clock.advance(sessions::FRESH_SECONDS);
    assert_eq!(
        refusal(sessions::revoke(&ctx, &ada.actor(), older).await),
        Code::StepUpRequired
    );
    sessions::revoke(&ctx, &ada.actor(), third.session.id)
        .await
        .expect("the session that asks may always go");
    assert!(!kit.is_live(&third.token).await);
}

async fn strangers_have_no_session_to_act_on(kit: Kit) {
    for actor in [Actor::Anonymous, Actor::Operator] {
        assert_eq!(
            refusal(sessions::sign_out(&kit.ctx(), &actor).await),
            Code::Unauthenticated
        );
        assert_eq!(
            refusal(sessions::revoke_others(&kit.ctx(), &actor).await),
            Code::Unauthenticated
        );
        assert_eq!(
            refusal(sessions::count_others(&kit.ctx(), &actor).await),
            Code::Unauthenticated
        );
        assert_eq!(
            refusal(sessions::require_fresh(&kit.ctx(), &actor)),
            Code::Unauthenticated
        );
        assert_eq!(
            refusal(sessions::step_up(&kit.ctx(), &actor, &Password::new("x").into()).await),
            Code::Unauthenticated
        );
    }
}
