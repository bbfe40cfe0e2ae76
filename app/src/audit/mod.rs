//! The page of an organization's audit log.

pub mod api;
pub mod entry;
pub mod filters;
pub mod page;
