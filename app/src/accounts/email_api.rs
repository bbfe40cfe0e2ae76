//! Server functions about changing the address of an account.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::{api::link, views::EmailChange},
    crate::{
        cookies::{Keep, Name},
        organizations::api::confirmed,
        ssr::{self, Done},
        ui::loading::for_router,
    },
    domain::accounts,
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

#[cfg(feature = "ssr")]
const PROFILE: &str = "/account/profile";

/// Asks for a letter to a new address; leads to a proof of identity first when that was long ago, and back with what was typed.
#[server(prefix = "/_fn", endpoint = "request-email-change")]
pub async fn request_email_change(#[server(default)] email: String) -> Result<Outcome, Fault> {
    let kept = [("email", email.as_str())];
    ssr::form("change-email", PROFILE, &kept, async |request| {
        let done = accounts::request_email_change(&request.ctx, &request.actor, &email).await;
        let back = format!("{PROFILE}?email={}", for_router(email.trim()));
        let why = "Confirm that it is you before changing your e-mail address.";
        Ok(match confirmed(done, &for_router(&back), why)? {
            Err(leads) => leads,
            Ok(()) => {
                let notice = format!(
                    "We sent a link to {}. Open it in this browser within an hour.",
                    email.trim()
                );
                Done::goto_saying(PROFILE, "change-email", &notice)
            }
        })
    })
    .await
}

/// What the opened link would change.
#[server(prefix = "/_fn", endpoint = "load-email-change")]
pub async fn load_email_change() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let found = accounts::check_change_link(&request.ctx, &request.actor, &link(&request)).await;
    let view = found.map(|change| EmailChange {
        from: change.from,
        to: change.to,
    });
    ssr::view(&request, view)
}

/// Spends the link that this browser has opened: the account has the new address.
#[server(prefix = "/_fn", endpoint = "confirm-email-change")]
pub async fn confirm_email_change() -> Result<Outcome, Fault> {
    ssr::form(
        "confirm-email-change",
        "/change-email",
        &[],
        async |request| {
            let token = link(&request);
            let user = accounts::confirm_email_change(&request.ctx, &request.actor, &token).await?;
            ssr::set_cookie(&request, Name::Link, "", Keep::No);
            let notice = format!(
                "Your e-mail address is now {}. Sign in with it.",
                user.email
            );
            Ok(Done::goto_saying(PROFILE, "change-email", &notice))
        },
    )
    .await
}

/// The address that the opened link brings back.
#[server(prefix = "/_fn", endpoint = "load-email-undo")]
pub async fn load_email_undo() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let found = accounts::check_undo_link(&request.ctx, &link(&request)).await;
    ssr::view(&request, found)
}

/// Spends the link that this browser has opened: the account has its former address again.
#[server(prefix = "/_fn", endpoint = "undo-email-change")]
pub async fn undo_email_change() -> Result<Outcome, Fault> {
    ssr::form("undo-email-change", "/undo-email-change", &[], async |request| {
        let email = accounts::undo_email_change(&request.ctx, &link(&request)).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        ssr::drop_session(&request);
        let notice = format!(
            "Your e-mail address is {email} again, and you are signed out everywhere. A link to set a new password is on its way there."
        );
        Ok(Done::goto_saying("/sign-in", "sign-in", &notice))
    })
    .await
}
