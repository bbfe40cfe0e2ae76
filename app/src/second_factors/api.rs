//! Server functions about second factors.

use contract::second_factors::SecondFactors;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::views::{AppView, Picture},
    crate::{
        accounts::api::asking,
        cookies::{Keep, Name},
        organizations::api::{confirmed, zone},
        passkeys::api::{beside_no_field, given, question},
        ssr::{self, Done, RequestCtx},
        ui::loading::{argument, arguments},
        visit::Flash,
    },
    contract::{
        Code,
        second_factors::{RecoveryCode, TRUSTED_DAYS},
        text::own_path,
    },
    domain::{
        accounts, passkeys,
        second_factors::{self, Factor},
        sessions,
        time::moment,
    },
    qrcode::{Color, EcLevel, QrCode},
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed, passkey::Question},
};

/// What the second step, or a proof, is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    App,
    Passkey,
    RecoveryCode,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::App, Self::Passkey, Self::RecoveryCode];

    /// In the address of a page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Passkey => "passkey",
            Self::RecoveryCode => "recovery-code",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }

    /// Whether a person who has set these up can go it.
    pub fn is_among(self, factors: &SecondFactors) -> bool {
        match self {
            Self::App => factors.app_since.is_some(),
            Self::Passkey => factors.passkeys > 0,
            Self::RecoveryCode => factors.is_any(),
        }
    }
}

/// The page that sets the authenticator app up and turns it off.
#[cfg(feature = "ssr")]
const APP: &str = "/account/security/app";

#[cfg(feature = "ssr")]
const CODES: &str = "/account/security/recovery-codes";

/// The first step again, with what it was about.
#[cfg(feature = "ssr")]
const BEGIN: &str = "/sign-in";

#[cfg(feature = "ssr")]
const SECOND_STEP: &str = "/sign-in/code";

/// The second step, with where it leads, and what it asks for, where that was chosen.
#[cfg(feature = "ssr")]
pub fn second_step(next: &str, with: Option<Way>) -> String {
    let mut query = String::new();
    if own_path(next) != "/" {
        argument(&mut query, "next", own_path(next));
    }
    if let Some(way) = with {
        argument(&mut query, "with", way.as_str());
    }
    if query.is_empty() {
        SECOND_STEP.to_owned()
    } else {
        format!("{SECOND_STEP}?{query}")
    }
}

/// Whether a sign-in waits for its second step in this browser; who has none begins with the first.
#[server(prefix = "/_fn", endpoint = "load-second-step")]
pub async fn load_second_step() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let token = ssr::cookie(&request, Name::Challenge).unwrap_or_default();
    let waits = ssr::found(&request, sessions::waiting_for(&request.ctx, &token).await)?;
    if waits.is_none() {
        ssr::move_page(&request, BEGIN);
    }
    Packed::of(&waits.unwrap_or_default())
}

/// What a passkey is to be asked for the second step.
#[server(prefix = "/_fn", endpoint = "ask-second-step")]
pub async fn ask_second_step() -> Result<Question, Fault> {
    let request = ssr::request()?;
    let token = ssr::cookie(&request, Name::Challenge).unwrap_or_default();
    let asked = sessions::begin_second_step_with_passkey(&request.ctx, &token).await;
    Ok(match asked {
        // The page tells it in its place.
        Err(error) if error.is_refusal(Code::ChallengeExpired) => Question::First(BEGIN.to_owned()),
        asked => question(&request, asked, SECOND_STEP),
    })
}

/// A code as it was typed, or what a passkey answered.
#[cfg(feature = "ssr")]
pub(crate) fn factor(code: String, token: String, answer: &str) -> Factor {
    if token.is_empty() {
        Factor::Code(code)
    } else {
        Factor::Passkey(given(token, answer))
    }
}

