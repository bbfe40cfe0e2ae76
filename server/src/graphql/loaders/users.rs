//! People, and the second factor of the caller.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use contract::UserId;
use domain::{accounts, members, second_factors};

use super::Reader;
use crate::graphql::{errors::FieldError, users::User};

/// Whether the caller has a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct OwnSecondFactor;

/// Oneself, and people whom one shares an organization with.
impl Loader<UserId> for Reader {
    type Value = User;
    type Error = FieldError;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, FieldError> {
        tracing::debug!(count = ids.len(), "graphql.load users");
        let (ctx, actor) = (self.acting.ctx(), self.acting.actor());
        let read = async {
            let own = accounts::load(ctx, &actor, ids).await?;
            let others: Vec<UserId> = ids
                .iter()
                .copied()
                .filter(|id| !own.contains_key(id))
                .collect();
            let fellows = members::fellows(ctx, &actor, &others).await?;
            let own = own.into_iter().map(|(id, user)| (id, User::from(user)));
            Ok(own
                .chain(
                    fellows
                        .into_iter()
                        .map(|(id, person)| (id, User::from(person))),
                )
                .collect())
        };
        read.await.map_err(|error| self.error(&error))
    }
}

impl Loader<OwnSecondFactor> for Reader {
    type Value = bool;
    type Error = FieldError;

    async fn load(
        &self,
        keys: &[OwnSecondFactor],
    ) -> Result<HashMap<OwnSecondFactor, bool>, FieldError> {
        tracing::debug!("graphql.load the second factor");
        let own = second_factors::get(self.acting.ctx(), &self.acting.actor()).await;
        let has_one = own.map_err(|error| self.error(&error))?.is_any();
        Ok(keys.iter().map(|key| (*key, has_one)).collect())
    }
}
