//! Passkeys: they sign in alone, stand for the second step, and nothing but a right answer to an own question is taken.

use contract::{
    Code, PasskeyId,
    passkeys::{CEREMONY_SECONDS, MOST},
    sessions::{Method, SecondStep},
};
use domain::{
    passkeys::{self, Answer, Asked},
    second_factors,
    sessions::{self, Client, Opened, Proof},
};
use testkit::{Authenticator, Kit, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    one_that_is_set_up_signs_in_alone,
    with_one_the_password_opens_nothing_and_the_passkey_does,
    a_question_is_answered_once_where_it_was_asked_and_in_time,
    answers_that_are_not_right_are_refused,
    a_counter_may_not_run_backwards_but_may_stay_at_zero,
    none_is_set_up_twice,
    a_registration_that_is_not_right_is_refused,
    one_that_is_removed_fails_at_once_and_the_last_takes_the_codes_along,
    adding_and_removing_want_a_fresh_proof,
    it_is_a_proof_too,
    it_turns_the_app_off,
    one_that_was_asked_for_in_time_is_taken,
    names_are_checked_and_kept,
    it_belongs_to_one_person,
    who_is_suspended_is_not_signed_in,
    an_operator_takes_them_off,
    the_last_way_in_stays,
    there_are_only_so_many,
}

async fn asks(kit: &Kit) -> Asked {
    sessions::begin_passkey_sign_in(&kit.ctx())
        .await
        .expect("everybody may ask")
}

async fn signs_in(kit: &Kit, answer: &Answer) -> domain::Result<Opened> {
    sessions::sign_in_with_passkey(&kit.ctx(), answer, Client::Browser, false).await
}

fn key(kit: &Kit) -> Authenticator {
    Authenticator::new(kit, 7)
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

async fn none_is_set_up_twice(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    for person in [&ada, &bob] {
        let actor = person.signed_in().await;
        let asked = passkeys::begin_registration(&kit.ctx(), &actor)
            .await
            .expect("the proof is fresh");
        let excluded = asked.options["excludeCredentials"].as_array().map(Vec::len);
        assert_eq!(excluded, Some(usize::from(person.id == ada.id)));
        let answer = Answer {
            token: asked.token,
            response: key.clone().creates(&asked.options),
        };
        let refused = passkeys::register(&kit.ctx(), &actor, &answer, "Again").await;
        assert_eq!(refusal(refused), Code::PasskeyKnown);
    }
}

async fn a_registration_that_is_not_right_is_refused(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    let wrong = [
        Authenticator {
            origin: "https://evil.test".into(),
            ..key(&kit)
        },
        Authenticator {
            site: "evil.test".into(),
            ..key(&kit)
        },
        Authenticator {
            verifies_owner: false,
            ..key(&kit)
        },
    ];
    for mut key in wrong {
        let asked = passkeys::begin_registration(&ctx, &actor)
            .await
            .expect("it begins");
        let answer = Answer {
            token: asked.token,
            response: key.creates(&asked.options),
        };
        let refused = passkeys::register(&ctx, &actor, &answer, "Wrong").await;
        assert_eq!(
            refusal_on(refused),
            (Code::PasskeyWrong, "passkey".to_owned()),
            "{key:?}"
        );
    }
    let asked = passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("it begins");
    let answer = Answer {
        token: asked.token,
        response: key(&kit).creates(&asked.options),
    };
    let refused = passkeys::register(&ctx, &bob.signed_in().await, &answer, "Bob's").await;
    assert_eq!(
        refusal(refused),
        Code::ChallengeExpired,
        "it was Ada who asked"
    );
    let elsewhere = ada.signs_in_with(&ctx, Client::Browser).await;
    let elsewhere = kit.holder(&elsewhere.token).await.expect("it is live");
    let refused = passkeys::register(&ctx, &elsewhere, &answer, "Elsewhere").await;
    assert_eq!(
        refusal(refused),
        Code::ChallengeExpired,
        "it was asked in another browser"
    );
    passkeys::register(&ctx, &actor, &answer, "Mine")
        .await
        .expect("it is right");
    assert_eq!(kit.count("passkeys").await, 1);
    kit.discards_mail().await;
}

async fn one_that_is_removed_fails_at_once_and_the_last_takes_the_codes_along(kit: Kit) {
    let ada = kit.person("ada").await;
    let (mut first, mut second) = (key(&kit), Authenticator::new(&kit, 8));
    let one = ada.sets_passkey_up(&kit, &mut first).await.passkey;
    let two = ada.sets_passkey_up(&kit, &mut second).await.passkey;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    passkeys::remove(&ctx, &actor, one.id)
        .await
        .expect("it is one's own");
    let answer = first.answers(&asks(&kit).await);
    assert_eq!(refusal(signs_in(&kit, &answer).await), Code::PasskeyWrong);
    assert_eq!(kit.count("recovery_codes").await, 10);
    ada.begins_to_sign_in(&kit, Client::Browser).await;
    assert_eq!(
        refusal(passkeys::remove(&ctx, &actor, one.id).await),
        Code::NotFound
    );
    kit.discards_mail().await;
    passkeys::remove(&ctx, &actor, two.id)
        .await
        .expect("it is one's own");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "passkey_removed"
    );
    assert_eq!(kit.count("recovery_codes").await, 0);
    ada.signs_in().await;

    let mut third = Authenticator::new(&kit, 9);
    let done = ada.sets_passkey_up(&kit, &mut third).await;
    let (three, codes) = (done.passkey, done.recovery_codes.expect("it is the first"));
    let app = ada.sets_app_up(&kit).await;
    let actor = ada.signed_in().await;
    passkeys::remove(&ctx, &actor, three.id)
        .await
        .expect("it is one's own");
    assert_eq!(kit.count("recovery_codes").await, 10, "the app needs them");
    let mut fourth = Authenticator::new(&kit, 10);
    ada.sets_passkey_up(&kit, &mut fourth).await;
    let actor = ada.signed_in().await;
    second_factors::remove_app(&ctx, &actor, &app.code(kit.ctx().now()).as_str().into())
        .await
        .expect("the code is right");
    assert_eq!(
        kit.count("recovery_codes").await,
        10,
        "the passkey needs them"
    );
    let refused =
        second_factors::remove_app(&ctx, &actor, &codes[1].to_string().as_str().into()).await;
    assert_eq!(refusal(refused), Code::AppOff);
    kit.discards_mail().await;
}

