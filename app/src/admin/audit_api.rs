//! The server function of the log of all organizations.

#![allow(
    clippy::too_many_arguments,
    reason = "server functions take what a page's address names one by one"
)]

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::api::Desk,
    crate::{
        audit::{
            api::{LogView, Wanted},
            shown::{self, Within},
        },
        ssr::{self, RequestCtx},
    },
    contract::page::Page,
    domain::{
        Error,
        audit::{self, Entry, ListAudit, WantedNames},
    },
};

use crate::{problem::Fault, ui::loading::Packed};

/// What `/admin/audit` shows.
#[server(prefix = "/_fn", endpoint = "console-audit")]
pub async fn load_audit_of_all(
    #[server(default)] organization: String,
    #[server(default)] actor: String,
    #[server(default)] action: String,
    #[server(default)] subject: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let wanted = Wanted {
        slug: String::new(),
        organization,
        actor,
        action,
        subject,
        from,
        to,
        after,
        before,
    };
    let view = async {
        let desk = Desk::of(&request).await?;
        view(&request, &desk, &wanted).await
    };
    ssr::view(&request, view.await)
}

#[cfg(feature = "ssr")]
async fn view(request: &RequestCtx, desk: &Desk, wanted: &Wanted) -> domain::Result<LogView> {
    let (page, names, problem) = match read(request, desk, wanted).await {
        Ok((page, names)) => (page, names, None),
        Err(Error::Refused(problems)) => (
            Page::empty(),
            WantedNames::default(),
            shown::why_not(problems),
        ),
        Err(error) => return Err(error),
    };
    Ok(LogView {
        page: page.map(|entry| shown::row(Within::Console, entry, desk.now, &desk.zone)),
        actors: shown::nameless_actors(),
        actions: shown::all_actions(),
        subjects: shown::all_subjects(),
        told: shown::told(wanted, &names),
        problem,
    })
}

#[cfg(feature = "ssr")]
async fn read(
    request: &RequestCtx,
    desk: &Desk,
    wanted: &Wanted,
) -> domain::Result<(Page<Entry>, WantedNames)> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    let ListAudit { filter, page } = shown::asked(wanted, &desk.zone)?;
    let (organization, filter) = audit::settle(ctx, actor, &wanted.organization, filter).await?;
    let input = ListAudit { filter, page };
    let page = audit::page_all(ctx, actor, organization, &input).await?;
    let names = audit::wanted_all(ctx, actor, organization, &input.filter).await?;
    Ok((page, names))
}
