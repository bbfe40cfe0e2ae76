//! Identities: who comes back from a provider is signed in by issuer and subject alone, once, in the browser that left; and
//! nothing that a provider answers wrongly signs anybody in.

mod answers;
mod confirming;
mod connecting;
mod disconnecting;
mod failures;
mod github;
mod new_accounts;
mod own_data;
mod sign_in;

use contract::{
    Code, Password,
    identities::{Identity, Provider},
};
use domain::{
    Actor, Ctx, accounts,
    identities::{self, Begun, Finished, Returned},
    sessions::Opened,
};
use testkit::{FakeProvider, Kit};

use crate::refusals::refusal;

const ADA: &str = "ada@example.test";

/// What somebody takes who has none yet.
const PASSWORD: &str = "seven grey herons stand still";

async fn with_oidc(kit: &Kit) -> (Kit, FakeProvider) {
    FakeProvider::offered(kit, Provider::Oidc).await
}

async fn leaves(ctx: &Ctx, provider: Provider) -> Begun {
    identities::begin_sign_in(ctx, provider, "/account/profile")
        .await
        .expect("the provider answers")
}

async fn comes_back(
    ctx: &Ctx,
    actor: &Actor,
    provider: Provider,
    begun: &Begun,
    returned: &Returned,
) -> domain::Result<Finished> {
    identities::finish(ctx, actor, provider, &begun.away, returned).await
}

/// Leaves, agrees, and comes back.
async fn signs_in(kit: &Kit, fake: &FakeProvider, provider: Provider) -> domain::Result<Finished> {
    let begun = identities::begin_sign_in(&kit.ctx(), provider, "/").await?;
    let returned = fake.agrees(&begun);
    comes_back(&kit.ctx(), &Actor::Anonymous, provider, &begun, &returned).await
}

fn opened(done: domain::Result<Finished>) -> Opened {
    match done {
        Ok(Finished::Entered { entered, .. }) => entered.opened().expect("there is no second step"),
        other => panic!("no session was opened: {other:?}"),
    }
}

async fn refused(kit: &Kit, fake: &FakeProvider) -> Code {
    refusal(signs_in(kit, fake, Provider::Oidc).await)
}

async fn holder(kit: &Kit, opened: &Opened) -> Actor {
    kit.holder(&opened.token)
        .await
        .expect("the session is good")
}

async fn links(kit: &Kit, fake: &FakeProvider, actor: &Actor) -> domain::Result<Finished> {
    links_at(kit, fake, Provider::Oidc, actor).await
}

async fn links_at(
    kit: &Kit,
    fake: &FakeProvider,
    provider: Provider,
    actor: &Actor,
) -> domain::Result<Finished> {
    let begun = identities::begin_link(&kit.ctx(), actor, provider).await?;
    let returned = fake.agrees(&begun);
    comes_back(&kit.ctx(), actor, provider, &begun, &returned).await
}

async fn own(kit: &Kit, actor: &Actor) -> Vec<Identity> {
    identities::list(&kit.ctx(), actor)
        .await
        .expect("they are one's own")
}

/// Sets the first password of somebody who has proved who they are just now.
async fn sets_password(kit: &Kit, actor: &Actor) -> Opened {
    let opened = accounts::set_first_password(&kit.ctx(), actor, &Password::new(PASSWORD))
        .await
        .expect("there is none yet");
    kit.discards_mail().await;
    opened
}
