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
/// Points for what staff read of one person or organization by statements of its own, on a page of which it is asked for each: a
/// list, or usage. So no request reads more than two hundred of them.
const READ_FOR_EACH: usize = 50;

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
    /// Numbers that variables hold when none are given. Of several operations that call one alike, the largest.
    defaults: HashMap<&'a str, u64>,
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
            defaults: defaults(document),
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
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let cost = self.set(&operation.selection_set.node, Some(root), 0)?;
        cost.check(operation.ty)?;
        Ok(cost)
    }

    /// `parent` is the type that is selected from, where there is one of that name; `level` says how far we have come and ends the
    /// recursion.
    fn set(
        &mut self,
        set: &'a SelectionSet,
        parent: Option<&'a str>,
        level: usize,
    ) -> Result<Cost, Rejection> {
        within("levels", level, MOST_LEVELS)?;
        let mut sum = Cost::default();
        for selection in &set.items {
            within(
                "directives in one place",
                selection.node.directives().len(),
                MOST_DIRECTIVES,
            )?;
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent, level)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let parent = on.map(|on| on.node.on.node.as_str()).or(parent);
                    self.set(&fragment.node.selection_set.node, parent, level + 1)?
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

    fn field(
        &mut self,
        field: &'a Field,
        parent: Option<&'a str>,
        level: usize,
    ) -> Result<Cost, Rejection> {
        self.check_input(field)?;
        let name = field.name.node.as_str();
        let schema = self.schema;
        let given = parent.and_then(|parent| schema.given_by(parent, name));
        let within_it = self.set(&field.selection_set.node, given, level + 1)?;
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
                .saturating_add(1 + read_for_each(parent, given)),
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
        let on = fragment.node.type_condition.node.on.node.as_str();
        let cost = self.set(&fragment.node.selection_set.node, Some(on), level + 1)?;
        self.known.insert(name, Some(cost));
        Ok(cost)
    }

    /// How many items a field may give: what it asks for by `first` or `last`, or what a page of a list has when nothing is
    /// said, or one. One of the two may be null, and counts as left out. No page is larger than the largest: one that is asked for
    /// is refused by its field, and gives nothing. The points of usage have no pages: they count as a largest one.
    fn page_size(&self, field: &Field) -> usize {
        let asked = ["first", "last"].into_iter().filter_map(|name| {
            let value = field.get_argument(name)?.node.clone();
            match value.into_const_with(|name| self.held_by(&name).ok_or(())) {
                Ok(Constant::Number(number)) => number.as_u64(),
                _ => None,
            }
        });
        let number = asked.max();
        let is_list = self.schema.lists().contains(field.name.node.as_str());
        let unsaid = match field.name.node.as_str() {
            "points" => PageRequest::LARGEST,
            _ if is_list => PageRequest::DEFAULT,
            _ => 1,
        };
        let size = number.unwrap_or(unsaid).clamp(1, PageRequest::LARGEST);
        usize::try_from(size).unwrap_or(usize::MAX)
    }

    /// What a variable was given, or else the number that it has by itself.
    fn held_by(&self, name: &Name) -> Option<Constant> {
        let given = self.variables.get(name).cloned();
        given.or_else(|| {
            self.defaults
                .get(name.as_str())
                .copied()
                .map(Constant::from)
        })
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

/// The largest number that a variable of each name has in an operation that does without it.
fn defaults(document: &ExecutableDocument) -> HashMap<&str, u64> {
    let mut largest = HashMap::new();
    let operations = document.operations.iter();
    for variable in operations.flat_map(|(_, operation)| &operation.node.variable_definitions) {
        let default = variable.node.default_value.as_ref();
        if let Some(Constant::Number(number)) = default.map(|default| &default.node)
            && let Some(number) = number.as_u64()
        {
            let known = largest
                .entry(variable.node.name.node.as_str())
                .or_insert(number);
            *known = number.max(*known);
        }
    }
    largest
}

/// What else a field costs that is read anew for each of a page.
fn read_for_each(parent: Option<&str>, given: Option<&str>) -> usize {
    let is_of_staff = matches!(parent, Some("AdminUser" | "AdminOrganization"));
    let is_read =
        given.is_some_and(|given| given.ends_with("Connection") || given == "UsageSeries");
    if is_of_staff && is_read {
        READ_FOR_EACH
    } else {
        0
    }
}

#[cfg(test)]
mod tests;
