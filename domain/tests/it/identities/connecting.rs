//! An identity is connected to an account that is there: by its owner, with a fresh proof.

use contract::{
    Code,
    identities::{PENDING_SECONDS, Provider},
};
use domain::{
    Actor,
    identities::{self, Finished},
    sessions,
};
use testkit::{Kit, on_each_database};

use super::{ADA, comes_back, holder, links, opened, own, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    a_taken_address_opens_nothing_until_its_owner_has_signed_in,
    what_waits_is_connected_by_the_owner_alone_and_once,
    connecting_wants_a_fresh_proof_and_the_same_session,
    nothing_is_connected_in_a_session_that_was_ended_meanwhile,
    an_identity_belongs_to_one_person_and_a_person_has_one_of_a_provider,
}

async fn a_taken_address_opens_nothing_until_its_owner_has_signed_in(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let done = signs_in(&kit, &fake, Provider::Oidc).await;
    let Ok(Finished::MustSignIn { pending, name }) = done else {
        panic!("nothing is opened: {done:?}")
    };
    assert_eq!(name, "Acme SSO");
    assert_eq!(kit.count("identities").await, 0);
    assert_eq!(kit.count("sessions").await, 0);
    let actor = ada.signed_in().await;
    let waits = identities::pending(&kit.ctx(), &actor, &pending).expect("it waits");
    assert_eq!((waits.label.as_str(), waits.next.as_str()), (ADA, "/"));
    identities::connect_pending(&kit.ctx(), &actor, &pending)
        .await
        .expect("she has just signed in");
    let letter = kit.last_mail_to(ADA).await;
    assert_eq!(letter.template(), "identity_linked");
    let done = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_eq!(done.user_id, ada.id);
}

async fn what_waits_is_connected_by_the_owner_alone_and_once(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let Ok(Finished::MustSignIn { pending, .. }) = signs_in(&kit, &fake, Provider::Oidc).await
    else {
        panic!("the address is taken")
    };
    let connect = async |actor: &Actor, pending: &str| {
        identities::connect_pending(&kit.ctx(), actor, pending).await
    };
    let graces = grace.signed_in().await;
    assert_eq!(
        refusal(connect(&graces, &pending).await),
        Code::ChallengeExpired
    );
    assert_eq!(
        refusal(connect(&Actor::Anonymous, &pending).await),
        Code::Unauthenticated
    );
    let adas = ada.signed_in().await;
    assert_eq!(refusal(connect(&adas, "x").await), Code::ChallengeExpired);
    connect(&adas, &pending).await.expect("it is hers");
    assert_eq!(
        refusal(connect(&adas, &pending).await),
        Code::ChallengeExpired
    );
    kit.discards_mail().await;

    fake.says(|says| says.subject = "another".to_owned());
    let Ok(Finished::MustSignIn { pending, .. }) = signs_in(&kit, &fake, Provider::Oidc).await
    else {
        panic!("the address is taken")
    };
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(
        refusal(connect(&adas, &pending).await),
        Code::StepUpRequired
    );
    kit.clock.advance(PENDING_SECONDS);
    let adas = holder(&kit, &ada.signs_in().await).await;
    assert_eq!(
        refusal(connect(&adas, &pending).await),
        Code::ChallengeExpired
    );
}

async fn connecting_wants_a_fresh_proof_and_the_same_session(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let ctx = kit.ctx();
    let begin = async |actor: &Actor| identities::begin_link(&ctx, actor, Provider::Oidc).await;
    assert_eq!(
        refusal(begin(&Actor::Anonymous).await),
        Code::Unauthenticated
    );
    let actor = ada.signed_in().await;
    let begun = begin(&actor).await.expect("the proof is fresh");
    let returned = fake.agrees(&begun);
    let other_session = holder(&kit, &ada.signs_in().await).await;
    for wrong in [
        Actor::Anonymous,
        grace.signed_in().await,
        other_session.clone(),
    ] {
        let led = identities::lead_on(&ctx, &wrong, &begun.away).await;
        assert!(led.is_err(), "it is another session");
        let done = comes_back(&ctx, &wrong, Provider::Oidc, &begun, &returned).await;
        assert_eq!(refusal(done), Code::ChallengeExpired);
    }
    let led = identities::lead_on(&ctx, &actor, &begun.away)
        .await
        .expect("it is her own");
    assert_eq!(
        (led.name.as_str(), led.address.as_str()),
        ("Acme SSO", begun.address.as_str())
    );
    let done = comes_back(&ctx, &actor, Provider::Oidc, &begun, &returned)
        .await
        .expect("it is connected");
    assert!(matches!(done, Finished::Linked { name } if name == "Acme SSO"));
    let letter = kit.last_mail_to(ADA).await;
    assert_eq!(letter.template(), "identity_linked");
    let logged = "SELECT count(*) FROM audit_events WHERE action = 'user.identity_linked'";
    assert_eq!(kit.number(logged).await, 1);
    assert_eq!(refusal(begin(&actor).await), Code::ProviderConnected);
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(refusal(begin(&other_session).await), Code::StepUpRequired);
}

async fn nothing_is_connected_in_a_session_that_was_ended_meanwhile(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let Ok(Finished::MustSignIn { pending, .. }) = signs_in(&kit, &fake, Provider::Oidc).await
    else {
        panic!("the address is taken")
    };
    let ended = ada.signed_in().await;
    let begun = identities::begin_link(&kit.ctx(), &ended, Provider::Oidc)
        .await
        .expect("the proof is fresh");
    let elsewhere = holder(&kit, &ada.signs_in().await).await;
    sessions::revoke_others(&kit.ctx(), &elsewhere)
        .await
        .expect("the proof is fresh");
    let returned = fake.agrees(&begun);
    let done = comes_back(&kit.ctx(), &ended, Provider::Oidc, &begun, &returned).await;
    assert_eq!(refusal(done), Code::Unauthenticated);
    let done = identities::connect_pending(&kit.ctx(), &ended, &pending).await;
    assert_eq!(refusal(done), Code::Unauthenticated);
    assert_eq!(kit.count("identities").await, 0);
    // What waits still does, in a session that is there.
    identities::connect_pending(&kit.ctx(), &elsewhere, &pending)
        .await
        .expect("it is hers");
    assert_eq!(kit.last_mail_to(ADA).await.template(), "identity_linked");
}

async fn an_identity_belongs_to_one_person_and_a_person_has_one_of_a_provider(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let (adas, graces) = (ada.signed_in().await, grace.signed_in().await);
    let late = identities::begin_link(&kit.ctx(), &adas, Provider::Oidc)
        .await
        .expect("the proof is fresh");
    links(&kit, &fake, &adas).await.expect("it is connected");
    assert_eq!(
        refusal(links(&kit, &fake, &graces).await),
        Code::IdentityTaken
    );
    fake.says(|says| says.subject = "another".to_owned());
    let returned = fake.agrees(&late);
    let done = comes_back(&kit.ctx(), &adas, Provider::Oidc, &late, &returned).await;
    assert_eq!(refusal(done), Code::ProviderConnected);
    assert_eq!(own(&kit, &adas).await.len(), 1);
    assert_eq!(own(&kit, &graces).await.len(), 0);
    let id = own(&kit, &adas).await[0].id;
    let taken = identities::unlink(&kit.ctx(), &graces, id).await;
    assert_eq!(refusal(taken), Code::NotFound);
    kit.discards_mail().await;
}
