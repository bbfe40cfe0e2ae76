//! Organizations: made, entered, shaped, listed, handed over, deleted and purged; and closed to who lacks a second factor.

mod create;
mod deletion;
mod list;
mod ownership;
mod second_factor;
mod settings;
mod slugs;
