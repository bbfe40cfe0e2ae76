//! Accounts elsewhere: signing in with them, connecting and disconnecting them.

pub mod api;
pub mod buttons;
pub mod card;
pub mod connect;
#[cfg(feature = "ssr")]
pub mod leaving;
pub mod mark;
pub mod views;
