//! Signing in and out, and confirming the password.

pub mod api;
pub mod confirm_password;
pub mod magic_link;
pub mod sign_in;
