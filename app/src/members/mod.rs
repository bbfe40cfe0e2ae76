//! Pages about the members of an organization.

pub mod api;
pub mod list;
pub mod one;
pub mod table;
