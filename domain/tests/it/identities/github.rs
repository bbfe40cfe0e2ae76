//! GitHub, which is asked by its API.

use contract::{Code, identities::Provider};
use domain::{
    Actor,
    identities::{Finished, Returned},
};
use serde_json::json;
use testkit::{FakeProvider, Instead, Kit, on_each_database};

use super::{ADA, comes_back, holder, leaves, opened, own, signs_in};
use crate::refusals::refusal;

on_each_database! {
    github_tells_who_somebody_is_by_its_api,
    a_github_that_answers_otherwise_signs_nobody_in,
}

async fn github_tells_who_somebody_is_by_its_api(kit: Kit) {
    let (kit, fake) = FakeProvider::offered(&kit, Provider::GitHub).await;
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
    let (kit, fake) = FakeProvider::offered(&kit, Provider::GitHub).await;
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
