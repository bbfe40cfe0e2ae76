//! People with an account: how one is made, proved, changed and recovered.
//!
//! A user and a profile are made together. An address is proved by a link before anybody can sign in with it; what sign-up,
//! resending and "forgot password" answer never tells whether an address is known, only the mailbox learns it.

mod change_email;
mod change_password;
mod create;
mod letters;
mod magic_link;
mod make_invited;
mod make_proved;
mod queries;
mod request_password_reset;
mod resend_verification;
mod reset_password;
mod send_password_reset;
mod set_avatar;
mod set_first_password;
mod set_password;
mod set_staff;
mod sign_up;
mod store;
mod suspend;
mod undo_email_change;
mod update_preferences;
mod update_profile;
mod username;
mod verify;
mod verify_email;

use contract::{Timestamp, User, accounts::UNDELETE_DAYS};

pub use change_email::{
    ChangeLink, check_change_link, confirm_email_change, pending_email, request_email_change,
};
pub use change_password::change_password;
pub use create::{CreateUser, create};
pub use magic_link::{
    check_magic_link, may_use_magic_links, request_magic_link, sign_in_with_link,
};
pub use queries::{Listed, Security, get, get_by_email, list, load, preferred_theme, security};
pub use request_password_reset::request_password_reset;
pub use resend_verification::resend_verification;
pub use reset_password::{check_reset_link, reset_password};
pub use send_password_reset::{force_password_reset, send_password_reset};
pub use set_avatar::set_avatar;
pub use set_first_password::set_first_password;
pub use set_password::set_password;
pub use set_staff::set_staff;
pub use sign_up::{may_sign_up, sign_up};
pub use suspend::{restore, suspend, suspend_many};
pub use undo_email_change::{check_undo_link, undo_email_change};
pub use update_preferences::update_preferences;
pub use update_profile::update_profile;
pub use verify::verify;
pub use verify_email::{check_verification_link, verify_email};

pub(crate) use create::NewAccount;
pub(crate) use make_invited::make_invited;
pub(crate) use make_proved::{Proved, make_proved};
pub(crate) use resend_verification::send_verification;
pub(crate) use sign_up::sign_up_invited;
pub(crate) use store::{
    erase, find, find_by_email, find_erasable, hold_staff, is_anybody_staff, lock, muted,
    replace_hash, set_deleted, set_staff as mark_staff, set_undeleted,
};
pub(crate) use suspend::{check_reason, left_alone};

/// A user with what only the rules may see.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) password_hash: Option<String>,
    pub(crate) password_changed_at: Option<Timestamp>,
    pub(crate) is_staff: bool,
    pub(crate) is_suspended: bool,
    pub(crate) deleted_at: Option<Timestamp>,
}

impl Account {
    pub(crate) fn may_sign_in(&self) -> bool {
        self.user.email_verified_at.is_some() && !self.is_suspended
    }

    /// It was deleted so long ago that nothing brings it back: its memberships go, and then all of it.
    pub(crate) fn is_gone(&self, now: Timestamp) -> bool {
        let gone_at = |at: Timestamp| at.plus_seconds(UNDELETE_DAYS * 24 * 60 * 60);
        self.deleted_at.is_some_and(|at| gone_at(at) <= now)
    }

    pub(crate) fn email_key(&self) -> String {
        self.user.email.to_ascii_lowercase()
    }
}
