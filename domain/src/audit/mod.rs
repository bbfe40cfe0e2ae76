//! The audit log: every change of state by whom, through which face, on what, before and after.
//!
//! Recorded in the transaction of the change, so neither stands without the other. Action names are dotted and in the past
//! tense (`user.password_changed`) and never renamed.

mod store;

use contract::{ApiKeyId, InvitationId, OrganizationId, UserId};
use serde_json::Value;

use crate::{Actor, Ctx, context::Tx, error::Result};

pub use store::{Entry, of_subject};

/// What was changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    User(UserId),
    Organization(OrganizationId),
    Invitation(InvitationId),
    ApiKey(ApiKeyId),
    /// The installation itself, such as its queue of mail.
    Installation,
}

/// One change, as the use case describes it. `before` and `after` hold what changed and no secrets.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) action: &'static str,
    pub(crate) subject: Subject,
    /// Whose log it belongs to, beside the installation's.
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

impl Event {
    pub(crate) fn new(action: &'static str, subject: Subject) -> Self {
        Self {
            action,
            subject,
            organization: match subject {
                Subject::Organization(id) => Some(id),
                Subject::User(_)
                | Subject::Invitation(_)
                | Subject::ApiKey(_)
                | Subject::Installation => None,
            },
            before: None,
            after: None,
        }
    }

    #[must_use]
    pub(crate) fn within(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    #[must_use]
    pub(crate) fn changing(mut self, before: Value, after: Value) -> Self {
        (self.before, self.after) = (Some(before), Some(after));
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }
}

/// Writes down a change.
pub(crate) async fn record(tx: &Tx, ctx: &Ctx, actor: &Actor, event: Event) -> Result<()> {
    store::insert(tx, ctx, actor, event).await
}
