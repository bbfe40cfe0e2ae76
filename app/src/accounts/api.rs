//! Server functions about accounts.

use contract::Password;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::{
        cookies::{Keep, Name},
        passkeys::api::row,
        ssr::{self, Done, RequestCtx},
        visit::{Flash, Visitor},
    },
    contract::{
        User,
        accounts::{
            Notification, SignUp as Input, Theme, UpdatePreferences, UpdateProfile as ProfileInput,
        },
        page::PageRequest,
    },
    domain::{accounts, time::moment},
    std::cmp::Reverse,
};

#[cfg(feature = "ssr")]
use super::views::{PreferencesView, ProfileView, SecurityView, SessionRow};
#[cfg(feature = "ssr")]
use crate::identities::views::{ConnectedRow, ConnectionRow};
use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

/// Leads to a page that says which mailbox to look into.
#[cfg(feature = "ssr")]
fn goto_inbox(path: &str, email: &str) -> Done {
    let flash = Flash {
        form: "inbox".to_owned(),
        values: vec![("email".to_owned(), email.trim().to_owned())],
        ..Flash::default()
    };
    Done::Goto(path.to_owned(), Some(flash))
}

/// The secret of the link that this browser has opened.
#[cfg(feature = "ssr")]
pub(super) fn link(request: &RequestCtx) -> String {
    ssr::cookie(request, Name::Link).unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub(super) fn visitor(user: &User) -> Visitor {
    Visitor {
        name: user.display_name().to_owned(),
        email: user.email.clone(),
        avatar: user.avatar.clone(),
    }
}

/// Asks for an account; leads to "check your inbox", whether or not the address is known.
#[server(prefix = "/_fn", endpoint = "sign-up")]
pub async fn sign_up(
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] password: Password,
) -> Result<Outcome, Fault> {
    ssr::form(
        "sign-up",
        "/sign-up",
        &[("name", &name), ("email", &email)],
        async |request| {
            accounts::sign_up(
                &request.ctx,
                Input {
                    name: name.clone(),
                    email: email.clone(),
                    password,
                },
            )
            .await?;
            Ok(goto_inbox("/check-inbox", &email))
        },
    )
    .await
}

/// Asks for the verification letter once more.
#[server(prefix = "/_fn", endpoint = "resend-verification")]
pub async fn resend_verification(#[server(default)] email: String) -> Result<Outcome, Fault> {
    ssr::form(
        "resend-verification",
        "/verify-email",
        &[("email", &email)],
        async |request| {
            accounts::resend_verification(&request.ctx, &email).await?;
            Ok(goto_inbox("/check-inbox", &email))
        },
    )
    .await
}

/// Spends the verification link that this browser has opened.
#[server(prefix = "/_fn", endpoint = "verify-email")]
pub async fn verify_email() -> Result<Outcome, Fault> {
    ssr::form("verify-email", "/verify-email", &[], async |request| {
        let token = link(&request);
        let email = accounts::check_verification_link(&request.ctx, &token).await?;
        accounts::verify_email(&request.ctx, &token).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        let flash = Flash {
            form: "sign-in".to_owned(),
            values: vec![("email".to_owned(), email)],
            notice: Some("Your e-mail is confirmed. Sign in to open your account.".to_owned()),
            ..Flash::default()
        };
        Ok(Done::Goto("/sign-in".to_owned(), Some(flash)))
    })
    .await
}

/// The address that the opened verification link proves.
#[server(prefix = "/_fn", endpoint = "verification-link")]
pub async fn verification_link() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    ssr::view(
        &request,
        accounts::check_verification_link(&request.ctx, &link(&request)).await,
    )
}

/// Asks for a letter with a link to set a new password.
#[server(prefix = "/_fn", endpoint = "request-password-reset")]
pub async fn request_password_reset(#[server(default)] email: String) -> Result<Outcome, Fault> {
    ssr::form(
        "forgot-password",
        "/forgot-password",
        &[("email", &email)],
        async |request| {
            accounts::request_password_reset(&request.ctx, &email).await?;
            Ok(goto_inbox("/forgot-password/sent", &email))
        },
    )
    .await
}

