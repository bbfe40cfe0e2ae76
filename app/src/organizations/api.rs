//! Server functions about organizations.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::{
        ssr::{self, Done, RequestCtx},
        visit::Flash,
    },
    contract::{
        Code, Permission, Role, Timestamp, UserId,
        members::{ListMembers, MemberFilter},
        organizations::{CreateOrganization as NewOrganization, UpdateOrganization},
        page::PageRequest,
        time::Moment,
    },
    domain::{
        InOrg, accounts, invitations, members,
        organizations::{self, Found},
        time::moment,
    },
};

#[cfg(feature = "ssr")]
use super::views::{Entry, Offer, OverviewView, Place, SecondStepView, SettingsView, SwitcherView};
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
async fn has_second_step(request: &RequestCtx) -> domain::Result<bool> {
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

/// Changes the name.
#[server(prefix = "/_fn", endpoint = "rename-organization")]
pub async fn rename_organization(
    #[server(default)] organization: String,
    #[server(default)] name: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("name-form", &page, &[("name", &name)], async |request| {
        let found = entered(&request, &organization).await?;
        let input = UpdateOrganization {
            name: Some(name.clone()),
            slug: None,
        };
        organizations::update(&request.ctx, &request.actor, found.id(), input).await?;
        Ok(Done::Saved(None, None))
    })
    .await
}

/// Changes the address; wants a fresh proof of identity.
#[server(prefix = "/_fn", endpoint = "move-organization")]
pub async fn move_organization(
    #[server(default)] organization: String,
    #[server(default)] slug: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("slug-form", &page, &[("slug", &slug)], async |request| {
        let found = entered(&request, &organization).await?;
        let input = UpdateOrganization {
            name: None,
            slug: Some(slug.clone()),
        };
        let done = organizations::update(&request.ctx, &request.actor, found.id(), input).await;
        Ok(
            match confirmed(
                done,
                &page,
                "Changing the address needs a fresh proof that it is you.",
            )? {
                Err(leads) => leads,
                Ok(after) => {
                    let page = format!("/o/{}/settings", after.organization().slug);
                    Done::goto_saying(&page, "slug-form", "Saved")
                }
            },
        )
    })
    .await
}

/// Hands the primary ownership over; wants a fresh proof of identity.
#[server(prefix = "/_fn", endpoint = "transfer-organization")]
pub async fn transfer_organization(
    #[server(default)] organization: String,
    #[server(default)] member: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("transfer", &page, &[("member", &member)], async |request| {
        let found = entered(&request, &organization).await?;
        let to = member
            .parse()
            .map_err(|_| contract::Problem::new(Code::Required).on("member"))?;
        let done = organizations::transfer(&request.ctx, &request.actor, found.id(), to).await;
        Ok(
            match confirmed(
                done,
                &page,
                "Transferring the ownership needs a fresh proof that it is you.",
            )? {
                Err(leads) => leads,
                Ok(_) => Done::goto_saying(&page, "settings", "The ownership is transferred."),
            },
        )
    })
    .await
}

/// Asks every member for a second step at sign-in, in so many days; wants a fresh proof of identity.
#[server(prefix = "/_fn", endpoint = "require-second-factor")]
pub async fn require_second_factor(
    #[server(default)] organization: String,
    #[server(default)] grace_days: String,
) -> Result<Outcome, Fault> {
    let (page, form) = (
        format!("/o/{organization}/settings"),
        "require-second-factor",
    );
    let kept = [("grace_days", grace_days.as_str())];
    ssr::form(form, &page, &kept, async |request| {
        let found = entered(&request, &organization).await?;
        let days = grace_days
            .parse()
            .map_err(|_| contract::Problem::new(Code::OutOfRange).on("graceDays"))?;
        let (ctx, actor) = (&request.ctx, &request.actor);
        let done = organizations::require_second_factor(ctx, actor, found.id(), days).await;
        Ok(
            match confirmed(
                done,
                &page,
                "Asking for a second step needs a fresh proof that it is you.",
            )? {
                Err(leads) => leads,
                Ok(_) => Done::goto_saying(
                    &page,
                    "settings",
                    "A second step is asked for now. Members who have none are told by e-mail.",
                ),
            },
        )
    })
    .await
}

/// Asks for no second step any more; wants a fresh proof of identity.
#[server(prefix = "/_fn", endpoint = "lift-second-factor")]
pub async fn lift_second_factor(#[server(default)] organization: String) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("lift-second-factor", &page, &[], async |request| {
        let found = entered(&request, &organization).await?;
        let (ctx, actor) = (&request.ctx, &request.actor);
        let done = organizations::lift_second_factor(ctx, actor, found.id()).await;
        let why = "Asking for no second step any more needs a fresh proof that it is you.";
        Ok(match confirmed(done, &page, why)? {
            Err(leads) => leads,
            Ok(_) => Done::goto_saying(
                &page,
                "settings",
                "A second step is asked for no more. Everybody gets in again.",
            ),
        })
    })
    .await
}

