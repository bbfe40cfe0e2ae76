//! One file a table: the SeaORM model and its relations, nothing else. Named only by the `store` of a slice.

#![expect(
    unreachable_pub,
    reason = "the derive of SeaORM wants public models; the modules are what keeps them in"
)]

pub(crate) mod answered_ceremony;
pub(crate) mod api_key;
pub(crate) mod audit_event;
pub(crate) mod audit_head;
pub(crate) mod authenticator_app;
pub(crate) mod challenge;
pub(crate) mod charge;
pub(crate) mod identity;
pub(crate) mod installation;
pub(crate) mod invitation;
pub(crate) mod key_secret;
pub(crate) mod key_use;
pub(crate) mod known_client;
pub(crate) mod link;
pub(crate) mod mail;
pub(crate) mod membership;
pub(crate) mod organization;
pub(crate) mod passkey;
pub(crate) mod picture;
pub(crate) mod profile;
pub(crate) mod quota;
pub(crate) mod recovery_code;
pub(crate) mod session;
pub(crate) mod slug;
pub(crate) mod throttle;
pub(crate) mod trusted_browser;
pub(crate) mod usage;
pub(crate) mod user;
