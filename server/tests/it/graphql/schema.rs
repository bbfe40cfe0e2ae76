//! The schema: its committed text, and that it explains itself.

use std::{env, fs, path::Path};

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::Kit;

use super::{Api, Credentials, on_sqlite};

on_sqlite! {
    everything_has_a_description,
    names_follow_one_pattern,
    a_private_schema_tells_nothing_of_itself,
    what_the_documentation_asks_fits_the_schema,
}

/// What GraphiQL 4 asks for (graphql-js 16, `getIntrospectionQuery`).
pub(crate) const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } \
    subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { \
    ...InputValue } } } } \
    fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name description \
    args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields(includeDeprecated: true) { \
    ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
    possibleTypes { ...TypeRef } } \
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[test]
fn the_committed_schema_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, server::graphql::sdl()).expect("the file can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == server::graphql::sdl(),
        "server/schema.graphql is stale; `make schema` writes it"
    );
}

pub(crate) async fn types(kit: &Kit) -> Vec<Value> {
    let answer = Api::new(kit).run(INTROSPECTION, Value::Null).await;
    let types = answer.data()["__schema"]["types"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    types
        .into_iter()
        .filter(|kind| !kind["name"].as_str().unwrap_or_default().starts_with("__"))
        .collect()
}

fn items<'a>(of: &'a Value, key: &str) -> Vec<&'a Value> {
    of[key]
        .as_array()
        .map(|items| items.iter().collect())
        .unwrap_or_default()
}

async fn everything_has_a_description(kit: Kit) {
    let mut without = Vec::new();
    let mut check = |path: String, item: &Value| {
        if item["description"].as_str().unwrap_or_default().is_empty() {
            without.push(path);
        }
    };
    for kind in types(&kit).await {
        let name = kind["name"].as_str().unwrap_or_default().to_owned();
        if name == "ID" {
            continue; // async-graphql's own
        }
        check(name.clone(), &kind);
        for key in ["fields", "inputFields", "enumValues"] {
            for item in items(&kind, key) {
                check(format!("{name}.{}", item["name"]), item);
                for arg in items(item, "args") {
                    check(format!("{name}.{}({})", item["name"], arg["name"]), arg);
                }
            }
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

/// `verbNoun(input: VerbNounInput): VerbNounPayload`, with `userErrors`; a payload may be null, so that one refused caller
/// does not take the other answers away.
async fn names_follow_one_pattern(kit: Kit) {
    let types = types(&kit).await;
    let find = |name: &str| {
        types
            .iter()
            .find(|kind| kind["name"] == name)
            .cloned()
            .unwrap_or_else(|| panic!("no {name}"))
    };
    for mutation in items(&find("Mutation"), "fields") {
        let name = mutation["name"].as_str().unwrap_or_default();
        let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let args = items(mutation, "args");
        let input = &args[0]["type"];
        let input_name = if input["kind"] == "NON_NULL" {
            &input["ofType"]["name"]
        } else {
            &input["name"]
        };
        assert_eq!(
            (args.len(), &args[0]["name"], input_name),
            (1, &json!("input"), &json!(format!("{kind}Input")))
        );
        assert_eq!(mutation["type"]["name"], format!("{kind}Payload"));
        assert!(
            items(&find(&format!("{kind}Payload")), "fields")
                .iter()
                .any(|field| field["name"] == "userErrors"),
            "{name}"
        );
    }
}

async fn what_the_documentation_asks_fits_the_schema(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let examples: Vec<&str> = include_str!("../../../../docs/graphql.md")
        .split("```graphql\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let answer = api.run_as(&adas, example, Value::Null).await;
        assert_eq!(
            answer.json()["errors"],
            Value::Null,
            "{example} {}",
            answer.text
        );
    }
}

async fn a_private_schema_tells_nothing_of_itself(kit: Kit) {
    let api = Api::with(&kit, false);
    for query in [
        INTROSPECTION,
        "{ __schema { types { name } } }",
        "{ ... { __type(name: \"User\") { name } } }",
        "mutation { signOut { userErrors { code } } __schema { types { name } } }",
    ] {
        let answer = api.run(query, Value::Null).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "FORBIDDEN"),
            "{}",
            answer.text
        );
    }
    let answer = api.run("{ viewr { id } }", Value::Null).await;
    assert!(
        !answer.text.contains("Did you mean") && !answer.text.contains("\"viewer\\\""),
        "{}",
        answer.text
    );
    assert!(
        Api::new(&kit)
            .run("{ viewr { id } }", Value::Null)
            .await
            .text
            .contains("Did you mean")
    );
    assert_eq!(
        api.get("/graphql/schema.graphql").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(api.get("/graphiql").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        api.run("{ __typename viewer { __typename } }", Value::Null)
            .await
            .status,
        StatusCode::OK
    );
}
