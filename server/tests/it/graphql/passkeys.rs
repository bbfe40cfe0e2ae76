//! Passkeys for programs: set up, named, used and removed, and seen by their owner alone.

use contract::Role;
use domain::passkeys::Asked;
use serde_json::{Value, json};
use testkit::{Authenticator, Kit, on_each_database};

use super::{Api, Credentials, NONE, second_factors};

on_each_database! {
    one_is_set_up_signs_in_and_is_removed,
    it_is_the_second_step_and_confirms,
    it_turns_the_app_off,
    what_is_not_right_is_refused_with_its_field,
    they_are_seen_by_their_owner_alone,
}

fn bearer(payload: &Value) -> Credentials {
    Credentials::Bearer(payload["token"].as_str().expect("a token").to_owned())
}

async fn asks(api: &Api, who: &Credentials, mutation: &str, input: Value) -> Asked {
    let begun = api.mutate(who, mutation, input, "token options").await;
    Asked {
        token: begun["token"].as_str().expect("it is given").to_owned(),
        options: begun["options"].clone(),
    }
}

/// What the authenticator signs, as input.
fn signed(key: &mut Authenticator, asked: &Asked) -> Value {
    json!({ "token": asked.token, "response": key.signs(&asked.options) })
}

/// Sets one up; gives what came of it, and the credentials that go on.
async fn set_up(api: &Api, own: &Credentials, key: &mut Authenticator) -> (Value, Credentials) {
    let asked = asks(api, own, "beginPasskeyRegistration", json!({})).await;
    let response = key.creates(&asked.options);
    let input = json!({
        "name": "Laptop",
        "passkey": { "token": asked.token, "response": response },
    });
    let fields = "token recoveryCodes passkey { id name isSynced createdAt lastUsedAt }";
    let done = api.mutate(own, "registerPasskey", input, fields).await;
    let own = bearer(&done);
    (done, own)
}

async fn one_is_set_up_signs_in_and_is_removed(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let mut key = Authenticator::new(&kit, 7);
    let (done, own) = set_up(&api, &own, &mut key).await;
    assert_eq!(done["recoveryCodes"].as_array().map(Vec::len), Some(10));
    let id = done["passkey"]["id"].clone();
    let input = json!({ "passkeyId": id, "name": " Work " });
    let renamed = api
        .mutate(&own, "renamePasskey", input, "passkey { name }")
        .await;
    assert_eq!(renamed["passkey"]["name"], "Work");

    let asked = asks(&api, &NONE, "beginPasskeySignIn", json!({})).await;
    let input = json!({ "passkey": signed(&mut key, &asked) });
    let fields = "token expiresAt user { email }";
    let done = api
        .mutate(&NONE, "signInWithPasskey", input.clone(), fields)
        .await;
    assert_eq!(done["user"]["email"], json!(ada.email));
    let refused = api.refusals(&NONE, "signInWithPasskey", input).await;
    assert_eq!(refused, [("CHALLENGE_EXPIRED".to_owned(), None)]);
    let query = "{ viewer { ... on User { secondFactors { appSince passkeys { name isSynced lastUsedAt } } sessions(first: 1) { nodes { method secondStep } } } } }";
    let viewer = api.ask(&bearer(&done), query, Value::Null).await;
    let seen = &viewer["viewer"]["secondFactors"]["passkeys"][0];
    assert_eq!(
        (&seen["name"], seen["lastUsedAt"].is_string()),
        (&json!("Work"), true)
    );
    assert_eq!(
        viewer["viewer"]["sessions"]["nodes"][0],
        json!({ "method": "PASSKEY", "secondStep": "NONE" })
    );

    let removed = api
        .mutate(
            &own,
            "removePasskey",
            json!({ "passkeyId": id }),
            "passkeyId",
        )
        .await;
    assert_eq!(removed["passkeyId"], id);
    let again = api
        .refusals(&own, "removePasskey", json!({ "passkeyId": id }))
        .await;
    assert_eq!(again[0].0, "NOT_FOUND");
    let asked = asks(&api, &NONE, "beginPasskeySignIn", json!({})).await;
    let input = json!({ "passkey": signed(&mut key, &asked) });
    let refused = api.refusals(&NONE, "signInWithPasskey", input).await;
    assert_eq!(refused[0].0, "PASSKEY_WRONG");
    kit.discards_mail().await;
}

