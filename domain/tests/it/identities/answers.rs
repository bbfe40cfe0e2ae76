//! What somebody comes back with: taken once, in the browser that left, and only where the provider says it rightly.

use contract::{
    Code,
    identities::{CEREMONY_SECONDS, Provider},
};
use domain::{
    Actor,
    identities::{self, Begun, Returned, WayBack},
};
use serde_json::{Value, json};
use testkit::{Instead, Kit, Signed, on_each_database};

use super::{ADA, comes_back, leaves, opened, refused, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    only_the_browser_that_left_comes_back_and_only_once,
    an_answer_that_comes_twice_at_once_is_taken_once,
    id_tokens_that_are_not_right_sign_nobody_in,
    an_answer_of_another_issuer_is_refused,
    claims_may_come_from_the_userinfo_endpoint,
    nothing_that_a_provider_hands_out_is_kept,
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

async fn an_answer_that_comes_twice_at_once_is_taken_once(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ctx, nobody) = (kit.ctx(), Actor::Anonymous);
    let begun = leaves(&ctx, Provider::Oidc).await;
    let returned = fake.agrees(&begun);
    let (one, other) = tokio::join!(
        comes_back(&ctx, &nobody, Provider::Oidc, &begun, &returned),
        comes_back(&ctx, &nobody, Provider::Oidc, &begun, &returned)
    );
    let (taken, refused) = if one.is_ok() {
        (one, other)
    } else {
        (other, one)
    };
    opened(taken);
    assert_eq!(refusal(refused), Code::ChallengeExpired);
    assert_eq!(fake.asked("/token"), 1, "the other did not even ask");
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