/// Deletes the organization; wants its slug typed and a fresh proof of identity.
#[server(prefix = "/_fn", endpoint = "delete-organization")]
pub async fn delete_organization(
    #[server(default)] organization: String,
    #[server(default)] slug: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("delete", &page, &[("slug", &slug)], async |request| {
        let found = entered(&request, &organization).await?;
        let done = organizations::delete(&request.ctx, &request.actor, found.id(), &slug).await;
        Ok(
            match confirmed(
                done,
                &page,
                "Deleting an organization needs a fresh proof that it is you.",
            )? {
                Err(leads) => leads,
                Ok(_) => Done::goto_saying(&page, "settings", "The organization is deleted."),
            },
        )
    })
    .await
}

/// Takes a deletion back.
#[server(prefix = "/_fn", endpoint = "restore-organization")]
pub async fn restore_organization(
    #[server(default)] organization: String,
) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("restore", &page, &[], async |request| {
        let found = entered(&request, &organization).await?;
        organizations::restore(&request.ctx, &request.actor, found.id()).await?;
        Ok(Done::goto_saying(
            &page,
            "settings",
            "The organization is restored.",
        ))
    })
    .await
}

/// Ends the visitor's own membership.
#[server(prefix = "/_fn", endpoint = "leave-organization")]
pub async fn leave_organization(#[server(default)] organization: String) -> Result<Outcome, Fault> {
    let page = format!("/o/{organization}/settings");
    ssr::form("leave", &page, &[], async |request| {
        let own = organizations::find_own(&request.ctx, &request.actor, &organization).await?;
        let left = own.organization;
        members::leave(&request.ctx, &request.actor, left.id).await?;
        let notice = format!("You have left {}.", left.name);
        Ok(Done::goto_saying("/", "home", &notice))
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

/// What `/o/{slug}/settings` shows.
#[server(prefix = "/_fn", endpoint = "load-settings")]
pub async fn load_settings(slug: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "settings").await?;
        let zone = zone(&request).await?;
        let place = place(&request, &found, &zone).await?;
        let is_last =
            found.role() == Role::Owner && members::count_owners(&request.ctx, &found).await? <= 1;
        let why_not_leave = if is_last {
            Some(Code::LastOwner.sentence().to_owned())
        } else {
            place.why_not(Permission::ReadOrganization)
        };
        let heirs = if place.may(Permission::TransferOwnership) {
            heirs(&request, &found).await?
        } else {
            Vec::new()
        };
        let second_step = second_step(&request, &found, &zone).await?;
        Ok(SettingsView {
            place,
            why_not_leave,
            heirs,
            second_step,
        })
    };
    ssr::view(&request, view.await)
}

/// What is asked of members at sign-in, and of how many it asks something.
#[cfg(feature = "ssr")]
async fn second_step(
    request: &RequestCtx,
    found: &InOrg,
    zone: &str,
) -> domain::Result<SecondStepView> {
    let (organization, now) = (found.organization(), request.ctx.now());
    let lacking = if found.may(Permission::ReadMemberDetails) {
        let filter = MemberFilter {
            has_second_factor: Some(false),
            ..MemberFilter::default()
        };
        Some(members::count(&request.ctx, found, &filter).await?)
    } else {
        None
    };
    Ok(SecondStepView {
        from: organization
            .second_factor_from
            .map(|at| moment(at, now, zone)),
        is_due: organization.needs_second_factor(now),
        lacking,
        has_own: has_second_step(request).await?,
    })
}

/// Active members other than the primary owner: owners and admins first, as they are the likeliest.
#[cfg(feature = "ssr")]
async fn heirs(
    request: &RequestCtx,
    found: &InOrg,
) -> domain::Result<Vec<contract::members::Member>> {
    let mut heirs = Vec::new();
    for role in Role::ALL.iter().rev() {
        let input = ListMembers {
            filter: MemberFilter {
                role: role.as_str().to_owned(),
                ..MemberFilter::default()
            },
            page: PageRequest::first(100),
        };
        let page = members::list(&request.ctx, found, &input).await?;
        heirs.extend(page.items.into_iter().map(|(_, member)| member));
    }
    heirs.retain(|member| !member.is_primary_owner && member.is_active);
    heirs.truncate(100);
    Ok(heirs)
}
