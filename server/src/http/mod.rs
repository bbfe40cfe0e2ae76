//! What surrounds every answer: headers, limits, cross-site checks, health, assets.

pub mod assets;
pub mod error_pages;
pub mod exports;
pub mod guard;
pub mod headers;
pub mod health;
pub mod mailbox;
pub mod metrics;
pub mod observe;
pub mod pages;
pub mod pictures;
pub mod providers;
pub mod trace;
pub mod uploads;
pub mod well_known;
