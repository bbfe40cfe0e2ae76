//! The `latchkey` binary as a library, so that tests need no port.
//!
//! `server` translates: a request into a use case of `domain`, and its result into an answer. It knows HTTP, GraphQL and the
//! command line; it holds no rule, and no query.

// Views are types, and a page nests many of them.
#![recursion_limit = "256"]

pub mod authenticate;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod fault;
pub mod graphql;
pub mod http;
pub mod lock;
pub mod logging;
pub mod open;
pub mod otlp;
pub mod problem;
pub mod rest;
pub mod router;
pub mod serve;
pub mod state;

pub use router::router;
