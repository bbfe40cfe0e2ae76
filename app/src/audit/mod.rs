//! The page of an organization's audit log, and the parts of it that the console shows the whole installation's with.

pub mod api;
pub mod entry;
pub mod filters;
pub mod page;
#[cfg(feature = "ssr")]
pub mod shown;
