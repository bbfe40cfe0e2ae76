//! The operator's console: who may look, who may act, and what is shown of people, organizations, keys, letters and the process.
//!
//! Two may: somebody with a shell on the server ([`Actor::Operator`]), and a signed-in person who is staff. Staff look with a
//! second factor set up; to act they prove anew who they are, and say why. To everybody else, signed in or not, the console does
//! not exist. [`look`] and `may_act` are the only places that decide this; each use case of staff begins with one of them.
//!
//! What would let one member of staff shut out, or get round, another (or themselves) is left to the shell: to suspend and
//! restore, to delete and bring back, to take second factors away, to void a password, and to act as them (`require_unprotected`). So is what
//! would make somebody staff, or set a password: staff never know one.
//!
//! Acts stand in the slice of what they change:
//!
//! | of | acts |
//! |---|---|
//! | people | `accounts::{verify, suspend, suspend_many, restore, send_password_reset, force_password_reset, set_staff}`, `sessions::{end_all_of, end_one_of, impersonate}`, `second_factors::reset`, `own_data::{delete_as_staff, undelete}` |
//! | organizations | `organizations::{set_plan, set_plan_of, suspend, unsuspend, delete_as_staff, restore_as_staff}` |
//! | keys | `api_keys::revoke_as_staff` |
//! | letters | `mail::{retry, retry_failed, discard, send_test}` |

pub mod keys;
pub mod log;
pub mod organizations;
mod overview;
mod store;
pub mod users;

use contract::Code;

pub use overview::{configuration, overview};

use crate::{
    Actor, Ctx, Origin,
    accounts::{self, Account},
    error::Result,
    second_factors, sessions,
};

/// Lets pass who may look at everything. Refused: `STAFF_FACTOR_MISSING` for staff without a second factor, and `NOT_FOUND` for
/// everybody else, as if there were nothing to look at.
pub async fn look(ctx: &Ctx, actor: &Actor) -> Result<()> {
    match actor {
        Actor::Operator => Ok(()),
        Actor::User(user) if user.is_staff => {
            if second_factors::is_any_on(ctx.read(), user.user_id).await? {
                Ok(())
            } else {
                Err(Code::StaffFactorMissing.into())
            }
        }
        Actor::Anonymous | Actor::User(_) | Actor::Key(_) | Actor::Service => {
            Err(Code::NotFound.into())
        }
    }
}

/// Lets pass who may change something of others, and gives the reason as it is written down. Refused besides:
/// `STEP_UP_REQUIRED` for staff whose proof is not fresh, and a reason that is missing or too long.
pub(crate) async fn may_act(ctx: &Ctx, actor: &Actor, reason: &str) -> Result<String> {
    look(ctx, actor).await?;
    if let Actor::User(_) = actor {
        sessions::require_fresh(ctx, actor)?;
    }
    Ok(accounts::check_reason(reason)?)
}

/// The ground for letters that staff cause: these tell nobody where staff were, and with what.
pub(crate) fn without_place(ctx: &Ctx) -> Ctx {
    ctx.with_origin(Origin {
        ip: None,
        ..ctx.origin().clone()
    })
}

/// Refuses to staff what they may not do to staff, themselves among them: `STAFF_PROTECTED`.
pub(crate) fn require_unprotected(actor: &Actor, account: &Account) -> Result<()> {
    if is_protected(actor, account.is_staff) {
        Err(Code::StaffProtected.into())
    } else {
        Ok(())
    }
}

const fn is_protected(actor: &Actor, is_staff: bool) -> bool {
    is_staff && !matches!(actor, Actor::Operator)
}
