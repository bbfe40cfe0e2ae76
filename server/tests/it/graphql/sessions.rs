//! Mutations of sessions: granted, refused, repeated.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, NONE};

on_each_database! {
    signing_in_gives_a_token_and_the_person_and_no_cookie,
    whoever_may_not_sign_in_is_refused_alike,
    guessing_is_slowed_and_the_wait_is_told,
    signing_out_ends_the_session_at_once,
    signing_out_a_browser_removes_its_cookie,
    a_program_never_touches_the_cookie_beside_its_token,
    nobody_acts_after_signing_out_in_the_same_request,
    confirming_renews_the_token,
    confirming_keeps_a_remembered_browser_remembered,
    ending_other_sessions_wants_a_fresh_proof,
    sessions_are_listed_and_ended_one_by_one,
}

async fn is_live(api: &Api, credentials: &Credentials) -> bool {
    let answer = api
        .run_as(credentials, "{ viewer { __typename } }", Value::Null)
        .await;
    answer.status == StatusCode::OK && answer.data()["viewer"].is_object()
}

async fn signing_in_gives_a_token_and_the_person_and_no_cookie(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let query = "mutation($input: SignInInput!) { signIn(input: $input) { token expiresAt user { id email profile { theme } } userErrors { code } } }";
    let answer = api
        .run(
            query,
            json!({ "input": { "email": "ADA@example.test", "password": ada.password } }),
        )
        .await;
    assert_eq!(answer.headers.get(header::SET_COOKIE), None);
    let payload = answer.data()["signIn"].clone();
    assert_eq!(
        payload["user"],
        json!({ "id": ada.id.to_string(), "email": "ada@example.test", "profile": { "theme": "SYSTEM" } })
    );
    assert!(
        payload["expiresAt"]
            .as_str()
            .is_some_and(|at| at.starts_with("2027-02-21T10:00:")),
        "90 days: {payload}"
    );
    let token = payload["token"].as_str().expect("a token").to_owned();
    assert!(is_live(&api, &Credentials::Bearer(token.clone())).await);
    assert!(
        !is_live(&api, &Credentials::Cookie(token)).await,
        "a program's token is no cookie"
    );
}

