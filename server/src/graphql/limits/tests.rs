//! What is refused, and what it costs.

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
        refusal("{ a(first: 100) { b(first: 100) { c } } }").contains("10101 points of complexity")
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
fn a_size_that_stands_elsewhere_costs_as_much_as_one_that_is_given() {
    for query in [
        "query($size: Int = 100) { a(first: $size) { b c } }",
        "query($size: Int! = 100) { a(last: $size) { b c } }",
        "query($n: Int = 1) { a(first: $n) { b c } }",
        "query($none: Int, $size: Int = 100) { a(first: $none, last: $size) { b c } }",
        "{ a(first: null, last: 100) { b c } }",
        "query($size: Int = 100) { ...A } fragment A on Query { a(first: $size) { b c } }",
    ] {
        assert_eq!(cost(query).map(|cost| cost.complexity), Ok(201), "{query}");
    }
    // A fragment is counted once, for all operations that spread it.
    let two = "query A($size: Int = 100) { ...F } query B($size: Int = 1) { ...F } fragment F on Query { a(first: $size) { b c } }";
    assert_eq!(cost(two).map(|cost| cost.complexity), Ok(201));
    let nested = "query($size: Int = 100) { a(first: $size) { b(first: $size) { c } } }";
    assert!(refusal(nested).contains("10101 points of complexity"));
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
    assert!(
        cost("{ __schema { types { fields { args { type { name } } } possibleTypes { name } } } }")
            .is_ok()
    );
    assert!(cost("{ __type(name: \"A\") { fields { type { interfaces { name } } } } }").is_ok());
    assert!(refusal("{ __schema { types { fields { type { fields { type { ...F } } } } } } } fragment F on __Type { fields { name } }")
        .contains("lists within lists of introspection"));
}

#[test]
fn an_input_is_an_object() {
    assert!(cost("mutation { a(input: { b: 1 }) }").is_ok());
    assert!(refusal("mutation { a(input: 7) }").contains("not an object"));
    assert!(refusal("mutation($input: I!) { a(input: $input) }").contains("not an object"));
}

#[test]
fn what_is_read_anew_for_each_of_a_page_of_staff_costs_more() {
    let people = |first: u32, fields: &str| {
        format!("{{ admin {{ users(first: {first}) {{ nodes {{ {fields} }} }} }} }}")
    };
    let own = "sessions(first: 1) { totalCount }";
    let all = "sessions(first: 1) { totalCount } memberships(first: 1) { totalCount } \
        apiKeys(first: 1) { totalCount } log(first: 1) { totalCount }";
    assert!(cost(&people(100, "id email details { hasPassword }")).is_ok());
    assert!(cost(&people(100, own)).is_ok(), "a hundred lists");
    assert!(cost(&people(25, all)).is_ok(), "a hundred lists");
    for (first, fields) in [(100, all), (100, "...F"), (50, "... on AdminUser { ...F }")] {
        let query = people(first, fields) + " fragment F on AdminUser { " + all + " }";
        assert!(refusal(&query).contains("points of complexity"), "{fields}");
    }
    let usage = "{ admin { organizations(first: 100) { nodes { usage { valid } log(first: 1) { totalCount } } } } }";
    assert!(refusal(usage).contains("points of complexity"));
}

#[test]
fn the_same_names_elsewhere_cost_what_they_did() {
    let own = cost("{ viewer { ... on User { sessions(first: 1) { totalCount } } } }");
    assert_eq!(own.map(|cost| cost.complexity), Ok(3));
    let one = cost("{ admin { user(id: \"x\") { sessions(first: 1) { totalCount } } } }");
    assert_eq!(one.map(|cost| cost.complexity), Ok(4 + READ_FOR_EACH));
}
