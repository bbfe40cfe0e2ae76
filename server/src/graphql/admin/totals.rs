//! How long the lists of staff are.

use contract::{
    OrganizationId, UserId,
    admin::{MailFilter, OrganizationFilter, UserFilter},
    members::MemberFilter,
};
use domain::{
    Result, admin,
    admin::log::Subject,
    api_keys::KeyFilter,
    audit::{self, AuditFilter},
    mail,
};

use crate::graphql::acting::Acting;

/// A list of staff.
#[derive(Debug)]
pub(in crate::graphql) enum StaffList {
    Users(UserFilter),
    Organizations(OrganizationFilter),
    Keys(KeyFilter),
    Mails(MailFilter),
    SessionsOf(UserId),
    MembershipsOf(UserId),
    KeysMadeBy(UserId),
    MembersOf(OrganizationId, MemberFilter),
    KeysOf(OrganizationId, KeyFilter),
    Log(Subject),
    /// Of one organization, or of everything.
    Audit(Option<OrganizationId>, AuditFilter),
}

impl StaffList {
    pub(in crate::graphql) async fn count(&self, acting: &Acting) -> Result<u64> {
        let (ctx, actor) = (acting.ctx(), acting.actor());
        match self {
            Self::Users(filter) => admin::users::count(ctx, &actor, filter).await,
            Self::Organizations(filter) => admin::organizations::count(ctx, &actor, filter).await,
            Self::Keys(filter) => admin::keys::count(ctx, &actor, filter).await,
            Self::Mails(filter) => mail::count(ctx, &actor, filter).await,
            Self::SessionsOf(id) => admin::users::count_sessions(ctx, &actor, *id).await,
            Self::MembershipsOf(id) => admin::users::count_memberships(ctx, &actor, *id).await,
            Self::KeysMadeBy(id) => admin::users::count_keys(ctx, &actor, *id).await,
            Self::MembersOf(id, filter) => {
                admin::organizations::count_members(ctx, &actor, *id, filter).await
            }
            Self::KeysOf(id, filter) => {
                admin::organizations::count_keys(ctx, &actor, *id, filter).await
            }
            Self::Audit(within, filter) => audit::count_all(ctx, &actor, *within, filter).await,
            Self::Log(subject) => admin::log::count(ctx, &actor, *subject).await,
        }
    }
}
