//! The installation itself: whether its secret key fits its database, and whether its clock can be believed.
//!
//! One row keeps what tells the secret key from others, so that a wrong one is refused before anything is sealed under it, and how
//! far the clock had come, so that one that has jumped deletes nothing.

mod clock;
mod keys;
mod reseal;
mod store;

pub(crate) use clock::Watch;
pub use clock::{Newest, newest};
pub use keys::{Fit, accept_key, fit, settle_key};
pub use reseal::{Needed, needed, reseal};
