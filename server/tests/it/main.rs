//! The faces, against a real database and without a port.

mod browser;
mod graphql;
mod links;
mod pages;
mod providers;
mod required_factor;
mod rest;
mod safety;
mod uploads;
