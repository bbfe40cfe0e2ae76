//! Who has nothing better proves with a provider who they are.

use contract::{Code, Password, identities::Provider};
use domain::{
    Actor, accounts,
    identities::{self, Begun, Finished},
    second_factors,
    sessions::{self, Client},
};
use serde_json::json;
use testkit::{App, Kit, on_each_database};

use super::{ADA, PASSWORD, comes_back, holder, opened, sets_password, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    it_confirms_who_one_is,
    who_has_a_password_confirms_with_it_alone,
    who_has_a_second_factor_confirms_with_it_alone,
    who_has_no_password_sets_one_with_a_fresh_proof,
}

async fn begins(kit: &Kit, actor: &Actor) -> domain::Result<Begun> {
    identities::begin_confirmation(&kit.ctx(), actor, Provider::Oidc, "/account/security").await
}

async fn it_confirms_who_one_is(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    kit.clock.advance(10 * 60 + 1);
    assert!(sessions::require_fresh(&kit.ctx(), &actor).is_err());
    let begun = begins(&kit, &actor).await.expect("it is connected");
    assert!(begun.address.contains("prompt=login") && begun.address.contains("max_age=0"));
    let returned = fake.agrees(&begun);
    // Another person at the provider, or nobody asked again.
    fake.says(|says| says.subject = "another".to_owned());
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::IdentityUnknown);
    fake.says(|says| {
        says.subject = "subject-of-ada".to_owned();
        says.claims.insert("auth_time".to_owned(), json!(1));
    });
    let begun = begins(&kit, &actor).await.expect("it is connected");
    let returned = fake.agrees(&begun);
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::ProviderNotFresh);
    fake.says(|says| says.claims.clear());
    let begun = begins(&kit, &actor).await.expect("it is connected");
    let returned = fake.agrees(&begun);
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned)
        .await
        .expect("it is her");
    let Finished::Confirmed { opened, next } = done else {
        panic!("it is a confirmation")
    };
    assert_eq!(next, "/account/security");
    assert!(
        !kit.is_live(&first.token).await,
        "it goes on under a new one"
    );
    let actor = holder(&kit, &opened).await;
    assert!(sessions::require_fresh(&kit.ctx(), &actor).is_ok());
    let grace = kit.person("grace").await.signed_in().await;
    assert_eq!(refusal(begins(&kit, &grace).await), Code::NotFound);
}

async fn who_has_a_password_confirms_with_it_alone(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    kit.clock.advance(9 * 60);
    let begun = begins(&kit, &actor).await.expect("there is no password");
    let returned = fake.agrees(&begun);
    // It is set while she is at the provider.
    let renewed = sets_password(&kit, &actor).await;
    kit.clock.advance(2 * 60);
    let actor = holder(&kit, &renewed).await;
    let done = comes_back(&kit.ctx(), &actor, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::PasswordNeeded);
    let actor = holder(&kit, &renewed).await;
    assert_eq!(
        refusal(sessions::require_fresh(&kit.ctx(), &actor)),
        Code::StepUpRequired,
        "nothing was confirmed"
    );
    assert_eq!(
        refusal(begins(&kit, &actor).await),
        Code::PasswordNeeded,
        "nor does she leave for it"
    );
}

async fn who_has_a_second_factor_confirms_with_it_alone(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    let begun = begins(&kit, &actor).await.expect("there is no factor");
    let returned = fake.agrees(&begun);
    // It is set up while she is at the provider.
    let ctx = kit.ctx();
    let set_up = second_factors::begin_app(&ctx, &actor)
        .await
        .expect("the proof is fresh");
    let code = App::of(&set_up).code(ctx.now());
    let confirmed = second_factors::confirm_app(&ctx, &actor, &code)
        .await
        .expect("the code is right");
    kit.discards_mail().await;
    let actor = holder(&kit, &confirmed.opened).await;
    let done = comes_back(&ctx, &actor, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::FactorNeeded);
    assert!(
        kit.is_live(&confirmed.opened.token).await,
        "nothing was confirmed"
    );
    assert_eq!(refusal(begins(&kit, &actor).await), Code::FactorNeeded);
    let renewed = sets_password(&kit, &actor).await;
    let actor = holder(&kit, &renewed).await;
    assert_eq!(
        refusal(begins(&kit, &actor).await),
        Code::FactorNeeded,
        "it proves more than the password"
    );
}

async fn who_has_no_password_sets_one_with_a_fresh_proof(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let other = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    let ctx = kit.ctx();
    let set = async |actor: &Actor, text: &str| {
        accounts::set_first_password(&ctx, actor, &Password::new(text)).await
    };
    let good = PASSWORD;
    assert_eq!(refusal(set(&actor, "short").await), Code::PasswordTooShort);
    assert_eq!(
        refusal(set(&Actor::Anonymous, good).await),
        Code::Unauthenticated
    );
    let renewed = set(&actor, good).await.expect("she has none");
    assert!(
        !kit.is_live(&first.token).await,
        "it goes on under a new one"
    );
    assert!(!kit.is_live(&other.token).await, "others end");
    let actor = holder(&kit, &renewed).await;
    assert_eq!(refusal(set(&actor, good).await), Code::PasswordOn);
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(refusal(set(&actor, good).await), Code::StepUpRequired);
    let input = contract::sessions::SignIn {
        email: ADA.to_owned(),
        password: Password::new(good),
        remember: false,
    };
    sessions::sign_in(&ctx, input, Client::Browser)
        .await
        .expect("it signs in");
    assert_eq!(kit.last_mail_to(ADA).await.template(), "password_changed");
}
