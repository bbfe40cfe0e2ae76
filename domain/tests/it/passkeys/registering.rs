//! Setting a passkey up.

use contract::{Code, passkeys::MOST};
use domain::{
    passkeys::{self, Answer},
    sessions::Client,
};
use testkit::{Authenticator, Kit, on_each_database};

use super::key;
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    none_is_set_up_twice,
    a_registration_that_is_not_right_is_refused,
    one_that_was_asked_for_in_time_is_taken,
    there_are_only_so_many,
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
