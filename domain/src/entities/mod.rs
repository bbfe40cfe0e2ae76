//! One file a table: the SeaORM model and its relations, nothing else. Named only by `store.rs` files.

#![expect(
    unreachable_pub,
    reason = "the derive of SeaORM wants public models; the modules are what keeps them in"
)]

pub(crate) mod audit_event;
pub(crate) mod invitation;
pub(crate) mod link;
pub(crate) mod mail;
pub(crate) mod membership;
pub(crate) mod organization;
pub(crate) mod picture;
pub(crate) mod profile;
pub(crate) mod session;
pub(crate) mod slug;
pub(crate) mod throttle;
pub(crate) mod user;
