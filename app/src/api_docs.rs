//! `/v1/docs`: the OpenAPI description of the endpoints, for people.

use leptos::prelude::*;
use serde_json::Value;

use crate::{
    static_pages::{Frame, render},
    ui::frame::Brand,
};

/// One method of one path.
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: Vec<String>,
    has_token: bool,
    parameters: Vec<Row>,
    request: Option<String>,
    responses: Vec<Row>,
}

/// A type of the description.
struct Shape {
    name: String,
    description: String,
    fields: Vec<Row>,
}

/// A line of a table.
struct Row {
    name: String,
    kind: String,
    /// The shape that `kind` names.
    link: Option<String>,
    text: String,
}

/// The page of a description.
pub fn page(frame: Frame, document: &Value) -> String {
    let title = text(&document["info"]["title"]);
    let about = text(&document["info"]["description"]);
    let operations = operations(document);
    let shapes = shapes(document);
    let contents: Vec<_> = operations
        .iter()
        .map(|one| {
            let label = format!("{} {}", one.method, one.path);
            view! { <li><a href=format!("#{}", one.id)><code>{label}</code></a></li> }
        })
        .collect();
    let operations: Vec<_> = operations.into_iter().map(operation).collect();
    let shapes: Vec<_> = shapes.into_iter().map(shape).collect();
    render(frame, "API", move || {
        view! {
            <div class="api-docs">
                <header><Brand/></header>
                <main id="main" tabindex="-1">
                    <h1>{title}</h1>
                    <p>{about}</p>
                    <p>
                        "OpenAPI document: " <a href="/v1/openapi.json"><code>"/v1/openapi.json"</code></a>
                        ". Everything else: " <a href="/graphiql">"GraphQL"</a> "."
                    </p>
                    <nav aria-label="Endpoints"><ul class="api-docs-contents">{contents}</ul></nav>
                    {operations}
                    <h2>"Schemas"</h2>
                    {shapes}
                </main>
            </div>
        }
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, one) in methods.as_object().into_iter().flatten() {
            let parameters = one["parameters"].as_array().into_iter().flatten();
            let responses = one["responses"].as_object().into_iter().flatten();
            let body = &one["requestBody"]["content"]["application/json"]["schema"];
            found.push(Operation {
                id: text(&one["operationId"]),
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&one["summary"]),
                description: text(&one["description"])
                    .split("\n\n")
                    .filter(|part| !part.is_empty())
                    .map(ToOwned::to_owned)
                    .collect(),
                has_token: one["security"].is_array(),
                parameters: parameters
                    .map(|parameter| Row {
                        name: text(&parameter["name"]),
                        kind: kind(&parameter["schema"]).0,
                        link: None,
                        text: text(&parameter["description"]),
                    })
                    .collect(),
                request: named(body),
                responses: responses
                    .map(|(status, response)| {
                        let body = &response["content"]["application/json"]["schema"];
                        let (kind, link) = kind(body);
                        Row {
                            name: status.clone(),
                            kind,
                            link,
                            text: text(&response["description"]),
                        }
                    })
                    .collect(),
            });
        }
    }
    found
}

