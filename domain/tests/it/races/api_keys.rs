//! A key is revoked once, rotated once, and what ended it holds for what comes at the same moment.

use contract::{
    ApiKeyId, Code,
    api_keys::{KeyStatus, Overlap, UpdateApiKey},
};
use domain::{Actor, api_keys};
use testkit::{Kit, Org, Person, on_each_database};

use super::{Act, ROUNDS, act, assert_one, at_once, granted};
use crate::api_keys::{caller, key, plain, seen};

on_each_database! {
    one_is_revoked_twice,
    one_is_rotated_twice,
    one_is_edited_while_it_is_revoked,
    one_is_rotated_while_it_is_revoked,
    a_caller_acts_while_it_is_revoked,
}

async fn founded(kit: &Kit, round: u32) -> (Org, Person, ApiKeyId, String) {
    let ada = kit.person(&format!("ada-{round}")).await;
    let org = kit
        .organization(&format!("org-{round}"))
        .owned_by(&ada)
        .await;
    let made = key(kit, &org, &ada, &plain("K")).await;
    let secret = made.secret.expose().to_owned();
    (org, ada, made.key.id, secret)
}

fn revokes(kit: &Kit, by: &Actor, id: ApiKeyId) -> Act {
    let (ctx, by) = (kit.ctx(), by.clone());
    act(async move { api_keys::revoke(&ctx, &by, id, "").await })
}

fn rotates(kit: &Kit, by: &Actor, id: ApiKeyId) -> Act {
    let (ctx, by) = (kit.ctx(), by.clone());
    act(async move { api_keys::rotate(&ctx, &by, id, Overlap::Day).await })
}

fn renames(kit: &Kit, by: &Actor, id: ApiKeyId) -> Act {
    let (ctx, by) = (kit.ctx(), by.clone());
    let name = UpdateApiKey {
        name: Some("Other".to_owned()),
        ..UpdateApiKey::default()
    };
    act(async move { api_keys::update(&ctx, &by, id, &name).await })
}

async fn one_is_revoked_twice(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada, id, _) = founded(&kit, round).await;
        let codes = at_once((0..3).map(|_| revokes(&kit, &ada.actor(), id)).collect()).await;
        assert_one(&codes, &[Code::KeyRevoked]);
        assert_eq!(org.last_logged().await.action, "api_key.revoked");
        kit.discards_mail().await;
    }
}

async fn one_is_rotated_twice(kit: Kit) {
    for round in 0..ROUNDS {
        let (_, ada, id, _) = founded(&kit, round).await;
        let codes = at_once((0..3).map(|_| rotates(&kit, &ada.actor(), id)).collect()).await;
        assert_one(&codes, &[Code::KeyRotating]);
        assert_eq!(kit.count("key_secrets").await, 2 * (i64::from(round) + 1));
        kit.discards_mail().await;
    }
}

/// Whatever comes at the same moment is granted before or refused after, and the key is revoked.
async fn ends_revoked(kit: &Kit, other: impl Fn(&Kit, &Actor, ApiKeyId) -> Act) {
    for round in 0..ROUNDS {
        let (_, ada, id, secret) = founded(kit, round).await;
        let acts = vec![revokes(kit, &ada.actor(), id), other(kit, &ada.actor(), id)];
        let codes = at_once(acts).await;
        assert_eq!(codes[0], None, "{codes:?}");
        assert!(
            matches!(codes[1], None | Some(Code::KeyRevoked)),
            "{codes:?}"
        );
        assert_eq!(seen(kit, &ada, id).await.status, KeyStatus::Revoked);
        assert_eq!(caller(kit, &secret).await, None);
        kit.discards_mail().await;
    }
}

async fn one_is_edited_while_it_is_revoked(kit: Kit) {
    ends_revoked(&kit, renames).await;
}

async fn one_is_rotated_while_it_is_revoked(kit: Kit) {
    ends_revoked(&kit, rotates).await;
}

/// The key was good when the request came; what it does counts only if it still is.
async fn a_caller_acts_while_it_is_revoked(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada, other, _) = founded(&kit, round).await;
        let mut wide = plain("Caller");
        wide.scopes = ["read", "keys:read", "keys:write"]
            .map(ToOwned::to_owned)
            .to_vec();
        let acting = key(&kit, &org, &ada, &wide).await;
        let found = caller(&kit, acting.secret.expose()).await;
        let actor = Actor::Key(found.expect("it is good"));
        let codes = at_once(vec![
            revokes(&kit, &ada.actor(), acting.key.id),
            renames(&kit, &actor, other),
        ])
        .await;
        assert_eq!(codes[0], None, "{codes:?}");
        assert!(
            granted(&codes) == 2 || codes[1] == Some(Code::Unauthenticated),
            "{codes:?}"
        );
        let late = at_once(vec![renames(&kit, &actor, other)]).await;
        assert_eq!(late, [Some(Code::Unauthenticated)]);
        kit.discards_mail().await;
    }
}
