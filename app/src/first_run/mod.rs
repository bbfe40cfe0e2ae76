//! Making the first operator of a new installation.

pub mod api;
pub mod next;
pub mod page;
