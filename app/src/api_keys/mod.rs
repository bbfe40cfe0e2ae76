//! API keys: the list, making one, and one with all that can be done to it.

pub mod acts_api;
pub mod api;
pub mod create;
pub mod fields;
pub mod list;
pub mod one;
pub mod reveal;
pub mod views;
