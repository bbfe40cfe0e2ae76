//! Server functions of the settings of an organization.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::{
        api::{confirmed, enter, entered, has_second_step, place, zone},
        views::{SecondStepView, SettingsView},
    },
    crate::ssr::{self, Done, RequestCtx},
    contract::{
        Code, Permission, Role,
        members::{ListMembers, MemberFilter},
        organizations::UpdateOrganization,
        page::PageRequest,
    },
    domain::{InOrg, members, organizations, time::moment},
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

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
                "Confirm that it is you before changing the address.",
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
                "Confirm that it is you before transferring ownership.",
            )? {
                Err(leads) => leads,
                Ok(_) => Done::goto_saying(&page, "settings", "Ownership has been transferred."),
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
                "Confirm that it is you before asking for a second step.",
            )? {
                Err(leads) => leads,
                Ok(_) => Done::goto_saying(
                    &page,
                    "settings",
                    "A second step is now asked for. Members without one are told by e-mail.",
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
        let why = "Confirm that it is you before you stop asking for a second step.";
        Ok(match confirmed(done, &page, why)? {
            Err(leads) => leads,
            Ok(_) => Done::goto_saying(
                &page,
                "settings",
                "A second step is no longer asked for. Everybody gets in again.",
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
                "Confirm that it is you before deleting an organization.",
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
