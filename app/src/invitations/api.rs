//! Server functions about invitations.

use contract::{
    Password,
    invitations::{Invitation, InvitationPreview},
    page::Page,
    time::Moment,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        cookies::{Keep, Name},
        organizations::api::{enter, entered, place, zone},
        ssr::{self, Done, RequestCtx},
        visit::Flash,
    },
    contract::{
        Code, Permission, Problem, Problems,
        invitations::{InviteMembers as Input, Invited, JoinAsNew},
        page::PageRequest,
    },
    domain::{
        invitations::{self, Joined},
        sessions::Client,
        time::moment,
    },
};

use crate::{
    organizations::views::Place,
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

/// Invitations on one page.
#[cfg(feature = "ssr")]
const PAGE: i64 = 50;

/// An invitation in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub invitation: Invitation,
    pub sent: Moment,
    pub expires: Moment,
}

/// `/o/{slug}/members?tab=invitations`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationsView {
    pub place: Place,
    pub page: Page<Row>,
    pub open: u64,
}

/// `/o/{slug}/members/invite`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteView {
    pub place: Place,
    pub why_not: Option<String>,
    /// Seats that are neither taken nor promised, where there is a limit.
    pub seats_left: Option<u64>,
}

/// `/invitations/accept`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptView {
    pub preview: InvitationPreview,
    pub expires: Moment,
    /// The address that the visitor is signed in with.
    pub signed_in_as: Option<String>,
}

/// What the tab of invitations shows.
#[server(prefix = "/_fn", endpoint = "load-invitations")]
pub async fn load_invitations(
    slug: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "members?tab=invitations").await?;
        let zone = zone(&request).await?;
        let given = |text: String| (!text.is_empty()).then_some(text);
        let wanted = PageRequest {
            size: Some(PAGE),
            after: given(after),
            before: given(before),
            ..PageRequest::default()
        };
        let page = invitations::list(&request.ctx, &found, &wanted).await?;
        let now = request.ctx.now();
        Ok(InvitationsView {
            page: page.map(|invitation| Row {
                sent: moment(invitation.sent_at, now, &zone),
                expires: moment(invitation.expires_at, now, &zone),
                invitation,
            }),
            open: invitations::count_pending(&request.ctx, &found).await?,
            place: place(&request, &found, &zone).await?,
        })
    };
    ssr::view(&request, view.await)
}

/// What the page to invite shows.
#[server(prefix = "/_fn", endpoint = "load-invite")]
pub async fn load_invite(slug: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "members/invite").await?;
        let zone = zone(&request).await?;
        let place = place(&request, &found, &zone).await?;
        let seats_left = match found.organization().seats {
            Some(seats) if found.may(Permission::InviteMembers) => {
                let open = invitations::count_pending(&request.ctx, &found).await?;
                let taken = found.organization().member_count + open;
                Some(u64::from(seats).saturating_sub(taken))
            }
            _ => None,
        };
        Ok(InviteView {
            why_not: place.why_not(Permission::InviteMembers),
            place,
            seats_left,
        })
    };
    ssr::view(&request, view.await)
}

/// Invites people: those who can be are, and the others stay in the field with the reason.
#[server(prefix = "/_fn", endpoint = "invite-members")]
pub async fn invite_members(
    #[server(default)] organization: String,
    #[server(default)] emails: String,
    #[server(default)] role: String,
    #[server(default)] message: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/members/invite");
    let kept = [
        ("emails", emails.as_str()),
        ("role", role.as_str()),
        ("message", message.as_str()),
    ];
    ssr::form("invite", &page, &kept, async |request| {
        let found = entered(&request, &organization).await?;
        let input = Input {
            emails: emails.clone(),
            role: role.clone(),
            message: message.clone(),
            days: None,
        };
        let answers = invitations::send(&request.ctx, &request.actor, found.id(), input).await?;
        Ok(told(&organization, answers))
    })
    .await
}

