//! What was counted, and who reads it.

use contract::{
    ApiKeyId, Code,
    api_keys::CreateApiKey,
    usage::{Interval, UsageRange},
    verification::{Verdict, VerifyKey},
};
use domain::{
    Actor, maintenance,
    usage::{self, Span},
    verification,
};
use testkit::{Kit, on_each_database};

use super::{DAY, acme, ask, caller, key, plain, verdict};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    calls_are_counted_by_interval_key_and_answer,
    many_keys_are_counted_in_parts,
    where_nothing_is_to_be_counted_nothing_is_written,
    two_processes_count_each_call_once,
    two_processes_that_count_at_once_do_not_wait_for_ever,
    fine_counts_go_and_days_stay,
    fine_counts_are_kept_as_long_as_is_configured,
    reading_wants_membership_or_the_scope,
    a_span_has_limits,
}

async fn calls_are_counted_by_interval_key_and_answer(kit: Kit) {
    let (acme, [ada, _, mary]) = acme(&kit).await;
    let one = key(&kit, &acme, &ada, &plain("One")).await;
    let other = key(&kit, &acme, &ada, &plain("Other")).await;
    let paid = async |secret: &str, cost: i64| {
        let question = VerifyKey {
            key: secret.to_owned(),
            cost: Some(cost),
            ..VerifyKey::default()
        };
        ask(&kit.ctx(), &question).await
    };
    paid(one.secret.expose(), 5).await;
    kit.clock.advance(2 * 60 * 60);
    paid(one.secret.expose(), 2).await;
    paid(one.secret.expose(), 0).await;
    let scoped = VerifyKey {
        key: other.secret.expose().to_owned(),
        scopes: vec!["write".to_owned()],
        ..VerifyKey::default()
    };
    assert_eq!(
        ask(&kit.ctx(), &scoped).await.code,
        Verdict::InsufficientScope
    );
    verification::finish(&kit.ctx()).await.expect("it counts");
    assert_eq!(kit.count("charges").await, 0);
    let viewer = acme.seen_by(&mary).await;
    let span = Span::of(UsageRange::Day, kit.ctx().now());
    let series = usage::series(&kit.ctx(), &viewer, span).await;
    let series = series.expect("members may");
    assert_eq!((series.valid(), series.denied(), series.units()), (3, 1, 7));
    let last: Vec<_> = series.points[21..]
        .iter()
        .map(|p| (p.valid, p.denied, p.units))
        .collect();
    assert_eq!(last, [(1, 0, 5), (0, 0, 0), (2, 1, 2)]);
    assert_eq!(
        series.verdicts,
        [(Verdict::Valid, 3), (Verdict::InsufficientScope, 1)]
    );
    let asked = [one.key.id, other.key.id, ApiKeyId::NOTHING];
    let own = usage::series_of(&kit.ctx(), &viewer, &asked, span)
        .await
        .expect("members may");
    let calls = asked.map(|id| (own[&id].valid(), own[&id].denied(), own[&id].units()));
    assert_eq!(calls, [(3, 0, 7), (0, 1, 0), (0, 0, 0)]);
    let keys = usage::by_key(&kit.ctx(), &viewer, span, 10)
        .await
        .expect("members may");
    let names: Vec<_> = keys
        .iter()
        .map(|key| (key.name.as_str(), key.valid, key.denied))
        .collect();
    assert_eq!(names, [("One", 3, 0), ("Other", 0, 1)]);
    let in_use = usage::keys_in_use(&kit.ctx(), &viewer, span).await;
    assert_eq!(in_use.ok(), Some(2));
    let lines = usage::sparklines(&kit.ctx(), &viewer, &[one.key.id]).await;
    let line = lines
        .expect("members may")
        .remove(&one.key.id)
        .expect("it was used");
    assert_eq!((line.len(), line[21], line[23]), (24, 1, 2));
    let quota = usage::quota(&kit.ctx(), &viewer)
        .await
        .expect("members may");
    assert_eq!((quota.used, quota.limit), (7, 10_000));
}

async fn many_keys_are_counted_in_parts(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut secrets = Vec::new();
    for at in 0..70 {
        secrets.push(
            key(&kit, &acme, &ada, &plain(&format!("K{at}")))
                .await
                .secret,
        );
    }
    for _ in 0..3 {
        for secret in &secrets {
            assert_eq!(verdict(&kit, secret.expose()).await, Verdict::Valid);
        }
    }
    let parts = verification::fold(&kit.ctx()).await.expect("it counts");
    assert_eq!(parts, 3);
    assert_eq!(kit.count("charges").await, 0);
    assert_eq!(
        kit.number("SELECT CAST(SUM(requests) AS BIGINT) FROM usage WHERE interval = 0")
            .await,
        210
    );
    assert_eq!(kit.number("SELECT MAX(used) FROM quotas").await, 210);
    assert_eq!(kit.count("key_uses").await, 70);
}

async fn where_nothing_is_to_be_counted_nothing_is_written(kit: Kit) {
    let ctx = kit.ctx();
    let counted = kit.while_another_writes(verification::fold(&ctx)).await;
    assert_eq!(counted.expect("it reads"), 0);
}

