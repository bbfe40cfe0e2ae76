//! Server functions about what is held of a person.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::{api::link, views::DataView},
    crate::{
        cookies::{Keep, Name},
        organizations::api::confirmed,
        ssr::{self, Done},
        visit::Flash,
    },
    domain::own_data,
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

#[cfg(feature = "ssr")]
const PAGE: &str = "/account/data";

/// What `/account/data` shows.
#[server(prefix = "/_fn", endpoint = "load-data")]
pub async fn load_data() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let preview = ssr::found(
        &request,
        own_data::preview(&request.ctx, &request.actor).await,
    )?;
    let user = super::api::own_user(&request).await;
    let email = ssr::found(&request, user)?.email;
    Packed::of(&DataView { email, preview })
}

/// Deletes the account; leads to a proof of identity first when that was long ago.
#[server(prefix = "/_fn", endpoint = "delete-account")]
pub async fn delete_account(#[server(default)] email: String) -> Result<Outcome, Fault> {
    let kept = [("email", email.as_str())];
    ssr::form("delete-account", PAGE, &kept, async |request| {
        let done = own_data::delete(&request.ctx, &request.actor, &email).await;
        let why = "Confirm that it is you before deleting your account.";
        Ok(match confirmed(done, PAGE, why)? {
            Err(leads) => leads,
            Ok(_) => {
                ssr::drop_session(&request);
                Done::goto_saying(
                    "/sign-in",
                    "sign-in",
                    "Your account is deleted. For 14 days you can restore it with the link that we sent you.",
                )
            }
        })
    })
    .await
}

/// The address of the account that the opened link brings back.
#[server(prefix = "/_fn", endpoint = "load-deletion-undo")]
pub async fn load_deletion_undo() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let found = own_data::check_undo_link(&request.ctx, &link(&request)).await;
    ssr::view(&request, found)
}

/// Spends the link that this browser has opened: the account is as it was.
#[server(prefix = "/_fn", endpoint = "undo-deletion")]
pub async fn undo_deletion() -> Result<Outcome, Fault> {
    ssr::form("undo-deletion", "/undo-deletion", &[], async |request| {
        let email = own_data::undo_deletion(&request.ctx, &link(&request)).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        let flash = Flash {
            form: "sign-in".to_owned(),
            values: vec![("email".to_owned(), email)],
            notice: Some("Your account is restored. Sign in to open it.".to_owned()),
            ..Flash::default()
        };
        Ok(Done::Goto("/sign-in".to_owned(), Some(flash)))
    })
    .await
}
