//! Rows by id, read once in a request and together: aliases and lists cost one statement.

use std::{collections::HashMap, time::Duration};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use contract::UserId;
use domain::{Actor, Ctx, accounts};

use super::{errors::FieldError, users::User};

/// How long a loader waits for more ids. Resolvers of one level ask within microseconds.
const DELAY: Duration = Duration::from_micros(200);

/// People that the actor may see.
#[derive(Debug)]
pub(super) struct UserLoader {
    ctx: Ctx,
    actor: Actor,
}

/// The loader of one request.
pub(super) type Users = DataLoader<UserLoader, HashMapCache>;

pub(super) fn users(ctx: Ctx, actor: Actor) -> Users {
    DataLoader::with_cache(
        UserLoader { ctx, actor },
        tokio::spawn,
        HashMapCache::default(),
    )
    .delay(DELAY)
}

impl Loader<UserId> for UserLoader {
    type Value = User;
    type Error = FieldError;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, FieldError> {
        tracing::debug!(count = ids.len(), "graphql.load users");
        let found = accounts::load(&self.ctx, &self.actor, ids).await;
        let found = found.map_err(|error| FieldError::of(&error, &self.ctx.origin().trace_id))?;
        Ok(found
            .into_iter()
            .map(|(id, user)| (id, User::from(user)))
            .collect())
    }
}
