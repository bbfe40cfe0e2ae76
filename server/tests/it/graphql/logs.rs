//! What is written to the log, and how often the database is asked: both are read from the log's lines.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use testkit::{Backend, Kit, Person};
use tracing_subscriber::fmt::MakeWriter;

use super::{Api, Credentials};

/// Keeps the lines of a thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn keep(&self) -> tracing::subscriber::DefaultGuard {
        let lines = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(lines)
            .finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A line that another thread is about to write for the first time can be missed by a subscriber that comes just then
/// (`tracing_core::callsite`): so the lines of interest are written once before.
async fn register_callsites(kit: &Kit, api: &Api, ada: &Person) -> Credentials {
    let credentials = Credentials::of_program(kit, ada).await;
    api.run_as(&credentials, "{ viewer { __typename } }", Value::Null)
        .await;
    credentials
}

#[tokio::test]
async fn an_operation_is_one_line_without_what_was_typed() {
    let kit = Kit::new(Backend::Sqlite).await;
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    register_callsites(&kit, &api, &ada).await;
    let lines = Lines::default();
    let guard = lines.keep();
    let literal = "mutation Literal { signIn(input: { email: \"ada@example.test\", password: \"typed in the document\" }) { token } }";
    api.run(literal, Value::Null).await;
    let variable = "mutation Variable($input: SignInInput!) { signIn(input: $input) { token } }";
    api.run(
        variable,
        json!({ "input": { "email": "ada@example.test", "password": "typed as a variable" } }),
    )
    .await;
    api.run("mutation Broken { signIn(input: { email: \"ada@example.test\", password: \"typed and broken\" }", Value::Null).await;
    drop(guard);

    let text = lines.text();
    assert!(
        !text.contains("typed") && !text.contains("example.test"),
        "{text}"
    );
    let operations: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("graphql.operation") && line.contains("millis="))
        .collect();
    assert_eq!(operations.len(), 2, "{text}");
    for (line, name) in operations.iter().zip(["Literal", "Variable"]) {
        for part in [
            &format!("name=\"{name}\""),
            "kind=mutation",
            "millis=",
            "complexity=2",
            "INVALID_CREDENTIALS",
            "trace-of-a-test",
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    kit.finish().await;
}

#[tokio::test]
async fn who_was_refused_is_told_in_plain_values_and_what_is_not_known_left_out() {
    let kit = Kit::new(Backend::Sqlite).await;
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let sign_in = async |api: &Api, email: &str| {
        let query = "mutation($input: SignInInput!) { signIn(input: $input) { token } }";
        let input = json!({ "input": { "email": email, "password": "not what it is" } });
        api.run(query, input).await;
    };
    sign_in(&api, "nobody@example.test").await;
    let lines = Lines::default();
    let guard = lines.keep();
    sign_in(&api, "nobody@example.test").await;
    sign_in(&api.at("203.0.113.7"), &ada.email).await;
    drop(guard);

    let text = lines.text();
    let refused: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("sessions.sign_in refused"))
        .collect();
    let [stranger, known] = refused.as_slice() else {
        panic!("{text}");
    };
    assert!(
        !stranger.contains("user_id") && !stranger.contains("ip="),
        "{stranger}"
    );
    assert!(
        known.contains(&format!("user_id={}", ada.id)) && known.contains("ip=203.0.113.7"),
        "{known}"
    );
    kit.finish().await;
}

#[tokio::test]
async fn one_person_is_read_once_however_often_they_are_asked_for() {
    let kit = Kit::new(Backend::Sqlite).await;
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let credentials = register_callsites(&kit, &api, &ada).await;
    let lines = Lines::default();
    let guard = lines.keep();
    let query = "query($id: ID!) { viewer { __typename } a: viewer { ... on User { email } } b: node(id: $id) { id } \
        c: node(id: $id) { ... on User { profile { theme } } } }";
    let data = api
        .run_as(&credentials, query, json!({ "id": ada.id.to_string() }))
        .await
        .data();
    drop(guard);

    assert_eq!(data["a"]["email"], "ada@example.test");
    assert_eq!(
        lines.text().matches("graphql.load users").count(),
        1,
        "{}",
        lines.text()
    );
    kit.finish().await;
}
