//! Identities: who comes back from a provider is signed in by issuer and subject alone, once, in the browser that left; and
//! nothing that a provider answers wrongly signs anybody in.

use std::time::Duration;

use contract::{
    Code, IdentityId, Password,
    identities::{CEREMONY_SECONDS, Identity, PENDING_SECONDS, Provider},
    page::PageRequest,
    sessions::Method,
};
use domain::{
    Actor, Ctx, accounts,
    identities::{self, Begun, Finished, Returned, WayBack},
    passkeys,
    second_factors::Factor,
    sessions::{self, Client, Entered, Opened},
    settings::SignUpMode,
};
use serde_json::{Value, json};
use testkit::{Authenticator, FakeProvider, Instead, Kit, Signed, on_each_database};

use crate::refusals::refusal;

on_each_database! {
    a_new_person_gets_a_verified_account_without_a_password,
    a_known_identity_opens_its_account_whatever_its_address_is_now,
    claims_may_come_from_the_userinfo_endpoint,
    a_second_factor_is_asked_for_after_it,
    a_taken_address_opens_nothing_until_its_owner_has_signed_in,
    what_waits_is_connected_by_the_owner_alone_and_once,
    an_unverified_address_opens_and_makes_nothing_whoever_has_it,
    an_account_that_was_never_verified_gives_way,
    two_providers_with_one_subject_and_one_address_do_not_meet,
    sign_up_that_is_closed_or_for_some_is_closed_here_too,
    only_the_browser_that_left_comes_back_and_only_once,
    id_tokens_that_are_not_right_sign_nobody_in,
    an_answer_of_another_issuer_is_refused,
    a_discovery_of_another_issuer_is_refused_and_so_are_endpoints_elsewhere,
    a_provider_that_fails_leaves_nothing_behind_and_recovers,
    a_provider_that_hangs_is_given_up,
    new_keys_are_asked_for_but_not_at_every_unknown_one,
    who_may_not_sign_in_is_not_told_so,
    connecting_wants_a_fresh_proof_and_the_same_session,
    an_identity_belongs_to_one_person_and_a_person_has_one_of_a_provider,
    disconnecting_tells_its_owner_and_the_last_way_in_stays,
    who_has_no_password_sets_one_with_a_fresh_proof,
    it_confirms_who_one_is,
    github_tells_who_somebody_is_by_its_api,
    a_github_that_answers_otherwise_signs_nobody_in,
    two_who_come_back_at_once_make_one_account,
    two_ways_in_that_go_at_once_do_not_both_go,
    nothing_that_a_provider_hands_out_is_kept,
    a_provider_that_is_not_offered_is_not_found,
}

const ADA: &str = "ada@example.test";

/// A kit whose people can sign in with a provider of this kind.
async fn with(kit: &Kit, provider: Provider) -> (Kit, FakeProvider) {
    let fake = FakeProvider::start(kit).await;
    let settings = fake.settings(provider);
    let kit = kit
        .with_settings(|all| all.social.providers = vec![settings])
        .await;
    (kit, fake)
}

async fn with_oidc(kit: &Kit) -> (Kit, FakeProvider) {
    with(kit, Provider::Oidc).await
}

async fn leaves(ctx: &Ctx, provider: Provider) -> Begun {
    identities::begin_sign_in(ctx, provider, "/account/profile")
        .await
        .expect("the provider answers")
}

async fn comes_back(
    ctx: &Ctx,
    actor: &Actor,
    provider: Provider,
    begun: &Begun,
    returned: &Returned,
) -> domain::Result<Finished> {
    identities::finish(ctx, actor, provider, &begun.away, returned).await
}

/// Leaves, agrees, and comes back.
async fn signs_in(kit: &Kit, fake: &FakeProvider, provider: Provider) -> domain::Result<Finished> {
    let begun = identities::begin_sign_in(&kit.ctx(), provider, "/").await?;
    let returned = fake.agrees(&begun);
    comes_back(&kit.ctx(), &Actor::Anonymous, provider, &begun, &returned).await
}

