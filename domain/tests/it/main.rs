//! The rules against real databases: each test runs on SQLite and on PostgreSQL (`testkit` says how). One file for each slice,
//! or for each group of its operations; the list at the head of a file says what it guarantees.

mod admin;
mod adversity;
mod api_keys;
mod audit;
mod backups;
mod email_change;
mod first_run;
mod identities;
mod installation;
mod invitations;
mod links;
mod magic_link;
mod mail;
mod maintenance;
mod members;
mod migrations;
mod operators;
mod organizations;
mod own_data;
mod passkeys;
mod passwords;
mod profile;
mod races;
mod refusals;
mod second_factors;
mod seed;
mod sessions;
mod sign_in;
mod sign_up;
mod smtp;
mod suspension;
mod tenancy;
mod throttles;
mod verify_email;