fn shapes(document: &Value) -> Vec<Shape> {
    let all = document["components"]["schemas"].as_object();
    all.into_iter()
        .flatten()
        .map(|(name, one)| {
            let required: Vec<_> = one["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties = one["properties"].as_object().into_iter().flatten();
            let mut fields: Vec<_> = properties
                .map(|(field, schema)| {
                    let (mut kind, link) = kind(schema);
                    if !required.contains(&field.as_str()) {
                        kind.push_str(", optional");
                    }
                    Row {
                        name: field.clone(),
                        kind,
                        link,
                        text: text(&schema["description"]),
                    }
                })
                .collect();
            let values = one["enum"].as_array().into_iter().flatten();
            fields.extend(values.map(|value| Row {
                name: text(value),
                kind: String::new(),
                link: None,
                text: String::new(),
            }));
            let cases = one["oneOf"].as_array().into_iter().flatten();
            fields.extend(cases.map(|case| {
                let (kind, link) = kind(case);
                Row {
                    name: "either".to_owned(),
                    kind,
                    link,
                    text: String::new(),
                }
            }));
            Shape {
                name: name.clone(),
                description: text(&one["description"]),
                fields,
            }
        })
        .collect()
}

/// The name of the shape that a schema refers to.
fn named(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str()?;
    reference.rsplit('/').next().map(ToOwned::to_owned)
}

/// A type in words, and the shape that it is or holds.
fn kind(schema: &Value) -> (String, Option<String>) {
    if let Some(name) = named(schema) {
        return (name.clone(), Some(name));
    }
    if let Some(case) = schema["oneOf"]
        .as_array()
        .and_then(|cases| cases.iter().find(|case| named(case).is_some()))
    {
        return kind(case);
    }
    if schema["items"].is_object() {
        let (of, link) = kind(&schema["items"]);
        return (format!("list of {of}"), link);
    }
    let words = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect(),
        Value::String(kind) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    let format = schema["format"].as_str();
    let words = match (words.join(" or "), format) {
        (words, Some("date-time")) if words == "string" => "timestamp (RFC 3339)".to_owned(),
        (words, _) => words,
    };
    (words, None)
}

fn table(caption: &str, rows: Vec<Row>) -> impl IntoView + use<> {
    let (caption, label) = (caption.to_owned(), caption.to_owned());
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let kind = match row.link {
                Some(link) => view! { <a href=format!("#shape-{link}")>{row.kind}</a> }.into_any(),
                None => row.kind.into_any(),
            };
            view! { <tr><th scope="row"><code>{row.name}</code></th><td>{kind}</td><td>{plain(&row.text)}</td></tr> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <div class="table-scroll" tabindex="0" role="group" aria-label=label>
                <table class="table api-docs-table">
                    <caption class="vh">{caption}</caption>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    })
}

/// Text with its code marked as such.
fn plain(text: &str) -> Vec<AnyView> {
    text.split('`')
        .enumerate()
        .map(|(place, part)| {
            let part = part.to_owned();
            if place % 2 == 1 {
                view! { <code>{part}</code> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect()
}

fn operation(one: Operation) -> impl IntoView {
    let paragraphs: Vec<_> = one
        .description
        .iter()
        .map(|part| view! { <p>{plain(part)}</p> })
        .collect();
    view! {
        <section class="card api-docs-operation" id=one.id>
            <h2><span class="badge plain">{one.method}</span>" "<code>{one.path}</code></h2>
            <p>{plain(&one.summary)}</p>
            {paragraphs}
            {one.has_token.then(|| view! { <p>"With " <code>"Authorization: Bearer"</code> " and a service token."</p> })}
            {table("Headers", one.parameters)}
            {one.request.map(|name| {
                let link = format!("#shape-{name}");
                view! { <p>"Body: " <a href=link>{name}</a></p> }
            })}
            {table("Responses", one.responses)}
        </section>
    }
}

fn shape(one: Shape) -> impl IntoView {
    let (id, fields) = (format!("shape-{}", one.name), table(&one.name, one.fields));
    view! {
        <section class="api-docs-shape" id=id>
            <h3><code>{one.name}</code></h3>
            <p>{plain(&one.description)}</p>
            {fields}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_is_told_in_words() {
        let told = |schema: Value| kind(&schema);
        assert_eq!(told(json!({ "type": ["string", "null"] })).0, "string");
        assert_eq!(
            told(json!({ "type": "string", "format": "date-time" })).0,
            "timestamp (RFC 3339)"
        );
        assert_eq!(
            told(json!({ "type": "array", "items": { "$ref": "#/components/schemas/Refusal" } })),
            ("list of Refusal".to_owned(), Some("Refusal".to_owned()))
        );
        assert_eq!(
            told(json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/x/Quota" }] })).1,
            Some("Quota".to_owned())
        );
    }
}
