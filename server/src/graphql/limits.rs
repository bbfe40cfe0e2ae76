//! What one request may ask for, counted before anything runs.
//!
//! Every fragment's cost is computed once: fragments that spread one another twice would otherwise take for ever to walk,
//! here and in the validation of async-graphql.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as Constant, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet,
    },
};
use contract::{Code, page::PageRequest};

use super::{errors::Rejection, schema::Schema};

/// Fields within fields. The introspection query of GraphiQL has 15.
const MOST_DEPTH: usize = 16;
/// Fields in all; those of a page count once for each item that may be on it. GraphiQL's introspection has about 220; twenty
/// organizations with twenty-five members each, and what a page shows of them, about 8,000.
pub(super) const MOST_COMPLEXITY: usize = 10_000;
/// Fields under another name than their own.
const MOST_ALIASES: usize = 30;
/// Mutations in one request.
const MOST_MUTATIONS: usize = 5;
/// Directives on one field or fragment.
const MOST_DIRECTIVES: usize = 8;
/// Fields, fragments and spreads, each as often as it is reached.
const MOST_SELECTIONS: usize = 1_000;
/// Selections within selections, of fields or fragments.
pub(super) const MOST_LEVELS: usize = 32;
/// Fragments and operations of one document.
const MOST_DEFINITIONS: usize = 50;
/// Lists within lists of introspection, as in `fields { type { fields … } }`: each multiplies by the size of the schema
/// (graphql-js has the same rule, `MaxIntrospectionDepthRule`).
const MOST_INTROSPECTION_LISTS: usize = 2;
/// Refuses what is more than may be, and says what it is.
pub(super) fn within(what: &str, count: usize, most: usize) -> Result<(), Rejection> {
    if count <= most {
        return Ok(());
    }
    Err(Rejection::too_complex(format!(
        "{} It has {count} {what}; the limit is {most}.",
        Code::QueryTooComplex.sentence()
    )))
}

/// What an operation, or a part of one, asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) complexity: usize,
    pub(super) depth: usize,
    aliases: usize,
    /// Fields that stand here, not within others.
    roots: usize,
    selections: usize,
    levels: usize,
    introspection_lists: usize,
}

impl Cost {
    fn beside(self, other: Self) -> Self {
        Self {
            complexity: self.complexity.saturating_add(other.complexity),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            roots: self.roots.saturating_add(other.roots),
            selections: self.selections.saturating_add(other.selections),
            levels: self.levels.max(other.levels),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
        }
    }

    fn check(self, kind: OperationType) -> Result<(), Rejection> {
        within("selections", self.selections, MOST_SELECTIONS)?;
        within("levels", self.levels, MOST_LEVELS)?;
        within("levels of fields", self.depth, MOST_DEPTH)?;
        within("aliases", self.aliases, MOST_ALIASES)?;
        within("points of complexity", self.complexity, MOST_COMPLEXITY)?;
        match kind {
            OperationType::Mutation => within("mutations", self.roots, MOST_MUTATIONS),
            OperationType::Query | OperationType::Subscription => Ok(()),
        }
    }
}

