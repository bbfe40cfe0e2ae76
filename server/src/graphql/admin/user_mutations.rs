//! What staff do to accounts.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use contract::{SessionId, UserId};
use domain::{accounts, admin, own_data, second_factors, sessions};

use super::users::AdminUser;
use crate::graphql::{
    acting::{Acting, Settled},
    errors::{Field, UserError},
};

/// Inputs that name a person, and payloads that give them after the act.
macro_rules! on_a_person {
    ($($(#[$about:meta])* $input:ident; $(#[$what:meta])* $payload:ident;)*) => {
        $(
            $(#[$about])*
            #[derive(Debug, InputObject)]
            struct $input {
                /// Begins with `usr_`.
                user_id: ID,
                /// One line of at most 300 characters, for the audit log.
                reason: String,
            }

            $(#[$what])*
            #[derive(Debug, SimpleObject)]
            struct $payload {
                /// The person after the act; null when something was refused, in which case nothing has changed.
                user: Option<AdminUser>,
                /// What was refused, and why; empty on success.
                user_errors: Vec<UserError>,
            }

            impl From<Settled<AdminUser>> for $payload {
                fn from(Settled { made, user_errors }: Settled<AdminUser>) -> Self {
                    Self { user: made, user_errors }
                }
            }
        )*
    };
}

on_a_person! {
    /// Whose address to verify, and how the caller knows.
    VerifyUserInput;
    /// The result of `verifyUser`.
    VerifyUserPayload;
    /// Whom to suspend, and why.
    SuspendUserInput;
    /// The result of `suspendUser`.
    SuspendUserPayload;
    /// Whom to let in again, and why.
    RestoreUserInput;
    /// The result of `restoreUser`.
    RestoreUserPayload;
    /// Whose sessions to end, and why.
    EndUserSessionsInput;
    /// The result of `endUserSessions`.
    EndUserSessionsPayload;
    /// Who has lost their second factors, and how the caller knows who asks.
    ResetSecondFactorInput;
    /// The result of `resetSecondFactor`.
    ResetSecondFactorPayload;
    /// Who gets a link, and why.
    SendPasswordResetInput;
    /// The result of `sendPasswordReset`.
    SendPasswordResetPayload;
    /// Whose password to invalidate, and why.
    ForcePasswordResetInput;
    /// The result of `forcePasswordReset`.
    ForcePasswordResetPayload;
    /// Whose account to delete, and why.
    DeleteUserInput;
    /// The result of `deleteUser`.
    DeleteUserPayload;
    /// Whose account to restore, and why.
    UndeleteUserInput;
    /// The result of `undeleteUser`.
    UndeleteUserPayload;
}

/// Several people to suspend, and why.
#[derive(Debug, InputObject)]
struct SuspendUsersInput {
    /// At most 100, each beginning with `usr_`.
    user_ids: Vec<ID>,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// The result for one of several people.
#[derive(Debug, SimpleObject)]
struct SuspendUserOutcome {
    /// Whom it is about.
    user_id: ID,
    /// What was refused, and why; empty when the person is suspended.
    user_errors: Vec<UserError>,
}

/// The result of `suspendUsers`.
#[derive(Debug, SimpleObject)]
struct SuspendUsersPayload {
    /// One for each, in their order; null when nothing was tried.
    outcomes: Option<Vec<SuspendUserOutcome>>,
    /// What was refused as a whole, and why; what concerns a single person is in `outcomes`.
    user_errors: Vec<UserError>,
}

/// Which session of which person to end, and why.
#[derive(Debug, InputObject)]
struct EndUserSessionInput {
    /// Begins with `usr_`.
    user_id: ID,
    /// Begins with `ses_`.
    session_id: ID,
    /// One line of at most 300 characters, for the audit log.
    reason: String,
}

/// The result of `endUserSession`.
#[derive(Debug, SimpleObject)]
struct EndUserSessionPayload {
    /// The id of the session that has ended.
    session_id: Option<ID>,
    /// What was refused, and why; empty on success.
    user_errors: Vec<UserError>,
}

/// A malformed id is the id of nothing.
fn parsed(id: &ID) -> UserId {
    id.parse().unwrap_or(UserId::NOTHING)
}

/// The person after an act, or why it was not done.
async fn settled<T, P: From<Settled<AdminUser>>>(
    acting: &Acting,
    id: UserId,
    done: domain::Result<T>,
) -> Field<P> {
    let read = match done {
        Ok(_) => admin::users::get(acting.ctx(), &acting.actor(), id).await,
        Err(error) => Err(error),
    };
    let person = read.map(|detail| AdminUser::from(&detail.row));
    Some(acting.settle(person).map(P::from))
}

/// The result of one of several people; a failure of ours is told without its words.
fn outcome<T>(acting: &Acting, id: UserId, done: domain::Result<T>) -> SuspendUserOutcome {
    let trace_id = &acting.ctx().origin().trace_id;
    let problems = done.err().map(|error| error.tell(trace_id).0);
    SuspendUserOutcome {
        user_id: id.to_string().into(),
        user_errors: problems
            .unwrap_or_default()
            .into_iter()
            .map(UserError::from)
            .collect(),
    }
}

/// What staff do to accounts.
#[derive(Debug, Default)]
pub(in crate::graphql) struct UserMutations;

#[Object]
impl UserMutations {
    /// Marks the address of an account as verified: whoever knows the password can sign in from then on. For staff, who have made
    /// sure that the address is theirs. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn verify_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: VerifyUserInput,
    ) -> Field<VerifyUserPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let done = accounts::verify(acting.ctx(), &acting.actor(), id, &input.reason).await;
        settled(acting, id, done).await
    }

    /// Suspends an account: every session ends, and nobody can sign in to it until it is restored. A deleted account is then no
    /// longer erased. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `LAST_OWNER`, `STAFF_PROTECTED`, `CONFLICT`, `REQUIRED`,
    /// `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn suspend_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: SuspendUserInput,
    ) -> Field<SuspendUserPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let done = accounts::suspend(acting.ctx(), &acting.actor(), id, &input.reason).await;
        settled(acting, id, done).await
    }

    /// The same for up to 100 people at once; if one is refused, the others are still suspended. For staff. Refused:
    /// `STEP_UP_REQUIRED`, `NOT_FOUND`, `OUT_OF_RANGE`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn suspend_users(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: SuspendUsersInput,
    ) -> Field<SuspendUsersPayload> {
        let acting = Acting::of(context);
        let ids: Vec<UserId> = input.user_ids.iter().map(parsed).collect();
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = accounts::suspend_many(acting.ctx(), &actor, &ids, reason).await;
        let told = |all: Vec<(UserId, domain::Result<_>)>| -> Vec<SuspendUserOutcome> {
            let all = all.into_iter();
            all.map(|(id, done)| outcome(acting, id, done)).collect()
        };
        let payload = |Settled { made, user_errors }| SuspendUsersPayload {
            outcomes: made,
            user_errors,
        };
        Some(acting.settle(done.map(told)).map(payload))
    }

    /// Lets a suspended person sign in again; a deleted account stays deleted. For staff. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `STAFF_PROTECTED`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn restore_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: RestoreUserInput,
    ) -> Field<RestoreUserPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let done = accounts::restore(acting.ctx(), &acting.actor(), id, &input.reason).await;
        settled(acting, id, done).await
    }

    /// Ends every session of a person, and no longer trusts any of their browsers. For staff. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn end_user_sessions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose, and why.")] input: EndUserSessionsInput,
    ) -> Field<EndUserSessionsPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let done = sessions::end_all_of(acting.ctx(), &acting.actor(), id, &input.reason).await;
        settled(acting, id, done).await
    }

    /// Ends one session of a person. For staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `REQUIRED`, `TOO_LONG`,
    /// `INVALID_CHARACTERS`.
    async fn end_user_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: EndUserSessionInput,
    ) -> Field<EndUserSessionPayload> {
        let acting = Acting::of(context);
        let (id, session) = (parsed(&input.user_id), input.session_id.parse());
        let session = session.unwrap_or(SessionId::NOTHING);
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = sessions::end_one_of(acting.ctx(), &actor, id, session, reason).await;
        let payload = |Settled { made, user_errors }| EndUserSessionPayload {
            session_id: made.map(|()| input.session_id),
            user_errors,
        };
        Some(acting.settle(done).map(payload))
    }

    /// Removes the authenticator app, the passkeys and the recovery codes of somebody who has lost them; every session ends, and
    /// the person is told. For staff, who have made sure that it is really this person who asks. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `APP_OFF`, `STAFF_PROTECTED`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn reset_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose, and why.")] input: ResetSecondFactorInput,
    ) -> Field<ResetSecondFactorPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let done = second_factors::reset(acting.ctx(), &acting.actor(), id, &input.reason).await;
        settled(acting, id, done).await
    }

    /// Sends a person a link to set another password; until it is used, the password stays the same. Nobody else sees the link. For
    /// staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `USER_INACTIVE`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn send_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "To whom, and why.")] input: SendPasswordResetInput,
    ) -> Field<SendPasswordResetPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = accounts::send_password_reset(acting.ctx(), &actor, id, reason).await;
        settled(acting, id, done).await
    }

    /// The same for a password that somebody else may know: it stops working, and every session ends. For staff. Refused:
    /// `STEP_UP_REQUIRED`, `NOT_FOUND`, `USER_INACTIVE`, `STAFF_PROTECTED`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn force_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose, and why.")] input: ForcePasswordResetInput,
    ) -> Field<ForcePasswordResetPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = accounts::force_password_reset(acting.ctx(), &actor, id, reason).await;
        settled(acting, id, done).await
    }

    /// Deletes an account as its owner would: for 14 days it can be restored with the link of an e-mail; then it is erased. For
    /// staff. Refused: `STEP_UP_REQUIRED`, `NOT_FOUND`, `USER_INACTIVE`, `LAST_OWNER`, `STAFF_PROTECTED`, `CONFLICT`,
    /// `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn delete_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: DeleteUserInput,
    ) -> Field<DeleteUserPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let (actor, reason) = (acting.actor(), &input.reason);
        let done = own_data::delete_as_staff(acting.ctx(), &actor, id, reason).await;
        settled(acting, id, done).await
    }

    /// Undoes the deletion of an account; the link of its e-mail stops working. For staff. Refused: `STEP_UP_REQUIRED`,
    /// `NOT_FOUND`, `NOT_DELETED`, `STAFF_PROTECTED`, `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
    async fn undelete_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: UndeleteUserInput,
    ) -> Field<UndeleteUserPayload> {
        let (acting, id) = (Acting::of(context), parsed(&input.user_id));
        let done = own_data::undelete(acting.ctx(), &acting.actor(), id, &input.reason).await;
        settled(acting, id, done).await
    }
}
