//! What is answered about a key.

use contract::{
    Code,
    api_keys::{CreateApiKey, Overlap, UpdateApiKey},
    organizations::SubscriptionTier,
    verification::{Verdict, VerifyKey},
};
use domain::{
    Actor, api_keys,
    organizations::{self, Plan},
    verification,
};
use testkit::{Backend, Kit, on_each_database};

use super::{acme, ask, key, plain, verdict};
use crate::refusals::{problems, refusal, refusal_on};

on_each_database! {
    the_answer_names_the_key_and_its_organization,
    of_several_reasons_the_first_is_told,
    junk_is_not_found_and_asks_no_database,
    guesses_ask_no_database_once_all_keys_are_known,
    only_programs_of_the_operator_ask,
    a_question_that_is_none_is_refused,
    a_batch_answers_each_for_itself,
    another_process_sees_changes_within_a_second,
    another_process_sees_changes_of_a_clock_that_is_behind,
    an_older_pepper_is_still_good,
    a_key_in_memory_costs_nothing_but_its_charge,
}

fn question(secret: &str) -> VerifyKey {
    VerifyKey {
        key: secret.to_owned(),
        ..VerifyKey::default()
    }
}

async fn the_answer_names_the_key_and_its_organization(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("Backend")).await;
    let answer = ask(&kit.ctx(), &question(made.secret.expose())).await;
    assert!(answer.valid && answer.code == Verdict::Valid);
    let organization = answer.organization.expect("the key is known");
    assert_eq!(
        (organization.id, &*organization.slug, organization.tier),
        (acme.id, "acme", SubscriptionTier::Free)
    );
    let named = answer.key.expect("the key is known");
    assert_eq!((named.id, &*named.name), (made.key.id, "Backend"));
    let quota = answer.quota.expect("it was charged");
    assert_eq!(
        (quota.limit, quota.used, quota.remaining),
        (10_000, 1, 9_999)
    );
    assert!(answer.rate_limit.is_none());
}

async fn of_several_reasons_the_first_is_told(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        allowed_ips: "10.0.0.0/8".to_owned(),
        rate_limit: Some((1, 60)),
        quota: Some(1),
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let all_wrong = VerifyKey {
        scopes: vec!["write".to_owned()],
        cost: Some(5),
        ip: Some("203.0.113.7".to_owned()),
        ..question(made.secret.expose())
    };
    let code = async |change: &dyn Fn(&mut VerifyKey)| {
        let mut asked = all_wrong.clone();
        change(&mut asked);
        ask(&kit.ctx(), &asked).await.code
    };
    let at_home = |asked: &mut VerifyKey| asked.ip = Some("10.1.2.3".to_owned());
    let in_scope = |asked: &mut VerifyKey| asked.scopes.clear();
    assert_eq!(code(&|_| {}).await, Verdict::IpNotAllowed);
    assert_eq!(code(&|asked| asked.ip = None).await, Verdict::IpNotAllowed);
    assert_eq!(
        code(&|asked| at_home(asked)).await,
        Verdict::InsufficientScope
    );
    let dear = |asked: &mut VerifyKey| {
        at_home(asked);
        in_scope(asked);
    };
    assert_eq!(code(&dear).await, Verdict::QuotaExceeded);
    let good = |asked: &mut VerifyKey| {
        at_home(asked);
        in_scope(asked);
        asked.cost = Some(1);
    };
    assert_eq!(code(&good).await, Verdict::Valid);
    assert_eq!(code(&good).await, Verdict::RateLimited);
    api_keys::pause(&kit.ctx(), &ada.actor(), made.key.id)
        .await
        .expect("owners may");
    assert_eq!(code(&|_| {}).await, Verdict::Paused);
    kit.clock.advance(100 * super::DAY);
    assert_eq!(code(&|_| {}).await, Verdict::Paused, "state before expiry");
    ada.signed_in().await;
    api_keys::revoke(&kit.ctx(), &ada.actor(), made.key.id, "")
        .await
        .expect("owners may");
    assert_eq!(code(&|_| {}).await, Verdict::Revoked);
}

