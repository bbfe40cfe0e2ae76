//! Invitations: sent, listed, sent again, answered, and joined by.

mod accept;
mod decline;
mod join;
mod list;
mod resend;
mod seats;
mod send;

use contract::{
    Code, OrganizationId, Problem, Role,
    invitations::{InvitationStatus, InviteMembers, Invited},
};
use domain::{Actor, Result, invitations};
use testkit::{Kit, Org, Person};

pub(crate) const DAY: i64 = 24 * 60 * 60;

pub(crate) fn input(emails: &str, role: &str) -> InviteMembers {
    InviteMembers {
        emails: emails.to_owned(),
        role: role.to_owned(),
        ..InviteMembers::default()
    }
}

pub(crate) async fn send(
    kit: &Kit,
    actor: &Actor,
    id: OrganizationId,
    input: InviteMembers,
) -> Result<Vec<Invited>> {
    invitations::send(&kit.ctx(), actor, id, input).await
}

/// What was typed, and the refusal if it was one.
pub(crate) fn answers(sent: Result<Vec<Invited>>) -> Vec<(String, Option<Code>)> {
    let code = |problem: Problem| {
        assert_eq!(problem.field.as_deref(), Some("emails"));
        problem.code
    };
    sent.expect("the form is right")
        .into_iter()
        .map(|one| (one.email, one.result.err().map(code)))
        .collect()
}

pub(crate) async fn status(kit: &Kit, token: &str) -> Option<InvitationStatus> {
    match invitations::preview(&kit.ctx(), token).await {
        Ok(preview) => Some(preview.status),
        Err(error) if error.is_refusal(Code::InvitationInvalid) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Ada owns it, Grace is an admin, Mary a member.
pub(crate) async fn acme(kit: &Kit) -> (Org, [Person; 3]) {
    let [ada, grace, mary] = [
        kit.person("ada").named("Ada King").await,
        kit.person("grace").named("Grace Hopper").await,
        kit.person("mary").await,
    ];
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    acme.with(&mary, Role::Member).await;
    (acme, [ada, grace, mary])
}
