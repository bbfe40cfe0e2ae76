//! An identity is disconnected: by its owner, unless it is the last way in, and from whoever has taken an account over.

use contract::{Code, IdentityId, Password, identities::Provider};
use domain::{
    Actor, accounts,
    identities::{self, Finished},
    passkeys,
};
use testkit::{Authenticator, FakeProvider, Kit, on_each_database};

use super::{ADA, PASSWORD, holder, links, links_at, opened, own, signs_in, with_oidc};
use crate::refusals::refusal;

on_each_database! {
    disconnecting_tells_its_owner_and_the_last_way_in_stays,
    two_ways_in_that_go_at_once_do_not_both_go,
    undoing_a_change_of_address_disconnects_what_came_since_the_day_before,
}

async fn disconnecting_tells_its_owner_and_the_last_way_in_stays(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let opened_first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &opened_first).await;
    let id = own(&kit, &actor).await[0].id;
    let ctx = kit.ctx();
    let unlink = async |actor: &Actor, id: IdentityId| identities::unlink(&ctx, actor, id).await;
    assert_eq!(refusal(unlink(&actor, id).await), Code::LastWayIn);
    assert_eq!(own(&kit, &actor).await.len(), 1);
    assert_eq!(
        refusal(unlink(&Actor::Anonymous, id).await),
        Code::Unauthenticated
    );
    assert_eq!(
        refusal(unlink(&actor, IdentityId::NOTHING).await),
        Code::NotFound
    );
    let password = Password::new(PASSWORD);
    let opened_again = accounts::set_first_password(&ctx, &actor, &password)
        .await
        .expect("she has none");
    let actor = holder(&kit, &opened_again).await;
    unlink(&actor, id).await.expect("the password is left");
    kit.deliver().await;
    let told: Vec<_> = kit
        .new_mail_to(ADA)
        .await
        .iter()
        .map(|post| post.template().to_owned())
        .collect();
    assert_eq!(told, ["password_changed", "identity_unlinked"]);
    let done = signs_in(&kit, &fake, Provider::Oidc).await;
    assert!(
        matches!(done, Ok(Finished::MustSignIn { .. })),
        "it signs nobody in: {done:?}"
    );
    // An identity of a provider that is offered no more is no way in.
    links(&kit, &fake, &actor).await.expect("it is connected");
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let gone = kit.with_settings(|_| {}).await;
    let id = own(&kit, &actor).await[0].id;
    let done = identities::unlink(&gone.ctx(), &actor, id).await;
    assert_eq!(refusal(done), Code::LastWayIn);
    kit.clock.advance(10 * 60 + 1);
    assert_eq!(refusal(unlink(&actor, id).await), Code::StepUpRequired);
    kit.discards_mail().await;
}

async fn two_ways_in_that_go_at_once_do_not_both_go(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links(&kit, &fake, &actor).await.expect("it is connected");
    let passkey = ada
        .sets_passkey_up(&kit, &mut Authenticator::new(&kit, 7))
        .await
        .passkey;
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    let id = own(&kit, &actor).await[0].id;
    let (unlinked, removed) = futures::join!(
        identities::unlink(&ctx, &actor, id),
        passkeys::remove(&ctx, &actor, passkey.id)
    );
    let codes = [unlinked.err(), removed.err()].map(|error| {
        error.is_some_and(|error| {
            assert!(error.is_refusal(Code::LastWayIn), "{error}");
            true
        })
    });
    assert_ne!(codes[0], codes[1], "one goes, the other stays");
    kit.discards_mail().await;
}

async fn undoing_a_change_of_address_disconnects_what_came_since_the_day_before(kit: Kit) {
    let (old, new) = (
        FakeProvider::start(&kit).await,
        FakeProvider::start(&kit).await,
    );
    let settings = vec![old.settings(Provider::Google), new.settings(Provider::Oidc)];
    let kit = kit
        .with_settings(|all| all.social.providers = settings)
        .await;
    let ada = kit.person("ada").await;
    let actor = ada.signed_in().await;
    links_at(&kit, &old, Provider::Google, &actor)
        .await
        .expect("it is connected");
    // 25 hours before the change the one, 23 hours before it the other.
    kit.clock.advance(2 * 60 * 60);
    let actor = holder(&kit, &ada.signs_in().await).await;
    links(&kit, &new, &actor).await.expect("it is connected");
    kit.clock.advance(23 * 60 * 60);
    let actor = holder(&kit, &ada.signs_in().await).await;
    let email = "countess@example.test";
    accounts::request_email_change(&kit.ctx(), &actor, email)
        .await
        .expect("the proof is fresh");
    let token = kit.last_mail_to(email).await.token();
    accounts::confirm_email_change(&kit.ctx(), &actor, &token)
        .await
        .expect("the link is good");
    let undo = kit.last_mail_to(ADA).await.token();
    assert_eq!(
        own(&kit, &actor).await.len(),
        2,
        "both are there until then"
    );

    accounts::undo_email_change(&kit.ctx(), &undo)
        .await
        .expect("the link is good");
    let letter = kit.last_mail_to(ADA).await.letter.text;
    assert!(letter.contains("connected accounts"), "{letter}");
    let done = opened(signs_in(&kit, &old, Provider::Google).await);
    assert_eq!(done.user_id, ada.id, "the older one is hers");
    let done = signs_in(&kit, &new, Provider::Oidc).await;
    assert!(
        matches!(done, Ok(Finished::MustSignIn { .. })),
        "the younger one may be another's: {done:?}"
    );
    assert_eq!(kit.count("identities").await, 1);
    kit.discards_mail().await;
}
