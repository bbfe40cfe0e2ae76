//! People are invited.

use contract::{
    Code, EmailAddress, OrganizationId, Permission, Problem,
    invitations::{Invitation, InviteMembers, Invited, ValidInvite},
};
use serde_json::json;

use super::{PREFIX, letters, store};
use crate::{
    Actor, Ctx, InOrg, PlainSecret, accounts,
    audit::{self, Event, Subject},
    context::Tx,
    error::{Error, Result},
    mail, members, organizations,
    throttles::Rate,
};

/// Invitations by one person: 100, then one each minute.
const BY_PERSON: Rate = Rate {
    name: "invite_person",
    burst: 100,
    period_seconds: 60,
};

/// Invitations of one organization: 500, then one each 30 seconds.
const BY_ORGANIZATION: Rate = Rate {
    name: "invite_organization",
    burst: 500,
    period_seconds: 30,
};

const DAY: i64 = 24 * 60 * 60;

/// Invites up to 20 addresses, known and unknown alike; each is answered for itself, and one that is refused keeps no other
/// from being invited. Seats are counted under the organization's lock.
pub async fn send(
    ctx: &Ctx,
    actor: &Actor,
    id: OrganizationId,
    input: InviteMembers,
) -> Result<Vec<Invited>> {
    // Whom staff invite as somebody else would stay when they have gone.
    actor.in_person()?;
    let seen = organizations::enter_by_id(ctx, actor, id).await?;
    seen.require(Permission::InviteMembers)?;
    let input = input.validate()?;
    let tx = ctx.begin().await?;
    let held = organizations::hold_for(&tx, actor, id, Permission::InviteMembers).await?;
    held.role().may_give(input.role)?;
    let inviter = accounts::find(tx.db(), held.user_id())
        .await?
        .ok_or(Code::Unauthenticated)?
        .user;
    let mut answers = Vec::with_capacity(input.addresses.len());
    for (typed, parsed) in &input.addresses {
        let answer = match parsed {
            Ok(email) if email.key() == inviter.email.to_ascii_lowercase() => {
                Err(Problem::new(Code::InvitedSelf))
            }
            Ok(email) => {
                let done = invite(
                    &tx,
                    ctx,
                    actor,
                    &held,
                    &input,
                    email,
                    inviter.display_name(),
                );
                first_problem(done.await)?
            }
            Err(problem) => Err(problem.clone()),
        };
        answers.push(Invited {
            email: typed.clone(),
            result: answer.map_err(|problem| problem.on("emails")),
        });
    }
    tx.commit().await?;
    Ok(answers)
}

/// A refusal is an answer; a failure of ours ends the whole.
fn first_problem<T>(done: Result<T>) -> Result<Result<T, Problem>> {
    match done {
        Ok(made) => Ok(Ok(made)),
        Err(Error::Refused(problems)) => {
            let first = problems.0.into_iter().next();
            Ok(Err(first.unwrap_or(Problem::new(Code::Internal))))
        }
        Err(error) => Err(error),
    }
}

async fn invite(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    held: &InOrg,
    input: &ValidInvite,
    email: &EmailAddress,
    inviter: &str,
) -> Result<Invitation> {
    let organization = held.organization();
    make_room(tx, ctx, held, &email.key()).await?;
    BY_PERSON
        .take(tx, ctx.now(), &held.user_id().to_string())
        .await?;
    BY_ORGANIZATION
        .take(tx, ctx.now(), &organization.id.to_string())
        .await?;
    mail::take_allowance(tx, ctx.now(), email).await?;
    let secret = PlainSecret::mint(ctx.random(), PREFIX);
    let new = store::NewInvitation {
        organization_id: organization.id,
        email,
        role: input.role,
        message: &input.message,
        invited_by: held.user_id(),
        expires_at: ctx.now().plus_seconds(input.days * DAY),
        token_hash: secret.hash(),
    };
    let expires_at = new.expires_at;
    let id = store::insert(tx, ctx, new).await?;
    let event = Event::new("invitation.sent", Subject::Invitation(id))
        .within(organization.id)
        .with(json!({ "email": email.as_str(), "role": input.role }));
    audit::record(tx, ctx, actor, event).await?;
    let told = letters::Told {
        organization,
        inviter,
        role: input.role,
        message: &input.message,
        expires_at,
    };
    mail::queue(tx, ctx, email, &letters::invitation(ctx, &told, &secret)?).await?;
    let made = store::get(tx.db(), ctx.now(), id).await?;
    made.ok_or_else(|| Error::internal("inviting", "the invitation is gone"))
}

/// Lets pass an address that is no member's and has no open invitation, where a seat is free; an expired invitation to it
/// makes room.
pub(super) async fn make_room(tx: &Tx, ctx: &Ctx, held: &InOrg, email_key: &str) -> Result<()> {
    if members::is_member(tx.db(), held.id(), email_key).await? {
        return Err(Code::AlreadyMember.into());
    }
    let unsettled = store::find_unsettled(tx, ctx.now(), held.id(), email_key).await?;
    if let Some(offer) = unsettled {
        if offer.require_open().is_ok() {
            return Err(Code::AlreadyInvited.into());
        }
        store::close(tx, offer.id).await?;
    }
    take_seat(tx, ctx, held).await
}

/// Refuses where members and open invitations take every seat.
pub(super) async fn take_seat(tx: &Tx, ctx: &Ctx, held: &InOrg) -> Result<()> {
    let organization = held.organization();
    let Some(seats) = organization.seats else {
        return Ok(());
    };
    let pending = store::count_pending(tx.db(), organization.id, ctx.now()).await?;
    if organization.member_count + pending < u64::from(seats) {
        Ok(())
    } else {
        Err(Code::NoSeatsLeft.into())
    }
}
