//! How much keys are used.

pub mod api;
pub mod chart;
pub mod page;
pub mod requests;