#[cfg(feature = "ssr")]
fn told(organization: &str, answers: Vec<Invited>) -> Done {
    let (sent, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.result.is_ok());
    let notice = match sent.as_slice() {
        [] => String::new(),
        [one] => format!("The invitation to {} is sent.", one.email),
        many => format!("{} invitations are sent.", many.len()),
    };
    if refused.is_empty() {
        let list = format!("/o/{organization}/members?tab=invitations");
        return Done::goto_saying(&list, "invitations", &notice);
    }
    let problems = refused.iter().filter_map(|answer| {
        let problem = answer.result.as_ref().err()?;
        Some(Problem {
            message: format!("{}: {}", answer.email, problem.message).into(),
            field: Some("emails".into()),
            ..problem.clone()
        })
    });
    let left: Vec<_> = refused.iter().map(|answer| answer.email.as_str()).collect();
    Done::Partly {
        notice,
        problems: Problems(problems.collect()),
        values: vec![("emails".to_owned(), left.join("\n"))],
    }
}

/// Sends an invitation again.
#[server(prefix = "/_fn", endpoint = "resend-invitation")]
pub async fn resend_invitation(
    #[server(default)] organization: String,
    #[server(default)] invitation: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/members?tab=invitations");
    ssr::form("invitations", &page, &[], async |request| {
        let sent = invitations::resend(&request.ctx, &request.actor, invitation.parse()?).await?;
        Ok(Done::said(format!(
            "The invitation to {} is sent again. The older link no longer works.",
            sent.email
        )))
    })
    .await
}

/// Makes a link to hand over by other means.
#[server(prefix = "/_fn", endpoint = "copy-invitation-link")]
pub async fn copy_invitation_link(
    #[server(default)] organization: String,
    #[server(default)] invitation: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/members?tab=invitations");
    ssr::form("invitations", &page, &[], async |request| {
        let link =
            invitations::copy_link(&request.ctx, &request.actor, invitation.parse()?).await?;
        Ok(Done::Said {
            notice:
                "Hand this link to the person yourself. It replaces a link that was copied before."
                    .to_owned(),
            link: Some(link),
        })
    })
    .await
}

/// Takes an invitation back.
#[server(prefix = "/_fn", endpoint = "revoke-invitation")]
pub async fn revoke_invitation(
    #[server(default)] organization: String,
    #[server(default)] invitation: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/members?tab=invitations");
    ssr::form("invitations", &page, &[], async |request| {
        invitations::revoke(&request.ctx, &request.actor, invitation.parse()?).await?;
        Ok(Done::said("The invitation is revoked.".to_owned()))
    })
    .await
}

/// Joins an organization whose invitation waits in the interface.
#[server(prefix = "/_fn", endpoint = "accept-offer")]
pub async fn accept_offer(#[server(default)] invitation: String) -> Result<Outcome, Fault> {
    ssr::form("accept-offer", "/account/profile", &[], async |request| {
        let joined = invitations::accept(&request.ctx, &request.actor, invitation.parse()?).await?;
        Ok(welcome(&joined))
    })
    .await
}

/// Declines an invitation that waits in the interface.
#[server(prefix = "/_fn", endpoint = "decline-offer")]
pub async fn decline_offer(#[server(default)] invitation: String) -> Result<Outcome, Fault> {
    ssr::form("decline-offer", "/account/profile", &[], async |request| {
        invitations::decline(&request.ctx, &request.actor, invitation.parse()?).await?;
        Ok(Done::goto_saying(
            "/",
            "home",
            "The invitation is declined.",
        ))
    })
    .await
}

/// Acceptance lands in the organization.
#[cfg(feature = "ssr")]
fn welcome(organization: &contract::Organization) -> Done {
    let page = format!("/o/{}/overview", organization.slug);
    let notice = format!("Welcome to {}.", organization.name);
    Done::goto_saying(&page, "settings", &notice)
}

/// The secret of the invitation that this browser has opened.
#[cfg(feature = "ssr")]
fn token(request: &RequestCtx) -> String {
    ssr::cookie(request, Name::Invitation).unwrap_or_default()
}

