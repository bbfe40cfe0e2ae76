//! Mutations of accounts: granted, refused, and by strangers.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, NONE, refused};

on_each_database! {
    a_sign_up_sends_a_letter_whose_link_verifies_once,
    a_sign_up_names_every_fault_and_its_field,
    a_known_address_is_answered_like_an_unknown_one,
    a_verification_letter_is_sent_again,
    a_forgotten_password_is_set_by_the_letters_link,
    a_program_that_changes_its_password_goes_on_under_a_new_token,
    a_browser_that_changes_its_password_gets_a_new_cookie,
    a_password_is_not_changed_without_the_current_one,
    a_profile_keeps_what_is_left_out_and_loses_what_is_null,
    a_profile_refuses_what_cannot_be,
    preferences_are_changed_and_refused,
    strangers_are_told_to_sign_in,
}

async fn a_sign_up_sends_a_letter_whose_link_verifies_once(kit: Kit) {
    let api = Api::new(&kit);
    let input = json!({ "name": "Ada", "email": "ada@example.test", "password": "seven grey herons at noon" });
    assert_eq!(api.refusals(&NONE, "signUp", input).await, []);
    let token = kit.last_mail_to("ada@example.test").await.token();
    assert_eq!(
        api.refusals(&NONE, "verifyEmail", json!({ "token": token }))
            .await,
        []
    );
    assert_eq!(
        api.refusals(&NONE, "verifyEmail", json!({ "token": token }))
            .await,
        refused("LINK_USED", None)
    );
    assert_eq!(
        api.refusals(&NONE, "verifyEmail", json!({ "token": "nonsense" }))
            .await,
        refused("LINK_INVALID", None)
    );
    let input = json!({ "email": "ada@example.test", "password": "seven grey herons at noon" });
    assert!(api.mutate(&NONE, "signIn", input, "token").await["token"].is_string());
}

async fn a_sign_up_names_every_fault_and_its_field(kit: Kit) {
    let faults = Api::new(&kit)
        .refusals(
            &NONE,
            "signUp",
            json!({ "name": "a\u{0}", "email": "ada", "password": "short" }),
        )
        .await;
    let faults: Vec<_> = faults
        .iter()
        .map(|(code, field)| (code.as_str(), field.as_deref()))
        .collect();
    assert_eq!(
        faults,
        [
            ("INVALID_CHARACTERS", Some("name")),
            ("INVALID_EMAIL", Some("email")),
            ("PASSWORD_TOO_SHORT", Some("password"))
        ]
    );
}

async fn a_known_address_is_answered_like_an_unknown_one(kit: Kit) {
    let api = Api::new(&kit);
    kit.person("ada").await;
    for name in ["signUp", "resendVerification", "requestPasswordReset"] {
        let mut answers = Vec::new();
        for email in ["ada@example.test", "nobody@example.test"] {
            let mut input = json!({ "email": email });
            if name == "signUp" {
                input["password"] = json!("seven grey herons at noon");
            }
            answers.push(api.mutate(&NONE, name, input, "").await);
        }
        assert_eq!(answers[0], answers[1], "{name}");
        assert_eq!(answers[0]["userErrors"], json!([]), "{name}");
    }
    kit.discards_mail().await;
}

async fn a_verification_letter_is_sent_again(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").unverified().await;
    assert_eq!(
        api.refusals(
            &NONE,
            "resendVerification",
            json!({ "email": "ada@example.test" })
        )
        .await,
        []
    );
    let token = kit.last_mail_to("ada@example.test").await.token();
    let old = json!({ "token": ada.verification_token() });
    assert_eq!(
        api.refusals(&NONE, "verifyEmail", old).await,
        refused("LINK_INVALID", None)
    );
    assert_eq!(
        api.refusals(&NONE, "verifyEmail", json!({ "token": token }))
            .await,
        []
    );
    assert_eq!(
        api.refusals(&NONE, "resendVerification", json!({ "email": "ada" }))
            .await,
        refused("INVALID_EMAIL", Some("email"))
    );
}

async fn a_forgotten_password_is_set_by_the_letters_link(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let session = Credentials::of_program(&kit, &ada).await;
    assert_eq!(
        api.refusals(&NONE, "requestPasswordReset", json!({ "email": ada.email }))
            .await,
        []
    );
    let token = kit.last_mail_to(&ada.email).await.token();
    let reset = |password: &str| json!({ "token": token, "newPassword": password });
    assert_eq!(
        api.refusals(&NONE, "resetPassword", reset("short")).await,
        refused("PASSWORD_TOO_SHORT", Some("newPassword"))
    );
    assert_eq!(
        api.refusals(&NONE, "resetPassword", reset("nine brown otters dive"))
            .await,
        []
    );
    assert_eq!(
        api.refusals(&NONE, "resetPassword", reset("nine brown otters dive"))
            .await,
        refused("LINK_USED", None)
    );
    assert_eq!(
        api.run_as(&session, "{ __typename }", Value::Null)
            .await
            .status,
        StatusCode::UNAUTHORIZED,
        "every session has ended"
    );
    assert!(ada.can_sign_in_with("nine brown otters dive").await);
    kit.discards_mail().await;
}

