//! What is held of a person: read by them, and erased when they want.
//!
//! A deleted account can be had back for 14 days. Until then nobody can sign in to it; after that its row goes, with all that
//! hangs on it. The audit log keeps what was done, by an id that means nobody any more.

mod delete;
mod erase;
mod export;
mod letters;
mod preview;
mod store;
mod undo;

pub use delete::{delete, delete_as_staff};
pub(crate) use erase::erase_due;
pub use export::export;
pub use preview::preview;
pub use undo::{check_undo_link, undelete, undo_deletion};
