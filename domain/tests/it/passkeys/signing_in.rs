//! Signing in with a passkey: alone, or as the second step.

use contract::{
    Code,
    passkeys::CEREMONY_SECONDS,
    sessions::{Method, SecondStep},
};
use domain::{
    passkeys::{self, Answer},
    sessions::{self, Client},
};
use testkit::{Authenticator, Kit, on_each_database};

use super::{asks, key, signs_in};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    one_that_is_set_up_signs_in_alone,
    with_one_the_password_opens_nothing_and_the_passkey_does,
    a_question_is_answered_once_where_it_was_asked_and_in_time,
    answers_that_are_not_right_are_refused,
    a_counter_may_not_run_backwards_but_may_stay_at_zero,
    who_is_suspended_is_not_signed_in,
}

async fn one_that_is_set_up_signs_in_alone(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let actor = ada.signed_in().await;
    let asked = passkeys::begin_registration(&kit.ctx(), &actor)
        .await
        .expect("the proof is fresh");
    let chosen = &asked.options["authenticatorSelection"];
    assert_eq!(chosen["residentKey"], "required", "found without a name");
    assert_eq!(chosen["userVerification"], "required");
    assert!(
        asked.options["challenge"]
            .as_str()
            .is_some_and(|text| text.len() >= 22),
        "at least 128 bits"
    );
    assert!(!asked.options["user"]["id"].to_string().contains("ada"));
    let done = ada.sets_passkey_up(&kit, &mut key).await;
    assert_eq!(
        (done.passkey.name.as_str(), done.passkey.is_synced),
        ("Laptop", false)
    );
    assert_eq!(
        done.recovery_codes.expect("it is the first factor").len(),
        10
    );
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "passkey_added"
    );

    let asked = asks(&kit).await;
    assert!(
        asked.options["allowCredentials"]
            .as_array()
            .is_none_or(Vec::is_empty),
        "nobody is named"
    );
    let opened = signs_in(&kit, &key.answers(&asked))
        .await
        .expect("it signs in");
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("the session is good");
    assert_eq!(opened.user_id, ada.id);
    let listed = passkeys::list(&kit.ctx(), &actor)
        .await
        .expect("they are one's own");
    assert!(listed[0].last_used_at.is_some());
    let own = sessions::page_own(&kit.ctx(), &actor, &contract::page::PageRequest::default())
        .await
        .expect("they are one's own");
    let (_, session) = own
        .items
        .iter()
        .find(|(_, session)| session.is_current)
        .expect("it is listed");
    assert_eq!(
        (session.method, session.second_step),
        (Method::Passkey, SecondStep::None)
    );
}

async fn with_one_the_password_opens_nothing_and_the_passkey_does(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let codes = ada
        .sets_passkey_up(&kit, &mut key)
        .await
        .recovery_codes
        .expect("they are shown");
    let before = kit.count("sessions").await;
    let ctx = kit.ctx();
    let challenge = ada.begins_to_sign_in(&kit, Client::Browser).await;
    assert_eq!(kit.count("sessions").await, before);
    let waits = sessions::waiting_for(&ctx, &challenge)
        .await
        .expect("it can be asked");
    assert_eq!(waits.expect("it waits").passkeys, 1);
    let asked = sessions::begin_second_step_with_passkey(&ctx, &challenge)
        .await
        .expect("it waits");
    assert_eq!(
        asked.options["allowCredentials"].as_array().map(Vec::len),
        Some(1)
    );
    let other = asks(&kit).await;
    let proof = key.proves(&other);
    let refused = sessions::complete_second_factor(&ctx, &challenge, &proof, false);
    assert_eq!(
        refusal(refused.await),
        Code::ChallengeExpired,
        "it was asked for something else"
    );
    let done = sessions::complete_second_factor(&ctx, &challenge, &key.proves(&asked), true)
        .await
        .expect("the passkey is right");
    assert_eq!(done.opened.user_id, ada.id);
    assert!(done.trust.is_some() && done.recovery_codes_left.is_none());

    let challenge = ada.begins_to_sign_in(&kit, Client::Browser).await;
    let code = codes[0].to_string().as_str().into();
    let done = sessions::complete_second_factor(&ctx, &challenge, &code, false)
        .await
        .expect("a recovery code stands in");
    assert_eq!(done.recovery_codes_left, Some(9));
    kit.discards_mail().await;
}

