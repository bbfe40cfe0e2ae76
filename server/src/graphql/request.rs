//! What was sent: the document, which of its operations, and the variables, out of a query string or a body.

use async_graphql::Variables;
use serde_json::{Map, Value};

use super::errors::Rejection;

/// A request whose members have the right types; its document has not been read.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
}

impl Ask {
    /// Reads the query string of a GET; `variables` and `extensions` are JSON.
    pub(super) fn from_query_string(text: &str) -> Result<Self, Rejection> {
        let mut members = Map::new();
        for (name, text) in url::form_urlencoded::parse(text.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" => Value::String(text.into_owned()),
                "variables" | "extensions" if text.is_empty() => Value::Null,
                "variables" | "extensions" => {
                    json(text.as_bytes(), &format!("The parameter `{name}`"))?
                }
                _ => continue,
            };
            if members.insert(name.clone().into_owned(), value).is_some() {
                return Err(Rejection::request(format!(
                    "The parameter `{name}` is given twice."
                )));
            }
        }
        Self::from_members(members)
    }

    /// Reads the body of a POST.
    pub(super) fn from_body(body: &[u8]) -> Result<Self, Rejection> {
        if body.is_empty() {
            return Err(Rejection::request(
                "The body is empty. Send a JSON object with `query`.",
            ));
        }
        match json(body, "The body")? {
            Value::Object(members) => Self::from_members(members),
            Value::Array(_) => Err(Rejection::request(
                "Batches are not supported. Send one operation in a request.",
            )),
            _ => Err(Rejection::request(
                "The body is not a JSON object with `query`.",
            )),
        }
    }

    fn from_members(mut members: Map<String, Value>) -> Result<Self, Rejection> {
        let query = match members.remove("query") {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) => {
                return Err(Rejection::request("The request has no `query`."));
            }
            Some(_) => return Err(Rejection::request("`query` is not a string.")),
        };
        let operation_name = match members.remove("operationName") {
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            None | Some(Value::Null) => None,
            Some(_) => return Err(Rejection::request("`operationName` is not a string.")),
        };
        object(members.remove("extensions"), "extensions")?;
        let variables = Variables::from_json(object(members.remove("variables"), "variables")?);
        Ok(Self {
            query,
            operation_name,
            variables,
        })
    }
}

/// `serde_json` stops at 128 levels, so no depth ends the process.
fn json(text: &[u8], what: &str) -> Result<Value, Rejection> {
    serde_json::from_slice(text).map_err(|_| Rejection::request(format!("{what} is not JSON.")))
}

fn object(value: Option<Value>, name: &str) -> Result<Value, Rejection> {
    match value {
        Some(Value::Object(members)) => Ok(Value::Object(members)),
        None | Some(Value::Null) => Ok(Value::Object(Map::new())),
        Some(_) => Err(Rejection::request(format!("`{name}` is not an object."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> String {
        Ask::from_body(body.as_bytes())
            .map(|_| ())
            .expect_err("this is refused")
            .message
            .into_owned()
    }

    #[test]
    fn a_body_is_read() {
        let body = br#"{"query": "{ viewer { id } }", "operationName": null, "variables": {"a": [1, {"b": null}]}, "extensions": {"x": 1}}"#;
        let ask = Ask::from_body(body).expect("this is good");
        assert_eq!(
            (ask.query.as_str(), ask.operation_name, ask.variables.len()),
            ("{ viewer { id } }", None, 1)
        );
    }

    #[test]
    fn a_query_string_is_read() {
        let ask = Ask::from_query_string(
            "query=%7B+viewer+%7D&operationName=A&variables=%7B%22a%22%3A1%7D&other=1",
        )
        .expect("this is good");
        assert_eq!(
            (
                ask.query.as_str(),
                ask.operation_name.as_deref(),
                ask.variables.len()
            ),
            ("{ viewer }", Some("A"), 1)
        );
    }

    #[test]
    fn members_of_the_wrong_type_are_refused_by_name() {
        for wrong in ["0", "false", "[]", "{}"] {
            assert_eq!(
                refusal(&format!(r#"{{"query": {wrong}}}"#)),
                "`query` is not a string."
            );
            assert_eq!(
                refusal(&format!(r#"{{"query": "", "operationName": {wrong}}}"#)),
                "`operationName` is not a string."
            );
        }
        for wrong in ["0", "false", "[]", "\"{}\""] {
            assert_eq!(
                refusal(&format!(r#"{{"query": "", "variables": {wrong}}}"#)),
                "`variables` is not an object."
            );
            assert_eq!(
                refusal(&format!(r#"{{"query": "", "extensions": {wrong}}}"#)),
                "`extensions` is not an object."
            );
        }
        assert!(Ask::from_query_string("query=a&query=b").is_err());
        assert!(Ask::from_query_string("query=a&variables=x").is_err());
    }

    #[test]
    fn what_is_no_request_is_refused_in_words() {
        assert!(refusal("").starts_with("The body is empty."));
        assert_eq!(refusal("{ \"not a JSON"), "The body is not JSON.");
        assert_eq!(refusal("7"), "The body is not a JSON object with `query`.");
        assert!(refusal(r#"[{"query": "{ a }"}]"#).starts_with("Batches are not supported."));
        assert_eq!(
            refusal(r#"{"qeury": "{ a }"}"#),
            "The request has no `query`."
        );
        assert_eq!(
            refusal(&format!("{}{}", "[".repeat(20_000), "]".repeat(20_000))),
            "The body is not JSON."
        );
    }
}
