//! The faces, against a real database and without a port.

mod admin_pages;
mod audit;
mod browser;
mod first_run;
mod graphql;
mod links;
mod monitoring;
mod otlp;
mod pages;
mod process;
mod providers;
mod required_factor;
mod rest;
mod safety;
mod uploads;