async fn a_question_is_answered_once_where_it_was_asked_and_in_time(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    let asked = asks(&kit).await;
    let answer = key.answers(&asked);
    signs_in(&kit, &answer).await.expect("it signs in");
    assert_eq!(
        refusal(signs_in(&kit, &answer).await),
        Code::ChallengeExpired,
        "a replay"
    );
    let again = key.answers(&asked);
    assert_eq!(
        refusal(signs_in(&kit, &again).await),
        Code::ChallengeExpired
    );

    let asked = asks(&kit).await;
    let answer = key.answers(&asked);
    let (one, two) = futures::join!(signs_in(&kit, &answer), signs_in(&kit, &answer));
    assert_eq!(
        u8::from(one.is_ok()) + u8::from(two.is_ok()),
        1,
        "two at once"
    );

    let asked = asks(&kit).await;
    kit.clock.advance(CEREMONY_SECONDS);
    let late = key.answers(&asked);
    assert_eq!(refusal(signs_in(&kit, &late).await), Code::ChallengeExpired);

    let confirming = passkeys::begin_confirmation(&kit.ctx(), &ada.signed_in().await)
        .await
        .expect("it may be asked");
    let elsewhere = key.answers(&confirming);
    assert_eq!(
        refusal(signs_in(&kit, &elsewhere).await),
        Code::ChallengeExpired
    );
    for token in ["", "x", "é", &"A".repeat(10_000)] {
        let answer = Answer {
            token: token.to_owned(),
            ..elsewhere.clone()
        };
        assert_eq!(
            refusal(signs_in(&kit, &answer).await),
            Code::ChallengeExpired,
            "{token}"
        );
    }
    // Two questions do not know each other.
    let (first, second) = (asks(&kit).await, asks(&kit).await);
    let mixed = Answer {
        token: first.token,
        ..key.answers(&second)
    };
    assert_eq!(refusal(signs_in(&kit, &mixed).await), Code::PasskeyWrong);
}

async fn answers_that_are_not_right_are_refused(kit: Kit) {
    type Make = fn(&Authenticator) -> Authenticator;
    let ada = kit.person("ada").await;
    let mut good = key(&kit);
    ada.sets_passkey_up(&kit, &mut good).await;
    kit.discards_mail().await;
    let before = kit.count("sessions").await;
    let wrong: [(&str, Make); 6] = [
        ("another origin", |key| Authenticator {
            origin: "https://accounts.example.test.evil.test".into(),
            ..key.clone()
        }),
        ("another port", |key| Authenticator {
            origin: format!("{}:8443", key.origin),
            ..key.clone()
        }),
        ("another site", |key| Authenticator {
            site: "evil.test".into(),
            ..key.clone()
        }),
        ("nobody present", |key| Authenticator {
            is_present: false,
            verifies_owner: false,
            ..key.clone()
        }),
        ("nobody verified", |key| Authenticator {
            verifies_owner: false,
            ..key.clone()
        }),
        ("another key", |key| key.forged(9)),
    ];
    for (what, make) in wrong {
        let answer = make(&good).answers(&asks(&kit).await);
        let refused = signs_in(&kit, &answer).await;
        assert_eq!(
            refusal_on(refused),
            (Code::PasskeyWrong, "passkey".to_owned()),
            "{what}"
        );
    }
    let asked = asks(&kit).await;
    let response = good.signs_as("webauthn.create", &asked.options);
    let answer = Answer {
        token: asked.token,
        response,
    };
    assert_eq!(
        refusal(signs_in(&kit, &answer).await),
        Code::PasskeyWrong,
        "another type"
    );
    for field in ["signature", "authenticatorData", "clientDataJSON"] {
        let asked = asks(&kit).await;
        let mut answer = good.answers(&asked);
        for changed in [
            serde_json::json!("AAAA"),
            serde_json::json!(""),
            serde_json::json!(7),
            serde_json::Value::Null,
        ] {
            answer.response["response"][field] = changed;
            assert_eq!(
                refusal(signs_in(&kit, &answer).await),
                Code::PasskeyWrong,
                "{field}"
            );
        }
    }
    let unknown = Authenticator::new(&kit, 8).answers(&asks(&kit).await);
    assert_eq!(refusal(signs_in(&kit, &unknown).await), Code::PasskeyWrong);
    for response in [
        serde_json::json!(null),
        serde_json::json!([]),
        serde_json::json!({"id": "x"}),
    ] {
        let answer = Answer {
            token: asks(&kit).await.token,
            response,
        };
        assert_eq!(refusal(signs_in(&kit, &answer).await), Code::PasskeyWrong);
    }
    assert_eq!(kit.count("sessions").await, before);
    let answer = good.answers(&asks(&kit).await);
    signs_in(&kit, &answer)
        .await
        .expect("the good one signs in all the same");
}

async fn a_counter_may_not_run_backwards_but_may_stay_at_zero(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut counting = key(&kit);
    ada.sets_passkey_up(&kit, &mut counting).await;
    let mut copy = counting.clone();
    for _ in 0..2 {
        let answer = counting.answers(&asks(&kit).await);
        signs_in(&kit, &answer).await.expect("it goes on");
    }
    let answer = copy.answers(&asks(&kit).await);
    assert_eq!(
        refusal(signs_in(&kit, &answer).await),
        Code::PasskeyWrong,
        "a copy"
    );
    let mut synced = Authenticator {
        counter: 0,
        is_synced: true,
        ..Authenticator::new(&kit, 8)
    };
    let done = ada.sets_passkey_up(&kit, &mut synced).await;
    assert!(done.passkey.is_synced && done.recovery_codes.is_none());
    for _ in 0..2 {
        let answer = synced.answers(&asks(&kit).await);
        signs_in(&kit, &answer).await.expect("zero says nothing");
    }
    kit.discards_mail().await;
}

async fn who_is_suspended_is_not_signed_in(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    ada.gets_suspended().await;
    let answer = key.answers(&asks(&kit).await);
    assert_eq!(refusal(signs_in(&kit, &answer).await), Code::PasskeyWrong);
    kit.discards_mail().await;
}
