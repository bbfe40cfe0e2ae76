//! Server functions about accounts elsewhere.

use contract::Password;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::views::PendingView,
    crate::{
        cookies::{Keep, Name},
        organizations::api::confirmed,
        ssr::{self, Done, RequestCtx},
    },
    contract::{
        Code,
        identities::{CEREMONY_SECONDS, Provider},
        text::own_path,
    },
    domain::identities::{self, Begun},
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

#[cfg(feature = "ssr")]
const SECURITY: &str = "/account/security";

/// Leads on to a provider; not by a redirect, which an answer to a form may not be.
#[cfg(feature = "ssr")]
pub const LEAVE: &str = "/account/security/leave";

#[cfg(feature = "ssr")]
const CONNECT: &str = "/account/security/connect";

#[cfg(feature = "ssr")]
fn provider(text: &str) -> domain::Result<Provider> {
    Provider::of(text).ok_or_else(|| Code::NotFound.into())
}

/// Keeps what is to be remembered, and leads to the page that leads on.
#[cfg(feature = "ssr")]
fn leave(request: &RequestCtx, begun: &Begun) -> Done {
    let keep = Keep::Seconds(CEREMONY_SECONDS);
    ssr::set_cookie(request, Name::Away, &begun.away, keep);
    Done::goto(LEAVE)
}

/// Begins to connect an account of a provider; leads to a proof of identity first when that was long ago.
#[server(prefix = "/_fn", endpoint = "connect-provider")]
pub async fn connect_provider(#[server(default)] provider: String) -> Result<Outcome, Fault> {
    ssr::form("identities", SECURITY, &[], async |request| {
        let wanted = self::provider(&provider)?;
        let done = identities::begin_link(&request.ctx, &request.actor, wanted).await;
        let why = "Confirm that it is you before connecting an account.";
        Ok(match confirmed(done, SECURITY, why)? {
            Err(leads) => leads,
            Ok(begun) => leave(&request, &begun),
        })
    })
    .await
}

/// Disconnects an account; leads to a proof of identity first when that was long ago.
#[server(prefix = "/_fn", endpoint = "disconnect-identity")]
pub async fn disconnect_identity(#[server(default)] identity: String) -> Result<Outcome, Fault> {
    ssr::form("identities", SECURITY, &[], async |request| {
        let done = match identity.parse() {
            Ok(id) => identities::unlink(&request.ctx, &request.actor, id).await,
            Err(problem) => Err(problem.into()),
        };
        let why = "Confirm that it is you before disconnecting an account.";
        let done = match done {
            // Disconnected already, in another window: that is what was asked for.
            Err(error) if error.is_refusal(Code::NotFound) => Ok(None),
            done => done.map(Some),
        };
        Ok(match confirmed(done, SECURITY, why)? {
            Err(leads) => leads,
            Ok(_) => Done::goto_saying(SECURITY, "identities", "The account is disconnected."),
        })
    })
    .await
}

/// Begins a proof of identity at a provider, that leads back to `next`.
#[server(prefix = "/_fn", endpoint = "confirm-with-provider")]
pub async fn confirm_with_provider(
    #[server(default)] provider: String,
    #[server(default)] next: String,
) -> Result<Outcome, Fault> {
    let page = format!("/confirm-password?next={}", own_path(&next));
    ssr::form("confirm-password", &page, &[], async |request| {
        let wanted = self::provider(&provider)?;
        let (ctx, actor) = (&request.ctx, &request.actor);
        let begun = identities::begin_confirmation(ctx, actor, wanted, &next).await?;
        Ok(leave(&request, &begun))
    })
    .await
}

/// What waits to be connected in this browser.
#[server(prefix = "/_fn", endpoint = "load-pending-identity")]
pub async fn load_pending() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let token = ssr::cookie(&request, Name::Pending).unwrap_or_default();
        let pending = identities::pending(&request.ctx, &request.actor, &token)?;
        let email = request.authenticated.as_ref();
        Ok(PendingView {
            provider: pending.provider,
            name: pending.name,
            label: pending.label,
            email: email.map(|person| person.email.clone()).unwrap_or_default(),
            next: pending.next,
        })
    };
    ssr::view(&request, view.await)
}

/// Connects what waits, once.
#[server(prefix = "/_fn", endpoint = "connect-pending-identity")]
pub async fn connect_pending() -> Result<Outcome, Fault> {
    ssr::form("connect-pending", CONNECT, &[], async |request| {
        let token = ssr::cookie(&request, Name::Pending).unwrap_or_default();
        let done = identities::connect_pending(&request.ctx, &request.actor, &token).await;
        let why = "Confirm that it is you before connecting an account.";
        Ok(match confirmed(done, CONNECT, why)? {
            Err(leads) => leads,
            Ok(connected) => {
                ssr::set_cookie(&request, Name::Pending, "", Keep::No);
                let notice = format!("{} is connected.", connected.name);
                Done::goto_saying(SECURITY, "identities", &notice)
            }
        })
    })
    .await
}

/// Sets the first password of somebody who has none.
#[server(prefix = "/_fn", endpoint = "set-first-password")]
pub async fn set_first_password(
    #[server(default)] new_password: Password,
) -> Result<Outcome, Fault> {
    ssr::form("change-password", SECURITY, &[], async |request| {
        let (ctx, actor) = (&request.ctx, &request.actor);
        let done = domain::accounts::set_first_password(ctx, actor, &new_password).await;
        let why = "Confirm that it is you before setting a password.";
        Ok(match confirmed(done, SECURITY, why)? {
            Err(leads) => leads,
            Ok(opened) => {
                ssr::keep_session(&request, &opened);
                Done::goto_saying(SECURITY, "first-password", "Your password is set.")
            }
        })
    })
    .await
}
