//! Server functions about sessions.

use contract::Password;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::{
        cookies::{Keep, Name},
        identities::views::Confirmation,
        organizations::api::confirmed,
        passkeys::api::{beside_no_field, given, question},
        second_factors::api::{Way, factor, second_step},
        ssr::{self, Done, RequestCtx},
        ui::loading::{argument, arguments},
        visit::Flash,
    },
    contract::{
        second_factors::CHALLENGE_SECONDS, sessions::SignIn as Credentials, text::own_path,
    },
    domain::{
        accounts, identities,
        sessions::{self, Client, Entered, Kind, Proof},
    },
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed, passkey::Question},
};

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
        let entered = sessions::sign_in(&request.ctx, input, Client::Browser).await?;
        enter(&request, entered, &next).await
    })
    .await
}

/// What any passkey is to be asked, to sign in.
#[server(prefix = "/_fn", endpoint = "ask-passkey")]
pub async fn ask_passkey() -> Result<Question, Fault> {
    let request = ssr::request()?;
    let asked = sessions::begin_passkey_sign_in(&request.ctx).await;
    Ok(question(&request, asked, "/sign-in"))
}

/// Opens a session of whoever the passkey belongs to, and leads to `next`.
#[server(prefix = "/_fn", endpoint = "sign-in-with-passkey")]
pub async fn sign_in_with_passkey(
    #[server(default)] token: String,
    #[server(default)] answer: String,
    #[server(default)] remember: bool,
    #[server(default)] next: String,
) -> Result<Outcome, Fault> {
    ssr::form("passkey", "/sign-in", &[("next", &next)], async |request| {
        let answer = given(token, &answer);
        let done =
            sessions::sign_in_with_passkey(&request.ctx, &answer, Client::Browser, remember).await;
        let entered = Entered::Opened(Box::new(beside_no_field(done)?));
        enter(&request, entered, &next).await
    })
    .await
}

/// Keeps the session and leads to `next`, or to the second step before it.
#[cfg(feature = "ssr")]
async fn enter(request: &RequestCtx, entered: Entered, next: &str) -> domain::Result<Done> {
    let opened = match entered {
        Entered::Opened(opened) => opened,
        Entered::Challenged(challenge) => {
            let keep = Keep::Seconds(CHALLENGE_SECONDS);
            ssr::set_cookie(request, Name::Challenge, challenge.token.expose(), keep);
            return Ok(Done::goto(second_step(next, None)));
        }
    };
    ssr::keep_session(request, &opened);
    ssr::keep_theme(
        request,
        accounts::preferred_theme(&request.ctx, &opened).await?,
    );
    Ok(Done::goto(own_path(next)))
}

/// Asks for a letter with a link that signs in.
#[server(prefix = "/_fn", endpoint = "request-magic-link")]
pub async fn request_magic_link(
    #[server(default)] email: String,
    #[server(default)] next: String,
) -> Result<Outcome, Fault> {
    let kept = [("email", email.as_str()), ("next", next.as_str())];
    ssr::form("magic-link", "/sign-in/link", &kept, async |request| {
        accounts::request_magic_link(&request.ctx, &email, &next).await?;
        let flash = Flash {
            form: "inbox".to_owned(),
            values: vec![
                ("email".to_owned(), email.trim().to_owned()),
                ("next".to_owned(), next.clone()),
            ],
            ..Flash::default()
        };
        Ok(Done::Goto("/sign-in/link/sent".to_owned(), Some(flash)))
    })
    .await
}

/// The address that the opened link signs in.
#[server(prefix = "/_fn", endpoint = "magic-link")]
pub async fn magic_link() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let token = ssr::cookie(&request, Name::Link).unwrap_or_default();
    ssr::view(
        &request,
        accounts::check_magic_link(&request.ctx, &token).await,
    )
}

