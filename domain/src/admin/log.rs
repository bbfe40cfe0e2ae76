//! The audit log about one person, organization or key, as staff read it.

use contract::{
    ApiKeyId, OrganizationId, UserId,
    page::{Page, PageRequest},
};

use crate::{
    Actor, Ctx,
    audit::{self, AuditFilter, Entry, ListAudit},
    error::Result,
};

/// Whose entries are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What was done to a person's account.
    User(UserId),
    /// What was done to an organization and in it.
    Organization(OrganizationId),
    ApiKey(ApiKeyId),
}

impl Subject {
    fn asked(self) -> (Option<OrganizationId>, AuditFilter) {
        let (organization, subject) = match self {
            Self::User(id) => (None, id.to_string()),
            Self::Organization(id) => (Some(id), String::new()),
            Self::ApiKey(id) => (None, id.to_string()),
        };
        let filter = AuditFilter {
            subject,
            ..AuditFilter::default()
        };
        (organization, filter)
    }
}

/// Entries about a subject, newest first. Of what does not exist, or is gone, what is left in the log.
pub async fn page(
    ctx: &Ctx,
    actor: &Actor,
    subject: Subject,
    request: &PageRequest,
) -> Result<Page<Entry>> {
    let (organization, filter) = subject.asked();
    let input = ListAudit {
        filter,
        page: request.clone(),
    };
    audit::page_all(ctx, actor, organization, &input).await
}

/// How many entries about a subject there are.
pub async fn count(ctx: &Ctx, actor: &Actor, subject: Subject) -> Result<u64> {
    let (organization, filter) = subject.asked();
    audit::count_all(ctx, actor, organization, &filter).await
}