fn opened(done: domain::Result<Finished>) -> Opened {
    match done {
        Ok(Finished::Entered { entered, .. }) => entered.opened().expect("there is no second step"),
        other => panic!("no session was opened: {other:?}"),
    }
}

async fn refused(kit: &Kit, fake: &FakeProvider) -> Code {
    refusal(signs_in(kit, fake, Provider::Oidc).await)
}

async fn holder(kit: &Kit, opened: &Opened) -> Actor {
    kit.holder(&opened.token)
        .await
        .expect("the session is good")
}

async fn links(kit: &Kit, fake: &FakeProvider, actor: &Actor) -> domain::Result<Finished> {
    let begun = identities::begin_link(&kit.ctx(), actor, Provider::Oidc).await?;
    let returned = fake.agrees(&begun);
    comes_back(&kit.ctx(), actor, Provider::Oidc, &begun, &returned).await
}

async fn own(kit: &Kit, actor: &Actor) -> Vec<Identity> {
    identities::list(&kit.ctx(), actor)
        .await
        .expect("they are one's own")
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

async fn a_known_identity_opens_its_account_whatever_its_address_is_now(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    for email in [Some("countess@example.test".to_owned()), None] {
        fake.says(|says| says.email = email);
        let again = opened(signs_in(&kit, &fake, Provider::Oidc).await);
        assert_eq!(again.user_id, first.user_id);
    }
    let actor = holder(&kit, &first).await;
    let identity = &own(&kit, &actor).await[0];
    assert_eq!(identity.label, "Ada Lovelace", "as she is called there now");
    assert!(identity.last_used_at.is_some());
    assert_eq!(kit.count("users").await, 1);
}

async fn claims_may_come_from_the_userinfo_endpoint(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    fake.says(|says| says.has_userinfo = true);
    let done = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_eq!(done.user_id, kit.id_of(ADA).await);
    assert_eq!(fake.asked("/userinfo"), 1);
    // Of somebody else than the token, they say nothing.
    fake.says(|says| says.subject = "another".to_owned());
    let begun = leaves(&kit.ctx(), Provider::Oidc).await;
    let returned = fake.agrees(&begun);
    fake.answers(
        "/userinfo",
        Instead::Json(json!({ "sub": "subject-of-ada", "email": ADA, "email_verified": true })),
    );
    let done = comes_back(
        &kit.ctx(),
        &Actor::Anonymous,
        Provider::Oidc,
        &begun,
        &returned,
    )
    .await;
    assert_eq!(refusal(done), Code::ProviderFailed);
}

async fn a_second_factor_is_asked_for_after_it(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links(&kit, &fake, &actor).await.expect("it is connected");
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let before = kit.count("sessions").await;
    let done = signs_in(&kit, &fake, Provider::Oidc).await;
    let Ok(Finished::Entered {
        entered: Entered::Challenged(challenge),
        ..
    }) = done
    else {
        panic!("a second step is asked for: {done:?}")
    };
    assert_eq!(
        kit.count("sessions").await,
        before,
        "nobody is signed in yet"
    );
    let code = Factor::Code(app.code(kit.ctx().now()));
    let token = challenge.token.expose();
    let done = sessions::complete_second_factor(&kit.ctx(), token, &code, false)
        .await
        .expect("the code is right");
    let all = sessions::page_own(
        &kit.ctx(),
        &holder(&kit, &done.opened).await,
        &PageRequest::default(),
    )
    .await
    .expect("they are one's own");
    let (_, session) = all
        .items
        .into_iter()
        .find(|(_, session)| session.is_current)
        .expect("it is listed");
    assert_eq!(session.method, Method::Social(Provider::Oidc));
}

async fn a_taken_address_opens_nothing_until_its_owner_has_signed_in(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let done = signs_in(&kit, &fake, Provider::Oidc).await;
    let Ok(Finished::MustSignIn { pending, name }) = done else {
        panic!("nothing is opened: {done:?}")
    };
    assert_eq!(name, "Acme SSO");
    assert_eq!(kit.count("identities").await, 0);
    assert_eq!(kit.count("sessions").await, 0);
    let actor = ada.signed_in().await;
    let waits = identities::pending(&kit.ctx(), &actor, &pending).expect("it waits");
    assert_eq!((waits.label.as_str(), waits.next.as_str()), (ADA, "/"));
    identities::connect_pending(&kit.ctx(), &actor, &pending)
        .await
        .expect("she has just signed in");
    let letter = kit.last_mail_to(ADA).await;
    assert_eq!(letter.template(), "identity_linked");
    let done = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_eq!(done.user_id, ada.id);
}

async fn what_waits_is_connected_by_the_owner_alone_and_once(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let Ok(Finished::MustSignIn { pending, .. }) = signs_in(&kit, &fake, Provider::Oidc).await
    else {
        panic!("the address is taken")
    };
    let connect = async |actor: &Actor, pending: &str| {
        identities::connect_pending(&kit.ctx(), actor, pending).await
    };
    let graces = grace.signed_in().await;
    assert_eq!(
        refusal(connect(&graces, &pending).await),
        Code::ChallengeExpired
    );
    assert_eq!(
        refusal(connect(&Actor::Anonymous, &pending).await),
        Code::Unauthenticated
    );
    let adas = ada.signed_in().await;
    assert_eq!(refusal(connect(&adas, "x").await), Code::ChallengeExpired);
    connect(&adas, &pending).await.expect("it is hers");
    assert_eq!(
        refusal(connect(&adas, &pending).await),
        Code::ChallengeExpired
    );
    kit.discards_mail().await;

    fake.says(|says| says.subject = "another".to_owned());
    let Ok(Finished::MustSignIn { pending, .. }) = signs_in(&kit, &fake, Provider::Oidc).await
    else {
        panic!("the address is taken")
    };
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(
        refusal(connect(&adas, &pending).await),
        Code::StepUpRequired
    );
    kit.clock.advance(PENDING_SECONDS);
    let adas = holder(&kit, &ada.signs_in().await).await;
    assert_eq!(
        refusal(connect(&adas, &pending).await),
        Code::ChallengeExpired
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

async fn only_the_browser_that_left_comes_back_and_only_once(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ctx = kit.ctx();
    let nobody = Actor::Anonymous;
    let begun = leaves(&ctx, Provider::Oidc).await;
    let returned = fake.agrees(&begun);
    let other = leaves(&ctx, Provider::Oidc).await;
    assert_ne!(begun.address, other.address, "each is drawn anew");
    let of_state = |state: Option<&str>| Returned {
        state: state.map(ToOwned::to_owned),
        ..returned.clone()
    };
    let tampered = Begun {
        away: format!("{}A", begun.away),
        ..begun.clone()
    };
    let none = Begun {
        away: String::new(),
        ..begun.clone()
    };
    for (begun, returned) in [
        (&other, returned.clone()),
        (&tampered, returned.clone()),
        (&none, returned.clone()),
        (&begun, of_state(None)),
        (&begun, of_state(Some(""))),
        (&begun, of_state(Some("another"))),
    ] {
        let done = comes_back(&ctx, &nobody, Provider::Oidc, begun, &returned).await;
        assert_eq!(refusal(done), Code::ChallengeExpired);
    }
    assert_eq!(fake.asked("/token"), 0, "the provider was not even asked");
    opened(comes_back(&ctx, &nobody, Provider::Oidc, &begun, &returned).await);
    let again = comes_back(&ctx, &nobody, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(again), Code::ChallengeExpired);
    assert_eq!(fake.asked("/token"), 1);

    // Nor after something has failed, nor late.
    let returned = fake.refuses(&other, "access_denied");
    let done = comes_back(&ctx, &nobody, Provider::Oidc, &other, &returned).await;
    assert_eq!(refusal(done), Code::ProviderDenied);
    let returned = fake.agrees(&other);
    let done = comes_back(&ctx, &nobody, Provider::Oidc, &other, &returned).await;
    assert_eq!(refusal(done), Code::ChallengeExpired);
    let late = leaves(&ctx, Provider::Oidc).await;
    let returned = fake.agrees(&late);
    assert_eq!(
        identities::way_back(&ctx, &late.away),
        Some(WayBack::SignIn {
            next: "/account/profile".to_owned()
        })
    );
    kit.clock.advance(CEREMONY_SECONDS + 1);
    let done = comes_back(&ctx, &nobody, Provider::Oidc, &late, &returned).await;
    assert_eq!(refusal(done), Code::ChallengeExpired);
    assert_eq!(identities::way_back(&ctx, &late.away), None);
    assert_eq!(kit.count("sessions").await, 1);
}

async fn id_tokens_that_are_not_right_sign_nobody_in(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let now = kit.ctx().now().0 / 1000;
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", Value::Null),
        ("aud", json!("another")),
        ("aud", json!(["latchkey", "another"])),
        ("aud", Value::Null),
        ("azp", json!("another")),
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("exp", json!(now - 1)),
        ("exp", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("x".repeat(256))),
    ] {
        fake.says(|says| {
            says.claims.clear();
            says.claims.insert(name.to_owned(), value.clone());
        });
        assert_eq!(
            refused(&kit, &fake).await,
            Code::ProviderFailed,
            "{name}: {value}"
        );
    }
    fake.says(|says| says.claims.clear());
    for signed in [
        Signed::Not,
        Signed::WithSecret,
        Signed::WithPublicKey,
        Signed::ByAnother,
    ] {
        fake.says(|says| says.signed = signed);
        assert_eq!(
            refused(&kit, &fake).await,
            Code::ProviderFailed,
            "{signed:?}"
        );
    }
    assert_eq!(kit.count("users").await, 0);
    assert_eq!(kit.count("sessions").await, 0);
    fake.says(|says| says.signed = Signed::Rightly);
    opened(signs_in(&kit, &fake, Provider::Oidc).await);
}

async fn an_answer_of_another_issuer_is_refused(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    fake.says(|says| {
        says.discovery.insert(
            "authorization_response_iss_parameter_supported".to_owned(),
            true.into(),
        );
    });
    for (iss, is_good) in [
        (None, false),
        (Some("https://evil.example".to_owned()), false),
        (Some(fake.url.clone()), true),
    ] {
        let begun = leaves(&kit.ctx(), Provider::Oidc).await;
        let returned = Returned {
            iss: iss.clone(),
            ..fake.agrees(&begun)
        };
        let done = comes_back(
            &kit.ctx(),
            &Actor::Anonymous,
            Provider::Oidc,
            &begun,
            &returned,
        )
        .await;
        if is_good {
            opened(done);
        } else {
            assert_eq!(refusal(done), Code::ProviderFailed, "{iss:?}");
        }
    }
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

async fn who_may_not_sign_in_is_not_told_so(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links(&kit, &fake, &actor).await.expect("it is connected");
    kit.discards_mail().await;
    ada.is_suspended().await;
    let known = signs_in(&kit, &fake, Provider::Oidc)
        .await
        .expect_err("she is suspended");
    // Nor by an address alone.
    fake.says(|says| says.subject = "another".to_owned());
    let unknown = signs_in(&kit, &fake, Provider::Oidc)
        .await
        .expect_err("she is suspended");
    fake.answers("/token", Instead::Status(500));
    let failed = signs_in(&kit, &fake, Provider::Oidc)
        .await
        .expect_err("it fails");
    assert_eq!(known.to_string(), failed.to_string());
    assert_eq!(unknown.to_string(), failed.to_string());
    assert!(known.is_refusal(Code::ProviderFailed));
    assert_eq!(kit.count("sessions").await, 0);
}

async fn connecting_wants_a_fresh_proof_and_the_same_session(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let ctx = kit.ctx();
    let begin = async |actor: &Actor| identities::begin_link(&ctx, actor, Provider::Oidc).await;
    assert_eq!(
        refusal(begin(&Actor::Anonymous).await),
        Code::Unauthenticated
    );
    let actor = ada.signed_in().await;
    let begun = begin(&actor).await.expect("the proof is fresh");
    let returned = fake.agrees(&begun);
    let other_session = holder(&kit, &ada.signs_in().await).await;
    for wrong in [
        Actor::Anonymous,
        grace.signed_in().await,
        other_session.clone(),
    ] {
        let led = identities::lead_on(&ctx, &wrong, &begun.away).await;
        assert!(led.is_err(), "it is another session");
        let done = comes_back(&ctx, &wrong, Provider::Oidc, &begun, &returned).await;
        assert_eq!(refusal(done), Code::ChallengeExpired);
    }
    let led = identities::lead_on(&ctx, &actor, &begun.away)
        .await
        .expect("it is her own");
    assert_eq!(
        (led.name.as_str(), led.address.as_str()),
        ("Acme SSO", begun.address.as_str())
    );
    let done = comes_back(&ctx, &actor, Provider::Oidc, &begun, &returned)
        .await
        .expect("it is connected");
    assert!(matches!(done, Finished::Linked { name } if name == "Acme SSO"));
    let letter = kit.last_mail_to(ADA).await;
    assert_eq!(letter.template(), "identity_linked");
    let logged = "SELECT count(*) FROM audit_events WHERE action = 'user.identity_linked'";
    assert_eq!(kit.number(logged).await, 1);
    assert_eq!(refusal(begin(&actor).await), Code::ProviderConnected);
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(refusal(begin(&other_session).await), Code::StepUpRequired);
}

async fn an_identity_belongs_to_one_person_and_a_person_has_one_of_a_provider(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (adas, graces) = (ada.signed_in().await, grace.signed_in().await);
    let late = identities::begin_link(&kit.ctx(), &adas, Provider::Oidc)
        .await
        .expect("the proof is fresh");
    links(&kit, &fake, &adas).await.expect("it is connected");
    assert_eq!(
        refusal(links(&kit, &fake, &graces).await),
        Code::IdentityTaken
    );
    fake.says(|says| says.subject = "another".to_owned());
    let returned = fake.agrees(&late);
    let done = comes_back(&kit.ctx(), &adas, Provider::Oidc, &late, &returned).await;
    assert_eq!(refusal(done), Code::ProviderConnected);
    assert_eq!(own(&kit, &adas).await.len(), 1);
    assert_eq!(own(&kit, &graces).await.len(), 0);
    let id = own(&kit, &adas).await[0].id;
    let taken = identities::unlink(&kit.ctx(), &graces, id).await;
    assert_eq!(refusal(taken), Code::NotFound);
    kit.discards_mail().await;
}

async fn disconnecting_tells_its_owner_and_the_last_way_in_stays(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let opened_first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &opened_first).await;
    let id = own(&kit, &actor).await[0].id;
    let ctx = kit.ctx();
    let unlink = async |actor: &Actor, id: IdentityId| identities::unlink(&ctx, actor, id).await;
    assert_eq!(refusal(unlink(&actor, id).await), Code::LastWayIn);
    assert_eq!(own(&kit, &actor).await.len(), 1);
    assert_eq!(
        refusal(unlink(&Actor::Anonymous, id).await),
        Code::Unauthenticated
    );
    assert_eq!(
        refusal(unlink(&actor, IdentityId::NOTHING).await),
        Code::NotFound
    );
    let password = Password::new("seven grey herons stand still");
    let opened_again = accounts::set_first_password(&ctx, &actor, &password)
        .await
        .expect("she has none");
    let actor = holder(&kit, &opened_again).await;
    unlink(&actor, id).await.expect("the password is left");
    kit.deliver().await;
    let told: Vec<_> = kit
        .new_mail_to(ADA)
        .await
        .iter()
        .map(|post| post.template().to_owned())
        .collect();
    assert_eq!(told, ["password_changed", "identity_unlinked"]);
    let done = signs_in(&kit, &fake, Provider::Oidc).await;
    assert!(
        matches!(done, Ok(Finished::MustSignIn { .. })),
        "it signs nobody in: {done:?}"
    );
    // An identity of a provider that is offered no more is no way in.
    links(&kit, &fake, &actor).await.expect("it is connected");
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let gone = kit.with_settings(|_| {}).await;
    let id = own(&kit, &actor).await[0].id;
    let done = identities::unlink(&gone.ctx(), &actor, id).await;
    assert_eq!(refusal(done), Code::LastWayIn);
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(refusal(unlink(&actor, id).await), Code::StepUpRequired);
    kit.discards_mail().await;
}

async fn who_has_no_password_sets_one_with_a_fresh_proof(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let other = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    let ctx = kit.ctx();
    let set = async |actor: &Actor, text: &str| {
        accounts::set_first_password(&ctx, actor, &Password::new(text)).await
    };
    let good = "seven grey herons stand still";
    assert_eq!(refusal(set(&actor, "short").await), Code::PasswordTooShort);
    assert_eq!(
        refusal(set(&Actor::Anonymous, good).await),
        Code::Unauthenticated
    );
    let renewed = set(&actor, good).await.expect("she has none");
    assert!(
        !kit.is_live(&first.token).await,
        "it goes on under a new one"
    );
    assert!(!kit.is_live(&other.token).await, "others end");
    let actor = holder(&kit, &renewed).await;
    assert_eq!(refusal(set(&actor, good).await), Code::PasswordOn);
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(refusal(set(&actor, good).await), Code::StepUpRequired);
    let input = contract::sessions::SignIn {
        email: ADA.to_owned(),
        password: Password::new(good),
        remember: false,
    };
    sessions::sign_in(&ctx, input, Client::Browser)
        .await
        .expect("it signs in");
    assert_eq!(kit.last_mail_to(ADA).await.template(), "password_changed");
}

async fn it_confirms_who_one_is(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    kit.clock.advance(10 * 60 + 1);
    assert!(sessions::require_fresh(&kit.ctx(), &actor).is_err());
    let begin = async |actor: &Actor| {
        identities::begin_confirmation(&kit.ctx(), actor, Provider::Oidc, "/account/security").await
    };
    let begun = begin(&actor).await.expect("it is connected");
    assert!(begun.address.contains("prompt=login") && begun.address.contains("max_age=0"));
    let returned = fake.agrees(&begun);
    // Another person at the provider, or nobody asked again.
    fake.says(|says| says.subject = "another".to_owned());
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::IdentityUnknown);
    fake.says(|says| {
        says.subject = "subject-of-ada".to_owned();
        says.claims.insert("auth_time".to_owned(), json!(1));
    });
    let begun = begin(&actor).await.expect("it is connected");
    let returned = fake.agrees(&begun);
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::ProviderNotFresh);
    fake.says(|says| says.claims.clear());
    let begun = begin(&actor).await.expect("it is connected");
    let returned = fake.agrees(&begun);
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned)
        .await
        .expect("it is her");
    let Finished::Confirmed { opened, next } = done else {
        panic!("it is a confirmation")
    };
    assert_eq!(next, "/account/security");
    assert!(
        !kit.is_live(&first.token).await,
        "it goes on under a new one"
    );
    let actor = holder(&kit, &opened).await;
    assert!(sessions::require_fresh(&kit.ctx(), &actor).is_ok());
    let grace = kit.person("grace").await.signed_in().await;
    assert_eq!(refusal(begin(&grace).await), Code::NotFound);
}