/// Counts the operations of one document.
#[derive(Debug)]
pub(super) struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    schema: &'a Schema,
    /// Of fragments; `None` while one is being counted.
    known: HashMap<&'a str, Option<Cost>>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(
        document: &'a ExecutableDocument,
        variables: &'a Variables,
        schema: &'a Schema,
    ) -> Result<Self, Rejection> {
        within(
            "definitions",
            document.fragments.len() + document.operations.iter().len(),
            MOST_DEFINITIONS,
        )?;
        Ok(Self {
            fragments: &document.fragments,
            variables,
            schema,
            known: HashMap::new(),
        })
    }

    /// The cost of an operation, or the limit that it exceeds.
    pub(super) fn check(&mut self, operation: &'a OperationDefinition) -> Result<Cost, Rejection> {
        within(
            "directives in one place",
            operation.directives.len(),
            MOST_DIRECTIVES,
        )?;
        let cost = self.set(&operation.selection_set.node, 0)?;
        cost.check(operation.ty)?;
        Ok(cost)
    }

    /// `level` says how far we have come; it ends the recursion.
    fn set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Cost, Rejection> {
        within("levels", level, MOST_LEVELS)?;
        let mut sum = Cost::default();
        for selection in &set.items {
            within(
                "directives in one place",
                selection.node.directives().len(),
                MOST_DIRECTIVES,
            )?;
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, level)?,
                Selection::InlineFragment(fragment) => {
                    self.set(&fragment.node.selection_set.node, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, level)?
                }
            };
            sum = sum.beside(cost);
            sum.selections = sum.selections.saturating_add(1);
        }
        sum.levels += usize::from(!set.items.is_empty());
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, level: usize) -> Result<Cost, Rejection> {
        self.check_input(field)?;
        let within_it = self.set(&field.selection_set.node, level + 1)?;
        let name = field.name.node.as_str();
        if matches!(name, "__schema" | "__type") {
            self.check_introspection(within_it)?;
        }
        let is_list = matches!(
            name,
            "fields" | "inputFields" | "interfaces" | "possibleTypes"
        );
        Ok(Cost {
            complexity: within_it
                .complexity
                .saturating_mul(self.page_size(field))
                .saturating_add(1),
            depth: within_it.depth + 1,
            aliases: within_it
                .aliases
                .saturating_add(usize::from(field.alias.is_some())),
            roots: 1,
            introspection_lists: within_it.introspection_lists + usize::from(is_list),
            ..within_it
        })
    }

    fn check_introspection(&self, cost: Cost) -> Result<(), Rejection> {
        if !self.schema.is_public() {
            return Err(Rejection {
                code: Code::Forbidden,
                ..Rejection::document("Introspection is turned off here.")
            });
        }
        within(
            "lists within lists of introspection",
            cost.introspection_lists,
            MOST_INTROSPECTION_LISTS,
        )
    }

    /// A fragment that nobody defined costs nothing: validation refuses it.
    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Cost, Rejection> {
        let Some(fragment) = self.fragments.get(name) else {
            return Ok(Cost::default());
        };
        match self.known.insert(name, None) {
            Some(Some(cost)) => {
                self.known.insert(name, Some(cost));
                return Ok(cost);
            }
            Some(None) => {
                return Err(Rejection::document(format!(
                    "The fragment \"{name}\" spreads itself."
                )));
            }
            None => {}
        }
        let cost = self.set(&fragment.node.selection_set.node, level + 1)?;
        self.known.insert(name, Some(cost));
        Ok(cost)
    }

    /// How many items a field may give: what it asks for by `first` or `last`, or what a page of a list has when nothing is
    /// said, or one. No page is larger than the largest: one that is asked for is refused by its field, and gives nothing.
    /// The points of usage have no pages: they count as a largest one.
    fn page_size(&self, field: &Field) -> usize {
        let asked = ["first", "last"]
            .into_iter()
            .find_map(|name| field.get_argument(name));
        let number = asked.and_then(|value| {
            match value
                .node
                .clone()
                .into_const_with(|name| self.variables.get(&name).cloned().ok_or(()))
            {
                Ok(Constant::Number(number)) => number.as_u64(),
                _ => None,
            }
        });
        let is_list = self.schema.lists().contains(field.name.node.as_str());
        let unsaid = match field.name.node.as_str() {
            "points" => PageRequest::LARGEST,
            _ if is_list => PageRequest::DEFAULT,
            _ => 1,
        };
        let size = number.unwrap_or(unsaid).clamp(1, PageRequest::LARGEST);
        usize::try_from(size).unwrap_or(usize::MAX)
    }

    /// Every `input` is an object; async-graphql would notice another value only while it executes.
    fn check_input(&self, field: &Field) -> Result<(), Rejection> {
        let Some(value) = field.get_argument("input") else {
            return Ok(());
        };
        match value
            .node
            .clone()
            .into_const_with(|name| self.variables.get(&name).cloned().ok_or(()))
        {
            Ok(Constant::Object(_) | Constant::Null) | Err(()) => Ok(()),
            Ok(_) => Err(Rejection {
                locations: vec![value.pos],
                ..Rejection::document("The argument `input` is not an object.")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use async_graphql::parser::parse_query;

    use super::*;
    use crate::graphql::schema;

    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| schema(true));

    fn cost(text: &str) -> Result<Cost, String> {
        let document = parse_query(text).map_err(|error| error.to_string())?;
        let variables = Variables::from_json(serde_json::json!({ "n": 100, "input": 7 }));
        let mut counter = Counter::new(&document, &variables, &SCHEMA)
            .map_err(|rejection| rejection.message.into_owned())?;
        let (_, operation) = document.operations.iter().next().expect("there is one");
        counter
            .check(&operation.node)
            .map_err(|rejection| rejection.message.into_owned())
    }

    fn refusal(text: &str) -> String {
        cost(text).expect_err("this is refused")
    }

    #[test]
    fn fields_are_counted_wherever_they_come_from() {
        let cost = cost("{ viewer { ...A ... { name } } b: viewer { ...A } } fragment A on User { id profile { theme } }").expect("this is little");
        assert_eq!(
            (cost.complexity, cost.depth, cost.aliases, cost.roots),
            (9, 3, 1, 2)
        );
    }

    #[test]
    fn a_page_costs_as_much_as_it_may_hold() {
        assert_eq!(
            cost("{ a(first: 10) { b } }").map(|cost| cost.complexity),
            Ok(11)
        );
        assert_eq!(
            cost("query($n: Int) { a(last: $n) { b c } }").map(|cost| cost.complexity),
            Ok(201)
        );
        assert!(
            refusal("{ a(first: 100) { b(first: 100) { c } } }")
                .contains("10101 points of complexity")
        );
        for size in ["first: 101", "last: 9999999999999999999"] {
            let larger = format!("{{ a({size}) {{ b {{ c }} }} }}");
            assert_eq!(cost(&larger).map(|cost| cost.complexity), Ok(201));
        }
    }

    #[test]
    fn a_page_whose_size_is_left_out_costs_as_much_as_it_holds() {
        for page in [
            "members",
            "members(first: null)",
            "members(first: $unsaid)",
            "members(first: -1)",
        ] {
            let query =
                format!("query($unsaid: Int) {{ a {{ {page} {{ edges {{ node {{ id }} }} }} }} }}");
            assert_eq!(cost(&query).map(|cost| cost.complexity), Ok(77), "{page}");
        }
    }

    #[test]
    fn the_points_of_usage_cost_as_much_as_a_page() {
        let of_keys = |first: u32| {
            format!(
                "{{ organization {{ apiKeys(first: {first}) {{ nodes {{ usage {{ points {{ at total }} }} }} }} }} }}"
            )
        };
        assert_eq!(cost(&of_keys(25)).map(|cost| cost.complexity), Ok(5_077));
        assert!(refusal(&of_keys(100)).contains("points of complexity"));
    }

    #[test]
    fn twenty_organizations_with_their_members_may_be_asked_for() {
        let query = "{ viewer { ... on User { id name memberships(first: 20) { totalCount pageInfo { hasNextPage endCursor } \
            edges { cursor node { id role joinedAt organization { id name slug viewerRole memberCount \
            members(first: 25) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id role joinedAt isPrimaryOwner \
            user { id name username email } } } } } } } } } } }";
        let complexity = cost(query).map(|cost| cost.complexity);
        assert!(
            complexity.as_ref().is_ok_and(|sum| *sum > 8_000),
            "{complexity:?}"
        );
    }

    #[test]
    fn each_limit_is_named_when_it_is_exceeded() {
        let nested = |count: usize, open: &str, close: &str| {
            format!("{{{}a{}}}", open.repeat(count), close.repeat(count))
        };
        assert!(cost(&nested(15, "a{", "}")).is_ok());
        assert!(refusal(&nested(16, "a{", "}")).contains("17 levels of fields; the limit is 16"));
        assert!(refusal(&nested(40, "...{", "}")).contains("levels; the limit is 32"));
        let aliased: String = (0..31).map(|n| format!("a{n}: b ")).collect();
        assert!(refusal(&format!("{{ {aliased} }}")).contains("31 aliases; the limit is 30"));
        assert!(
            refusal("mutation { a b c ... { d } ...F } fragment F on M { e f }")
                .contains("6 mutations; the limit is 5")
        );
        assert!(
            refusal(&format!("{{ a {} }}", "@include(if: true) ".repeat(9)))
                .contains("9 directives in one place")
        );
        assert!(
            refusal("{ a(first: 100) { b(first: 100) { c } } }")
                .contains("10101 points of complexity; the limit is 10000")
        );
    }

    #[test]
    fn fragments_that_multiply_are_refused_at_once() {
        let bomb: String = (0..30)
            .map(|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1))
            .collect();
        assert!(
            refusal(&format!("{{ ...F0 }} {bomb} fragment F30 on Query {{ a }}"))
                .contains("selections; the limit is 1000")
        );
        assert!(
            refusal("{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }")
                .contains("spreads itself")
        );
        let many: String = (0..60)
            .map(|n| format!("fragment F{n} on Query {{ a }} "))
            .collect();
        assert!(refusal(&format!("{{ a }} {many}")).contains("definitions"));
    }

    #[test]
    fn introspection_does_not_multiply_by_itself() {
        assert!(cost("{ __schema { types { fields { args { type { name } } } possibleTypes { name } } } }").is_ok());
        assert!(
            cost("{ __type(name: \"A\") { fields { type { interfaces { name } } } } }").is_ok()
        );
        assert!(refusal("{ __schema { types { fields { type { fields { type { ...F } } } } } } } fragment F on __Type { fields { name } }")
            .contains("lists within lists of introspection"));
    }

    #[test]
    fn an_input_is_an_object() {
        assert!(cost("mutation { a(input: { b: 1 }) }").is_ok());
        assert!(refusal("mutation { a(input: 7) }").contains("not an object"));
        assert!(refusal("mutation($input: I!) { a(input: $input) }").contains("not an object"));
    }
}
