//! Another address, and links that sign in, by programs.

use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, NONE, refused};

on_each_database! {
    an_address_is_changed_and_the_change_undone,
    a_change_of_address_is_refused_with_its_reason,
    a_link_signs_a_program_in,
    a_link_is_asked_for_with_one_answer,
}

async fn an_address_is_changed_and_the_change_undone(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let input = json!({ "email": "countess@example.test" });
    assert_eq!(api.refusals(&own, "requestEmailChange", input).await, []);
    let token = kit.last_mail_to("countess@example.test").await.token();
    let waiting = "{ viewer { ... on User { pendingEmail hasPassword } } }";
    let told = api.ask(&own, waiting, Value::Null).await;
    assert_eq!(
        told["viewer"],
        json!({ "pendingEmail": "countess@example.test", "hasPassword": true })
    );
    let input = json!({ "token": token });
    let changed = api
        .mutate(&own, "confirmEmailChange", input, "user { email }")
        .await;
    assert_eq!(changed["user"]["email"], "countess@example.test");
    let told = api.ask(&own, waiting, Value::Null).await;
    assert_eq!(told["viewer"]["pendingEmail"], Value::Null);

    let undo = json!({ "token": kit.last_mail_to(&ada.email).await.token() });
    let undone = api
        .mutate(&NONE, "undoEmailChange", undo.clone(), "email")
        .await;
    assert_eq!(undone["email"], json!(ada.email));
    assert_eq!(
        api.refusals(&NONE, "undoEmailChange", undo).await,
        refused("LINK_USED", None)
    );
    let viewer = api
        .run_as(&own, "{ viewer { __typename } }", Value::Null)
        .await;
    assert_eq!(
        viewer.json()["data"]["viewer"],
        Value::Null,
        "every session has ended"
    );
    kit.last_mail_to(&ada.email).await;
}

async fn a_change_of_address_is_refused_with_its_reason(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    for (email, code) in [
        ("", "REQUIRED"),
        ("ada", "INVALID_EMAIL"),
        ("Ada@Example.Test", "EMAIL_UNCHANGED"),
    ] {
        assert_eq!(
            api.refusals(&own, "requestEmailChange", json!({ "email": email }))
                .await,
            refused(code, Some("email")),
        );
    }
    let token = json!({ "token": "nonsense" });
    assert_eq!(
        api.refusals(&own, "confirmEmailChange", token.clone())
            .await,
        refused("LINK_INVALID", None)
    );
    assert_eq!(
        api.refusals(&NONE, "undoEmailChange", token).await,
        refused("LINK_INVALID", None)
    );
    kit.clock.advance(11 * 60);
    let input = json!({ "email": "countess@example.test" });
    assert_eq!(
        api.refusals(&own, "requestEmailChange", input).await,
        refused("STEP_UP_REQUIRED", None)
    );
}

async fn a_link_signs_a_program_in(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let input = json!({ "email": ada.email });
    assert_eq!(api.refusals(&NONE, "requestMagicLink", input).await, []);
    let input = json!({ "token": kit.last_mail_to(&ada.email).await.token() });
    let wanted = "token expiresAt user { email } secondFactor { token }";
    let opened = api
        .mutate(&NONE, "signInWithMagicLink", input.clone(), wanted)
        .await;
    assert_eq!(opened["user"]["email"], json!(ada.email));
    assert_eq!(opened["secondFactor"], Value::Null);
    let own = Credentials::Bearer(opened["token"].as_str().expect("a token").to_owned());
    let viewer = api
        .run_as(
            &own,
            "{ viewer { ... on User { sessions(first: 1) { nodes { method client } } } } }",
            Value::Null,
        )
        .await;
    assert_eq!(
        viewer.json()["data"]["viewer"]["sessions"]["nodes"],
        json!([{ "method": "MAGIC_LINK", "client": "PROGRAM" }])
    );
    assert_eq!(
        api.refusals(&NONE, "signInWithMagicLink", input).await,
        refused("LINK_USED", None)
    );

    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    api.refusals(&NONE, "requestMagicLink", json!({ "email": ada.email }))
        .await;
    let input = json!({ "token": kit.last_mail_to(&ada.email).await.token() });
    let challenged = api
        .mutate(&NONE, "signInWithMagicLink", input, wanted)
        .await;
    assert_eq!(challenged["token"], Value::Null);
    assert!(
        challenged["secondFactor"]["token"].is_string(),
        "{challenged}"
    );
}

async fn a_link_is_asked_for_with_one_answer(kit: Kit) {
    let api = Api::new(&kit);
    kit.person("ada").await;
    let mut answers = Vec::new();
    for email in ["ada@example.test", "nobody@example.test"] {
        answers.push(
            api.mutate(&NONE, "requestMagicLink", json!({ "email": email }), "")
                .await,
        );
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        api.refusals(&NONE, "requestMagicLink", json!({ "email": "ada" }))
            .await,
        refused("INVALID_EMAIL", Some("email"))
    );
    kit.discards_mail().await;
}
