//! Server functions about organizations.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::{
        ssr::{self, Done, RequestCtx},
        visit::Flash,
    },
    contract::{
        Code, Permission, Timestamp, UserId, organizations::CreateOrganization as NewOrganization,
        time::Moment,
    },
    domain::{
        InOrg, accounts, invitations, members,
        organizations::{self, Found},
        time::moment,
    },
};

#[cfg(feature = "ssr")]
use super::views::{Entry, Offer, OverviewView, Place, SwitcherView};
use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

/// The organization of a path, for a member of it; where it has another slug now, the page follows.
#[cfg(feature = "ssr")]
pub(crate) async fn enter(request: &RequestCtx, slug: &str, page: &str) -> domain::Result<InOrg> {
    match organizations::enter(&request.ctx, &request.actor, slug).await? {
        Found::Here(found) => {
            organizations::note_activity(&request.ctx, &request.actor, &found).await;
            Ok(*found)
        }
        Found::Moved(slug) => {
            ssr::move_page(request, &format!("/o/{slug}/{page}"));
            Err(Code::NotFound.into())
        }
    }
}

/// The organization of a form, also when its address has changed since the form was shown.
#[cfg(feature = "ssr")]
pub(crate) async fn entered(request: &RequestCtx, slug: &str) -> domain::Result<InOrg> {
    organizations::find(&request.ctx, &request.actor, slug).await
}

/// The time zone that dates are shown in.
#[cfg(feature = "ssr")]
pub(crate) async fn zone(request: &RequestCtx) -> domain::Result<String> {
    let id = request.actor.signed_in()?.user_id;
    let user = accounts::get(&request.ctx, &request.actor, id).await?;
    Ok(user.profile.time_zone)
}

#[cfg(feature = "ssr")]
pub(crate) async fn place(
    request: &RequestCtx,
    found: &InOrg,
    zone: &str,
) -> domain::Result<Place> {
    let shown = |at: Timestamp| -> Moment { moment(at, request.ctx.now(), zone) };
    let organization = found.organization();
    let needed = organization.second_factor_from;
    let lacks = match needed {
        Some(from) if from > request.ctx.now() => !has_second_step(request).await?,
        // Who lacks one is kept out by then.
        _ => false,
    };
    Ok(Place {
        purges: organization.purges_at().map(shown),
        second_step_by: needed.filter(|_| lacks).map(shown),
        organization: organization.clone(),
        role: found.role(),
    })
}

/// Whether the visitor has a second step.
#[cfg(feature = "ssr")]
pub(super) async fn has_second_step(request: &RequestCtx) -> domain::Result<bool> {
    domain::second_factors::has_any(&request.ctx, &request.actor).await
}

/// A sensitive act leads to confirming the password first when that was long ago, and back to its page.
#[cfg(feature = "ssr")]
pub(crate) fn confirmed<T>(
    done: domain::Result<T>,
    page: &str,
    why: &str,
) -> domain::Result<Result<T, Done>> {
    match done {
        Err(error) if error.is_refusal(Code::StepUpRequired) => {
            let flash = Flash {
                form: "confirm-password".to_owned(),
                notice: Some(why.to_owned()),
                ..Flash::default()
            };
            let to = format!("/confirm-password?next={page}");
            Ok(Err(Done::Goto(to, Some(flash))))
        }
        done => done.map(Ok),
    }
}

/// What the sidebar lists; nothing for a stranger.
#[server(prefix = "/_fn", endpoint = "load-switcher")]
pub async fn load_switcher() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    if request.actor.signed_in().is_err() {
        return Packed::of(&SwitcherView::default());
    }
    let own = ssr::found(
        &request,
        organizations::list_own(&request.ctx, &request.actor).await,
    )?;
    let offers = ssr::found(
        &request,
        invitations::open_for(&request.ctx, &request.actor).await,
    )?;
    let own = own.into_iter().map(|own| Entry {
        slug: own.organization.slug,
        name: own.organization.name,
        logo: own.organization.logo,
        role: own.role,
        is_deleted: own.organization.deleted_at.is_some(),
    });
    let offers = offers.into_iter().map(|offer| Offer {
        id: offer.id.to_string(),
        name: offer.organization_name,
        logo: offer.logo,
        role: offer.role,
        invited_by: offer.invited_by,
    });
    Packed::of(&SwitcherView {
        own: own.collect(),
        offers: offers.collect(),
    })
}

/// What `/` shows to a person; whoever is in an organization is led to the one that they used last.
#[server(prefix = "/_fn", endpoint = "load-home")]
pub async fn load_home() -> Result<Packed, Fault> {
    let request = ssr::request()?;
    if request.actor.signed_in().is_err() {
        return Packed::of(&SwitcherView::default());
    }
    let last = organizations::last_used(&request.ctx, &request.actor).await;
    if let Some(own) = ssr::found(&request, last)? {
        ssr::move_page(&request, &format!("/o/{}/overview", own.organization.slug));
    }
    load_switcher().await
}

/// Makes an organization, and leads to inviting people to it.
#[server(prefix = "/_fn", endpoint = "create-organization")]
pub async fn create_organization(
    #[server(default)] name: String,
    #[server(default)] slug: String,
) -> Result<Outcome, Fault> {
    let kept = [("name", name.as_str()), ("slug", slug.as_str())];
    ssr::form("create-organization", "/o/new", &kept, async |request| {
        let input = NewOrganization {
            name: name.clone(),
            slug: slug.clone(),
        };
        let made = organizations::create(&request.ctx, &request.actor, input).await?;
        let slug = &made.organization().slug;
        Ok(Done::goto_saying(
            &format!("/o/{slug}/members/invite"),
            "invite",
            "Your organization is ready. Invite the people you work with, or do it later.",
        ))
    })
    .await
}

/// Whether a slug can be taken: a sentence that says so, or the refusal.
#[server(prefix = "/_fn", endpoint = "check-slug")]
pub async fn check_slug(#[server(default)] slug: String) -> Result<Outcome, Fault> {
    ssr::form("check-slug", "/o/new", &[], async |request| {
        let free = organizations::check_slug(&request.ctx, &request.actor, &slug).await?;
        Ok(Done::said(format!("{free} is free.")))
    })
    .await
}

/// What `/o/{slug}/overview` shows.
#[server(prefix = "/_fn", endpoint = "load-overview")]
pub async fn load_overview(slug: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "overview").await?;
        let zone = zone(&request).await?;
        let place = place(&request, &found, &zone).await?;
        let owner = name_of(&request, found.organization().owner_id).await?;
        let open_invitations = if found.may(Permission::InviteMembers) {
            Some(invitations::count_pending(&request.ctx, &found).await?)
        } else {
            None
        };
        Ok(OverviewView {
            created: moment(found.organization().created_at, request.ctx.now(), &zone),
            place,
            owner,
            open_invitations,
        })
    };
    ssr::view(&request, view.await)
}

/// The name of somebody whom the visitor shares an organization with.
#[cfg(feature = "ssr")]
async fn name_of(request: &RequestCtx, id: UserId) -> domain::Result<String> {
    let mut found = members::fellows(&request.ctx, &request.actor, &[id]).await?;
    Ok(found
        .remove(&id)
        .map(|person| person.display_name().to_owned())
        .unwrap_or_default())
}
