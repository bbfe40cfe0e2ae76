//! The rules against real databases: each test runs on SQLite and on PostgreSQL (`testkit` says how). One file for each slice,
//! or for each group of its operations; the list at the head of a file says what it guarantees.

mod audit;
mod deletion;
mod links;
mod mail;
mod maintenance;
mod member_lists;
mod members;
mod migrations;
mod operators;
mod organizations;
mod ownership;
mod passwords;
mod profile;
mod refusals;
mod sessions;
mod sign_in;
mod sign_up;
mod slugs;
mod smtp;
mod throttles;
mod verify_email;