async fn junk_is_not_found_and_asks_no_database(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let secret = made.secret.expose();
    let cut = &secret[..40];
    let other = secret.replace("lk_", "kl_");
    let huge = "lk_org_".to_owned() + &"a".repeat(1_000_000);
    for junk in ["", " ", "lk_org_", "ключ", cut, &other, &huge] {
        let (answer, statements) = kit.statements_of(ask(&kit.ctx(), &question(junk))).await;
        assert_eq!(answer.code, Verdict::NotFound);
        assert!(answer.organization.is_none() && answer.key.is_none());
        assert!(statements.is_empty(), "{statements:?}");
    }
    let padded = format!(" {secret}\n");
    assert_eq!(verdict(&kit, &padded).await, Verdict::Valid);
}

async fn guesses_ask_no_database_once_all_keys_are_known(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    // Good in form, of another installation.
    let elsewhere = kit
        .started_again(|settings| {
            settings.secret_key =
                domain::seal::SecretKey::new("another secret key, 32 characters or more");
        })
        .await;
    let stop = tokio_util_stop();
    let job = tokio::spawn(verification::run(elsewhere.clone(), stop.1));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let asked = question(made.secret.expose());
    let (answer, statements) = kit.statements_of(ask(&elsewhere, &asked)).await;
    assert_eq!(
        (answer.code, statements.len()),
        (Verdict::NotFound, 0),
        "{statements:?}"
    );
    drop(stop.0);
    job.await.expect("it ends");
    assert_eq!(verdict(&kit, made.secret.expose()).await, Verdict::Valid);
}

/// What ends a job when it is dropped.
fn tokio_util_stop() -> (
    tokio::sync::oneshot::Sender<()>,
    impl Future<Output = ()> + Send + 'static,
) {
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    (sender, async move {
        let _ = receiver.await;
    })
}

async fn only_programs_of_the_operator_ask(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let asked = question(made.secret.expose());
    let own = super::caller(&kit, made.secret.expose()).await;
    let own = Actor::Key(own.expect("it is good"));
    let verify = async |actor: &Actor| verification::verify(&kit.ctx(), actor, &asked).await;
    assert_eq!(
        refusal(verify(&kit.anonymous()).await),
        Code::Unauthenticated
    );
    assert_eq!(refusal(verify(&ada.actor()).await), Code::Forbidden);
    assert_eq!(refusal(verify(&own).await), Code::Forbidden);
    assert!(verify(&kit.operator()).await.is_ok());
}

async fn a_question_that_is_none_is_refused(kit: Kit) {
    let refused = async |asked: VerifyKey| {
        problems(verification::verify(&kit.ctx(), &Actor::Service, &asked).await)
    };
    let asked = VerifyKey {
        scopes: vec!["Ä".to_owned()],
        cost: Some(i64::MIN),
        ip: Some("nowhere".to_owned()),
        ..question("lk_org_x")
    };
    let codes: Vec<_> = refused(asked)
        .await
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(
        codes,
        [Code::InvalidScope, Code::OutOfRange, Code::InvalidIp]
    );
    let asked = VerifyKey {
        cost: Some(i64::MAX),
        ..question("lk_org_x")
    };
    assert_eq!(refused(asked).await[0].field.as_deref(), Some("cost"));
}

async fn a_batch_answers_each_for_itself(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let good = question(made.secret.expose());
    let wrong = VerifyKey {
        cost: Some(-1),
        ..good.clone()
    };
    let batch = [good.clone(), question("junk"), wrong, good.clone()];
    let answers = verification::verify_many(&kit.ctx(), &Actor::Service, &batch)
        .await
        .expect("it is no more than 100");
    let codes: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().ok().map(|answer| answer.code))
        .collect();
    assert_eq!(
        codes,
        [
            Some(Verdict::Valid),
            Some(Verdict::NotFound),
            None,
            Some(Verdict::Valid)
        ]
    );
    for size in [0, 101] {
        let many = vec![good.clone(); size];
        let refused = verification::verify_many(&kit.ctx(), &Actor::Service, &many).await;
        assert_eq!(refusal_on(refused), (Code::OutOfRange, "keys".to_owned()));
    }
}

