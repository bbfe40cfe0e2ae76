//! The schema and its text.

use std::fmt;

use async_graphql::{EmptySubscription, MergedObject, Request, Response, SDLExportOptions};

use super::{
    accounts::AccountMutations,
    limits::MOST_LEVELS,
    node::Query,
    sessions::SessionMutations,
};

/// Changing. Each takes one `input` and gives a payload whose `userErrors` tell what was refused, so that nothing has
/// changed. Mutations of one request run one after the other. For who may not use one at all it is null, with an error
/// whose `extensions.code` is `UNAUTHENTICATED` or `FORBIDDEN`.
#[derive(Debug, Default, MergedObject)]
struct Mutation(AccountMutations, SessionMutations);

type Inner = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// What can be asked for. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Inner);

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

impl Schema {
    pub(super) async fn execute(&self, request: Request) -> Response {
        self.0.execute(request).await
    }
}

/// Builds the schema. One that is not public describes itself to nobody and suggests no names.
///
/// Limits other than that on recursion are ours ([`super::limits`]): they are checked before anything walks the document.
pub fn schema(is_public: bool) -> Schema {
    let mut builder = Inner::build(Query, Mutation::default(), EmptySubscription).limit_recursive_depth(MOST_LEVELS);
    if !is_public {
        builder = builder.disable_introspection().disable_suggestions();
    }
    Schema(builder.finish())
}

/// The schema in its definition language, as in `server/schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by().prefer_single_line_descriptions().use_space_ident();
    schema(true).0.sdl_with_options(options)
}