#[cfg(feature = "ssr")]
const ACCEPT: &str = "/invitations/accept";

/// What the opened invitation says.
#[server(prefix = "/_fn", endpoint = "load-invitation")]
pub async fn load_invitation() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let preview = invitations::preview(&request.ctx, &token(&request)).await;
    let preview = ssr::found(&request, preview)?;
    let zone = zone(&request).await.unwrap_or_else(|_| "UTC".to_owned());
    Packed::of(&AcceptView {
        expires: moment(preview.expires_at, request.ctx.now(), &zone),
        preview,
        signed_in_as: request.authenticated.map(|person| person.email),
    })
}

/// Accepts the opened invitation, for who is signed in.
#[server(prefix = "/_fn", endpoint = "accept-invitation")]
pub async fn accept_invitation() -> Result<Outcome, Fault> {
    ssr::form("accept-invitation", ACCEPT, &[], async |request| {
        let token = token(&request);
        let joined = invitations::accept_by_token(&request.ctx, &request.actor, &token).await?;
        ssr::set_cookie(&request, Name::Invitation, "", Keep::No);
        Ok(welcome(&joined))
    })
    .await
}

/// Signs up with the opened invitation and accepts it.
#[server(prefix = "/_fn", endpoint = "join")]
pub async fn join(
    #[server(default)] name: String,
    #[server(default)] password: Password,
) -> Result<Outcome, Fault> {
    ssr::form("join", ACCEPT, &[("name", &name)], async |request| {
        let input = JoinAsNew {
            name: name.clone(),
            password,
        };
        let token = token(&request);
        match invitations::join(&request.ctx, &token, input, Client::Browser).await? {
            Joined::In(organization, opened) => {
                ssr::keep_session(&request, &opened);
                ssr::set_cookie(&request, Name::Invitation, "", Keep::No);
                Ok(welcome(&organization))
            }
            Joined::CheckInbox(email) => {
                let flash = Flash {
                    form: "inbox".to_owned(),
                    values: vec![("email".to_owned(), email)],
                    ..Flash::default()
                };
                Ok(Done::Goto("/check-inbox".to_owned(), Some(flash)))
            }
        }
    })
    .await
}

/// Declines the opened invitation.
#[server(prefix = "/_fn", endpoint = "decline-invitation")]
pub async fn decline_invitation() -> Result<Outcome, Fault> {
    ssr::form("decline-invitation", ACCEPT, &[], async |request| {
        let token = token(&request);
        invitations::decline_by_token(&request.ctx, &request.actor, &token).await?;
        ssr::set_cookie(&request, Name::Invitation, "", Keep::No);
        Ok(Done::goto_saying(
            "/",
            "home",
            "The invitation is declined.",
        ))
    })
    .await
}

/// Asks the inviter for a new invitation.
#[server(prefix = "/_fn", endpoint = "ask-invitation-again")]
pub async fn ask_invitation_again() -> Result<Outcome, Fault> {
    ssr::form("ask-again", ACCEPT, &[], async |request| {
        let asked = invitations::ask_again(&request.ctx, &request.actor, &token(&request)).await;
        match asked {
            Err(error) if error.is_refusal(Code::RateLimited) => {}
            done => done?,
        }
        Ok(Done::goto_saying(
            ACCEPT,
            "asked-again",
            "We have asked. A new invitation comes by e-mail.",
        ))
    })
    .await
}

/// Signs out, so that somebody else can accept the opened invitation.
#[server(prefix = "/_fn", endpoint = "switch-account")]
pub async fn switch_account() -> Result<Outcome, Fault> {
    ssr::form("switch-account", ACCEPT, &[], async |request| {
        match domain::sessions::sign_out(&request.ctx, &request.actor).await {
            Err(error) if !error.is_refusal(Code::Unauthenticated) => return Err(error),
            _ => ssr::drop_session(&request),
        }
        Ok(Done::goto(ACCEPT))
    })
    .await
}
