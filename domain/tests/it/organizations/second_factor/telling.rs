//! Members who lack one are told, each once for each moment that is set.

use contract::Code;
use domain::{accounts, maintenance, organizations};
use serde_json::json;
use testkit::{Kit, on_each_database};

use super::{Acme, DAY, enter, fresh, require};
use crate::refusals::refusal;

on_each_database! {
    an_owner_asks_for_it_and_who_lacks_one_is_told,
    the_same_again_writes_to_nobody_and_another_moment_to_all,
    of_many_changes_few_write_to_all_however_often_it_is_cleaned_up,
    after_a_clock_was_ahead_changes_are_counted_anew,
    many_are_told_in_steps_and_each_once,
}

async fn organizations_waiting(kit: &Kit) -> i64 {
    kit.number("SELECT count(*) FROM organizations WHERE second_factor_told IS NOT NULL")
        .await
}

async fn an_owner_asks_for_it_and_who_lacks_one_is_told(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        ..
    } = Acme::founded(&kit).await;
    let input = contract::accounts::UpdatePreferences {
        time_zone: Some("Asia/Tokyo".to_owned()),
        ..contract::accounts::UpdatePreferences::default()
    };
    accounts::update_preferences(&kit.ctx(), &mary.actor(), input)
        .await
        .expect("it is a time zone");
    grace.is_suspended().await;
    kit.discards_mail().await;
    let earliest = kit.ctx().now().plus_seconds(7 * DAY);
    let after = require(&kit, &ada.actor(), acme.id, 7).await;
    let from = after
        .expect("the owner has one")
        .organization()
        .second_factor_from;
    let latest = kit.ctx().now().plus_seconds(7 * DAY);
    let from = from.expect("it is asked for");
    assert!(earliest < from && from < latest, "in 7 days: {from}");
    let letters = kit.new_mail_to(&mary.email).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].template(), "second_factor_asked");
    let text = &letters[0].letter.text;
    assert!(text.contains("Hello Mary Jackson. Acme asks"), "{text}");
    assert!(text.contains("JST"), "the date is in her time zone: {text}");
    assert!(text.contains("/account/security"), "{text}");
    for told_nothing in [&ada, &grace] {
        assert_eq!(kit.new_mail_to(&told_nothing.email).await.len(), 0);
    }
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("organization.second_factor_required", Some(ada.id))
    );
    assert_eq!(
        (logged.before, logged.after),
        (
            Some(json!({ "second_factor_from": null })),
            Some(json!({ "second_factor_from": from }))
        )
    );
    assert_eq!(organizations_waiting(&kit).await, 0, "all are told");
}

async fn the_same_again_writes_to_nobody_and_another_moment_to_all(kit: Kit) {
    let Acme {
        acme, ada, mary, ..
    } = Acme::asking(&kit, 7).await;
    let logged = acme.log().await.len();
    kit.clock.advance(60);
    let again = require(&kit, &ada.actor(), acme.id, 7).await;
    again.expect("it is asked for already");
    assert_eq!(acme.log().await.len(), logged, "nothing has changed");
    assert_eq!(kit.new_mail_to(&mary.email).await.len(), 0);
    let sooner = require(&kit, &ada.actor(), acme.id, 0).await;
    let sooner = sooner.expect("another moment can be set");
    assert!(sooner.organization().needs_second_factor(kit.ctx().now()));
    let letter = kit.last_mail_to(&mary.email).await;
    assert!(
        letter
            .letter
            .text
            .contains("only members who have one can open Acme")
    );
    kit.clock.advance(DAY);
    let logged = acme.log().await.len();
    require(&kit, &fresh(&kit, &ada), acme.id, 0)
        .await
        .expect("it is in force already");
    assert_eq!(acme.log().await.len(), logged);
    let later = require(&kit, &fresh(&kit, &ada), acme.id, 14).await;
    later.expect("more time can be given");
    kit.discards_mail().await;
    assert!(
        enter(&kit, &mary, &acme).await.is_ok(),
        "she has time again"
    );
}

async fn of_many_changes_few_write_to_all_however_often_it_is_cleaned_up(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::founded(&kit).await;
    for days in 1..=5 {
        let done = require(&kit, &ada.actor(), acme.id, days).await;
        done.expect("five are free");
        maintenance::sweep(&kit.system())
            .await
            .expect("the database is there");
    }
    let refused = require(&kit, &ada.actor(), acme.id, 6).await;
    assert_eq!(refusal(refused), Code::RateLimited);
    kit.discards_mail().await;
}

async fn after_a_clock_was_ahead_changes_are_counted_anew(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::founded(&kit).await;
    kit.clock.advance(30 * DAY);
    let done = require(&kit, &fresh(&kit, &ada), acme.id, 1).await;
    done.expect("the first is free");
    kit.discards_mail().await;
    kit.clock.advance(-30 * DAY);
    for days in 2..=6 {
        let done = require(&kit, &fresh(&kit, &ada), acme.id, days).await;
        done.expect("five are free");
    }
    let refused = require(&kit, &fresh(&kit, &ada), acme.id, 7).await;
    assert_eq!(refusal(refused), Code::RateLimited);
    kit.discards_mail().await;
}

async fn many_are_told_in_steps_and_each_once(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::founded(&kit).await;
    acme.with_crowd(1..249).await;
    let letters = async || {
        kit.number("SELECT count(*) FROM mails WHERE template = 'second_factor_asked'")
            .await
    };
    require(&kit, &ada.actor(), acme.id, 30)
        .await
        .expect("the owner has one");
    assert_eq!(letters().await, 100, "one step, with the change itself");
    assert_eq!(organizations_waiting(&kit).await, 1);
    // Lifted meanwhile, the rest hear nothing.
    organizations::lift_second_factor(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    maintenance::sweep(&kit.system()).await.expect("it runs");
    assert_eq!(letters().await, 100);
    require(&kit, &ada.actor(), acme.id, 30)
        .await
        .expect("the owner has one");
    assert_eq!(letters().await, 200);
    maintenance::sweep(&kit.system()).await.expect("it runs");
    assert_eq!(letters().await, 100 + 250, "248 and two who joined by hand");
    assert_eq!(organizations_waiting(&kit).await, 0);
    maintenance::sweep(&kit.system()).await.expect("it runs");
    assert_eq!(letters().await, 350, "each is told once");
    let to = "SELECT count(DISTINCT recipient) FROM mails WHERE template = 'second_factor_asked'";
    assert_eq!(kit.number(to).await, 250);
    let spread = "SELECT max(next_attempt_at) - min(next_attempt_at) FROM mails WHERE template = 'second_factor_asked'";
    assert!(kit.number(spread).await >= 99 * 200, "one after the other");
    kit.discards_mail().await;
}