async fn it_turns_the_app_off(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let (_, own) = second_factors::set_up(&kit, &api, &own).await;
    let mut key = Authenticator::new(&kit, 7);
    let (done, own) = set_up(&api, &own, &mut key).await;
    assert_eq!(done["recoveryCodes"], Value::Null, "there are some");
    let off = |answer: Value| json!({ "passkey": answer });
    let asked = asks(&api, &NONE, "beginPasskeySignIn", json!({})).await;
    let elsewhere = off(signed(&mut key, &asked));
    let asked = asks(&api, &own, "beginPasskeyConfirmation", json!({})).await;
    let forged = off(signed(&mut key.forged(9), &asked));
    for (input, code) in [
        (elsewhere, "CHALLENGE_EXPIRED"),
        (forged, "PASSKEY_WRONG"),
        (json!({}), "REQUIRED"),
    ] {
        let refused = api.refusals(&own, "disableTotp", input).await;
        assert_eq!(refused[0].0, code);
    }
    let right = off(signed(&mut key, &asked));
    let refused = api.refusals(&own, "disableTotp", right.clone()).await;
    assert_eq!(refused, []);
    let query = "{ viewer { ... on User { secondFactors { appSince recoveryCodesLeft passkeys { name } } } } }";
    let viewer = api.ask(&own, query, Value::Null).await;
    assert_eq!(
        viewer["viewer"]["secondFactors"],
        json!({ "appSince": null, "recoveryCodesLeft": 10, "passkeys": [{ "name": "Laptop" }] })
    );
    let again = api.refusals(&own, "disableTotp", right).await;
    assert_eq!(again[0].0, "CHALLENGE_EXPIRED", "an answer is good once");
    kit.discards_mail().await;
}

async fn it_is_the_second_step_and_confirms(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let mut key = Authenticator::new(&kit, 7);
    set_up(&api, &own, &mut key).await;
    kit.discards_mail().await;
    let input = json!({ "email": ada.email, "password": ada.password });
    let first = api
        .mutate(&NONE, "signIn", input, "token secondFactor { token }")
        .await;
    assert_eq!(first["token"], Value::Null);
    let challenge = first["secondFactor"]["token"].clone();
    let nothing = json!({ "challenge": challenge });
    let refused = api.refusals(&NONE, "completeSecondFactor", nothing).await;
    assert_eq!(refused, [("REQUIRED".to_owned(), Some("code".to_owned()))]);
    let input = json!({ "challenge": challenge });
    let asked = asks(&api, &NONE, "beginPasskeySecondStep", input).await;
    let input = json!({ "challenge": challenge, "passkey": signed(&mut key, &asked) });
    let done = api
        .mutate(&NONE, "completeSecondFactor", input, "token user { email }")
        .await;
    assert_eq!(done["user"]["email"], json!(ada.email));

    let own = bearer(&done);
    kit.clock.advance(10 * 60 + 1);
    let asked = asks(&api, &own, "beginPasskeyConfirmation", json!({})).await;
    let input = json!({ "passkey": signed(&mut key, &asked) });
    let done = api.mutate(&own, "confirmPassword", input, "token").await;
    let own = bearer(&done);
    let asked = asks(&api, &own, "beginPasskeyConfirmation", json!({})).await;
    let input = json!({ "passkey": signed(&mut key, &asked) });
    let done = api
        .mutate(&own, "regenerateRecoveryCodes", input, "recoveryCodes")
        .await;
    assert_eq!(done["recoveryCodes"].as_array().map(Vec::len), Some(10));
    kit.discards_mail().await;
}

async fn what_is_not_right_is_refused_with_its_field(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let asked = asks(&api, &own, "beginPasskeyRegistration", json!({})).await;
    let mut key = Authenticator::new(&kit, 7);
    key.origin = "https://evil.test".to_owned();
    let wrong = key.creates(&asked.options);
    for (name, token, response, code, field) in [
        ("", asked.token.as_str(), &wrong, "REQUIRED", Some("name")),
        (
            "New",
            &asked.token,
            &wrong,
            "PASSKEY_WRONG",
            Some("passkey"),
        ),
        (
            "New",
            &asked.token,
            &json!("x"),
            "PASSKEY_WRONG",
            Some("passkey"),
        ),
        ("New", "x", &wrong, "CHALLENGE_EXPIRED", None),
    ] {
        let input = json!({ "name": name, "passkey": { "token": token, "response": response } });
        let refused = api.refusals(&own, "registerPasskey", input).await;
        assert_eq!(refused, [(code.to_owned(), field.map(ToOwned::to_owned))]);
    }
    assert_eq!(kit.count("passkeys").await, 0);
}

async fn they_are_seen_by_their_owner_alone(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    let own = Credentials::of_program(&kit, &ada).await;
    set_up(&api, &own, &mut Authenticator::new(&kit, 7)).await;
    kit.discards_mail().await;
    let graces = Credentials::of_program(&kit, &grace).await;
    let query = "{ organization(slug: \"acme\") { members { nodes { user { username secondFactors { passkeys { name } } } } } } }";
    let seen = api.ask(&graces, query, Value::Null).await;
    assert!(!seen.to_string().contains("Laptop"), "{seen}");
}