async fn adding_and_removing_want_a_fresh_proof(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let one = ada.sets_passkey_up(&kit, &mut key).await.passkey;
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    let asked = passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("it begins");
    let response = Authenticator::new(&kit, 8).creates(&asked.options);
    let answer = Answer {
        token: asked.token,
        response,
    };
    kit.clock.advance(sessions::FRESH_SECONDS);
    for refused in [
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        refusal(passkeys::register(&ctx, &actor, &answer, "New").await),
        refusal(passkeys::remove(&ctx, &actor, one.id).await),
    ] {
        assert_eq!(refused, Code::StepUpRequired);
    }
}

async fn it_is_a_proof_too(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    assert_eq!(
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        Code::StepUpRequired
    );
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let proof = Proof::Factor(key.forged(9).proves(&asked));
    assert_eq!(
        refusal(sessions::step_up(&ctx, &actor, &proof).await),
        Code::PasskeyWrong
    );
    let proof = Proof::Factor(key.proves(&asked));
    let opened = sessions::step_up(&ctx, &actor, &proof)
        .await
        .expect("it is right");
    let actor = kit.holder(&opened.token).await.expect("it goes on");
    passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("the proof is fresh");
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let codes = second_factors::replace_recovery_codes(&ctx, &actor, &key.proves(&asked))
        .await
        .expect("a passkey makes new codes");
    assert_eq!(codes.len(), 10);
    kit.discards_mail().await;
}

async fn it_turns_the_app_off(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.sets_app_up(&kit).await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let forged = key.forged(9).proves(&asked);
    assert_eq!(
        refusal(second_factors::remove_app(&ctx, &actor, &forged).await),
        Code::PasskeyWrong
    );
    second_factors::remove_app(&ctx, &actor, &key.proves(&asked))
        .await
        .expect("it is right");
    let left = second_factors::get(&ctx, &actor).await.expect("it is hers");
    assert_eq!((left.app_since, left.passkeys), (None, 1));
    assert_eq!(left.recovery_codes_left, 10, "the passkey needs them");
    kit.discards_mail().await;
}

