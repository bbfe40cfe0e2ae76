//! Second factors for programs: set up, asked for, seen by their owner alone.

use contract::{Role, second_factors::AppSetUp};
use serde_json::{Value, json};
use testkit::{App, Kit, on_each_database};

use super::{Api, Credentials, NONE};

on_each_database! {
    a_program_sets_an_app_up_and_signs_in_in_two_steps,
    recovery_codes_are_replaced_and_the_app_turned_off,
    a_code_confirms_who_one_is,
    a_changed_password_opens_nothing_that_wants_a_factor_in_the_same_request,
    factors_are_seen_by_their_owner_alone,
}

fn bearer(payload: &Value) -> Credentials {
    Credentials::Bearer(payload["token"].as_str().expect("a token").to_owned())
}

/// Sets an app up; gives it with its recovery codes, and the credentials that go on.
pub(super) async fn set_up(kit: &Kit, api: &Api, own: &Credentials) -> (App, Credentials) {
    let begun = api.mutate(own, "enrolTotp", json!({}), "secret uri").await;
    let text = |name: &str| begun[name].as_str().expect("it is shown").to_owned();
    let mut app = App::of(&AppSetUp {
        secret: text("secret"),
        uri: text("uri"),
    });
    let input = json!({ "code": app.code(kit.ctx().now()) });
    let done = api
        .mutate(own, "confirmTotp", input, "token recoveryCodes")
        .await;
    let codes = done["recoveryCodes"].as_array().expect("they are shown");
    app.recovery_codes = codes
        .iter()
        .filter_map(Value::as_str)
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(app.recovery_codes.len(), 10);
    kit.clock.advance(30);
    (app, bearer(&done))
}

async fn a_program_sets_an_app_up_and_signs_in_in_two_steps(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    assert_eq!(
        api.refusals(&own, "confirmTotp", json!({ "code": "123456" }))
            .await,
        [("APP_OFF".to_owned(), None)]
    );
    let (app, own) = set_up(&kit, &api, &own).await;
    assert_eq!(
        api.refusals(&own, "enrolTotp", json!({})).await,
        [("APP_ON".to_owned(), None)]
    );
    let input = json!({ "email": ada.email, "password": ada.password });
    let first = api
        .mutate(
            &NONE,
            "signIn",
            input,
            "token expiresAt user { id } secondFactor { token expiresAt }",
        )
        .await;
    for nothing in ["token", "expiresAt", "user"] {
        assert_eq!(first[nothing], Value::Null, "{first}");
    }
    let challenge = bearer(&first["secondFactor"]);
    let viewer = api
        .run_as(&challenge, "{ viewer { __typename } }", Value::Null)
        .await;
    assert_eq!(
        viewer.json()["data"]["viewer"],
        Value::Null,
        "a challenge is no session"
    );
    let token = &first["secondFactor"]["token"];
    for (code, refusal, field) in [
        ("", "REQUIRED", Some("code")),
        ("abc", "INVALID_CODE", Some("code")),
        ("0000-0000-0000-0000", "CODE_WRONG", Some("code")),
    ] {
        let input = json!({ "challenge": token, "code": code });
        assert_eq!(
            api.refusals(&NONE, "completeSecondFactor", input).await,
            [(refusal.to_owned(), field.map(ToOwned::to_owned))]
        );
    }
    let input = json!({ "challenge": token, "code": app.code(kit.ctx().now()) });
    let done = api
        .mutate(
            &NONE,
            "completeSecondFactor",
            input.clone(),
            "token expiresAt recoveryCodesLeft user { id }",
        )
        .await;
    assert_eq!(done["user"]["id"], ada.id.to_string());
    assert_eq!(done["recoveryCodesLeft"], Value::Null);
    let viewer = api
        .ask(
            &bearer(&done),
            "{ viewer { ... on User { email } } }",
            Value::Null,
        )
        .await;
    assert_eq!(viewer["viewer"]["email"], ada.email);
    assert_eq!(
        api.refusals(&NONE, "completeSecondFactor", input).await,
        [("CHALLENGE_EXPIRED".to_owned(), None)]
    );
    kit.discards_mail().await;
}

async fn recovery_codes_are_replaced_and_the_app_turned_off(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let (app, own) = set_up(&kit, &api, &own).await;
    let input = json!({ "code": app.recovery_codes[0] });
    let done = api
        .mutate(&own, "regenerateRecoveryCodes", input, "recoveryCodes")
        .await;
    let codes = done["recoveryCodes"]
        .as_array()
        .expect("they are shown")
        .clone();
    assert_eq!(codes.len(), 10);
    let old = json!({ "code": app.recovery_codes[1] });
    assert_eq!(
        api.refusals(&own, "disableTotp", old).await,
        [("CODE_WRONG".to_owned(), Some("code".to_owned()))]
    );
    assert_eq!(
        api.refusals(&own, "disableTotp", json!({ "code": codes[0] }))
            .await,
        []
    );
    let query = "{ viewer { ... on User { secondFactors { appSince recoveryCodesLeft } } } }";
    let viewer = api.ask(&own, query, Value::Null).await;
    assert_eq!(
        viewer["viewer"]["secondFactors"],
        json!({ "appSince": null, "recoveryCodesLeft": 0 })
    );
    kit.discards_mail().await;
}

async fn a_code_confirms_who_one_is(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let (app, own) = set_up(&kit, &api, &own).await;
    kit.clock.advance(600);
    assert_eq!(
        api.refusals(&own, "disableTotp", json!({ "code": "123456" }))
            .await,
        [("STEP_UP_REQUIRED".to_owned(), None)]
    );
    let input = json!({ "code": app.code(kit.ctx().now()) });
    let own = bearer(&api.mutate(&own, "confirmPassword", input, "token").await);
    kit.clock.advance(30);
    let input = json!({ "code": app.code(kit.ctx().now()) });
    assert_eq!(api.refusals(&own, "disableTotp", input).await, []);
    kit.discards_mail().await;
}

async fn factors_are_seen_by_their_owner_alone(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bob = kit.person("bob").await;
    acme.with(&bob, Role::Member).await;
    let query = "{ organization(slug: \"acme\") { members { nodes { user { username secondFactors { recoveryCodesLeft } } } } } }";
    let seen = api
        .ask(
            &Credentials::of_program(&kit, &bob).await,
            query,
            Value::Null,
        )
        .await;
    let nodes = seen["organization"]["members"]["nodes"]
        .as_array()
        .expect("members")
        .clone();
    for node in nodes {
        let is_own = node["user"]["username"] == "bob";
        assert_eq!(node["user"]["secondFactors"].is_object(), is_own, "{node}");
    }
    kit.discards_mail().await;
}

async fn a_changed_password_opens_nothing_that_wants_a_factor_in_the_same_request(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let (_, own) = set_up(&kit, &api, &own).await;
    kit.clock.advance(10 * 60 + 1);
    let query = "mutation($input: ChangePasswordInput!) {
        changePassword(input: $input) { token userErrors { code } }
        revokeOtherSessions { userErrors { code } }
    }";
    let input =
        json!({ "currentPassword": ada.password, "newPassword": "seven grey herons stand still" });
    let done = api.ask(&own, query, json!({ "input": input })).await;
    assert_eq!(done["changePassword"]["userErrors"], json!([]), "{done}");
    assert_eq!(
        done["revokeOtherSessions"]["userErrors"],
        json!([{ "code": "STEP_UP_REQUIRED" }]),
        "{done}"
    );
    kit.discards_mail().await;
}
