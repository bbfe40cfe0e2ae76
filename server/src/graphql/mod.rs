//! The GraphQL face: one schema, one endpoint, and the explorer.
//!
//! A request passes, in this order: `negotiation` (which media types), `request` (what was sent), `document` (parsed,
//! counted against the `limits`), execution, and `answer` (status and body). Resolvers translate, call one use case of
//! `domain`, and translate back; what they share is `acting`, `errors`, `loaders` and `connection`.
//!
//! To add an operation: its input, payload and resolver in the file named like its slice; a new slice also stands in
//! `schema`. The comments above types and fields are the documentation that users read. Then `make schema`.

mod accounts;
mod acting;
mod admin;
mod answer;
mod api_keys;
mod audit;
mod connection;
mod document;
mod email_change;
mod endpoint;
mod errors;
mod graphiql;
mod identities;
mod invitations;
mod limits;
mod loaders;
mod magic_links;
mod members;
mod negotiation;
mod node;
mod organizations;
mod own_data;
mod passkeys;
mod request;
mod scalars;
mod schema;
mod second_factors;
mod sessions;
mod text;
mod usage;
mod users;

use axum::{Router, routing::get};

pub use schema::{Schema, schema, sdl};

use crate::state::AppState;

/// The addresses of this face.
pub fn routes() -> Router<AppState> {
    let endpoint = get(endpoint::get)
        .post(endpoint::post)
        .fallback(endpoint::other);
    Router::new()
        .route("/graphql", endpoint)
        .route("/graphql/schema.graphql", get(graphiql::schema_text))
        .route("/graphiql", get(graphiql::page))
}
