//! Pages about invitations.

pub mod accept;
pub mod api;
pub mod invite;
pub mod list;