async fn whoever_may_not_sign_in_is_refused_alike(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob, eve) = (
        kit.person("ada").await,
        kit.person("bob").unverified().await,
        kit.person("eve").await,
    );
    eve.gets_suspended().await;
    let mut answers = Vec::new();
    for (email, password) in [
        (ada.email.as_str(), "not the right password"),
        ("nobody@example.test", "not the right password"),
        (&bob.email, &bob.password),
        (&eve.email, &eve.password),
    ] {
        answers.push(
            api.mutate(
                &NONE,
                "signIn",
                json!({ "email": email, "password": password }),
                "token expiresAt user { id }",
            )
            .await,
        );
    }
    assert_eq!(answers[0]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    assert_eq!(
        (&answers[0]["token"], &answers[0]["user"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    kit.discards_mail().await;
}

async fn guessing_is_slowed_and_the_wait_is_told(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let guess = json!({ "email": ada.email, "password": "not the right password" });
    let mut codes = Vec::new();
    for _ in 0..6 {
        let payload = api.mutate(&NONE, "signIn", guess.clone(), "").await;
        codes.push(payload["userErrors"][0].clone());
    }
    assert!(
        codes[..5]
            .iter()
            .all(|error| error["code"] == "INVALID_CREDENTIALS"),
        "{codes:?}"
    );
    assert_eq!(codes[5]["code"], "RATE_LIMITED");
    assert!(
        codes[5]["retryAfterSeconds"]
            .as_u64()
            .is_some_and(|seconds| (1..=5).contains(&seconds)),
        "{codes:?}"
    );
}

async fn signing_out_ends_the_session_at_once(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    let answer = api
        .run_as(
            &credentials,
            "mutation { signOut { clientMutationId userErrors { code } } }",
            Value::Null,
        )
        .await;
    assert_eq!(
        answer.data()["signOut"],
        json!({ "clientMutationId": null, "userErrors": [] })
    );
    assert_eq!(
        answer.headers.get(header::SET_COOKIE),
        None,
        "a program has no cookie"
    );
    assert_eq!(
        api.run_as(&credentials, "{ __typename }", Value::Null)
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
}

async fn signing_out_a_browser_removes_its_cookie(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = Credentials::of_browser(&ada).await;
    let query = "mutation { signOut(input: { clientMutationId: \"7\" }) { clientMutationId userErrors { code } } }";
    let answer = api.run_as(&credentials, query, Value::Null).await;
    assert_eq!(answer.data()["signOut"]["clientMutationId"], "7");
    assert_eq!(
        answer.header(header::SET_COOKIE),
        "__Host-latchkey=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0"
    );
    assert!(!is_live(&api, &credentials).await);
}

async fn a_program_never_touches_the_cookie_beside_its_token(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let browser = Credentials::of_browser(&ada).await;
    let program = Credentials::of_program(&kit, &ada).await;
    let call = browser.put(program.put(axum::http::Request::post("/graphql")));
    let answer = api
        .post(
            call,
            r#"{"query": "mutation { signOut { userErrors { code } } }"}"#,
        )
        .await;
    assert_eq!(answer.headers.get(header::SET_COOKIE), None);
    assert!(is_live(&api, &browser).await);
}

async fn nobody_acts_after_signing_out_in_the_same_request(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = Credentials::of_program(&kit, &ada).await;
    let query = "mutation { signOut { userErrors { code } } updateProfile(input: { name: \"Late\" }) { user { name } } }";
    let answer = api.run_as(&credentials, query, Value::Null).await;
    assert_eq!(
        (
            answer.code().as_str(),
            &answer.json()["data"]["updateProfile"]
        ),
        ("UNAUTHENTICATED", &Value::Null)
    );
    assert_eq!(
        kit.text("SELECT name FROM users").await.as_deref(),
        Some("")
    );
}

async fn confirming_renews_the_token(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let before = Credentials::of_program(&kit, &ada).await;
    let wrong = api
        .refusals(
            &before,
            "confirmPassword",
            json!({ "password": "not the right password" }),
        )
        .await;
    assert_eq!(
        wrong,
        [("PASSWORD_WRONG".to_owned(), Some("password".to_owned()))]
    );
    let payload = api
        .mutate(
            &before,
            "confirmPassword",
            json!({ "password": ada.password }),
            "token expiresAt",
        )
        .await;
    let after = Credentials::Bearer(
        payload["token"]
            .as_str()
            .expect("a program gets a token")
            .to_owned(),
    );
    assert!(payload["expiresAt"].is_string());
    assert!(!is_live(&api, &before).await && is_live(&api, &after).await);
}

async fn confirming_keeps_a_remembered_browser_remembered(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let before = Credentials::Cookie(ada.signs_in_to_stay().await.token.expose().to_owned());
    let query = "mutation($input: ConfirmPasswordInput!) { confirmPassword(input: $input) { token userErrors { code } } }";
    let answer = api
        .run_as(
            &before,
            query,
            json!({ "input": { "password": ada.password } }),
        )
        .await;
    assert_eq!(
        answer.data()["confirmPassword"],
        json!({ "token": null, "userErrors": [] })
    );
    let cookie = answer.header(header::SET_COOKIE);
    assert!(
        cookie.starts_with("__Host-latchkey=lks_") && cookie.contains("Max-Age=7776000"),
        "{cookie}"
    );
}

async fn ending_other_sessions_wants_a_fresh_proof(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let other = Credentials::of_browser(&ada).await;
    let own = Credentials::of_program(&kit, &ada).await;
    kit.clock.advance(11 * 60);
    let late = api.refusals(&own, "revokeOtherSessions", json!({})).await;
    assert_eq!(late, [("STEP_UP_REQUIRED".to_owned(), None)]);
    assert!(is_live(&api, &other).await);
    let query = "mutation($input: ConfirmPasswordInput!) { confirmPassword(input: $input) { token } \
        revokeOtherSessions { revokedCount userErrors { code } } }";
    let answer = api
        .run_as(
            &own,
            query,
            json!({ "input": { "password": ada.password } }),
        )
        .await;
    assert_eq!(
        answer.data()["revokeOtherSessions"],
        json!({ "revokedCount": 1, "userErrors": [] })
    );
    assert!(!is_live(&api, &other).await);
}

async fn sessions_are_listed_and_ended_one_by_one(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let browser = Credentials::of_browser(&ada).await;
    let own = Credentials::of_program(&kit, &ada).await;
    let query = "{ viewer { ... on User { sessions(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { id isCurrent client device method secondStep } } } } }";
    let first = api.ask(&own, query, Value::Null).await["viewer"]["sessions"].clone();
    assert_eq!(first["totalCount"], 2);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let current = &first["nodes"][0];
    assert_eq!(
        (
            &current["isCurrent"],
            &current["client"],
            &current["method"],
            &current["secondStep"]
        ),
        (
            &json!(true),
            &json!("PROGRAM"),
            &json!("PASSWORD"),
            &json!("NONE")
        )
    );
    let query = "query($after: String!) { viewer { ... on User { sessions(after: $after) { nodes { id isCurrent client device } } } } }";
    let next = api
        .ask(
            &own,
            query,
            json!({ "after": first["pageInfo"]["endCursor"] }),
        )
        .await["viewer"]["sessions"]["nodes"][0]
        .clone();
    assert_eq!(
        (&next["isCurrent"], &next["client"], &next["device"]),
        (&json!(false), &json!("BROWSER"), &json!("Firefox on Linux"))
    );
    for (id, refusal) in [
        ("ses_nonsense", "NOT_FOUND"),
        ("ses_00000000-0000-0000-0000-000000000000", "NOT_FOUND"),
    ] {
        let refused = api
            .refusals(&own, "revokeSession", json!({ "sessionId": id }))
            .await;
        assert_eq!(refused[0].0, refusal, "{id}");
    }
    let input = json!({ "sessionId": next["id"] });
    let done = api.mutate(&own, "revokeSession", input, "sessionId").await;
    assert_eq!(done["sessionId"], next["id"]);
    assert!(!is_live(&api, &browser).await);
    let input = json!({ "sessionId": current["id"] });
    api.mutate(&own, "revokeSession", input, "sessionId").await;
    assert!(!is_live(&api, &own).await);
}
