//! What staff do to keys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::ApiKeyId;
use domain::{admin, api_keys};

use super::keys::AdminApiKey;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// Which key to revoke, and why.
#[derive(Debug, InputObject)]
struct RevokeApiKeyAsStaffInput {
    /// Begins with `key_`.
    id: ID,
    /// One line of at most 300 characters, for the audit log and for the members of the organization.
    reason: String,
}

/// The result of `revokeApiKeyAsStaff`.
#[derive(Debug, SimpleObject)]
struct RevokeApiKeyAsStaffPayload {
    /// The key after the act; null when something was refused, in which case nothing has changed.
    api_key: Option<AdminApiKey>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// What staff do to keys.
#[derive(Debug, Default)]
pub(in crate::graphql) struct StaffKeyMutations;

#[Object]
impl StaffKeyMutations {
    /// Revokes a key of any organization permanently; its owners are told. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`,
    /// `KEY_REVOKED`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn revoke_api_key_as_staff(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RevokeApiKeyAsStaffInput,
    ) -> Field<RevokeApiKeyAsStaffPayload> {
        let acting = Acting::of(context);
        let id = input.id.parse().unwrap_or(ApiKeyId::NOTHING);
        let (actor, reason) = (acting.actor(), &input.reason);
        let read = async {
            api_keys::revoke_as_staff(acting.ctx(), &actor, id, reason).await?;
            admin::keys::get(acting.ctx(), &actor, id).await
        };
        let done = read.await.map(|row| AdminApiKey::of(acting, &row));
        let payload = |Settled { made, user_errors }| RevokeApiKeyAsStaffPayload {
            api_key: made,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
