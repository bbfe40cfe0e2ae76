//! What is a proof of who somebody is, where there is a second factor.

use contract::{Code, Password, sessions::SignIn};
use domain::{
    accounts, passkeys,
    sessions::{self, Client, Entered, Proof},
};
use testkit::{Kit, on_each_database};

use super::{trusted, wrong};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_code_is_a_proof_too,
    a_password_alone_is_no_proof_where_there_is_a_factor,
}

async fn a_code_is_a_proof_too(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let wrong = Proof::Factor(wrong(&app, &ctx).as_str().into());
    assert_eq!(
        refusal_on(sessions::step_up(&ctx, &actor, &wrong).await),
        (Code::CodeWrong, "code".to_owned())
    );
    let proof = Proof::Factor(app.code(ctx.now()).as_str().into());
    let opened = sessions::step_up(&ctx, &actor, &proof)
        .await
        .expect("the code is right");
    let actor = kit
        .holder(&opened.token)
        .await
        .expect("it goes on under a new token");
    sessions::require_fresh(&ctx, &actor).expect("it was just proved");
    assert_eq!(
        refusal(sessions::step_up(&ctx, &actor, &proof).await),
        Code::CodeWrong,
        "a code is good once, for whatever it was"
    );
    let bob = kit.person("bob").await;
    let proof = Proof::Factor("123456".into());
    let refused = sessions::step_up(&ctx, &bob.signed_in().await, &proof).await;
    assert_eq!(
        refusal(refused),
        Code::CodeWrong,
        "who has no app has no code"
    );
    kit.discards_mail().await;
}

async fn a_password_alone_is_no_proof_where_there_is_a_factor(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(sessions::FRESH_SECONDS);
    let ctx = kit.ctx();
    let refused = sessions::step_up(&ctx, &ada.actor(), &ada.password().into()).await;
    assert_eq!(refusal(refused), Code::FactorNeeded);

    let new = Password::new("eleven brass kettles sing");
    let opened = accounts::change_password(&ctx, &ada.actor(), &ada.password(), &new)
        .await
        .expect("a password is changed with the password");
    let actor = kit.holder(&opened.token).await.expect("it goes on");
    assert_eq!(
        refusal(passkeys::begin_registration(&ctx, &actor).await),
        Code::StepUpRequired,
        "which proves no more than that"
    );
    kit.clock.advance(30);
    let proof = Proof::Factor(app.code(ctx.now()).as_str().into());
    let opened = sessions::step_up(&ctx, &actor, &proof)
        .await
        .expect("the code is right");
    let actor = kit.holder(&opened.token).await.expect("it goes on");
    passkeys::begin_registration(&ctx, &actor)
        .await
        .expect("the factor was proved");

    let credentials = SignIn {
        password: new,
        ..ada.credentials()
    };
    let entered = sessions::sign_in(&ctx, credentials.clone(), Client::Browser).await;
    let Entered::Challenged(challenge) = entered.expect("the password is right") else {
        panic!("no second step was asked for");
    };
    kit.clock.advance(30);
    let code = app.code(ctx.now()).as_str().into();
    let done = sessions::complete_second_factor(&ctx, challenge.token.expose(), &code, true)
        .await
        .expect("the code is right");
    let trust = done.trust.expect("it was asked for");
    let skipping = trusted(&kit, trust.expose());
    let entered = sessions::sign_in(&skipping, credentials, Client::Browser).await;
    let opened = entered.expect("the password is right").opened();
    let opened = opened.expect("the browser is trusted");
    let actor = kit.holder(&opened.token).await.expect("it is live");
    assert_eq!(
        refusal(sessions::require_fresh(&ctx, &actor)),
        Code::StepUpRequired,
        "a step that was skipped is no proof"
    );
    kit.discards_mail().await;
}
