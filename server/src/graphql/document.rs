//! From text to an operation that may be executed.

use async_graphql::{
    Request, ServerError, Variables,
    parser::types::{
        BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
    },
};

use super::{
    errors::Rejection,
    limits::{Cost, Counter},
    request::Ask,
    schema::Schema,
    text,
};

/// An operation that was read and counted; whether it fits the schema is still open.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) request: Request,
    pub(super) name: String,
    pub(super) kind: OperationType,
    pub(super) cost: Cost,
}

impl Operation {
    /// Parses the document, chooses the operation, and holds both against the limits and the variables.
    pub(super) fn read(ask: Ask, schema: &Schema) -> Result<Self, Rejection> {
        text::check(&ask.query)?;
        let mut request = Request::new(ask.query);
        let document = request.parsed_query().map_err(syntax)?;
        let mut counter = Counter::new(document, &ask.variables, schema)?;
        for (_, operation) in document.operations.iter() {
            counter.check(&operation.node)?;
            check_types(&operation.node, schema)?;
        }
        let (name, operation) = choose(document, ask.operation_name.as_deref())?;
        check_variables(operation, &ask.variables)?;
        let (name, kind, cost) = (name.to_owned(), operation.ty, counter.check(operation)?);
        request.operation_name = ask.operation_name;
        request.variables = ask.variables;
        Ok(Self {
            request,
            name,
            kind,
            cost,
        })
    }
}

/// The operation that is to be executed, and its name; an empty one when it has none.
fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<(&'a str, &'a OperationDefinition), Rejection> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(("", &operation.node)),
        (DocumentOperations::Single(_), Some(_)) => Err(Rejection::document(
            "The document has no operation of that name.",
        )),
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get_key_value(name)
            .map(|(name, operation)| (name.as_str(), &operation.node))
            .ok_or_else(|| Rejection::document("The document has no operation of that name.")),
        (DocumentOperations::Multiple(operations), None) => match operations.iter().next() {
            Some((name, operation)) if operations.len() == 1 => {
                Ok((name.as_str(), &operation.node))
            }
            _ => Err(Rejection::document(
                "The document has several operations: `operationName` must say which.",
            )),
        },
    }
}

/// Every variable is of a type that there is. (async-graphql panics at a default value for a list of an unknown one.)
fn check_types(operation: &OperationDefinition, schema: &Schema) -> Result<(), Rejection> {
    for variable in &operation.variable_definitions {
        let mut base = &variable.node.var_type.node.base;
        while let BaseType::List(item) = base {
            base = &item.base;
        }
        if let BaseType::Named(name) = base
            && !schema.has_input_type(name)
        {
            let message = format!("There is no type \"{name}\" that a variable could have.");
            return Err(Rejection {
                locations: vec![variable.pos],
                ..Rejection::document(message)
            });
        }
    }
    Ok(())
}

/// Every variable that must have a value has one. (async-graphql notices only while it executes.)
fn check_variables(
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Rejection> {
    for variable in &operation.variable_definitions {
        let definition = &variable.node;
        let name = &definition.name.node;
        let is_given = variables
            .get(name)
            .is_some_and(|value| *value != async_graphql::Value::Null);
        let is_absent_with_default =
            definition.default_value.is_some() && !variables.contains_key(name);
        if !definition.var_type.node.nullable && !is_given && !is_absent_with_default {
            let message = format!(
                "The variable \"${name}\" of the type \"{}\" has no value.",
                definition.var_type.node
            );
            return Err(Rejection {
                locations: vec![variable.pos],
                ..Rejection::document(message)
            });
        }
    }
    Ok(())
}

/// The parser draws the place into its message; callers get it in `locations`.
fn syntax(error: ServerError) -> Rejection {
    let lines = || error.message.lines().map(str::trim);
    let expected = lines()
        .find_map(|line| line.strip_prefix("= "))
        .or_else(|| lines().next())
        .unwrap_or_default();
    let message = format!("Syntax error: {}.", expected.trim_end_matches('.'));
    Rejection {
        locations: error.locations,
        ..Rejection::document(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::schema;

    fn read(
        query: &str,
        name: Option<&str>,
        variables: serde_json::Value,
    ) -> Result<Operation, String> {
        let ask = Ask {
            query: query.to_owned(),
            operation_name: name.map(ToOwned::to_owned),
            variables: Variables::from_json(variables),
        };
        Operation::read(ask, &schema(true)).map_err(|rejection| rejection.message.into_owned())
    }

    #[test]
    fn the_named_operation_is_chosen() {
        let document = "query A { a } mutation B { b }";
        let operation = read(document, Some("B"), serde_json::Value::Null).expect("there is one");
        assert_eq!(
            (
                operation.name.as_str(),
                operation.kind,
                operation.cost.complexity
            ),
            ("B", OperationType::Mutation, 1)
        );
        assert!(
            read(document, None, serde_json::Value::Null)
                .expect_err("which?")
                .contains("several operations")
        );
        assert!(
            read(document, Some("C"), serde_json::Value::Null)
                .expect_err("there is none")
                .contains("no operation of that name")
        );
        assert!(read("{ a }", Some("A"), serde_json::Value::Null).is_err());
        assert!(read("query A { a }", None, serde_json::Value::Null).is_ok());
    }

    #[test]
    fn limits_hold_for_operations_that_are_not_executed_too() {
        let document = format!("query A {{ a }} query B {{ {} }}", "a ".repeat(1_001));
        assert!(read(&document, Some("A"), serde_json::Value::Null).is_err());
    }

    #[test]
    fn variables_that_need_a_value_have_one() {
        let query = "query($id: ID!, $n: Int! = 7, $m: Int) { a(id: $id, n: $n, m: $m) }";
        assert!(read(query, None, serde_json::json!({ "id": "x" })).is_ok());
        for variables in [
            serde_json::json!({}),
            serde_json::json!({ "id": null }),
            serde_json::json!({ "id": "x", "n": null }),
        ] {
            assert!(
                read(query, None, variables.clone())
                    .expect_err("one has none")
                    .contains("has no value"),
                "{variables}"
            );
        }
    }

    #[test]
    fn variables_are_of_types_that_can_be_given() {
        for name in [
            "ID",
            "[ID!]",
            "Theme",
            "[[SignInInput]]",
            "DateTime",
            "Float",
        ] {
            assert!(
                read(
                    &format!("query($a: {name}) {{ a }}"),
                    None,
                    serde_json::Value::Null
                )
                .is_ok(),
                "{name}"
            );
        }
        for name in ["User", "Nope", "[Nope!]! = [1]", "Node", "Viewer", "__Type"] {
            let refusal = read(
                &format!("query($a: {name}) {{ a }}"),
                None,
                serde_json::Value::Null,
            )
            .expect_err("there is none");
            assert!(refusal.contains("There is no type"), "{name}");
        }
    }

    #[test]
    fn a_syntax_error_is_one_line() {
        assert_eq!(
            read("{", None, serde_json::Value::Null).map(|_| ()),
            Err("Syntax error: expected selection.".to_owned())
        );
        assert_eq!(
            read("fragment A on B { c }", None, serde_json::Value::Null).map(|_| ()),
            Err("Syntax error: document does not contain an operation.".to_owned())
        );
    }
}
