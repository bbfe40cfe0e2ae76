//! Passkeys: adding them, naming them, removing them. What signs in with them is in `sessions` and `second_factors`.

pub mod api;
pub mod new;
pub mod one;
pub mod views;
