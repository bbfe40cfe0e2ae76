//! Somebody with a shell on the server makes a person staff, or takes that away.

use contract::{Code, User, UserId};
use serde_json::json;

use super::{store, suspend::check_reason};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::Result,
    sessions,
};

/// Makes a person staff, or takes that away from the next request on; what is so already leaves no trace. Sessions stay, under their
/// tokens: nobody is there to take another, and the console wants a second step and a fresh proof besides. For operators alone, not
/// for staff. Refused: `FORBIDDEN`, `NOT_FOUND`, and a reason that is missing or too long.
pub async fn set_staff(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    is_staff: bool,
    reason: &str,
) -> Result<User> {
    actor.operator()?;
    let reason = check_reason(reason)?;
    let tx = ctx.begin().await?;
    store::hold_staff(&tx).await?;
    let account = store::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    if account.is_staff == is_staff {
        return Ok(account.user);
    }
    store::set_staff(&tx, id, is_staff.then(|| ctx.now()), ctx.now()).await?;
    // Staff act as nobody once they are none, and nobody acts as staff.
    sessions::cut_off_impersonations(&tx, id).await?;
    let event = Event::new("user.staff_set", Subject::User(id)).changing(
        json!({ "staff": account.is_staff }),
        json!({ "staff": is_staff, "reason": reason }),
    );
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}
