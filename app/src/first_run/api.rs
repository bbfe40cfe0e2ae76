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
    contract::accounts::SignUp,
    domain::first_run,
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

#[cfg(feature = "ssr")]
const PAGE: &str = "/setup";

/// Where the operator goes on.
#[cfg(feature = "ssr")]
const NEXT: &str = "/setup/next";

/// What the page says of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpView {
    /// Where browsers and letters find it.
    pub public_url: String,
    /// The address of who is signed in.
    pub email: Option<String>,
}

/// What `/setup/next` says of what is left to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStepsView {
    /// The console opens.
    pub has_second_step: bool,
    /// Where browsers and letters find the installation.
    pub public_url: String,
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

/// What an operator is led on to.
#[server(prefix = "/_fn", endpoint = "load-next-steps")]
pub async fn load_next_steps() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let has_second_step = first_run::has_second_step(&request.ctx, &request.actor).await;
    let view = has_second_step.map(|has_second_step| NextStepsView {
        has_second_step,
        public_url: request.ctx.settings().page("/"),
    });
    ssr::view(&request, view)
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
        let input = SignUp {
            email: email.clone(),
            name: name.clone(),
            password,
        };
        let opened = first_run::create_operator(&request.ctx, &token(&request), input).await?;
        ssr::set_cookie(&request, Name::Link, "", Keep::No);
        ssr::keep_session(&request, &opened);
        Ok(Done::goto(NEXT))
    })
    .await
}

/// Makes the first operator of who is signed in.
#[server(prefix = "/_fn", endpoint = "claim-installation")]
pub async fn claim_installation() -> Result<Outcome, Fault> {
    ssr::form("claim-installation", PAGE, &[], async |request| {
        let done = first_run::claim(&request.ctx, &request.actor, &token(&request)).await;
        let why = "Confirm that it is you before becoming the operator.";
        Ok(match confirmed(done, PAGE, why)? {
            Err(leads) => leads,
            Ok(opened) => {
                ssr::set_cookie(&request, Name::Link, "", Keep::No);
                ssr::keep_session(&request, &opened);
                Done::goto(NEXT)
            }
        })
    })
    .await
}
