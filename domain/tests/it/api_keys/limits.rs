//! Rates and quotas, exact under concurrency and over restarts.

use contract::{
    Code,
    api_keys::CreateApiKey,
    verification::{Verdict, VerifyKey},
};
use domain::{
    organizations::{self, Plan},
    verification,
};
use testkit::{Kit, on_each_database};

use super::{DAY, acme, ask, key, plain};

on_each_database! {
    of_64_clients_a_quota_lets_pass_exactly_as_many_as_it_has,
    a_keys_own_quota_and_the_pool_both_bind,
    what_was_charged_survives_a_restart,
    a_month_ends_and_the_quota_begins_anew,
    an_operators_new_quota_holds_at_once,
    owners_are_warned_once_at_80_and_at_100_percent,
    a_rate_is_kept_across_parallel_requests,
    the_installations_rate_holds_for_keys_without_one,
    a_charge_that_cannot_be_written_is_not_answered,
}

fn question(secret: &str, cost: i64) -> VerifyKey {
    VerifyKey {
        key: secret.to_owned(),
        cost: Some(cost),
        ..VerifyKey::default()
    }
}

async fn of_64_clients_a_quota_lets_pass_exactly_as_many_as_it_has(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        quota: Some(1_000),
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let asked = question(made.secret.expose(), 1);
    let clients = (0..64).map(|_| {
        let (ctx, asked) = (kit.ctx(), asked.clone());
        tokio::spawn(async move {
            let mut passed = 0;
            for _ in 0..20 {
                let code = ask(&ctx, &asked).await.code;
                assert!(
                    matches!(code, Verdict::Valid | Verdict::QuotaExceeded),
                    "{code:?}"
                );
                passed += i64::from(code == Verdict::Valid);
            }
            passed
        })
    });
    let mut passed = 0;
    for client in clients.collect::<Vec<_>>() {
        passed += client.await.expect("it ends");
    }
    assert_eq!(passed, 1_000);
    verification::finish(&kit.ctx()).await.expect("it counts");
    let counted = kit
        .number(
            "SELECT CAST(SUM(requests) AS BIGINT) FROM usage WHERE interval = 2 AND verdict = 0",
        )
        .await;
    let denied = kit
        .number(
            "SELECT CAST(SUM(requests) AS BIGINT) FROM usage WHERE interval = 2 AND verdict <> 0",
        )
        .await;
    assert_eq!((counted, denied), (1_000, 280));
    assert_eq!(kit.number("SELECT MAX(used) FROM quotas").await, 1_000);
    kit.discards_mail().await;
}

async fn a_keys_own_quota_and_the_pool_both_bind(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let plan = Plan {
        quota_limit: Some(100),
        ..Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test")
        .await
        .expect("operators may");
    let own = CreateApiKey {
        quota: Some(60),
        ..plain("One")
    };
    let one = key(&kit, &acme, &ada, &own).await;
    let other = key(&kit, &acme, &ada, &plain("Other")).await;
    let code = async |secret: &domain::PlainSecret, cost: i64| {
        ask(&kit.ctx(), &question(secret.expose(), cost)).await
    };
    assert_eq!(code(&one.secret, 60).await.code, Verdict::Valid);
    let over = code(&one.secret, 1).await;
    assert_eq!(over.code, Verdict::QuotaExceeded);
    assert_eq!(
        over.quota.map(|quota| (quota.limit, quota.used)),
        Some((60, 60))
    );
    assert!(over.resets_at.is_some());
    assert_eq!(code(&other.secret, 41).await.code, Verdict::QuotaExceeded);
    let rest = code(&other.secret, 40).await;
    assert_eq!(
        (rest.code, rest.quota.map(|quota| quota.remaining)),
        (Verdict::Valid, Some(0))
    );
    assert_eq!(
        code(&other.secret, 0).await.code,
        Verdict::Valid,
        "what costs nothing passes"
    );
    kit.discards_mail().await;
}

async fn what_was_charged_survives_a_restart(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        quota: Some(10),
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let asked = question(made.secret.expose(), 3);
    for _ in 0..2 {
        assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::Valid);
    }
    assert!(
        kit.uncounted().await > 0,
        "written down, and not counted yet"
    );
    kit.dies();
    let again = kit.started_again(|_| {}).await;
    verification::fold(&again)
        .await
        .expect("it counts before it serves");
    let answer = ask(&again, &asked).await;
    assert_eq!(answer.quota.map(|quota| quota.used), Some(9));
    assert_eq!(ask(&again, &asked).await.code, Verdict::QuotaExceeded);
    kit.discards_mail().await;
}

