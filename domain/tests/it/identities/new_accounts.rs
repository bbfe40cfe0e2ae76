//! Somebody who has no account signs in with a provider, and gets one where its address is proved and free.

use contract::{Code, identities::Provider, page::PageRequest, sessions::Method};
use domain::{Actor, accounts, audit, identities::Finished, sessions, settings::SignUpMode};
use serde_json::{Value, json};
use testkit::{FakeProvider, Kit, on_each_database};

use super::{ADA, comes_back, holder, leaves, opened, own, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    a_new_person_gets_a_verified_account_without_a_password,
    the_log_says_which_provider_an_account_is_from,
    an_unverified_address_opens_and_makes_nothing_whoever_has_it,
    an_account_that_was_never_verified_gives_way,
    two_providers_with_one_subject_and_one_address_do_not_meet,
    sign_up_that_is_closed_or_for_some_is_closed_here_too,
    two_who_come_back_at_once_make_one_account,
}

async fn a_new_person_gets_a_verified_account_without_a_password(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let begun = leaves(&kit.ctx(), Provider::Oidc).await;
    let returned = fake.agrees(&begun);
    let done = comes_back(
        &kit.ctx(),
        &Actor::Anonymous,
        Provider::Oidc,
        &begun,
        &returned,
    )
    .await
    .expect("all is right");
    let Finished::Entered { entered, next } = done else {
        panic!("a session is opened")
    };
    assert_eq!(next, "/account/profile");
    let opened = entered.opened().expect("there is no second step");
    let actor = holder(&kit, &opened).await;
    let ada = accounts::get(&kit.ctx(), &actor, opened.user_id)
        .await
        .expect("it is oneself");
    assert_eq!(
        (ada.email.as_str(), ada.username.as_str(), ada.name.as_str()),
        (ADA, "ada", "Ada Lovelace")
    );
    assert!(ada.email_verified_at.is_some());
    let security = accounts::security(&kit.ctx(), &actor)
        .await
        .expect("it is oneself");
    assert!(!security.has_password);
    let identity = &own(&kit, &actor).await[0];
    assert_eq!(
        (identity.provider, identity.label.as_str(), &identity.issuer),
        (Provider::Oidc, ADA, &fake.url)
    );
    let all = sessions::page_own(&kit.ctx(), &actor, &PageRequest::default())
        .await
        .expect("they are one's own");
    assert_eq!(all.items[0].1.method, Method::Social(Provider::Oidc));
    let logged = "SELECT count(*) FROM audit_events WHERE action = 'user.signed_up_by_provider'";
    assert_eq!(kit.number(logged).await, 1);
}

async fn the_log_says_which_provider_an_account_is_from(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let done = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let identity = own(&kit, &holder(&kit, &done).await).await.remove(0);
    let entries = audit::of_subject(&kit.system(), &kit.operator(), done.user_id)
        .await
        .expect("operators read the log");
    let told: Vec<_> = entries
        .into_iter()
        .map(|entry| (entry.actor_kind, entry.action, entry.after))
        .take(2)
        .collect();
    let of = |action: &str, after: Value| {
        let who = "anonymous".to_owned();
        (who, action.to_owned(), Some(after))
    };
    let linked = json!({ "identity": identity.id, "provider": "oidc", "issuer": fake.url });
    assert_eq!(
        told,
        [
            of("user.signed_up_by_provider", json!({ "provider": "oidc" })),
            of("user.identity_linked", linked),
        ]
    );
}

async fn an_unverified_address_opens_and_makes_nothing_whoever_has_it(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let mut answers = Vec::new();
    for has_account in [false, true] {
        if has_account {
            kit.person("ada").await;
        }
        for (email, verified) in [
            (Some(ADA), json!(false)),
            (Some(ADA), Value::Null),
            (Some("not an address"), json!(true)),
            (None, json!(true)),
        ] {
            fake.says(|says| {
                says.email = email.map(ToOwned::to_owned);
                says.email_verified = verified.clone();
            });
            let error = signs_in(&kit, &fake, Provider::Oidc)
                .await
                .expect_err("nobody is signed in");
            assert!(error.is_refusal(Code::ProviderEmailUnverified), "{error}");
            answers.push(error.to_string());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "nobody learns who has an account");
    assert!(answers[0].contains("Acme SSO gave no verified e-mail address."));
    assert_eq!(kit.count("identities").await, 0);
    assert_eq!(kit.count("sessions").await, 0);
}

async fn an_account_that_was_never_verified_gives_way(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let squatter = kit.person("ada").unverified().await;
    let ada = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_ne!(ada.user_id, squatter.id);
    assert!(!squatter.can_sign_in_with(&squatter.password).await);
    let token = squatter.verification_token();
    assert!(accounts::verify_email(&kit.ctx(), token).await.is_err());
    assert_eq!(kit.count("users").await, 1);
}

async fn two_providers_with_one_subject_and_one_address_do_not_meet(kit: Kit) {
    let (one, other) = (
        FakeProvider::start(&kit).await,
        FakeProvider::start(&kit).await,
    );
    let settings = vec![
        one.settings(Provider::Google),
        other.settings(Provider::Oidc),
    ];
    let kit = kit
        .with_settings(|all| all.social.providers = settings)
        .await;
    let first = opened(signs_in(&kit, &one, Provider::Google).await);
    let done = signs_in(&kit, &other, Provider::Oidc).await;
    assert!(matches!(done, Ok(Finished::MustSignIn { .. })), "{done:?}");
    // What one provider has sent somebody back with is no answer to the other's question.
    let begun = leaves(&kit.ctx(), Provider::Google).await;
    let returned = one.agrees(&begun);
    let mixed = comes_back(
        &kit.ctx(),
        &Actor::Anonymous,
        Provider::Oidc,
        &begun,
        &returned,
    )
    .await;
    assert_eq!(refusal(mixed), Code::ChallengeExpired);
    other.says(|says| says.email = Some("grace@example.test".to_owned()));
    let second = opened(signs_in(&kit, &other, Provider::Oidc).await);
    assert_ne!(first.user_id, second.user_id, "one subject, two people");
}

async fn sign_up_that_is_closed_or_for_some_is_closed_here_too(kit: Kit) {
    let fake = FakeProvider::start(&kit).await;
    for (mode, code) in [
        (SignUpMode::Closed, Some(Code::SignUpClosed)),
        (SignUpMode::InviteOnly, Some(Code::SignUpClosed)),
        (
            SignUpMode::Domains(vec!["acme.example".to_owned()]),
            Some(Code::SignUpDomain),
        ),
        (SignUpMode::Domains(vec!["example.test".to_owned()]), None),
        // Who has an account signs in all the same.
        (SignUpMode::Closed, None),
    ] {
        let settings = fake.settings(Provider::Oidc);
        let kit = kit
            .with_settings(|all| {
                all.social.providers = vec![settings];
                all.sign_up = mode;
            })
            .await;
        let done = signs_in(&kit, &fake, Provider::Oidc).await;
        match code {
            Some(code) => {
                assert_eq!(refusal(done), code);
                assert_eq!(kit.count("users").await, 0);
            }
            None => drop(opened(done)),
        }
    }
}

async fn two_who_come_back_at_once_make_one_account(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (one, other) = futures::join!(
        signs_in(&kit, &fake, Provider::Oidc),
        signs_in(&kit, &fake, Provider::Oidc)
    );
    assert_eq!(opened(one).user_id, opened(other).user_id);
    assert_eq!(kit.count("users").await, 1);
    assert_eq!(kit.count("identities").await, 1);
}