/// Spends the link that this browser has opened, and signs in.
#[server(prefix = "/_fn", endpoint = "sign-in-with-link")]
pub async fn sign_in_with_link(#[server(default)] remember: bool) -> Result<Outcome, Fault> {
    ssr::form("sign-in-with-link", "/magic-link", &[], async |request| {
        let token = ssr::cookie(&request, Name::Link).unwrap_or_default();
        let kind = if remember {
            Kind::Remembered
        } else {
            Kind::Browser
        };
        let (entered, next) = accounts::sign_in_with_link(&request.ctx, &token, kind).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        enter(&request, entered, &next).await
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

/// Ends what staff do as somebody else: they are themselves again in this browser, on the console's page of that person. Where their own
/// session has ended they sign in.
#[server(prefix = "/_fn", endpoint = "stop-impersonation")]
pub async fn stop_impersonation() -> Result<Outcome, Fault> {
    ssr::form("stop-impersonation", "/", &[], async |request| {
        let viewed = request.actor.signed_in().map(|user| user.user_id);
        let done = sessions::stop_impersonating(&request.ctx, &request.actor).await;
        match (done, viewed) {
            (Ok(Some(back)), Ok(id)) => {
                ssr::exchange_session(&request, &back);
                Ok(Done::goto(format!("/admin/users/{id}")))
            }
            // Stopped already, in another tab, which has the right cookie.
            (Err(error), Ok(_))
                if error.is_refusal(contract::Code::NotFound)
                    || error.is_refusal(contract::Code::Unauthenticated) =>
            {
                Ok(Done::goto("/"))
            }
            (Err(error), Ok(_)) => Err(error),
            // Ended already, or come from a session that has.
            _ => {
                ssr::drop_session(&request);
                Ok(Done::goto_saying(
                    "/sign-in",
                    "sign-in",
                    "You are no longer viewing as somebody else.",
                ))
            }
        }
    })
    .await
}

/// What the page that asks for a proof offers.
#[server(prefix = "/_fn", endpoint = "load-confirmation")]
pub async fn load_confirmation() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let (ctx, actor) = (&request.ctx, &request.actor);
    let factors = ssr::found(&request, domain::second_factors::get(ctx, actor).await)?;
    let security = ssr::found(&request, accounts::security(ctx, actor).await)?;
    let providers = ssr::found(&request, identities::confirming(ctx, actor).await)?;
    Packed::of(&Confirmation {
        factors,
        has_password: security.has_password,
        providers,
    })
}

/// Takes the password again, or a second factor in its place, and leads back to what needed it.
#[server(prefix = "/_fn", endpoint = "confirm-password")]
pub async fn confirm_password(
    #[server(default)] password: Password,
    #[server(default)] code: String,
    #[server(default)] token: String,
    #[server(default)] answer: String,
    #[server(default)] next: String,
    #[server(default)] with: String,
) -> Result<Outcome, Fault> {
    let way = Way::parse(&with);
    let mut page = format!(
        "/confirm-password?{}",
        arguments(&[("next", own_path(&next))])
    );
    if let Some(way) = way {
        argument(&mut page, "with", way.as_str());
    }
    ssr::form("confirm-password", &page, &[], async |request| {
        let proof = match way {
            Some(_) => Proof::Factor(factor(code, token, &answer)),
            None => Proof::Password(password),
        };
        let opened =
            beside_no_field(sessions::step_up(&request.ctx, &request.actor, &proof).await)?;
        ssr::keep_session(&request, &opened);
        Ok(Done::goto(own_path(&next)))
    })
    .await
}

/// Ends one of the person's sessions; leads to confirming who they are first when that was long ago.
#[server(prefix = "/_fn", endpoint = "revoke-session")]
pub async fn revoke_session(#[server(default)] session: String) -> Result<Outcome, Fault> {
    ssr::form("sessions", SECURITY, &[], async |request| {
        let done = match session.parse() {
            Ok(id) => sessions::revoke(&request.ctx, &request.actor, id).await,
            Err(problem) => Err(problem.into()),
        };
        // Ended already, by its owner elsewhere or by its time: that is what was asked for.
        let done = match done {
            Err(error) if error.is_refusal(contract::Code::NotFound) => Ok(()),
            done => done,
        };
        Ok(match confirmed(done, SECURITY, ENDING)? {
            Err(leads) => leads,
            Ok(()) => Done::goto_saying(SECURITY, "sessions", "That session has ended."),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
const SECURITY: &str = "/account/security";

#[cfg(feature = "ssr")]
const ENDING: &str = "Confirm that it is you before signing out other devices.";

/// Signs out everywhere else; leads to confirming the password first when that was long ago.
#[server(prefix = "/_fn", endpoint = "revoke-other-sessions")]
pub async fn revoke_other_sessions() -> Result<Outcome, Fault> {
    ssr::form("sessions", SECURITY, &[], async |request| {
        let done = sessions::revoke_others(&request.ctx, &request.actor).await;
        Ok(match confirmed(done, SECURITY, ENDING)? {
            Err(leads) => leads,
            Ok(_) => Done::goto_saying(SECURITY, "sessions", "All other sessions have ended."),
        })
    })
    .await
}
