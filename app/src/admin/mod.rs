//! The operator's console: pages of staff, in a part of their own, so that nobody else loads them.
//!
//! To whoever is no staff there are no such pages: the server's guard answers as of any address where nothing is. What staff may
//! do is decided by `domain::admin`; what stands here says so beforehand, where it is known.
//!
//! To add a page: a file, a function that loads it whose endpoint begins with `console-`, a line in `parts`, one in the routes, and
//! a link in [`layout`]. Lists share their address ([`wanted`]), the form above ([`filters`]) and the one below ([`chosen`]).

pub mod act;
pub mod api;
pub mod audit;
pub mod audit_api;
pub mod chosen;
pub mod filters;
pub mod key_table;
pub mod keys;
pub mod keys_api;
pub mod layout;
pub mod log;
pub mod mail;
pub mod mail_api;
pub mod organization;
pub mod organization_acts;
pub mod organization_acts_api;
pub mod organization_tabs;
pub mod organizations;
pub mod organizations_api;
pub mod overview;
pub mod settings;
pub mod user;
pub mod user_acts;
pub mod user_acts_api;
pub mod user_tabs;
pub mod users;
pub mod users_api;
pub mod wanted;
