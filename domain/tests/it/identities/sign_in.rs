//! Somebody who has an account signs in with a provider.

use contract::{Code, Password, identities::Provider, page::PageRequest, sessions::Method};
use domain::{
    Actor,
    identities::{self, Finished, Returned},
    second_factors::Factor,
    sessions::{self, Entered, Proof},
};
use testkit::{Instead, Kit, on_each_database};

use super::{PASSWORD, holder, links, opened, own, sets_password, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    a_known_identity_opens_its_account_whatever_its_address_is_now,
    a_second_factor_is_asked_for_after_it,
    it_proves_who_somebody_is_who_has_nothing_better,
    who_may_not_sign_in_is_not_told_so,
    a_provider_that_is_not_offered_is_not_found,
}

async fn a_known_identity_opens_its_account_whatever_its_address_is_now(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    for email in [Some("countess@example.test".to_owned()), None] {
        fake.says(|says| says.email = email);
        let again = opened(signs_in(&kit, &fake, Provider::Oidc).await);
        assert_eq!(again.user_id, first.user_id);
    }
    let actor = holder(&kit, &first).await;
    let identity = &own(&kit, &actor).await[0];
    assert_eq!(identity.label, "Ada Lovelace", "as she is called there now");
    assert!(identity.last_used_at.is_some());
    assert_eq!(kit.count("users").await, 1);
}

async fn a_second_factor_is_asked_for_after_it(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links(&kit, &fake, &actor).await.expect("it is connected");
    let app = ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let before = kit.count("sessions").await;
    let done = signs_in(&kit, &fake, Provider::Oidc).await;
    let Ok(Finished::Entered {
        entered: Entered::Challenged(challenge),
        ..
    }) = done
    else {
        panic!("a second step is asked for: {done:?}")
    };
    assert_eq!(
        kit.count("sessions").await,
        before,
        "nobody is signed in yet"
    );
    let code = Factor::Code(app.code(kit.ctx().now()));
    let token = challenge.token.expose();
    let done = sessions::complete_second_factor(&kit.ctx(), token, &code, false)
        .await
        .expect("the code is right");
    let actor = holder(&kit, &done.opened).await;
    assert!(
        sessions::require_fresh(&kit.ctx(), &actor).is_ok(),
        "the code proves enough"
    );
    let all = sessions::page_own(&kit.ctx(), &actor, &PageRequest::default())
        .await
        .expect("they are one's own");
    let (_, session) = all
        .items
        .into_iter()
        .find(|(_, session)| session.is_current)
        .expect("it is listed");
    assert_eq!(session.method, Method::Social(Provider::Oidc));
}

async fn it_proves_who_somebody_is_who_has_nothing_better(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    assert!(sessions::require_fresh(&kit.ctx(), &actor).is_ok());
    sets_password(&kit, &actor).await;
    let again = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_eq!(again.user_id, first.user_id);
    let actor = holder(&kit, &again).await;
    assert_eq!(
        refusal(sessions::require_fresh(&kit.ctx(), &actor)),
        Code::StepUpRequired,
        "the provider may not have asked her anything"
    );
    let proof = Proof::Password(Password::new(PASSWORD));
    let proved = sessions::step_up(&kit.ctx(), &actor, &proof)
        .await
        .expect("the password is right");
    let actor = holder(&kit, &proved).await;
    assert!(sessions::require_fresh(&kit.ctx(), &actor).is_ok());
}

async fn who_may_not_sign_in_is_not_told_so(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links(&kit, &fake, &actor).await.expect("it is connected");
    kit.discards_mail().await;
    ada.is_suspended().await;
    let known = signs_in(&kit, &fake, Provider::Oidc)
        .await
        .expect_err("she is suspended");
    // Nor by an address alone.
    fake.says(|says| says.subject = "another".to_owned());
    let unknown = signs_in(&kit, &fake, Provider::Oidc)
        .await
        .expect_err("she is suspended");
    fake.answers("/token", Instead::Status(500));
    let failed = signs_in(&kit, &fake, Provider::Oidc)
        .await
        .expect_err("it fails");
    assert_eq!(known.to_string(), failed.to_string());
    assert_eq!(unknown.to_string(), failed.to_string());
    assert!(known.is_refusal(Code::ProviderFailed));
    assert_eq!(kit.count("sessions").await, 0);
}

async fn a_provider_that_is_not_offered_is_not_found(kit: Kit) {
    let (kit, _) = with_oidc(&kit).await;
    let names: Vec<_> = identities::offered(&kit.ctx())
        .into_iter()
        .map(|offered| (offered.path(), offered.name))
        .collect();
    assert_eq!(
        names,
        [("/sign-in/with/oidc".to_owned(), "Acme SSO".to_owned())]
    );
    let ctx = kit.ctx();
    let done = identities::begin_sign_in(&ctx, Provider::Google, "/").await;
    assert_eq!(refusal(done), Code::NotFound);
    let (nobody, nothing) = (Actor::Anonymous, Returned::default());
    let done = identities::finish(&ctx, &nobody, Provider::Google, "", &nothing).await;
    assert_eq!(refusal(done), Code::NotFound);
}
