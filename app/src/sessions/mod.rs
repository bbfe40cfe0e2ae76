//! Signing in and out, confirming the password, and viewing as somebody else.

pub mod api;
pub mod confirm_password;
pub mod impersonation;
pub mod magic_link;
pub mod sign_in;