async fn two_processes_count_each_call_once(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut secrets = Vec::new();
    for at in 0..40 {
        let made = key(&kit, &acme, &ada, &plain(&format!("K{at}"))).await;
        secrets.push(made.secret);
    }
    for calls in 1..=4 {
        for secret in &secrets {
            assert_eq!(verdict(&kit, secret.expose()).await, Verdict::Valid);
        }
        let (one, other) = (kit.ctx(), kit.ctx());
        let (one, other) = tokio::join!(verification::fold(&one), verification::fold(&other));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        assert_eq!(kit.count("charges").await, 0);
        let counted = "SELECT CAST(SUM(requests) AS BIGINT) FROM usage WHERE interval = 0";
        assert_eq!(kit.number(counted).await, 40 * calls);
        let used = "SELECT MAX(used) FROM quotas";
        assert_eq!(kit.number(used).await, 40 * calls);
    }
}

async fn two_processes_that_count_at_once_do_not_wait_for_ever(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut questions = Vec::new();
    for at in 0..30 {
        let made = key(&kit, &acme, &ada, &plain(&format!("K{at}"))).await;
        questions.push(VerifyKey {
            key: made.secret.expose().to_owned(),
            ..VerifyKey::default()
        });
    }
    let (ctx, beside) = (kit.ctx(), kit.started_again(|_| {}).await);
    let works = async |ctx: &domain::Ctx| {
        for _ in 0..10 {
            for question in &questions {
                ask(ctx, question).await;
            }
            verification::fold(ctx).await?;
        }
        Ok::<_, domain::Error>(())
    };
    let (one, other) = tokio::join!(works(&ctx), works(&beside));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    verification::finish(&ctx).await.expect("it counts");
    verification::finish(&beside).await.expect("it counts");
    let counted = "SELECT CAST(SUM(requests) AS BIGINT) FROM usage WHERE interval = 0";
    assert_eq!(kit.number(counted).await, 600);
}

/// One verification, counted, of a key that never ends.
async fn one_call(kit: &Kit) {
    let (acme, [ada, ..]) = acme(kit).await;
    let input = CreateApiKey {
        expiry: contract::api_keys::Expiry::Never,
        ..plain("K")
    };
    let made = key(kit, &acme, &ada, &input).await;
    verdict(kit, made.secret.expose()).await;
    verification::finish(&kit.ctx()).await.expect("it counts");
}

/// Counts by minute, hour and day that a sweep leaves.
async fn left(kit: &Kit) -> Vec<i64> {
    maintenance::sweep(&kit.system()).await.expect("it sweeps");
    let mut of = Vec::new();
    for interval in Interval::ALL {
        let number = interval.number();
        let query = format!("SELECT COUNT(*) FROM usage WHERE interval = {number}");
        of.push(kit.number(&query).await);
    }
    of
}

async fn fine_counts_go_and_days_stay(kit: Kit) {
    one_call(&kit).await;
    assert_eq!(left(&kit).await, [1, 1, 1]);
    kit.clock.advance(2 * DAY + 60);
    assert_eq!(left(&kit).await, [0, 1, 1]);
    kit.clock.advance(90 * DAY);
    assert_eq!(left(&kit).await, [0, 0, 1]);
}

async fn fine_counts_are_kept_as_long_as_is_configured(kit: Kit) {
    one_call(&kit).await;
    let short = kit
        .with_settings(|all| {
            all.retention.minute_hours = 1;
            all.retention.hour_days = 3;
        })
        .await;
    kit.clock.advance(60 * 60 + 60);
    assert_eq!(left(&short).await, [0, 1, 1]);
    kit.clock.advance(3 * DAY);
    assert_eq!(left(&short).await, [0, 0, 1]);
}

async fn reading_wants_membership_or_the_scope(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let span = Span::of(UsageRange::Day, kit.ctx().now());
    let of_key = async |scope: &str| {
        let input = CreateApiKey {
            scopes: vec![scope.to_owned()],
            ..plain("K")
        };
        let made = key(&kit, &acme, &ada, &input).await;
        let actor = Actor::Key(
            caller(&kit, made.secret.expose())
                .await
                .expect("it is good"),
        );
        let viewer = domain::organizations::enter_by_id(&kit.ctx(), &actor, acme.id).await;
        let viewer = viewer.expect("it is the key's own");
        usage::series(&kit.ctx(), &viewer, span).await
    };
    assert!(of_key("usage:read").await.is_ok());
    assert_eq!(refusal(of_key("keys:read").await), Code::Forbidden);
}

async fn a_span_has_limits(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    let now = kit.ctx().now();
    let of = async |from: i64, interval: Interval| {
        let span = Span {
            interval,
            from: now.plus_seconds(from),
            to: now,
        };
        usage::series(&kit.ctx(), &viewer, span).await
    };
    assert_eq!(
        refusal_on(of(1, Interval::Day).await),
        (Code::OutOfRange, "from".to_owned())
    );
    let long = of(-10 * 365 * DAY, Interval::Hour).await;
    assert_eq!(refusal_on(long), (Code::OutOfRange, "interval".to_owned()));
    assert!(of(-365 * DAY, Interval::Day).await.is_ok());
}
