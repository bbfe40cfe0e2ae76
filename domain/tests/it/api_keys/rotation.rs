//! Another secret for the same key.

use contract::{
    Code,
    api_keys::{Expiry, KeyStatus, Overlap},
    verification::{Verdict, VerifyKey},
};
use domain::{api_keys, verification};
use testkit::{Kit, on_each_database};

use super::{DAY, acme, ask, key, plain, seen, verdict};
use crate::refusals::refusal;

on_each_database! {
    both_secrets_work_in_the_window_and_then_the_new_one,
    the_key_stays_the_same,
    without_a_window_the_old_one_ends_at_once,
    one_rotation_at_a_time_and_it_can_be_ended,
    no_secret_outlives_its_key,
    the_list_tells_when_the_old_one_was_used,
    revoking_ends_both,
}

async fn both_secrets_work_in_the_window_and_then_the_new_one(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let old = key(&kit, &acme, &ada, &plain("K")).await;
    assert_eq!(verdict(&kit, old.secret.expose()).await, Verdict::Valid);
    let new = api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::Hour)
        .await
        .expect("owners may");
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "api_key_rotated");
    let both = async || {
        [
            verdict(&kit, old.secret.expose()).await,
            verdict(&kit, new.secret.expose()).await,
        ]
    };
    assert_eq!(both().await, [Verdict::Valid; 2]);
    kit.clock.advance(60 * 60);
    assert_eq!(both().await, [Verdict::Expired, Verdict::Valid]);
    assert_eq!(seen(&kit, &ada, old.key.id).await.rotation, None);
}

async fn the_key_stays_the_same(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut input = plain("K");
    input.quota = Some(3);
    let old = key(&kit, &acme, &ada, &input).await;
    verdict(&kit, old.secret.expose()).await;
    let new = api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::Day)
        .await
        .expect("owners may");
    assert_eq!(
        (
            new.key.id,
            &new.key.name,
            &new.key.scopes,
            new.key.created_at
        ),
        (
            old.key.id,
            &old.key.name,
            &old.key.scopes,
            old.key.created_at
        )
    );
    assert_ne!(new.key.last4, "");
    let question = VerifyKey {
        key: new.secret.expose().to_owned(),
        ..VerifyKey::default()
    };
    let answer = ask(&kit.ctx(), &question).await;
    assert_eq!(
        answer.quota.map(|quota| quota.used),
        Some(2),
        "both count together"
    );
    kit.discards_mail().await;
}

async fn without_a_window_the_old_one_ends_at_once(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let old = key(&kit, &acme, &ada, &plain("K")).await;
    assert_eq!(verdict(&kit, old.secret.expose()).await, Verdict::Valid);
    api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::None)
        .await
        .expect("owners may");
    assert_eq!(verdict(&kit, old.secret.expose()).await, Verdict::Expired);
    kit.discards_mail().await;
}

async fn one_rotation_at_a_time_and_it_can_be_ended(kit: Kit) {
    let (acme, [ada, _, mary]) = acme(&kit).await;
    let old = key(&kit, &acme, &ada, &plain("K")).await;
    let id = old.key.id;
    let rotate = async || api_keys::rotate(&kit.ctx(), &ada.actor(), id, Overlap::Week).await;
    let end = async || api_keys::end_rotation(&kit.ctx(), &ada.actor(), id).await;
    assert_eq!(refusal(end().await), Code::KeyNotRotating);
    let new = rotate().await.expect("owners may");
    assert_eq!(refusal(rotate().await), Code::KeyRotating);
    let marys = api_keys::end_rotation(&kit.ctx(), &mary.actor(), id).await;
    assert_eq!(refusal(marys), Code::Forbidden);
    assert_eq!(verdict(&kit, old.secret.expose()).await, Verdict::Valid);
    end().await.expect("owners may");
    assert_eq!(verdict(&kit, old.secret.expose()).await, Verdict::Expired);
    assert_eq!(verdict(&kit, new.secret.expose()).await, Verdict::Valid);
    rotate().await.expect("the one before is over");
    assert_eq!(
        kit.count("key_secrets").await,
        2,
        "ended ones are forgotten"
    );
    kit.discards_mail().await;
}

async fn no_secret_outlives_its_key(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut input = plain("K");
    input.expiry = Expiry::Days(2);
    let old = key(&kit, &acme, &ada, &input).await;
    let new = api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::Week)
        .await
        .expect("owners may");
    let window = new.key.rotation.map(|rotation| rotation.expires_at);
    assert_eq!(window, new.key.expires_at);
    kit.clock.advance(2 * DAY);
    ada.signed_in().await;
    assert_eq!(
        seen(&kit, &ada, old.key.id).await.status,
        KeyStatus::Expired
    );
    let again = api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::Day).await;
    assert_eq!(refusal(again), Code::KeyExpired);
    kit.discards_mail().await;
}

async fn the_list_tells_when_the_old_one_was_used(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let old = key(&kit, &acme, &ada, &plain("K")).await;
    let new = api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::Day)
        .await
        .expect("owners may");
    let use_of = async |secret: &str, ip: &str| {
        let question = VerifyKey {
            key: secret.to_owned(),
            ip: Some(ip.to_owned()),
            ..VerifyKey::default()
        };
        ask(&kit.ctx(), &question).await;
        verification::fold(&kit.ctx()).await.expect("it counts");
    };
    let at = kit.ctx().now();
    use_of(old.secret.expose(), "203.0.113.7").await;
    kit.clock.advance(600);
    use_of(new.secret.expose(), "203.0.113.8").await;
    let shown = seen(&kit, &ada, old.key.id).await;
    assert_eq!(shown.last_used_ip.as_deref(), Some("203.0.113.8"));
    let rotation = shown.rotation.expect("it is rotating");
    assert_eq!(rotation.last_used_ip.as_deref(), Some("203.0.113.7"));
    let minute = contract::usage::Interval::Minute.begin(at);
    assert_eq!(rotation.last_used_at, Some(minute), "to the minute");
    kit.discards_mail().await;
}

async fn revoking_ends_both(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let old = key(&kit, &acme, &ada, &plain("K")).await;
    let new = api_keys::rotate(&kit.ctx(), &ada.actor(), old.key.id, Overlap::Day)
        .await
        .expect("owners may");
    for secret in [&old.secret, &new.secret] {
        assert_eq!(verdict(&kit, secret.expose()).await, Verdict::Valid);
    }
    api_keys::revoke(&kit.ctx(), &ada.actor(), old.key.id, "")
        .await
        .expect("owners may");
    for secret in [&old.secret, &new.secret] {
        assert_eq!(verdict(&kit, secret.expose()).await, Verdict::Revoked);
    }
    kit.discards_mail().await;
}
