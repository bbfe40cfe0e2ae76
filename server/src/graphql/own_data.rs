//! What is held of a person: exported, and deleted.

use async_graphql::{Context, ID, InputObject, Json, Object, SimpleObject};
use domain::own_data;
use serde_json::Value;

use super::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
    scalars::{DateTime, Secret},
};

/// GraphQL has no inputs without fields, so this one has the field that Relay once required.
#[derive(Debug, Default, InputObject)]
struct ExportDataInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Confirms that this account is meant.
#[derive(Debug, InputObject)]
struct DeleteAccountInput {
    /// The e-mail address of the caller's account.
    email: String,
}

/// The secret of the e-mail about a deleted account.
#[derive(Debug, InputObject)]
struct UndoAccountDeletionInput {
    /// The value of `token=` in the link of the e-mail.
    token: Secret,
}

/// The result of `exportData`.
#[derive(Debug, SimpleObject)]
struct ExportDataPayload {
    /// Everything that is held about the person, as one object: `user`, `profile`, `secondFactors`, `passkeys`, `identities`,
    /// `sessions`, `memberships`, `apiKeysMade`, `trustedBrowsers`, `invitations`, `letters` and `log`. No secrets.
    data: Option<Json<Value>>,
    /// Returned as it was given.
    client_mutation_id: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// The result of `deleteAccount`.
#[derive(Debug, SimpleObject)]
struct DeleteAccountPayload {
    /// When everything that is held about the person is erased for good; null when something was refused.
    erased_at: Option<DateTime>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// What deleting an account does to organizations that its owner owns.
#[derive(Debug, SimpleObject)]
pub(super) struct DeletionPreview {
    /// Those with other members, of whom none is an owner who can sign in: `deleteAccount` is refused until they are transferred or
    /// deleted.
    blocking: Vec<AffectedOrganization>,
    /// Those with nobody else in them, which are deleted as well.
    deleted: Vec<AffectedOrganization>,
}

/// An organization that would be deleted, or that prevents the deletion.
#[derive(Debug, SimpleObject)]
struct AffectedOrganization {
    /// Begins with `org_`.
    id: ID,
    /// Its name.
    name: String,
    /// Its slug.
    slug: String,
}

impl From<contract::Organization> for AffectedOrganization {
    fn from(organization: contract::Organization) -> Self {
        Self {
            id: organization.id.to_string().into(),
            name: organization.name,
            slug: organization.slug,
        }
    }
}

impl From<contract::accounts::DeletionPreview> for DeletionPreview {
    fn from(preview: contract::accounts::DeletionPreview) -> Self {
        let told = |all: Vec<contract::Organization>| all.into_iter().map(Into::into).collect();
        Self {
            blocking: told(preview.blocking),
            deleted: told(preview.deleted),
        }
    }
}

/// The result of `undoAccountDeletion`.
#[derive(Debug, SimpleObject)]
struct UndoAccountDeletionPayload {
    /// The address of the account; null when something was refused.
    email: Option<String>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// One's own data.
#[derive(Debug, Default)]
pub(super) struct OwnDataMutations;

#[Object]
impl OwnDataMutations {
    /// Returns everything that is held about the caller. For signed-in people who have proved who they are in the last ten
    /// minutes. Refused: `STEP_UP_REQUIRED`.
    async fn export_data(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<ExportDataInput>,
    ) -> Field<ExportDataPayload> {
        let acting = Acting::of(context);
        let done = own_data::export(acting.ctx(), &acting.actor()).await;
        let payload = |Settled { made, user_errors }: Settled<Value>| ExportDataPayload {
            data: made.map(Json),
            client_mutation_id: input.unwrap_or_default().client_mutation_id,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Deletes the caller's account: every session ends, nobody can sign in, and organizations with nobody else in them are
    /// deleted too. For 14 days it can be restored with the link of an e-mail; then it is erased. For signed-in people who have
    /// proved who they are in the last ten minutes. Refused: `STEP_UP_REQUIRED`, `CONFIRMATION_WRONG`, `LAST_OWNER`,
    /// `CONFLICT`.
    async fn delete_account(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The account's address.")] input: DeleteAccountInput,
    ) -> Field<DeleteAccountPayload> {
        let acting = Acting::of(context);
        let done = own_data::delete(acting.ctx(), &acting.actor(), &input.email).await;
        let payload = |Settled { made, user_errors }: Settled<contract::Timestamp>| {
            if made.is_some() {
                acting.signed_out(context);
            }
            DeleteAccountPayload {
                erased_at: made.map(DateTime),
                user_errors,
            }
        };
        Some(acting.settle(done).map(payload))
    }

    /// Uses the link of the e-mail about a deleted account: signing in opens it again. Organizations that were deleted with it
    /// have to be restored separately. Open to everybody who has the link. Refused: `LINK_INVALID`, `LINK_EXPIRED`,
    /// `LINK_USED`.
    async fn undo_account_deletion(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret of the e-mail.")] input: UndoAccountDeletionInput,
    ) -> Field<UndoAccountDeletionPayload> {
        let acting = Acting::of(context);
        let done = own_data::undo_deletion(acting.ctx(), input.token.expose()).await;
        let payload = |Settled { made, user_errors }| UndoAccountDeletionPayload {
            email: made,
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }
}
