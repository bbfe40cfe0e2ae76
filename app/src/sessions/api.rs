//! Server functions about sessions.

use contract::Password;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::{
        ssr::{self, Done},
        visit::Flash,
    },
    contract::{sessions::SignIn as Credentials, text::own_path},
    domain::sessions::{self, Client},
};

use crate::{problem::Fault, ui::form::Outcome};

/// Opens a session in this browser and leads to `next`.
#[server(prefix = "/_fn", endpoint = "sign-in")]
pub async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: Password,
    #[server(default)] remember: bool,
    #[server(default)] next: String,
) -> Result<Outcome, Fault> {
    let kept = [
        ("email", email.as_str()),
        ("next", next.as_str()),
        ("remember", if remember { "true" } else { "" }),
    ];
    ssr::form("sign-in", "/sign-in", &kept, async |request| {
        let input = Credentials {
            email: email.clone(),
            password,
            remember,
        };
        let opened = sessions::sign_in(&request.ctx, input, Client::Browser).await?;
        ssr::keep_session(&request, &opened);
        ssr::keep_theme(
            &request,
            domain::accounts::preferred_theme(&request.ctx, &opened).await?,
        );
        Ok(Done::goto(own_path(&next)))
    })
    .await
}

/// Ends the session of this browser.
#[server(prefix = "/_fn", endpoint = "sign-out")]
pub async fn sign_out() -> Result<Outcome, Fault> {
    ssr::form("sign-out", "/", &[], async |request| {
        match sessions::sign_out(&request.ctx, &request.actor).await {
            Err(error) if !error.is_refusal(contract::Code::Unauthenticated) => return Err(error),
            _ => ssr::drop_session(&request),
        }
        Ok(Done::goto_saying(
            "/sign-in",
            "sign-in",
            "You are signed out on this device.",
        ))
    })
    .await
}

/// Takes the password again and leads back to what needed it.
#[server(prefix = "/_fn", endpoint = "confirm-password")]
pub async fn confirm_password(
    #[server(default)] password: Password,
    #[server(default)] next: String,
) -> Result<Outcome, Fault> {
    let page = format!("/confirm-password?next={}", own_path(&next));
    ssr::form("confirm-password", &page, &[], async |request| {
        let opened = sessions::step_up(&request.ctx, &request.actor, &password).await?;
        ssr::keep_session(&request, &opened);
        Ok(Done::goto(own_path(&next)))
    })
    .await
}

/// Signs out everywhere else; leads to confirming the password first when that was long ago.
#[server(prefix = "/_fn", endpoint = "revoke-other-sessions")]
pub async fn revoke_other_sessions() -> Result<Outcome, Fault> {
    const PAGE: &str = "/account/security";
    ssr::form(
        "sessions",
        PAGE,
        &[],
        async |request| match sessions::revoke_others(&request.ctx, &request.actor).await {
            Err(error) if error.is_refusal(contract::Code::StepUpRequired) => {
                let flash = Flash {
                    form: "confirm-password".to_owned(),
                    notice: Some("Signing out other devices needs your password.".to_owned()),
                    ..Flash::default()
                };
                Ok(Done::Goto(
                    format!("/confirm-password?next={PAGE}"),
                    Some(flash),
                ))
            }
            done => done.map(|_| Done::Saved(None, None)),
        },
    )
    .await
}