/// Takes a code or a passkey, opens the session that the first step asked for, and leads to `next`.
#[server(prefix = "/_fn", endpoint = "complete-second-factor")]
pub async fn complete_second_factor(
    #[server(default)] code: String,
    #[server(default)] token: String,
    #[server(default)] answer: String,
    #[server(default)] trust: bool,
    #[server(default)] next: String,
    #[server(default)] with: String,
) -> Result<Outcome, Fault> {
    let page = second_step(&next, Way::parse(&with));
    let kept = [("trust", if trust { "true" } else { "" })];
    ssr::form("second-step", &page, &kept, async |request| {
        let factor = factor(code, token, &answer);
        let token = ssr::cookie(&request, Name::Challenge).unwrap_or_default();
        let done = sessions::complete_second_factor(&request.ctx, &token, &factor, trust).await;
        let done = match beside_no_field(done) {
            Err(error) if error.is_refusal(Code::ChallengeExpired) => {
                ssr::set_cookie(&request, Name::Challenge, "", Keep::No);
                let flash = Flash {
                    form: "sign-in".to_owned(),
                    problems: contract::Problem::new(Code::ChallengeExpired).into(),
                    values: vec![("next".to_owned(), next.clone())],
                    ..Flash::default()
                };
                return Ok(Done::Goto(BEGIN.to_owned(), Some(flash)));
            }
            done => done?,
        };
        ssr::set_cookie(&request, Name::Challenge, "", Keep::No);
        if let Some(trust) = &done.trust {
            let keep = Keep::Seconds(TRUSTED_DAYS * 24 * 60 * 60);
            ssr::set_cookie(&request, Name::Trust, trust.expose(), keep);
        }
        ssr::keep_session(&request, &done.opened);
        let theme = accounts::preferred_theme(&request.ctx, &done.opened).await?;
        ssr::keep_theme(&request, theme);
        Ok(match done.recovery_codes_left {
            None => Done::goto(own_path(&next)),
            Some(left) => {
                let left = match left {
                    0 => "None is left: make new ones, or you may be locked out.".to_owned(),
                    1 => "One is left.".to_owned(),
                    left => format!("{left} are left."),
                };
                let notice = format!("You signed in with a recovery code. {left}");
                Done::goto_saying("/account/security", "second-factors", &notice)
            }
        })
    })
    .await
}

/// What `/account/security/app` shows. Who has not lately proved who they are does so first.
#[server(prefix = "/_fn", endpoint = "load-app")]
pub async fn load_app() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let factors = fresh(&request, APP).await?;
        if let Some(since) = factors.app_since {
            let zone = zone(&request).await?;
            let since = moment(since, request.ctx.now(), &zone);
            let is_last = factors.passkeys == 0;
            let closes = if is_last {
                asking(&request).await?
            } else {
                Vec::new()
            };
            return Ok(AppView::On {
                since,
                is_last,
                closes,
            });
        }
        let pending = match second_factors::pending_app(&request.ctx, &request.actor).await {
            Err(error) if error.is_refusal(Code::StepUpRequired) => None,
            done => done?,
        };
        Ok(match pending {
            None => AppView::Off,
            Some(app) => AppView::Pending {
                picture: picture(&app.uri),
                secret: app.secret,
            },
        })
    };
    ssr::view(&request, view.await)
}

/// What `/account/security/recovery-codes` shows beside codes that were just made.
#[server(prefix = "/_fn", endpoint = "load-recovery-codes")]
pub async fn load_recovery_codes() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async { fresh(&request, CODES).await };
    ssr::view(&request, view.await)
}

/// What is set up; leads to confirming the password first where that was long ago.
#[cfg(feature = "ssr")]
pub(crate) async fn fresh(request: &RequestCtx, page: &str) -> domain::Result<SecondFactors> {
    if request.actor.signed_in().is_ok()
        && sessions::require_fresh(&request.ctx, &request.actor).is_err()
    {
        ssr::move_page(request, &format!("/confirm-password?next={page}"));
    }
    second_factors::get(&request.ctx, &request.actor).await
}

/// The quiet zone of four squares around it (ISO/IEC 18004) is part of the picture.
#[cfg(feature = "ssr")]
fn picture(text: &str) -> Picture {
    const QUIET: usize = 4;
    // An address that is far longer than any of ours would be too much for a code; it is shown as text all the same.
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return Picture {
            side: 2 * QUIET,
            path: String::new(),
        };
    };
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.into_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + QUIET, place / width + QUIET);
            path += &format!("M{x} {y}h1v1h-1z");
        }
    }
    Picture {
        side: width + 2 * QUIET,
        path,
    }
}

