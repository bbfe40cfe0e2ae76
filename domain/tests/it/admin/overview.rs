//! How the installation fares.

use contract::{
    Code, Role,
    admin::{JobKind, ShownSetting},
};
use domain::{Actor, admin, maintenance};
use testkit::{Kit, on_each_database};

use super::staff;
use crate::{
    api_keys::{key, plain},
    refusals::refusal,
};

on_each_database! {
    the_overview_counts_what_there_is,
    sign_ups_are_counted_by_the_days_of_whoever_asks,
    the_configuration_is_shown_to_staff_alone,
    a_job_that_ran_is_told_of,
}

async fn the_overview_counts_what_there_is(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    kit.person("new").unverified().await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.invites("zoe@example.test", Role::Member).await;
    key(&kit, &acme, &ada, &plain("Key")).await;
    let seen = admin::overview(&kit.ctx(), &grace).await;
    let seen = seen.expect("staff may look");
    let totals = seen.totals;
    assert_eq!(
        (
            totals.users,
            totals.verified_users,
            totals.staff,
            totals.suspended_users
        ),
        (3, 2, 1, 0)
    );
    assert_eq!(
        (
            totals.sessions,
            totals.organizations,
            totals.active_keys,
            totals.open_invitations
        ),
        (2, 1, 1, 1)
    );
    assert_eq!((seen.mails.queued, seen.mails.dead), (0, 0));
    assert_eq!(seen.sign_ups.len(), 30);
    assert_eq!(seen.sign_ups[29].count, 3);
    for actor in [ada.actor(), kit.anonymous()] {
        let refused = admin::overview(&kit.ctx(), &actor).await;
        assert_eq!(refusal(refused), Code::NotFound);
    }
}

async fn sign_ups_are_counted_by_the_days_of_whoever_asks(kit: Kit) {
    let grace = staff(&kit).await;
    let operator = kit.operator();
    let of = async |actor: &Actor| {
        let seen = admin::overview(&kit.ctx(), actor).await;
        let seen = seen.expect("they may look");
        let days = seen.sign_ups.into_iter().filter(|day| day.count > 0);
        let days: Vec<_> = days.map(|day| (day.date, day.count)).collect();
        (seen.time_zone, days)
    };
    let (zone, today) = of(&operator).await;
    assert_eq!((zone.as_str(), today.len()), ("UTC", 1));
    kit.clock.advance(24 * 60 * 60);
    kit.person("ada").await;
    let (_, days) = of(&operator).await;
    assert_eq!(days.len(), 2, "{days:?}");
    assert!(days[0].0 < days[1].0, "oldest first");
    kit.sql("UPDATE profiles SET time_zone = 'Pacific/Kiritimati'")
        .await;
    let (zone, days) = of(&grace).await;
    assert_eq!((zone.as_str(), days.len()), ("Pacific/Kiritimati", 2));
    kit.clock.advance(40 * 24 * 60 * 60);
    let (_, days) = of(&operator).await;
    assert!(days.is_empty(), "of the last 30 days: {days:?}");
}

async fn the_configuration_is_shown_to_staff_alone(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let one = ShownSetting {
        name: "sign_up".to_owned(),
        value: "open".to_owned(),
        source: "default".to_owned(),
    };
    let shown = vec![one.clone()];
    let ctx = kit.started_again(|settings| settings.shown = shown).await;
    assert_eq!(
        admin::configuration(&ctx, &grace).await.ok(),
        Some(vec![one])
    );
    let refused = admin::configuration(&ctx, &ada.signed_in().await).await;
    assert_eq!(refusal(refused), Code::NotFound);
}

async fn a_job_that_ran_is_told_of(kit: Kit) {
    let before = admin::overview(&kit.ctx(), &kit.operator()).await;
    assert!(before.expect("operators may").jobs.is_empty());
    let began = kit.ctx().now();
    // One round, and then it is told to end.
    maintenance::run(kit.system(), std::future::ready(())).await;
    let after = admin::overview(&kit.ctx(), &kit.operator()).await;
    let jobs = after.expect("operators may").jobs;
    assert_eq!(
        (jobs[0].kind, jobs[0].runs, jobs[0].is_well()),
        (JobKind::Maintenance, 1, true)
    );
    let at = jobs[0].last_success_at.expect("it was well");
    assert!(began <= at && at <= kit.ctx().now());
}
