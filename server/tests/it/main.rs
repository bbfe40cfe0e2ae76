//! The faces, against a real database and without a port.

mod browser;
mod graphql;
mod pages;
mod safety;