/// Makes a secret for an app, and leads to where it is shown.
#[server(prefix = "/_fn", endpoint = "begin-app")]
pub async fn begin_app() -> Result<Outcome, Fault> {
    ssr::form("begin-app", APP, &[], async |request| {
        let done = second_factors::begin_app(&request.ctx, &request.actor).await;
        Ok(match confirmed(done, APP, NEEDS)? {
            Err(leads) => leads,
            Ok(_) => Done::goto(APP),
        })
    })
    .await
}

#[cfg(feature = "ssr")]
const NEEDS: &str = "Confirm that it is you before changing how you sign in.";

/// Takes the first code of the app, and leads to the recovery codes, which are shown once.
#[server(prefix = "/_fn", endpoint = "confirm-app")]
pub async fn confirm_app(#[server(default)] code: String) -> Result<Outcome, Fault> {
    ssr::form("confirm-app", APP, &[], async |request| {
        let done = second_factors::confirm_app(&request.ctx, &request.actor, &code).await;
        Ok(match confirmed(done, APP, NEEDS)? {
            Err(leads) => leads,
            Ok(done) => {
                ssr::keep_session(&request, &done.opened);
                match &done.recovery_codes {
                    Some(codes) => reveal(codes, true),
                    None => Done::goto_saying(
                        "/account/security",
                        "second-factors",
                        "The authenticator app is set up.",
                    ),
                }
            }
        })
    })
    .await
}

/// The page that shows this way.
#[cfg(feature = "ssr")]
fn page_with(page: &str, with: &str) -> String {
    match Way::parse(with) {
        Some(way) => format!("{page}?{}", arguments(&[("with", way.as_str())])),
        None => page.to_owned(),
    }
}

/// Turns the app off.
#[server(prefix = "/_fn", endpoint = "remove-app")]
pub async fn remove_app(
    #[server(default)] code: String,
    #[server(default)] token: String,
    #[server(default)] answer: String,
    #[server(default)] with: String,
) -> Result<Outcome, Fault> {
    let page = page_with(APP, &with);
    ssr::form("remove-app", &page, &[], async |request| {
        let factor = factor(code, token, &answer);
        let done = second_factors::remove_app(&request.ctx, &request.actor, &factor).await;
        Ok(match confirmed(beside_no_field(done), APP, NEEDS)? {
            Err(leads) => leads,
            Ok(()) => Done::goto_saying(
                "/account/security",
                "second-factors",
                "The authenticator app is turned off.",
            ),
        })
    })
    .await
}

/// What a passkey is to be asked for a sensitive act.
#[server(prefix = "/_fn", endpoint = "ask-confirmation")]
pub async fn ask_confirmation() -> Result<Question, Fault> {
    let request = ssr::request()?;
    let asked = passkeys::begin_confirmation(&request.ctx, &request.actor).await;
    Ok(question(&request, asked, "/account/security"))
}

/// Makes new recovery codes, which are shown once.
#[server(prefix = "/_fn", endpoint = "replace-recovery-codes")]
pub async fn replace_recovery_codes(
    #[server(default)] code: String,
    #[server(default)] token: String,
    #[server(default)] answer: String,
    #[server(default)] with: String,
) -> Result<Outcome, Fault> {
    let page = page_with(CODES, &with);
    ssr::form("replace-codes", &page, &[], async |request| {
        let factor = factor(code, token, &answer);
        let done = second_factors::replace_recovery_codes(&request.ctx, &request.actor, &factor);
        Ok(
            match confirmed(beside_no_field(done.await), CODES, NEEDS)? {
                Err(leads) => leads,
                Ok(codes) => reveal(&codes, false),
            },
        )
    })
    .await
}

/// Leads to the page that shows recovery codes, once; as the last step of setting an app up, where it is that.
#[cfg(feature = "ssr")]
pub(crate) fn reveal(codes: &[RecoveryCode], is_step: bool) -> Done {
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let step = if is_step { "true" } else { "" };
    let flash = Flash {
        form: "codes".to_owned(),
        values: vec![
            ("codes".to_owned(), codes.join(" ")),
            ("step".to_owned(), step.to_owned()),
        ],
        ..Flash::default()
    };
    Done::Goto(CODES.to_owned(), Some(flash))
}