async fn github_tells_who_somebody_is_by_its_api(kit: Kit) {
    let (kit, fake) = with(&kit, Provider::GitHub).await;
    let first = opened(signs_in(&kit, &fake, Provider::GitHub).await);
    let actor = holder(&kit, &first).await;
    let identity = &own(&kit, &actor).await[0];
    assert_eq!(
        (identity.provider, identity.label.as_str(), &identity.issuer),
        (Provider::GitHub, "countess", &fake.url)
    );
    assert_eq!(
        kit.text("SELECT subject FROM identities").await.as_deref(),
        Some("1815"),
        "the number, which nobody else ever gets"
    );
    assert_eq!(kit.id_of(ADA).await, first.user_id);
    fake.says(|says| says.login = "renamed".to_owned());
    let again = opened(signs_in(&kit, &fake, Provider::GitHub).await);
    assert_eq!(again.user_id, first.user_id);
    fake.says(|says| says.id = 1906);
    let done = signs_in(&kit, &fake, Provider::GitHub).await;
    assert!(matches!(done, Ok(Finished::MustSignIn { .. })), "{done:?}");
}

async fn a_github_that_answers_otherwise_signs_nobody_in(kit: Kit) {
    let (kit, fake) = with(&kit, Provider::GitHub).await;
    fake.says(|says| says.email_verified = false.into());
    let done = signs_in(&kit, &fake, Provider::GitHub).await;
    assert_eq!(
        refusal(done),
        Code::ProviderEmailUnverified,
        "another verified one is not the primary one"
    );
    fake.says(|says| says.email_verified = true.into());
    let bad = json!({ "error": "bad_verification_code" });
    for (path, instead) in [
        ("/login/oauth/access_token", Instead::Json(bad)),
        ("/login/oauth/access_token", Instead::Html),
        ("/login/oauth/access_token", Instead::Status(500)),
        ("/api/v3/user", Instead::Status(401)),
        ("/api/v3/user", Instead::Html),
        ("/api/v3/user", Instead::Json(json!({ "login": "nobody" }))),
        (
            "/api/v3/user",
            Instead::RedirectTo(format!("{}/api/v3/user/emails", fake.url)),
        ),
        ("/api/v3/user/emails", Instead::Status(404)),
        ("/api/v3/user/emails", Instead::Endless),
    ] {
        fake.answers(path, instead.clone());
        let done = signs_in(&kit, &fake, Provider::GitHub).await;
        assert_eq!(refusal(done), Code::ProviderFailed, "{path}: {instead:?}");
        fake.says(|says| says.instead.clear());
    }
    let begun = leaves(&kit.ctx(), Provider::GitHub).await;
    let returned = Returned {
        code: Some("another".to_owned()),
        ..fake.agrees(&begun)
    };
    let ctx = kit.ctx();
    let done = comes_back(&ctx, &Actor::Anonymous, Provider::GitHub, &begun, &returned);
    assert_eq!(refusal(done.await), Code::ProviderFailed);
    assert_eq!(kit.count("users").await, 0);
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

async fn two_ways_in_that_go_at_once_do_not_both_go(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links(&kit, &fake, &actor).await.expect("it is connected");
    let passkey = ada
        .sets_passkey_up(&kit, &mut Authenticator::new(&kit, 7))
        .await
        .passkey;
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let id = own(&kit, &actor).await[0].id;
    let (unlinked, removed) = futures::join!(
        identities::unlink(&ctx, &actor, id),
        passkeys::remove(&ctx, &actor, passkey.id)
    );
    let codes = [unlinked.err(), removed.err()].map(|error| {
        error.is_some_and(|error| {
            assert!(error.is_refusal(Code::LastWayIn), "{error}");
            true
        })
    });
    assert_ne!(codes[0], codes[1], "one goes, the other stays");
    kit.discards_mail().await;
}

async fn nothing_that_a_provider_hands_out_is_kept(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let begun = leaves(&kit.ctx(), Provider::Oidc).await;
    let returned = fake.agrees(&begun);
    let ctx = kit.ctx();
    let done = comes_back(&ctx, &Actor::Anonymous, Provider::Oidc, &begun, &returned);
    opened(done.await);
    let code = returned.code.clone().unwrap_or_default();
    for secret in ["access-token-of-ada", code.as_str(), begun.away.as_str()] {
        assert!(!kit.stores(secret).await, "{secret}");
    }
    assert!(!format!("{returned:?}").contains(&code));
    let settings = format!("{:?}", kit.ctx().settings());
    assert!(!settings.contains("a secret of tests, with"), "{settings}");
}

async fn a_provider_that_is_not_offered_is_not_found(kit: Kit) {
    let (kit, _) = with_oidc(&kit).await;
    let names: Vec<_> = identities::offered(&kit.ctx())
        .into_iter()
        .map(|offered| (offered.path(), offered.name))
        .collect();
    assert_eq!(
        names,
        [("/sign-in/with/oidc".to_owned(), "Acme SSO".to_owned())]
    );
    let ctx = kit.ctx();
    let done = identities::begin_sign_in(&ctx, Provider::Google, "/").await;
    assert_eq!(refusal(done), Code::NotFound);
    let (nobody, nothing) = (Actor::Anonymous, Returned::default());
    let done = identities::finish(&ctx, &nobody, Provider::Google, "", &nothing).await;
    assert_eq!(refusal(done), Code::NotFound);
}