/// The address whose password the opened link can reset.
#[server(prefix = "/_fn", endpoint = "reset-link")]
pub async fn reset_link() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    ssr::view(
        &request,
        accounts::check_reset_link(&request.ctx, &link(&request)).await,
    )
}

/// Sets a new password with the link that this browser has opened.
#[server(prefix = "/_fn", endpoint = "reset-password")]
pub async fn reset_password(#[server(default)] new_password: Password) -> Result<Outcome, Fault> {
    ssr::form("reset-password", "/reset-password", &[], async |request| {
        accounts::reset_password(&request.ctx, &link(&request), &new_password).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        ssr::drop_session(&request);
        Ok(Done::goto_saying(
            "/sign-in",
            "sign-in",
            "Your new password is set, and you are signed out everywhere. Sign in with the new one.",
        ))
    })
    .await
}

/// Changes the password of the signed-in person.
#[server(prefix = "/_fn", endpoint = "change-password")]
pub async fn change_password(
    #[server(default)] current_password: Password,
    #[server(default)] new_password: Password,
) -> Result<Outcome, Fault> {
    ssr::form(
        "change-password",
        "/account/security",
        &[],
        async |request| {
            let opened = accounts::change_password(
                &request.ctx,
                &request.actor,
                &current_password,
                &new_password,
            )
            .await?;
            ssr::keep_session(&request, &opened);
            Ok(Done::Saved(None, None))
        },
    )
    .await
}

/// Changes name, username and phone number.
#[server(prefix = "/_fn", endpoint = "update-profile")]
pub async fn update_profile(
    #[server(default)] name: String,
    #[server(default)] username: String,
    #[server(default)] phone: String,
) -> Result<Outcome, Fault> {
    let kept = [
        ("name", name.as_str()),
        ("username", username.as_str()),
        ("phone", phone.as_str()),
    ];
    ssr::form("profile", "/account/profile", &kept, async |request| {
        let input = ProfileInput {
            name: Some(name.clone()),
            username: Some(username.clone()),
            phone: Some(phone.clone()),
        };
        let user = accounts::update_profile(&request.ctx, &request.actor, input).await?;
        Ok(Done::Saved(Some(visitor(&user)), None))
    })
    .await
}

/// Chooses the theme.
#[server(prefix = "/_fn", endpoint = "update-theme")]
pub async fn update_theme(#[server(default)] theme: String) -> Result<Outcome, Fault> {
    ssr::form(
        "theme",
        "/account/preferences",
        &[("theme", &theme)],
        async |request| {
            let input = UpdatePreferences {
                theme: Some(theme.clone()),
                ..UpdatePreferences::default()
            };
            let theme: Theme = accounts::update_preferences(&request.ctx, &request.actor, input)
                .await?
                .profile
                .theme;
            ssr::keep_theme(&request, theme);
            Ok(Done::Saved(None, Some(theme)))
        },
    )
    .await
}

/// Chooses language and time zone.
#[server(prefix = "/_fn", endpoint = "update-locale")]
pub async fn update_locale(
    #[server(default)] language: String,
    #[server(default)] time_zone: String,
) -> Result<Outcome, Fault> {
    let kept = [
        ("language", language.as_str()),
        ("time_zone", time_zone.as_str()),
    ];
    ssr::form("locale", "/account/preferences", &kept, async |request| {
        let input = UpdatePreferences {
            language: Some(language.clone()),
            time_zone: Some(time_zone.clone()),
            ..UpdatePreferences::default()
        };
        accounts::update_preferences(&request.ctx, &request.actor, input).await?;
        Ok(Done::Saved(None, None))
    })
    .await
}

