//! What has ended is cleaned up.

use contract::{Role, api_keys::Overlap, organizations::UpdateOrganization};
use domain::{accounts, api_keys, maintenance, organizations};
use testkit::{Kit, on_each_database};

use crate::api_keys::{acme, key, plain};

on_each_database! {
    a_sweep_takes_what_has_ended_and_leaves_the_rest,
    a_sweep_of_nothing_is_harmless,
    letters_that_were_not_sent_are_kept,
    what_somebody_wants_again_meanwhile_is_kept,
    what_cannot_be_deleted_keeps_nothing_else,
    what_nobody_asks_for_any_more_goes_in_its_time,
    however_many_rows_have_ended_all_go,
    it_runs_until_it_is_told_to_stop,
}

const DAY: i64 = 24 * 60 * 60;

async fn rows(kit: &Kit) -> [i64; 4] {
    [
        kit.count("sessions").await,
        kit.count("links").await,
        kit.count("throttles").await,
        kit.count("mails").await,
    ]
}

async fn a_sweep_takes_what_has_ended_and_leaves_the_rest(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    ada.signs_in_to_stay().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    assert!(!ada.can_sign_in_with("seven wrong herons were fed").await);
    kit.discards_mail().await;
    assert_eq!(
        rows(&kit).await,
        [2, 1, 4, 1],
        "one throttle each for the letter and its asker, the guess and its guesser"
    );

    assert_eq!(
        maintenance::sweep(&kit.system()).await.ok(),
        Some(0),
        "nothing has ended yet"
    );
    kit.clock.advance(DAY);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(
        rows(&kit).await,
        [1, 1, 0, 1],
        "12 hours unused end a session; a day ends a count"
    );
    kit.clock.advance(7 * DAY);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(
        rows(&kit).await,
        [1, 0, 0, 1],
        "a link explains itself for a week"
    );
    kit.clock.advance(23 * DAY);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(rows(&kit).await, [0, 0, 0, 0], "30 days end the rest");
    assert_eq!(
        (kit.count("users").await, kit.count("profiles").await),
        (1, 1),
        "people stay"
    );
    assert!(kit.count("audit_events").await > 0, "and so does the log");
}

async fn a_sweep_of_nothing_is_harmless(kit: Kit) {
    assert_eq!(maintenance::sweep(&kit.system()).await.ok(), Some(0));
}

async fn letters_that_were_not_sent_are_kept(kit: Kit) {
    let ada = kit.person("ada").await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    kit.clock.advance(60 * DAY);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(kit.deliver().await, 1);
    kit.discards_mail().await;
}

async fn what_somebody_wants_again_meanwhile_is_kept(kit: Kit) {
    let ada = kit.person("ada").await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    kit.sql("UPDATE mails SET status = 'dead', finished_at = 1 WHERE status = 'queued'")
        .await;
    kit.clock.advance(60 * DAY);
    let again = "UPDATE mails SET status = 'queued', finished_at = NULL WHERE status = 'dead'";
    let system = kit.system();
    let swept = kit.while_another_changes(again, Box::pin(maintenance::sweep(&system)));
    swept.await.expect("the database is there");
    assert_eq!(kit.deliver().await, 1, "it is queued once more");
    kit.discards_mail().await;
}

async fn what_cannot_be_deleted_keeps_nothing_else(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    kit.discards_mail().await;
    kit.clock.advance(40 * DAY);
    kit.sql("ALTER TABLE answered_ceremonies RENAME TO elsewhere")
        .await;
    maintenance::sweep(&kit.system())
        .await
        .expect_err("a round in which something could not go has failed");
    assert_eq!(rows(&kit).await, [0; 4]);
    kit.sql("ALTER TABLE elsewhere RENAME TO answered_ceremonies")
        .await;
}

async fn what_nobody_asks_for_any_more_goes_in_its_time(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    api_keys::rotate(&kit.ctx(), &ada.actor(), made.key.id, Overlap::None)
        .await
        .expect("owners may");
    let input = UpdateOrganization {
        name: None,
        slug: Some("acme-two".to_owned()),
    };
    organizations::update(&kit.ctx(), &ada.actor(), acme.id, input)
        .await
        .expect("owners may");
    kit.sql("INSERT INTO quotas (subject_id, month, used, told_percent) SELECT id, 24000, 5, 0 FROM organizations")
        .await;
    acme.invites("eve@example.test", Role::Member).await;
    kit.discards_mail().await;
    let rows = async || {
        maintenance::sweep(&kit.system())
            .await
            .expect("the database is there");
        [
            kit.count("key_secrets").await,
            kit.count("slugs").await,
            kit.count("invitations").await,
            kit.count("quotas").await,
        ]
    };
    assert_eq!(
        rows().await,
        [2, 2, 3, 0],
        "a quota of the year 2000 is of no use"
    );
    kit.clock.advance(31 * DAY);
    assert_eq!(
        rows().await,
        [1, 2, 3, 0],
        "a month after its end a secret is forgotten"
    );
    kit.clock.advance(60 * DAY);
    assert_eq!(
        rows().await,
        [1, 1, 3, 0],
        "a former address is free after 90 days"
    );
    kit.clock.advance(7 * DAY);
    assert_eq!(
        rows().await,
        [1, 1, 0, 0],
        "and so long after its week an invitation goes"
    );
    kit.discards_mail().await;
}

async fn however_many_rows_have_ended_all_go(kit: Kit) {
    kit.sql(
        "INSERT INTO throttles (key, count, until_at, expires_at)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
           SELECT 'x:' || i, 1, 1, 1 FROM n",
    )
    .await;
    assert_eq!(maintenance::sweep(&kit.system()).await.ok(), Some(4500));
    assert_eq!(kit.count("throttles").await, 0);
}

async fn it_runs_until_it_is_told_to_stop(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    kit.clock.advance(DAY);
    maintenance::run(kit.system(), std::future::ready(())).await;
    assert_eq!(
        kit.count("sessions").await,
        0,
        "it cleans up before it waits"
    );
}
