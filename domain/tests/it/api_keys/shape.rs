//! What a key is asked to be, and what is refused of it.

use contract::{
    Code,
    api_keys::{CreateApiKey, Expiry, UpdateApiKey},
    verification::{Verdict, VerifyKey},
};
use domain::api_keys;
use testkit::{Kit, on_each_database};

use super::{DAY, acme, ask, key, plain, seen, verdict};
use crate::refusals::{problems, refusal_on};

on_each_database! {
    every_fault_of_the_form_is_named,
    what_only_the_server_knows_is_refused_too,
    an_edit_counts_from_the_next_verification_on,
    an_expired_key_with_a_later_end_works_again,
    what_is_left_out_of_an_edit_stays,
}

async fn every_fault_of_the_form_is_named(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        name: "\0".to_owned(),
        scopes: vec!["no scope".to_owned()],
        expiry: Expiry::Days(4000),
        rate_limit: Some((0, 100_000)),
        quota: Some(-5),
        ..CreateApiKey::default()
    };
    let refused = api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &input).await;
    let found: Vec<_> = problems(refused)
        .into_iter()
        .map(|problem| (problem.code, problem.field.unwrap_or_default().into_owned()))
        .collect();
    let expected = [
        (Code::InvalidCharacters, "name"),
        (Code::InvalidScope, "scopes"),
        (Code::InvalidExpiry, "expiresAt"),
        (Code::OutOfRange, "rateLimit"),
        (Code::OutOfRange, "ratePeriod"),
        (Code::OutOfRange, "quota"),
    ];
    assert_eq!(
        found,
        expected.map(|(code, field)| (code, field.to_owned()))
    );
}

async fn what_only_the_server_knows_is_refused_too(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let refused = async |change: &dyn Fn(&mut CreateApiKey)| {
        let mut input = plain("K");
        change(&mut input);
        refusal_on(api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &input).await)
    };
    let on = |code, field: &str| (code, field.to_owned());
    let unknown = refused(&|input| input.scopes = vec!["secrets:steal".to_owned()]).await;
    assert_eq!(unknown, on(Code::UnknownScope, "scopes"));
    let past = kit.ctx().now().minus_seconds(1);
    let past = refused(&|input| input.expiry = Expiry::At(past)).await;
    assert_eq!(past, on(Code::InvalidExpiry, "expiresAt"));
    let far = refused(&|input| input.expiry = Expiry::Date("2999-01-01".to_owned())).await;
    assert_eq!(far, on(Code::InvalidExpiry, "expiresAt"));
    let ip = refused(&|input| input.allowed_ips = "10.0.0.0/8 999.1.1.1".to_owned()).await;
    assert_eq!(ip, on(Code::InvalidIp, "allowedIps"));
    let html = plain("<b onclick=alert(1)>K</b>");
    let made = key(&kit, &acme, &ada, &html).await;
    assert_eq!(made.key.name, html.name, "text is text");
}

async fn an_edit_counts_from_the_next_verification_on(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let secret = made.secret.expose();
    let writes = VerifyKey {
        key: secret.to_owned(),
        scopes: vec!["write".to_owned()],
        ip: Some("203.0.113.7".to_owned()),
        ..VerifyKey::default()
    };
    assert_eq!(
        ask(&kit.ctx(), &writes).await.code,
        Verdict::InsufficientScope
    );
    let edit = UpdateApiKey {
        name: Some("New".to_owned()),
        scopes: Some(vec!["write".to_owned(), "read".to_owned()]),
        ..UpdateApiKey::default()
    };
    let edited = api_keys::update(&kit.ctx(), &ada.actor(), made.key.id, &edit).await;
    assert_eq!(edited.map(|key| key.name).ok().as_deref(), Some("New"));
    let answer = ask(&kit.ctx(), &writes).await;
    assert_eq!((answer.code, answer.scopes.len()), (Verdict::Valid, 2));
    let edit = UpdateApiKey {
        allowed_ips: Some("198.51.100.0/24".to_owned()),
        ..UpdateApiKey::default()
    };
    api_keys::update(&kit.ctx(), &ada.actor(), made.key.id, &edit)
        .await
        .expect("owners may");
    assert_eq!(ask(&kit.ctx(), &writes).await.code, Verdict::IpNotAllowed);
    let logged = acme.last_logged().await;
    let ips = |value: Option<serde_json::Value>| value.map(|value| value["allowed_ips"].clone());
    assert_eq!(
        (ips(logged.before), ips(logged.after)),
        (
            Some(serde_json::json!([])),
            Some(serde_json::json!(["198.51.100.0/24"]))
        )
    );
}

async fn an_expired_key_with_a_later_end_works_again(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut input = plain("K");
    input.expiry = Expiry::Days(1);
    let made = key(&kit, &acme, &ada, &input).await;
    kit.clock.advance(DAY);
    ada.signed_in().await;
    assert_eq!(verdict(&kit, made.secret.expose()).await, Verdict::Expired);
    let edit = UpdateApiKey {
        expiry: Some(Expiry::Never),
        ..UpdateApiKey::default()
    };
    api_keys::update(&kit.ctx(), &ada.actor(), made.key.id, &edit)
        .await
        .expect("owners may");
    assert_eq!(verdict(&kit, made.secret.expose()).await, Verdict::Valid);
}

async fn what_is_left_out_of_an_edit_stays(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        rate_limit: Some((10, 60)),
        quota: Some(500),
        allowed_ips: "203.0.113.7".to_owned(),
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let edit = UpdateApiKey {
        quota: Some(None),
        ..UpdateApiKey::default()
    };
    api_keys::update(&kit.ctx(), &ada.actor(), made.key.id, &edit)
        .await
        .expect("owners may");
    let after = seen(&kit, &ada, made.key.id).await;
    assert_eq!(after.quota, None);
    assert_eq!(
        (
            after.rate_limit,
            after.allowed_ips,
            after.scopes,
            after.expires_at
        ),
        (
            made.key.rate_limit,
            made.key.allowed_ips,
            made.key.scopes,
            made.key.expires_at
        )
    );
}