/// Chooses which letters come: those that are ticked.
#[server(prefix = "/_fn", endpoint = "update-notifications")]
pub async fn update_notifications(
    #[server(default)] wanted: Vec<String>,
) -> Result<Outcome, Fault> {
    ssr::form(
        "notifications",
        "/account/preferences",
        &[],
        async |request| {
            let is_muted = |kind: &Notification| !wanted.iter().any(|name| name == kind.as_str());
            let input = UpdatePreferences {
                muted: Some(Notification::ALL.into_iter().filter(is_muted).collect()),
                ..UpdatePreferences::default()
            };
            accounts::update_preferences(&request.ctx, &request.actor, input).await?;
            Ok(Done::Saved(None, None))
        },
    )
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn own_user(request: &RequestCtx) -> domain::Result<User> {
    let id = request.actor.signed_in()?.user_id;
    accounts::get(&request.ctx, &request.actor, id).await
}

/// What `/account/profile` shows.
#[server(prefix = "/_fn", endpoint = "load-profile")]
pub async fn load_profile() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let user = ssr::found(&request, own_user(&request).await)?;
    let (now, zone) = (request.ctx.now(), user.profile.time_zone.clone());
    let updated_at = user.updated_at.max(user.profile.updated_at);
    let pending = accounts::pending_email(&request.ctx, &user).await;
    let pending_email = ssr::found(&request, pending)?;
    Packed::of(&ProfileView {
        created: moment(user.created_at, now, &zone),
        updated: moment(updated_at, now, &zone),
        pending_email,
        user,
    })
}

/// Sessions on the page; of people who have more, all others can be ended at once.
#[cfg(feature = "ssr")]
const MOST_SESSIONS: i64 = 100;

/// What `/account/security` shows.
#[server(prefix = "/_fn", endpoint = "load-security")]
pub async fn load_security() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let user = ssr::found(&request, own_user(&request).await)?;
    let security = ssr::found(
        &request,
        accounts::security(&request.ctx, &request.actor).await,
    )?;
    let factors = domain::second_factors::get(&request.ctx, &request.actor).await;
    let factors = ssr::found(&request, factors)?;
    let asked_by = ssr::found(&request, asking(&request).await)?;
    let (now, zone) = (request.ctx.now(), &user.profile.time_zone);
    let passkeys = domain::passkeys::list(&request.ctx, &request.actor).await;
    let passkeys = ssr::found(&request, passkeys)?
        .into_iter()
        .map(|passkey| row(&request, zone, passkey))
        .collect();
    let connections = domain::identities::connections(&request.ctx, &request.actor).await;
    let shown = |at| moment(at, now, zone);
    let connections = ssr::found(&request, connections)?
        .into_iter()
        .map(|connection| ConnectionRow {
            provider: connection.provider,
            name: connection.name,
            is_offered: connection.is_offered,
            connected: connection.identity.map(|identity| ConnectedRow {
                since: shown(identity.created_at),
                last_used: identity.last_used_at.map(shown),
                identity,
            }),
        })
        .collect();
    let asked = PageRequest {
        size: Some(MOST_SESSIONS),
        ..PageRequest::default()
    };
    let own = domain::sessions::page_own(&request.ctx, &request.actor, &asked).await;
    let mut sessions: Vec<SessionRow> = ssr::found(&request, own)?
        .items
        .into_iter()
        .map(|(_, session)| SessionRow {
            signed_in: moment(session.created_at, now, zone),
            last_active: moment(session.last_seen_at, now, zone),
            session,
        })
        .collect();
    sessions.sort_by_key(|row| (!row.session.is_current, Reverse(row.session.last_seen_at)));
    Packed::of(&SecurityView {
        email: user.email,
        has_password: security.has_password,
        connections,
        password_changed: security.password_changed_at.map(|at| moment(at, now, zone)),
        app_since: factors.app_since.map(|at| moment(at, now, zone)),
        factors,
        passkeys,
        asked_by,
        sessions,
        other_sessions: u32::try_from(security.other_sessions).unwrap_or(u32::MAX),
    })
}

/// The names of the visitor's organizations that ask for a second step.
#[cfg(feature = "ssr")]
pub(crate) async fn asking(request: &RequestCtx) -> domain::Result<Vec<String>> {
    let asking =
        domain::organizations::list_needing_second_factor(&request.ctx, &request.actor).await?;
    Ok(asking.into_iter().map(|found| found.name).collect())
}

/// What `/account/preferences` shows.
#[server(prefix = "/_fn", endpoint = "load-preferences")]
pub async fn load_preferences() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let user = ssr::found(&request, own_user(&request).await)?;
    Packed::of(&PreferencesView {
        user,
        zones: domain::time::zones(),
    })
}
