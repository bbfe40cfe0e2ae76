//! Letters that were not sent, as staff look after them.

use contract::{
    Code,
    admin::{MailFilter, MailStatus, QueuedMail},
    page::PageRequest,
};
use domain::{Actor, accounts, mail};
use testkit::{Kit, on_each_database};

use super::{WHY, staff};
use crate::refusals::refusal;

on_each_database! {
    letters_are_listed_without_what_they_say,
    a_letter_that_was_given_up_is_tried_again_alone,
    a_letter_that_waits_for_another_try_is_tried_at_once_unless_it_is_under_way,
    a_letter_that_is_discarded_is_never_sent,
    what_tells_of_staff_is_discarded_on_the_command_line_alone,
    a_test_letter_goes_to_whoever_asks,
}

/// A letter to each of these people, which wait.
async fn letters(kit: &Kit, handles: &[&str]) {
    for handle in handles {
        let person = kit.person(handle).await;
        accounts::request_password_reset(&kit.ctx(), &person.email)
            .await
            .expect("anybody may ask");
        kit.clock.advance(1);
    }
}

/// Those that wait are given up.
async fn give_up(kit: &Kit) {
    kit.sql("UPDATE mails SET status = 'dead', attempts = 14, last_error = '550 no', finished_at = 1 WHERE status = 'queued'")
        .await;
}

async fn listed(kit: &Kit, actor: &Actor, search: &str, status: &str) -> Vec<QueuedMail> {
    let filter = MailFilter {
        search: search.to_owned(),
        status: status.to_owned(),
    };
    let page = mail::page(&kit.ctx(), actor, &filter, &PageRequest::default()).await;
    let page = page.expect("staff may look");
    let count = mail::count(&kit.ctx(), actor, &filter).await;
    assert_eq!(count.ok(), Some(page.items.len() as u64));
    page.items.into_iter().map(|(_, row)| row).collect()
}

async fn letters_are_listed_without_what_they_say(kit: Kit) {
    let grace = staff(&kit).await;
    letters(&kit, &["ada"]).await;
    give_up(&kit).await;
    letters(&kit, &["mary"]).await;
    let all = listed(&kit, &grace, "", "").await;
    let told: Vec<_> = all
        .iter()
        .map(|row| (row.recipient.as_str(), row.status, row.attempts))
        .collect();
    assert_eq!(
        told,
        [
            ("mary@example.test", MailStatus::Queued, 0),
            ("ada@example.test", MailStatus::Dead, 14)
        ]
    );
    assert_eq!(all[1].last_error.as_deref(), Some("550 no"));
    assert_eq!(listed(&kit, &grace, "MARY@", "").await.len(), 1);
    assert_eq!(listed(&kit, &grace, "", "dead").await.len(), 1);
    let shown = format!("{all:?}");
    assert!(!shown.contains("reset-password"), "{shown}");
    kit.discards_mail().await;
}

async fn a_letter_that_was_given_up_is_tried_again_alone(kit: Kit) {
    let grace = staff(&kit).await;
    letters(&kit, &["ada", "mary"]).await;
    give_up(&kit).await;
    let all = listed(&kit, &grace, "", "").await;
    let retry = async |id| mail::retry(&kit.ctx(), &grace, id, WHY).await;
    retry(all[0].id).await.expect("staff may");
    assert_eq!(refusal(retry(all[0].id).await), Code::MailNotDead);
    let arrived = kit.last_mail_to("mary@example.test").await;
    assert_eq!(arrived.template(), "reset_password");
    assert_eq!(
        refusal(retry(all[0].id).await),
        Code::NotFound,
        "what was sent is listed no more"
    );
    assert_eq!(listed(&kit, &grace, "", "dead").await.len(), 1);
}

async fn a_letter_that_waits_for_another_try_is_tried_at_once_unless_it_is_under_way(kit: Kit) {
    let grace = staff(&kit).await;
    letters(&kit, &["ada", "mary"]).await;
    let all = listed(&kit, &grace, "", "").await;
    let retry = async |id| mail::retry(&kit.ctx(), &grace, id, WHY).await;
    assert_eq!(refusal(retry(all[0].id).await), Code::MailNotDead, "new");
    let (claimed, next) = (
        kit.ctx().now().plus_seconds(60).0,
        kit.ctx().now().plus_seconds(6 * 60 * 60).0,
    );
    kit.sql(&format!(
        "UPDATE mails SET attempts = 9, next_attempt_at = {next}, claimed_until_at = {claimed}"
    ))
    .await;
    let refused = refusal(retry(all[0].id).await);
    assert_eq!(refused, Code::MailNotDead, "somebody is sending it");
    kit.clock.advance(61);
    assert_eq!(kit.deliver().await, 0, "both wait");
    retry(all[0].id).await.expect("nobody is sending it");
    assert_eq!(kit.deliver().await, 1, "the other waits");
    kit.last_mail_to("mary@example.test").await;
    retry(all[1].id).await.expect("it waits");
    kit.last_mail_to("ada@example.test").await;
}

async fn a_letter_that_is_discarded_is_never_sent(kit: Kit) {
    let grace = staff(&kit).await;
    letters(&kit, &["ada", "mary"]).await;
    let all = listed(&kit, &grace, "", "").await;
    let until = kit.ctx().now().plus_seconds(60).0;
    kit.sql(&format!("UPDATE mails SET claimed_until_at = {until}"))
        .await;
    let discard = async |id| mail::discard(&kit.ctx(), &grace, id, WHY).await;
    assert_eq!(refusal(discard(all[0].id).await), Code::MailUnderWay);
    kit.clock.advance(61);
    discard(all[0].id).await.expect("nobody is sending it");
    assert_eq!(refusal(discard(all[0].id).await), Code::NotFound);
    assert_eq!(kit.deliver().await, 1);
    kit.last_mail_to("ada@example.test").await;
    let logged = kit.text("SELECT after FROM audit_events WHERE action = 'mail.discarded'");
    let logged = logged.await.expect("it was logged");
    assert!(
        logged.contains("reset_password") && !logged.contains("example.test"),
        "{logged}"
    );
}

async fn what_tells_of_staff_is_discarded_on_the_command_line_alone(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    accounts::force_password_reset(&kit.ctx(), &grace, ada.id, WHY)
        .await
        .expect("staff may");
    let told = &listed(&kit, &grace, "ada@example.test", "").await[0];
    assert_eq!(told.template, "reset_by_operator");
    let hidden = mail::discard(&kit.ctx(), &grace, told.id, WHY).await;
    assert_eq!(refusal(hidden), Code::StaffProtected);
    mail::discard(&kit.system(), &kit.operator(), told.id, WHY)
        .await
        .expect("whoever has a shell may");
}

async fn a_test_letter_goes_to_whoever_asks(kit: Kit) {
    let grace = staff(&kit).await;
    kit.sql("UPDATE profiles SET time_zone = 'Asia/Tokyo'")
        .await;
    let to = mail::send_test(&kit.ctx(), &grace).await;
    assert_eq!(to.ok().as_deref(), Some("grace@example.test"));
    let letter = kit.last_mail_to("grace@example.test").await;
    assert_eq!(letter.template(), "test");
    let text = &letter.letter.text;
    assert!(text.contains(" JST"), "times are in her zone: {text}");
    let ada = kit.person("ada").await;
    for (actor, code) in [
        (ada.signed_in().await, Code::NotFound),
        (kit.anonymous(), Code::NotFound),
        (kit.operator(), Code::Unauthenticated),
    ] {
        let refused = mail::send_test(&kit.ctx(), &actor).await;
        assert_eq!(refusal(refused), code);
    }
}
