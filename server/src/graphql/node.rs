//! Who asks, and anything by its id.

use async_graphql::{Context, ID, Interface, Object, Union};
use contract::{ApiKeyId, AuditEventId, InvitationId, MembershipId, OrganizationId, UserId};
use domain::{Actor, members};

use super::{
    acting::Acting,
    api_keys::{self, ApiKey},
    audit::{self, AuditEvent},
    errors::Field,
    invitations::{self, Invitation},
    members::Membership,
    organizations::{self, Organization},
    users::{self, User},
};

/// Anything with an id of its own.
#[derive(Clone, Debug, Interface)]
#[graphql(field(
    name = "id",
    ty = "&ID",
    desc = "Its prefix, like `usr_`, tells the kind. It never changes."
))]
pub(super) enum Node {
    User(User),
    Organization(Organization),
    Membership(Membership),
    Invitation(Invitation),
    ApiKey(ApiKey),
    AuditEvent(AuditEvent),
}

/// Whoever sends a request.
#[derive(Clone, Debug, Union)]
pub(super) enum Viewer {
    User(User),
    ApiKey(ApiKey),
}

/// Questions that are about no one slice.
#[derive(Debug, Default)]
pub(super) struct NodeQueries;

#[Object]
impl NodeQueries {
    /// The caller: the person of the session, by bearer token or cookie; or the key of an organization, as a bearer token. Null
    /// if there is neither.
    async fn viewer(&self, context: &Context<'_>) -> Field<Viewer> {
        match Acting::of(context).actor() {
            Actor::User(user) => users::find(context, user.user_id)
                .await
                .map(|found| found.map(Viewer::User)),
            Actor::Key(key) => api_keys::find(context, key.key_id)
                .await
                .map(|found| found.map(Viewer::ApiKey)),
            Actor::Anonymous | Actor::Service | Actor::Operator => None,
        }
    }

    /// Anything by its id. Null if it does not exist, if the caller may not see it, and if the id is malformed: these three
    /// cannot be told apart.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id that a field `id` returned.")] id: ID,
    ) -> Field<Node> {
        if let Ok(id) = id.parse::<UserId>() {
            let found = users::find(context, id).await;
            return found.map(|found| found.map(Node::User));
        }
        if let Ok(id) = id.parse::<OrganizationId>() {
            let found = organizations::entered(context, id).await.transpose();
            return found.map(|found| found.map(Node::Organization));
        }
        if let Ok(id) = id.parse::<MembershipId>() {
            let found = find_membership(context, id).await;
            return found.map(|found| found.map(Node::Membership));
        }
        if let Ok(id) = id.parse::<ApiKeyId>() {
            let found = api_keys::find(context, id).await;
            return found.map(|found| found.map(Node::ApiKey));
        }
        if let Ok(id) = id.parse::<AuditEventId>() {
            let found = audit::find(context, id).await;
            return found.map(|found| found.map(Node::AuditEvent));
        }
        let id = id.parse::<InvitationId>().ok()?;
        let found = invitations::find(context, id).await;
        found.map(|found| found.map(Node::Invitation))
    }
}

async fn find_membership(context: &Context<'_>, id: MembershipId) -> Field<Membership> {
    let acting = Acting::of(context);
    let (ctx, actor) = (acting.ctx(), acting.actor());
    let read = async {
        let in_org = members::organization_of(ctx, &actor, id).await?;
        let member = members::get(ctx, &in_org, id).await?;
        Ok(Membership::of(&Organization::from(in_org), &member))
    };
    acting.seen(read.await)
}
