//! Recovery codes: each stands in for the app once.

use contract::{Code, second_factors::RECOVERY_CODES};
use domain::second_factors;
use testkit::{Kit, on_each_database};

use super::{begins, completes, wrong};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_recovery_code_stands_in_once_and_is_told_of,
    new_recovery_codes_end_the_old_ones,
}

async fn a_recovery_code_stands_in_once_and_is_told_of(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let challenge = begins(&kit, &ada).await;
    let typed = app.recovery_codes[3].to_lowercase().replace('-', " ");
    let done = completes(&kit, &challenge, &typed)
        .await
        .expect("it is one of the ten");
    assert_eq!(done.recovery_codes_left, Some(9));
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "recovery_code_used"
    );
    let challenge = begins(&kit, &ada).await;
    assert_eq!(
        refusal(completes(&kit, &challenge, &typed).await),
        Code::CodeWrong
    );
    let bob = kit.person("bob").await;
    bob.sets_app_up(&kit).await;
    let challenge = begins(&kit, &bob).await;
    assert_eq!(
        refusal(completes(&kit, &challenge, &app.recovery_codes[4]).await),
        Code::CodeWrong,
        "it is another's"
    );
    kit.discards_mail().await;
}

async fn new_recovery_codes_end_the_old_ones(kit: Kit) {
    let ada = kit.person("ada").await;
    let app = ada.sets_app_up(&kit).await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    kit.discards_mail().await;
    let refused =
        second_factors::replace_recovery_codes(&ctx, &actor, &wrong(&app, &ctx).as_str().into())
            .await;
    assert_eq!(refusal_on(refused), (Code::CodeWrong, "code".to_owned()));
    let new =
        second_factors::replace_recovery_codes(&ctx, &actor, &app.code(ctx.now()).as_str().into())
            .await
            .expect("the code is right");
    assert_eq!(new.len(), RECOVERY_CODES);
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "recovery_codes_replaced"
    );
    let challenge = begins(&kit, &ada).await;
    assert_eq!(
        refusal(completes(&kit, &challenge, &app.recovery_codes[0]).await),
        Code::CodeWrong
    );
    completes(&kit, &challenge, &new[0].to_string())
        .await
        .expect("it is a new one");
    kit.discards_mail().await;
}