async fn a_month_ends_and_the_quota_begins_anew(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        quota: Some(1),
        expiry: contract::api_keys::Expiry::Never,
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let asked = question(made.secret.expose(), 1);
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::Valid);
    let over = ask(&kit.ctx(), &asked).await;
    assert_eq!(over.code, Verdict::QuotaExceeded);
    kit.clock.set(over.resets_at.expect("it tells when"));
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::Valid);
    kit.clock.advance(DAY);
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::QuotaExceeded);
    kit.discards_mail().await;
}

async fn an_operators_new_quota_holds_at_once(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let asked = question(made.secret.expose(), 10_000);
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::Valid);
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::QuotaExceeded);
    let plan = Plan {
        quota_limit: Some(20_000),
        ..Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test")
        .await
        .expect("operators may");
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::Valid);
    kit.discards_mail().await;
}

async fn owners_are_warned_once_at_80_and_at_100_percent(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let stop = tokio::sync::oneshot::channel::<()>();
    let job = tokio::spawn(verification::run(kit.ctx(), async move {
        let _ = stop.1.await;
    }));
    let use_up = async |cost: i64| {
        ask(&kit.ctx(), &question(made.secret.expose(), cost))
            .await
            .code
    };
    assert_eq!(use_up(7_999).await, Verdict::Valid);
    assert_eq!(use_up(1).await, Verdict::Valid);
    assert_eq!(use_up(1).await, Verdict::Valid);
    let told = async |count: usize| {
        let mut subjects = Vec::new();
        for _ in 0..40 {
            let new = kit.new_mail_to(&ada.email).await;
            subjects.extend(new.into_iter().map(|post| post.letter.subject.clone()));
            if subjects.len() >= count {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        subjects
    };
    assert_eq!(told(1).await, ["80% of the quota of Acme is used"]);
    assert_eq!(use_up(1_999).await, Verdict::Valid);
    assert_eq!(use_up(1).await, Verdict::QuotaExceeded);
    assert_eq!(told(1).await, ["The quota of Acme is used up"]);
    drop(stop.0);
    job.await.expect("it ends");
    let again = kit.started_again(|_| {}).await;
    let refused = ask(&again, &question(made.secret.expose(), 1)).await.code;
    assert_eq!(refused, Verdict::QuotaExceeded);
    assert!(kit.new_mail_to(&ada.email).await.is_empty(), "once a month");
}

async fn a_rate_is_kept_across_parallel_requests(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        rate_limit: Some((10, 60)),
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let asked = question(made.secret.expose(), 1);
    let all: Vec<_> = (0..40)
        .map(|_| {
            let (ctx, asked) = (kit.ctx(), asked.clone());
            tokio::spawn(async move { ask(&ctx, &asked).await })
        })
        .collect();
    let (mut passed, mut waits) = (0, Vec::new());
    for one in all {
        let answer = one.await.expect("it ends");
        passed += i32::from(answer.valid);
        waits.extend(answer.retry_after);
    }
    assert_eq!((passed, waits.len()), (10, 30));
    assert!(waits.iter().all(|wait| *wait == 6), "{waits:?}");
    kit.clock.advance(6);
    let answer = ask(&kit.ctx(), &asked).await;
    let rate = answer.rate_limit.expect("it has one");
    assert_eq!((answer.valid, rate.limit, rate.remaining), (true, 10, 0));
    assert_eq!(
        answer.quota.map(|quota| quota.used),
        Some(11),
        "what was refused cost nothing"
    );
}

async fn the_installations_rate_holds_for_keys_without_one(kit: Kit) {
    let limited = kit
        .with_settings(|settings| {
            settings.keys.rate_limit = contract::api_keys::RateLimit::check(1, 60).ok();
        })
        .await;
    let (acme, [ada, ..]) = acme(&limited).await;
    let made = key(&limited, &acme, &ada, &plain("K")).await;
    let asked = question(made.secret.expose(), 1);
    assert_eq!(ask(&limited.ctx(), &asked).await.code, Verdict::Valid);
    assert_eq!(ask(&limited.ctx(), &asked).await.code, Verdict::RateLimited);
}

async fn a_charge_that_cannot_be_written_is_not_answered(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let asked = question(made.secret.expose(), 4_000);
    assert_eq!(ask(&kit.ctx(), &asked).await.code, Verdict::Valid);
    verification::fold(&kit.ctx()).await.expect("it counts");
    kit.loses_journal().await;
    let failed = verification::verify(&kit.ctx(), &domain::Actor::Service, &asked).await;
    let failed = failed.expect_err("it could not be written down");
    assert_eq!(failed.tell("trace").0[0].code, Code::Unavailable);
    kit.finds_journal().await;
    let answer = ask(&kit.ctx(), &asked).await;
    assert_eq!(
        (answer.code, answer.quota.map(|quota| quota.used)),
        (Verdict::Valid, Some(8_000)),
        "what failed was not charged"
    );
    kit.discards_mail().await;
}
