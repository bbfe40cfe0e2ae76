//! The second step of signing in: setting it up, doing it, and recovering from what was lost.

pub mod api;
pub mod challenge;
pub mod proof;
pub mod recovery_codes;
pub mod set_up;
pub mod views;