async fn another_process_sees_changes_within_a_second(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let other = kit.started_again(|_| {}).await;
    let stop = tokio_util_stop();
    let job = tokio::spawn(verification::run(other.clone(), stop.1));
    let asked = question(made.secret.expose());
    let there = async || ask(&other, &asked).await;
    assert_eq!(there().await.code, Verdict::Valid);
    let within_a_second = async |secret: &str, expected: Verdict| {
        let asked = question(secret);
        for _ in 0..25 {
            if ask(&other, &asked).await.code == expected {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        false
    };
    let new = key(&kit, &acme, &ada, &plain("New")).await;
    assert!(
        within_a_second(new.secret.expose(), Verdict::Valid).await,
        "a new key"
    );
    api_keys::pause(&kit.ctx(), &ada.actor(), made.key.id)
        .await
        .expect("owners may");
    assert!(
        within_a_second(made.secret.expose(), Verdict::Paused).await,
        "a change"
    );
    let plan = Plan {
        tier: Some(SubscriptionTier::Pro),
        ..Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test")
        .await
        .expect("operators may");
    let mut tier = None;
    for _ in 0..25 {
        let answer = ask(&other, &question(new.secret.expose())).await;
        tier = answer.organization.map(|organization| organization.tier);
        if tier == Some(SubscriptionTier::Pro) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(tier, Some(SubscriptionTier::Pro), "a plan");
    drop(stop.0);
    job.await.expect("it ends");
}

/// Past the use case: as a process does it whose clock is behind by so many seconds.
async fn is_paused_by_another(kit: &Kit, behind: i64) {
    let at = kit.ctx().now().minus_seconds(behind).0;
    kit.sql(&format!(
        "UPDATE api_keys SET paused_at = {at}, updated_at = {at}"
    ))
    .await;
}

async fn is_resumed(kit: &Kit) {
    let at = kit.ctx().now().0;
    kit.sql(&format!(
        "UPDATE api_keys SET paused_at = NULL, updated_at = {at}"
    ))
    .await;
}

async fn another_process_sees_changes_of_a_clock_that_is_behind(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let other = kit.started_again(|_| {}).await;
    let stop = tokio_util_stop();
    let job = tokio::spawn(verification::run(other.clone(), stop.1));
    let asked = question(made.secret.expose());
    let comes_to = async |expected: Verdict| {
        for _ in 0..50 {
            if ask(&other, &asked).await.code == expected {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        false
    };
    assert!(comes_to(Verdict::Valid).await);
    // Long enough that what was made above is not read again.
    kit.clock.advance(600);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert!(comes_to(Verdict::Valid).await);
    is_paused_by_another(&kit, 30).await;
    assert!(comes_to(Verdict::Paused).await, "half a minute behind");

    is_resumed(&kit).await;
    assert!(comes_to(Verdict::Valid).await);
    kit.clock.advance(3_600);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert!(comes_to(Verdict::Valid).await);
    is_paused_by_another(&kit, 3_720).await;
    kit.clock.advance(-3_600);
    assert!(comes_to(Verdict::Paused).await, "our clock was ahead");
    drop(stop.0);
    job.await.expect("it ends");
}

async fn an_older_pepper_is_still_good(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let old = key(&kit, &acme, &ada, &plain("Old")).await;
    let pepper = || domain::seal::SecretKey::new("a pepper of tests, 32 characters or more");
    let after = kit
        .with_settings(|settings| settings.keys.peppers.push(pepper()))
        .await;
    assert_eq!(verdict(&after, old.secret.expose()).await, Verdict::Valid);
    let new = api_keys::rotate(&after.ctx(), &ada.actor(), old.key.id, Overlap::None)
        .await
        .expect("owners may");
    assert_eq!(verdict(&after, new.secret.expose()).await, Verdict::Valid);
    let peppers = kit
        .number("SELECT COUNT(DISTINCT pepper) FROM key_secrets")
        .await;
    assert_eq!(peppers, 2);
    kit.discards_mail().await;
}

async fn a_key_in_memory_costs_nothing_but_its_charge(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let asked = question(made.secret.expose());
    ask(&kit.ctx(), &asked).await;
    let (answer, statements) = kit.statements_of(ask(&kit.ctx(), &asked)).await;
    assert_eq!(answer.code, Verdict::Valid);
    let charge = match kit.backend() {
        Backend::Sqlite => 0,
        Backend::Postgres => 1,
    };
    assert_eq!(statements.len(), charge, "{statements:?}");
    let free = VerifyKey {
        cost: Some(0),
        ..asked
    };
    assert_eq!(
        ask(&kit.ctx(), &free).await.quota.map(|quota| quota.used),
        Some(2)
    );
    let edit = UpdateApiKey {
        name: Some("N".to_owned()),
        ..UpdateApiKey::default()
    };
    api_keys::update(&kit.ctx(), &ada.actor(), made.key.id, &edit)
        .await
        .expect("owners may");
    let named = ask(&kit.ctx(), &free).await.key.expect("it is known");
    assert_eq!(&*named.name, "N", "an edit is seen at once");
}
