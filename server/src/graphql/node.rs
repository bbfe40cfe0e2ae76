//! The root of queries: who asks, and anything by its id.

use async_graphql::{Context, ID, Interface, Object, Union};
use contract::UserId;
use domain::Actor;

use super::{acting::Acting, errors::Field, loaders::Users, users::User};

/// Anything with an id of its own.
#[derive(Clone, Debug, Interface)]
#[graphql(field(
    name = "id",
    ty = "&ID",
    desc = "Tells the kind by its prefix, like `usr_`, and never changes."
))]
pub(super) enum Node {
    User(User),
}

/// Who sends a request.
#[derive(Clone, Debug, Union)]
pub(super) enum Viewer {
    User(User),
}

/// The root of queries.
#[derive(Debug)]
pub(super) struct Query;

/// Reading. What the caller may not see is null, like what does not exist.
#[Object]
impl Query {
    /// Who asks: the person of the session, by bearer token or cookie. Null for a stranger.
    async fn viewer(&self, context: &Context<'_>) -> Field<Viewer> {
        match Acting::of(context).actor() {
            Actor::User(user) => find_user(context, user.user_id)
                .await
                .map(|found| found.map(Viewer::User)),
            Actor::Anonymous | Actor::Operator => None,
        }
    }

    /// Anything by its id. Null when there is no such thing, when the caller may not see it, and when the id is malformed:
    /// the three cannot be told apart.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id that a field `id` gave.")] id: ID,
    ) -> Field<Node> {
        let id: UserId = id.parse().ok()?;
        find_user(context, id)
            .await
            .map(|found| found.map(Node::User))
    }
}

async fn find_user(context: &Context<'_>, id: UserId) -> Field<User> {
    context
        .data_unchecked::<Users>()
        .load_one(id)
        .await
        .transpose()
}
