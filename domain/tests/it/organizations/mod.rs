//! Organizations: made, entered, shaped, listed, handed over, deleted and purged.

mod create;
mod deletion;
mod list;
mod ownership;
mod settings;
mod slugs;
