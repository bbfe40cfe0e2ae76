//! Getting, proving, keeping and shaping an account.

pub mod api;
pub mod change_email;
pub mod check_inbox;
pub mod data;
pub mod data_api;
pub mod dead_link;
pub mod email_api;
pub mod forgot_password;
pub mod layout;
pub mod preferences;
pub mod profile;
pub mod reset_password;
pub mod security;
pub mod sign_up;
pub mod undo_deletion;
pub mod verify_email;
pub mod views;
