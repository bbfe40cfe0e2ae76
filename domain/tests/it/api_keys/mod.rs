//! API keys: made, shaped, rotated, revoked, verified and counted.

mod callers;
mod files;
mod lifecycle;
mod limits;
mod rotation;
mod shape;
mod usage;
mod verify;

use contract::{
    ApiKeyId,
    api_keys::CreateApiKey,
    verification::{Verdict, Verification, VerifyKey},
};
use domain::{
    Actor, Ctx, KeyCaller,
    api_keys::{self, Created},
    verification,
};
use testkit::{Kit, Org, Person};

pub(crate) use crate::invitations::{DAY, acme};

/// What is asked for unless a test says otherwise.
pub(crate) fn plain(name: &str) -> CreateApiKey {
    CreateApiKey {
        name: name.to_owned(),
        scopes: vec!["read".to_owned()],
        ..CreateApiKey::default()
    }
}

/// A key of the organization; the owners' letters are thrown away.
pub(crate) async fn key(kit: &Kit, acme: &Org, ada: &Person, input: &CreateApiKey) -> Created {
    let made = api_keys::create(&kit.ctx(), &ada.actor(), acme.id, input)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    made
}

pub(crate) async fn ask(ctx: &Ctx, question: &VerifyKey) -> Verification {
    verification::verify(ctx, &Actor::Service, question)
        .await
        .expect("the question is good")
}

/// What is answered about a key when nothing else is asked.
pub(crate) async fn verdict(kit: &Kit, secret: &str) -> Verdict {
    let question = VerifyKey {
        key: secret.to_owned(),
        ..VerifyKey::default()
    };
    ask(&kit.ctx(), &question).await.code
}

/// The caller that a key stands for.
pub(crate) async fn caller(kit: &Kit, secret: &str) -> Option<KeyCaller> {
    let found = verification::authenticate(&kit.ctx(), secret).await;
    found.expect("keys can be read")
}

/// A key as its organization's members see it.
pub(crate) async fn seen(kit: &Kit, who: &Person, id: ApiKeyId) -> contract::api_keys::ApiKey {
    let found = api_keys::get(&kit.ctx(), &who.actor(), id).await;
    found.expect("members see keys")
}
