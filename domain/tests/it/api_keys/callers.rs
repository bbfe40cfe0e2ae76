//! A key as a caller of our own API: within its scopes, and no further.

use contract::{
    Code, Permission,
    api_keys::{CreateApiKey, KeyStatus, Overlap, UpdateApiKey},
};
use domain::{Actor, api_keys, organizations};
use testkit::{Kit, Org, Person, on_each_database};

use super::{DAY, acme, caller, key, plain};
use crate::refusals::refusal;

on_each_database! {
    a_key_is_in_its_organization_with_its_scopes,
    a_key_sees_itself_and_others_only_with_the_scope,
    with_keys_write_keys_are_managed_and_none_is_made,
    a_key_revokes_itself_whatever_its_scopes,
    only_a_key_that_is_good_is_a_caller,
    a_key_does_nothing_that_is_for_people,
}

async fn with_scopes(kit: &Kit, acme: &Org, ada: &Person, scopes: &[&str]) -> (String, Actor) {
    let input = CreateApiKey {
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        ..plain("Caller")
    };
    let made = key(kit, acme, ada, &input).await;
    let secret = made.secret.expose().to_owned();
    let found = caller(kit, &secret).await.expect("it is good");
    (secret, Actor::Key(found))
}

async fn a_key_is_in_its_organization_with_its_scopes(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let (_, actor) = with_scopes(&kit, &acme, &ada, &["members:read", "read"]).await;
    let held = organizations::find(&kit.ctx(), &actor, "ACME").await;
    let held = held.expect("it is the key's own");
    assert_eq!((held.id(), held.key().is_some()), (acme.id, true));
    let may = |permission| held.may(permission);
    assert!(may(Permission::ReadMembers) && !may(Permission::ReadKeys));
    assert!(!may(Permission::CreateKeys) && !may(Permission::ReadMemberDetails));
    let refused = held.require(Permission::ReadKeys);
    assert!(refused.is_err_and(|error| error.to_string().contains("keys:read")));
    let eve = kit.person("eve").await;
    let evil = kit.organization("evil").owned_by(&eve).await;
    let others = organizations::find(&kit.ctx(), &actor, "evil").await;
    assert_eq!(refusal(others), Code::NotFound);
    let others = organizations::enter_by_id(&kit.ctx(), &actor, evil.id).await;
    assert_eq!(refusal(others), Code::NotFound);
    let loaded = organizations::load(&kit.ctx(), &actor, &[evil.id, acme.id]).await;
    assert_eq!(loaded.map(|found| found.len()).ok(), Some(1));
}

async fn a_key_sees_itself_and_others_only_with_the_scope(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let other = key(&kit, &acme, &ada, &plain("Other")).await;
    let (_, blind) = with_scopes(&kit, &acme, &ada, &["read"]).await;
    let Actor::Key(own) = &blind else {
        panic!("it is a key")
    };
    assert!(api_keys::get(&kit.ctx(), &blind, own.key_id).await.is_ok());
    let refused = api_keys::get(&kit.ctx(), &blind, other.key.id).await;
    assert_eq!(refusal(refused), Code::NotFound);
    let (_, seeing) = with_scopes(&kit, &acme, &ada, &["keys:read"]).await;
    assert!(
        api_keys::get(&kit.ctx(), &seeing, other.key.id)
            .await
            .is_ok()
    );
    let refused = api_keys::pause(&kit.ctx(), &seeing, other.key.id).await;
    assert_eq!(refusal(refused), Code::Forbidden);
}

async fn with_keys_write_keys_are_managed_and_none_is_made(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let other = key(&kit, &acme, &ada, &plain("Other")).await;
    let (_, actor) = with_scopes(&kit, &acme, &ada, &["keys:read", "keys:write"]).await;
    let (ctx, id) = (kit.ctx(), other.key.id);
    let paused = api_keys::pause(&ctx, &actor, id).await;
    assert_eq!(paused.map(|key| key.status).ok(), Some(KeyStatus::Paused));
    assert!(api_keys::resume(&ctx, &actor, id).await.is_ok());
    let logged = acme.last_logged().await;
    assert_eq!(logged.action, "api_key.resumed");
    let give = |scopes: &[&str]| UpdateApiKey {
        scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
        ..UpdateApiKey::default()
    };
    let Actor::Key(own) = &actor else {
        panic!("it is a key")
    };
    let itself = api_keys::update(&ctx, &actor, own.key_id, &give(&["read"])).await;
    assert_eq!(refusal(itself), Code::Forbidden);
    let wide = api_keys::update(&ctx, &actor, id, &give(&["read", "write"])).await;
    assert_eq!(refusal(wide), Code::ScopeTooHigh);
    assert!(
        api_keys::update(&ctx, &actor, id, &give(&["read", "keys:read"]))
            .await
            .is_ok()
    );
    let made = api_keys::create(&ctx, &actor, acme.id, &plain("More")).await;
    assert_eq!(refusal(made), Code::Forbidden);
    let rotated = api_keys::rotate(&ctx, &actor, id, Overlap::Day).await;
    assert_eq!(refusal(rotated), Code::Forbidden);
    assert!(api_keys::revoke(&ctx, &actor, id, "").await.is_ok());
}

async fn a_key_revokes_itself_whatever_its_scopes(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let (secret, actor) = with_scopes(&kit, &acme, &ada, &[]).await;
    let Actor::Key(own) = &actor else {
        panic!("it is a key")
    };
    assert!(
        api_keys::revoke(&kit.ctx(), &actor, own.key_id, "done")
            .await
            .is_ok()
    );
    assert_eq!(caller(&kit, &secret).await, None);
    let again = api_keys::revoke(&kit.ctx(), &actor, own.key_id, "").await;
    assert_eq!(refusal(again), Code::Unauthenticated);
}

async fn only_a_key_that_is_good_is_a_caller(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let input = CreateApiKey {
        allowed_ips: "198.51.100.0/24".to_owned(),
        ..plain("K")
    };
    let made = key(&kit, &acme, &ada, &input).await;
    let secret = made.secret.expose();
    assert_eq!(caller(&kit, secret).await, None, "from another address");
    let there = kit.ctx_from("198.51.100.9");
    let found = async || {
        let found = domain::verification::authenticate(&there, secret).await;
        found.expect("keys can be read").is_some()
    };
    assert!(found().await);
    api_keys::pause(&kit.ctx(), &ada.actor(), made.key.id)
        .await
        .expect("owners may");
    assert!(!found().await);
    api_keys::resume(&kit.ctx(), &ada.actor(), made.key.id)
        .await
        .expect("owners may");
    kit.clock.advance(90 * DAY);
    assert!(!found().await, "it has expired");
}

async fn a_key_does_nothing_that_is_for_people(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let all = [
        "organization:read",
        "members:read",
        "keys:read",
        "keys:write",
        "usage:read",
    ];
    let (_, actor) = with_scopes(&kit, &acme, &ada, &all).await;
    let ctx = kit.ctx();
    let create = contract::organizations::CreateOrganization {
        name: "New".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        refusal(organizations::create(&ctx, &actor, create).await),
        Code::Forbidden
    );
    assert_eq!(
        refusal(organizations::delete(&ctx, &actor, acme.id, "acme").await),
        Code::Forbidden
    );
    let send = domain::invitations::send(
        &ctx,
        &actor,
        acme.id,
        crate::invitations::input("x@example.test", "member"),
    );
    assert_eq!(refusal(send.await), Code::Forbidden);
}
