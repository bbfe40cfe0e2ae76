//! Server functions of the first run.

use contract::Password;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        cookies::{Keep, Name},
        organizations::api::confirmed,
        ssr::{self, Done, RequestCtx},
    },
    domain::first_run::{self, FirstOperator},
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

#[cfg(feature = "ssr")]
const PAGE: &str = "/setup";

/// Where the operator goes on.
#[cfg(feature = "ssr")]
const NEXT: &str = "/account/security";

/// What the page says of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpView {
    /// Where browsers and letters find it.
    pub public_url: String,
    /// The address of who is signed in.
    pub email: Option<String>,
}

#[cfg(feature = "ssr")]
fn token(request: &RequestCtx) -> String {
    ssr::cookie(request, Name::Link).unwrap_or_default()
}

/// What `/setup` shows to whoever has opened the link.
#[server(prefix = "/_fn", endpoint = "load-set-up")]
pub async fn load_set_up() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        first_run::check(&request.ctx, &token(&request)).await?;
        let person = request.authenticated.as_ref();
        Ok(SetUpView {
            public_url: request.ctx.settings().page("/"),
            email: person.map(|person| person.email.clone()),
        })
    };
    ssr::view(&request, view.await)
}

/// Makes the first operator, and signs them in.
#[server(prefix = "/_fn", endpoint = "create-operator")]
pub async fn create_operator(
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] password: Password,
) -> Result<Outcome, Fault> {
    let kept = [("name", name.as_str()), ("email", email.as_str())];
    ssr::form("create-operator", PAGE, &kept, async |request| {
        let input = FirstOperator {
            email: email.clone(),
            name: name.clone(),
            password,
        };
        let opened = first_run::create_operator(&request.ctx, &token(&request), input).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        ssr::keep_session(&request, &opened);
        Ok(welcome())
    })
    .await
}

/// Makes the first operator of who is signed in.
#[server(prefix = "/_fn", endpoint = "claim-installation")]
pub async fn claim_installation() -> Result<Outcome, Fault> {
    ssr::form("claim-installation", PAGE, &[], async |request| {
        let done = first_run::claim(&request.ctx, &request.actor, &token(&request)).await;
        let why = "Becoming the operator needs a fresh proof that it is you.";
        Ok(match confirmed(done, PAGE, why)? {
            Err(leads) => leads,
            Ok(opened) => {
                ssr::set_cookie(&request, Name::Link, "", Keep::No);
                ssr::keep_session(&request, &opened);
                welcome()
            }
        })
    })
    .await
}

#[cfg(feature = "ssr")]
fn welcome() -> Done {
    Done::goto_saying(
        NEXT,
        "second-factors",
        "You are the operator of this installation. Set up a second step: what operators do asks for one.",
    )
}