async fn one_that_was_asked_for_in_time_is_taken(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let actor = ada.signed_in().await;
    kit.clock.advance(9 * 60);
    let ctx = kit.ctx();
    let asked = passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("the proof is fresh");
    kit.clock.advance(2 * 60);
    assert_eq!(
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        Code::StepUpRequired
    );
    let answer = Answer {
        response: key.creates(&asked.options),
        token: asked.token,
    };
    passkeys::register(&ctx, &actor, &answer, "Laptop")
        .await
        .expect("it is on the device by now");
    kit.discards_mail().await;
}

async fn names_are_checked_and_kept(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    let one = ada.sets_passkey_up(&kit, &mut key).await.passkey;
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    for (name, code) in [
        ("", Code::Required),
        ("  ", Code::Required),
        (&"x".repeat(61), Code::TooLong),
        ("a\u{202e}b", Code::InvalidCharacters),
    ] {
        let refused = passkeys::rename(&ctx, &actor, one.id, name).await;
        assert_eq!(refusal_on(refused), (code, "name".to_owned()), "{name:?}");
    }
    let renamed = passkeys::rename(&ctx, &actor, one.id, " Ädas Schlüssel ")
        .await
        .expect("it is good");
    assert_eq!(renamed.name, "Ädas Schlüssel");
    assert_eq!(
        passkeys::list(&ctx, &actor)
            .await
            .expect("they are one's own"),
        [renamed]
    );
}

async fn it_belongs_to_one_person(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let (mut adas, mut bobs) = (key(&kit), Authenticator::new(&kit, 8));
    let one = ada.sets_passkey_up(&kit, &mut adas).await.passkey;
    bob.sets_passkey_up(&kit, &mut bobs).await;
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), bob.signed_in().await);
    for id in [one.id, PasskeyId::NOTHING] {
        assert_eq!(
            refusal(passkeys::remove(&ctx, &actor, id).await),
            Code::NotFound
        );
        assert_eq!(
            refusal(passkeys::rename(&ctx, &actor, id, "Mine").await),
            Code::NotFound
        );
    }
    let asked = passkeys::begin_confirmation(&ctx, &actor)
        .await
        .expect("it may be asked");
    let proof = Proof::Factor(adas.proves(&asked));
    assert_eq!(
        refusal(sessions::step_up(&ctx, &actor, &proof).await),
        Code::PasskeyWrong
    );
    let challenge = bob.begins_to_sign_in(&kit, Client::Browser).await;
    let asked = sessions::begin_second_step_with_passkey(&ctx, &challenge)
        .await
        .expect("it waits");
    let done =
        sessions::complete_second_factor(&ctx, &challenge, &adas.proves(&asked), false).await;
    assert_eq!(refusal(done), Code::PasskeyWrong);
    assert_eq!(
        passkeys::list(&ctx, &actor)
            .await
            .expect("they are one's own")
            .len(),
        1
    );
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

async fn an_operator_takes_them_off(kit: Kit) {
    let ada = kit.person("ada").await;
    let mut key = key(&kit);
    ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    second_factors::reset(&kit.ctx(), &kit.operator(), ada.id, "She lost her laptop")
        .await
        .expect("operators may");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "second_factors_reset"
    );
    let answer = key.answers(&asks(&kit).await);
    assert_eq!(refusal(signs_in(&kit, &answer).await), Code::PasskeyWrong);
    ada.signs_in().await;
}

async fn the_last_way_in_stays(kit: Kit) {
    let ada = kit.person("ada").await;
    let (mut first, mut second) = (key(&kit), Authenticator::new(&kit, 8));
    let one = ada.sets_passkey_up(&kit, &mut first).await.passkey;
    let two = ada.sets_passkey_up(&kit, &mut second).await.passkey;
    kit.discards_mail().await;
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let (ctx, actor) = (kit.ctx(), ada.signed_in().await);
    passkeys::remove(&ctx, &actor, one.id)
        .await
        .expect("another one is left");
    assert_eq!(
        refusal(passkeys::remove(&ctx, &actor, two.id).await),
        Code::LastWayIn
    );
    assert_eq!(kit.count("passkeys").await, 1);
    kit.discards_mail().await;
}

async fn there_are_only_so_many(kit: Kit) {
    let ada = kit.person("ada").await;
    for number in 0..MOST {
        let number = u8::try_from(number).unwrap_or_default() + 1;
        ada.sets_passkey_up(&kit, &mut Authenticator::new(&kit, number))
            .await;
    }
    kit.discards_mail().await;
    let refused = passkeys::begin_registration(&kit.ctx(), &ada.signed_in().await).await;
    assert_eq!(refusal(refused), Code::TooManyPasskeys);
}
