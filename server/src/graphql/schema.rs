//! The schema and its text.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

use async_graphql::{
    EmptySubscription, MergedObject, Request, Response, SDLExportOptions,
    parser::{
        parse_schema,
        types::{TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

use super::{
    accounts::AccountMutations,
    admin::{
        AdminQueries, MailMutations, StaffKeyMutations, StaffOrganizationMutations, UserMutations,
    },
    api_keys::{KeyMutations, KeyQueries, VerifyMutations},
    email_change::EmailChangeMutations,
    identities::{IdentityMutations, IdentityQueries},
    invitations::{AnswerMutations, InvitationMutations, InvitationQueries},
    limits::MOST_LEVELS,
    magic_links::MagicLinkMutations,
    members::MemberMutations,
    node::NodeQueries,
    organizations::{OrganizationMutations, OrganizationQueries},
    own_data::OwnDataMutations,
    passkeys::PasskeyMutations,
    second_factors::SecondFactorMutations,
    sessions::SessionMutations,
};

/// Reads. What the caller may not see is null, as if it did not exist.
#[derive(Debug, Default, MergedObject)]
struct Query(
    NodeQueries,
    OrganizationQueries,
    InvitationQueries,
    KeyQueries,
    IdentityQueries,
    AdminQueries,
);

/// Changes. Each takes one `input` and returns a payload whose `userErrors` say what was refused, in which case nothing has
/// changed. Mutations of one request run one after the other. For whoever may not use one at all it is null, with an error whose
/// `extensions.code` is `UNAUTHENTICATED` or `FORBIDDEN`. Those for staff refuse everybody else with `NOT_FOUND`, as if they did
/// not exist.
#[derive(Debug, Default, MergedObject)]
struct Mutation(
    AccountMutations,
    EmailChangeMutations,
    IdentityMutations,
    PasskeyMutations,
    SecondFactorMutations,
    SessionMutations,
    MagicLinkMutations,
    OwnDataMutations,
    OrganizationMutations,
    MemberMutations,
    InvitationMutations,
    AnswerMutations,
    KeyMutations,
    VerifyMutations,
    UserMutations,
    StaffOrganizationMutations,
    StaffKeyMutations,
    MailMutations,
);

/// The type of each field, by the type that it stands in.
type Fields = HashMap<String, HashMap<String, String>>;

type Inner = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// What can be asked for. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    inner: Inner,
    input_types: Arc<HashSet<String>>,
    lists: Arc<HashSet<String>>,
    fields: Arc<Fields>,
    is_public: bool,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

impl Schema {
    pub(super) async fn execute(&self, request: Request) -> Response {
        self.inner.execute(request).await
    }

    /// Whether it may describe itself.
    pub(super) const fn is_public(&self) -> bool {
        self.is_public
    }

    /// Whether a variable can be of a type of this name.
    pub(super) fn has_input_type(&self, name: &str) -> bool {
        self.input_types.contains(name)
    }

    /// What a field of a type gives, without lists and nulls; nothing of a field that is not there.
    pub(super) fn given_by(&self, parent: &str, field: &str) -> Option<&str> {
        self.fields.get(parent)?.get(field).map(String::as_str)
    }

    /// Names of the fields that give a page of a list, with a page size of their own when none is asked for.
    pub(super) fn lists(&self) -> &HashSet<String> {
        &self.lists
    }
}

/// Builds the schema. One that is not public describes itself to nobody and suggests no names.
///
/// Limits other than that on recursion are ours (`limits.rs`): they are checked before anything walks the document.
pub fn schema(is_public: bool) -> Schema {
    let mut builder = Inner::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_recursive_depth(MOST_LEVELS);
    if !is_public {
        builder = builder.disable_introspection().disable_suggestions();
    }
    let inner = builder.finish();
    let input_types = Arc::new(input_types(&inner));
    let lists = Arc::new(lists(&inner));
    let fields = Arc::new(fields(&inner));
    Schema {
        inner,
        input_types,
        lists,
        fields,
        is_public,
    }
}

fn declared(schema: &Inner) -> impl Iterator<Item = TypeDefinition> {
    let document = parse_schema(schema.sdl()).expect("async-graphql reads what it has written");
    document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        })
}

fn fields(schema: &Inner) -> Fields {
    let of_type = |kind: TypeDefinition| {
        let fields = match kind.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => Vec::new(),
        };
        let given = fields.into_iter().map(|field| {
            let given = field.node.ty.to_string();
            let name = given.trim_matches(['[', ']', '!']).to_owned();
            (field.node.name.node.to_string(), name)
        });
        let given: HashMap<String, String> = given.collect();
        (kind.name.node.to_string(), given)
    };
    declared(schema).map(of_type).collect()
}

/// Names of the fields whose type is a connection.
fn lists(schema: &Inner) -> HashSet<String> {
    let fields = declared(schema).flat_map(|kind| match kind.kind {
        TypeKind::Object(object) => object.fields,
        _ => Vec::new(),
    });
    fields
        .map(|field| field.node)
        .filter(|field| {
            field
                .ty
                .to_string()
                .trim_end_matches('!')
                .ends_with("Connection")
        })
        .map(|field| field.name.node.to_string())
        .collect()
}

/// Names of the scalars, enumerations and inputs.
fn input_types(schema: &Inner) -> HashSet<String> {
    let inputs = declared(schema).filter(|kind| {
        matches!(
            kind.kind,
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_)
        )
    });
    let own = ["Boolean", "Float", "ID", "Int", "String"].map(ToOwned::to_owned);
    inputs
        .map(|kind| kind.name.node.to_string())
        .chain(own)
        .collect()
}

/// The schema in its definition language, as in `server/schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    schema(true).inner.sdl_with_options(options)
}
