//! A provider that does not answer as it should, and what is learned of it.

use std::time::Duration;

use contract::{Code, identities::Provider};
use domain::{Actor, identities};
use serde_json::json;
use testkit::{FakeProvider, Instead, Kit, on_each_database};

use super::{comes_back, leaves, opened, refused, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    a_discovery_of_another_issuer_is_refused_and_so_are_endpoints_elsewhere,
    a_provider_that_fails_leaves_nothing_behind_and_recovers,
    a_provider_that_hangs_is_given_up,
    new_keys_are_asked_for_but_not_at_every_unknown_one,
}

async fn a_discovery_of_another_issuer_is_refused_and_so_are_endpoints_elsewhere(kit: Kit) {
    let fake = FakeProvider::start(&kit).await;
    for (name, value) in [
        ("issuer", "https://evil.example"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("token_endpoint", "file:///etc/passwd"),
        ("jwks_uri", "ftp://127.0.0.1/keys"),
    ] {
        let settings = fake.settings(Provider::Oidc);
        let kit = kit
            .with_settings(|all| all.social.providers = vec![settings])
            .await;
        fake.says(|says| {
            says.discovery.clear();
            says.discovery.insert(name.to_owned(), value.into());
        });
        let done = identities::begin_sign_in(&kit.ctx(), Provider::Oidc, "/").await;
        assert_eq!(refusal(done), Code::ProviderFailed, "{name}");
    }
}

async fn a_provider_that_fails_leaves_nothing_behind_and_recovers(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let elsewhere = format!("{}/keys", fake.url);
    for instead in [
        Instead::Status(500),
        Instead::Html,
        Instead::RedirectTo(elsewhere),
        Instead::Json(json!({})),
        Instead::Endless,
    ] {
        for path in ["/.well-known/openid-configuration", "/keys", "/token"] {
            let asked = fake.asked("/keys");
            fake.answers(path, instead.clone());
            assert_eq!(
                refused(&kit, &fake).await,
                Code::ProviderFailed,
                "{path}: {instead:?}"
            );
            if matches!(instead, Instead::RedirectTo(_)) && path != "/keys" {
                let once = usize::from(path == "/token");
                assert_eq!(fake.asked("/keys"), asked + once, "no redirect is followed");
            }
            fake.says(|says| says.instead.clear());
            // What was learned is forgotten after a day, and a failure after some seconds.
            kit.clock.advance(25 * 60 * 60);
        }
    }
    let begun = leaves(&kit.ctx(), Provider::Oidc).await;
    for error in ["server_error", "temporarily_unavailable", "<script>"] {
        let begun = leaves(&kit.ctx(), Provider::Oidc).await;
        let returned = fake.refuses(&begun, error);
        let done = comes_back(
            &kit.ctx(),
            &Actor::Anonymous,
            Provider::Oidc,
            &begun,
            &returned,
        )
        .await
        .expect_err("nobody is signed in");
        assert!(done.is_refusal(Code::ProviderFailed));
        assert!(!done.to_string().contains(error));
    }
    assert_eq!(kit.count("users").await, 0);
    let returned = fake.agrees(&begun);
    let done = comes_back(
        &kit.ctx(),
        &Actor::Anonymous,
        Provider::Oidc,
        &begun,
        &returned,
    )
    .await;
    opened(done);
}

async fn a_provider_that_hangs_is_given_up(kit: Kit) {
    let fake = FakeProvider::start(&kit).await;
    let settings = fake.settings(Provider::Oidc);
    let kit = kit
        .with_settings(|all| {
            all.social.providers = vec![settings];
            all.social.timeout = Duration::from_millis(400);
        })
        .await;
    let ada = kit.person("ada").await;
    let begun = leaves(&kit.ctx(), Provider::Oidc).await;
    fake.answers("/token", Instead::Hangs);
    let returned = fake.agrees(&begun);
    let ctx = kit.ctx();
    let done = comes_back(&ctx, &Actor::Anonymous, Provider::Oidc, &begun, &returned);
    let (done, other) = futures::join!(done, ada.signs_in());
    assert_eq!(refusal(done), Code::ProviderFailed);
    assert_eq!(other.user_id, ada.id, "other ways go on working");
}

async fn new_keys_are_asked_for_but_not_at_every_unknown_one(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_eq!(fake.asked("/keys"), 1);
    let turn = |key: u8| {
        fake.says(|says| {
            says.key = key;
            says.kid = format!("key {key}");
        });
    };
    turn(2);
    assert_eq!(refused(&kit, &fake).await, Code::ProviderFailed);
    assert_eq!(fake.asked("/keys"), 1, "they were asked for just now");
    kit.clock.advance(61);
    opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_eq!(fake.asked("/keys"), 2);
    turn(3);
    for _ in 0..3 {
        assert_eq!(refused(&kit, &fake).await, Code::ProviderFailed);
    }
    assert_eq!(fake.asked("/keys"), 2, "at most once a minute");
}