async fn a_program_that_changes_its_password_goes_on_under_a_new_token(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let before = Credentials::of_program(&kit, &ada).await;
    let input = json!({ "currentPassword": ada.password, "newPassword": "nine brown otters dive" });
    let payload = api
        .mutate(&before, "changePassword", input, "token expiresAt")
        .await;
    assert!(payload["expiresAt"].is_string());
    let after = Credentials::Bearer(
        payload["token"]
            .as_str()
            .expect("a program gets a token")
            .to_owned(),
    );
    assert_eq!(
        api.run_as(&before, "{ __typename }", Value::Null)
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
    assert!(
        api.run_as(&after, "{ viewer { __typename } }", Value::Null)
            .await
            .data()["viewer"]
            .is_object()
    );
    kit.discards_mail().await;
}

async fn a_browser_that_changes_its_password_gets_a_new_cookie(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let before = Credentials::of_browser(&ada).await;
    let query = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { token userErrors { code } } }";
    let input = json!({ "currentPassword": ada.password, "newPassword": "nine brown otters dive" });
    let answer = api.run_as(&before, query, json!({ "input": input })).await;
    assert_eq!(
        answer.data()["changePassword"],
        json!({ "token": null, "userErrors": [] })
    );
    let cookie = answer.header(header::SET_COOKIE);
    assert!(
        !cookie.contains("Max-Age"),
        "it ends with the browser, as before: {cookie}"
    );
    let value = cookie
        .strip_prefix("__Host-latchkey=")
        .and_then(|rest| rest.split(';').next())
        .expect("the session's cookie");
    let after = Credentials::Cookie(value.to_owned());
    assert_eq!(
        api.run_as(&before, "{ viewer { __typename } }", Value::Null)
            .await
            .data()["viewer"],
        Value::Null
    );
    assert!(
        api.run_as(&after, "{ viewer { __typename } }", Value::Null)
            .await
            .data()["viewer"]
            .is_object()
    );
    kit.discards_mail().await;
}

async fn a_password_is_not_changed_without_the_current_one(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    let change =
        |current: &str, new: &str| json!({ "currentPassword": current, "newPassword": new });
    let wrong = api
        .refusals(
            &credentials,
            "changePassword",
            change("not the current one", "nine brown otters dive"),
        )
        .await;
    assert_eq!(wrong, refused("PASSWORD_WRONG", Some("currentPassword")));
    let same = api
        .refusals(
            &credentials,
            "changePassword",
            change(&ada.password, &ada.password),
        )
        .await;
    assert_eq!(same, refused("PASSWORD_UNCHANGED", Some("newPassword")));
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn a_profile_keeps_what_is_left_out_and_loses_what_is_null(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    let update = async |input: Value| {
        api.mutate(
            &credentials,
            "updateProfile",
            input,
            "user { name username phone }",
        )
        .await["user"]
            .clone()
    };
    let first = update(json!({ "username": "Countess", "phone": "+44 20 7946 0000" })).await;
    assert_eq!(
        first,
        json!({ "name": "Ada", "username": "countess", "phone": "+442079460000" })
    );
    assert_eq!(
        update(json!({ "name": null, "username": null })).await,
        first
    );
    assert_eq!(update(json!({})).await, first);
    assert_eq!(
        update(json!({ "name": "", "phone": null })).await,
        json!({ "name": "", "username": "countess", "phone": null })
    );
}

async fn a_profile_refuses_what_cannot_be(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    kit.person("eve").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    let faults = api
        .refusals(
            &credentials,
            "updateProfile",
            json!({ "username": "a", "phone": "1" }),
        )
        .await;
    let faults: Vec<_> = faults
        .iter()
        .map(|(code, field)| (code.as_str(), field.as_deref()))
        .collect();
    assert_eq!(
        faults,
        [
            ("INVALID_USERNAME", Some("username")),
            ("INVALID_PHONE", Some("phone"))
        ]
    );
    let taken = api
        .mutate(
            &credentials,
            "updateProfile",
            json!({ "username": "eve" }),
            "user { id }",
        )
        .await;
    assert_eq!(
        (&taken["user"], &taken["userErrors"][0]["code"]),
        (&Value::Null, &json!("USERNAME_TAKEN"))
    );
}

async fn preferences_are_changed_and_refused(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    let input = json!({ "timeZone": "europe/berlin", "language": "PT-br", "theme": "DARK" });
    let payload = api
        .mutate(
            &credentials,
            "updatePreferences",
            input,
            "user { profile { timeZone language theme } }",
        )
        .await;
    assert_eq!(
        payload["user"]["profile"],
        json!({ "timeZone": "Europe/Berlin", "language": "pt-BR", "theme": "DARK" })
    );
    let kept = api
        .mutate(
            &credentials,
            "updatePreferences",
            json!({}),
            "user { profile { timeZone language theme } }",
        )
        .await;
    assert_eq!(kept["user"], payload["user"]);
    let zone = api
        .refusals(
            &credentials,
            "updatePreferences",
            json!({ "timeZone": "Mars/Olympus" }),
        )
        .await;
    assert_eq!(zone, refused("INVALID_TIME_ZONE", Some("timeZone")));
    let language = api
        .refusals(
            &credentials,
            "updatePreferences",
            json!({ "language": "xx" }),
        )
        .await;
    assert_eq!(language, refused("INVALID_LANGUAGE", Some("language")));
}

async fn strangers_are_told_to_sign_in(kit: Kit) {
    let api = Api::new(&kit);
    for mutation in [
        "changePassword(input: { currentPassword: \"a\", newPassword: \"b\" })",
        "updateProfile(input: { name: \"Eve\" })",
        "updatePreferences(input: { theme: DARK })",
        "confirmPassword(input: { password: \"a\" })",
        "signOut",
        "signOut(input: {})",
        "revokeOtherSessions",
    ] {
        let query =
            format!("mutation {{ done: {mutation} {{ userErrors {{ code }} }} __typename }}");
        let answer = api.run(&query, Value::Null).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::OK, "UNAUTHENTICATED"),
            "{mutation} {}",
            answer.text
        );
        assert_eq!(
            answer.json()["data"],
            json!({ "done": null, "__typename": "Mutation" }),
            "{mutation}"
        );
        assert_eq!(answer.json()["errors"][0]["path"], json!(["done"]));
    }
}
