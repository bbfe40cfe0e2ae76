//! Server functions that show organizations.

use contract::{
    admin::{OrganizationDetail, OrganizationRow},
    members::Member,
    page::Page,
    time::Moment,
    usage::{UsageRange, UsageSeries},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::{
        api::{Desk, needs_proof, paged},
        keys_api::key_line,
        users_api::log_line,
    },
    crate::{
        ssr::{self, RequestCtx},
        usage::api::labels,
    },
    contract::{
        OrganizationId,
        admin::{KeyRow, OrganizationFilter, OrganizationName},
        members::{ListMembers, MemberFilter},
        page::PageRequest,
    },
    domain::{
        admin::{self, log::Subject},
        api_keys::{KeyFilter, ListKeys},
        usage::Span,
    },
};

use super::{keys_api::KeyLine, users_api::LogLine};
use crate::{problem::Fault, ui::loading::Packed};

/// How far back the usage of an organization is shown.
pub const RANGE: UsageRange = UsageRange::Month;

/// `/admin/organizations`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationsView {
    pub page: Page<OrganizationLine>,
    /// How many the search finds.
    pub found: u64,
}

/// An organization in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationLine {
    pub row: OrganizationRow,
    pub created: Moment,
}

/// `/admin/organizations/{id}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganizationView {
    pub detail: OrganizationDetail,
    pub created: Moment,
    pub suspended: Option<Moment>,
    /// When it goes for good, where it is deleted.
    pub purges: Option<Moment>,
    /// From when on members need a second step.
    pub second_step: Option<Moment>,
    /// Whether acts would ask for a proof first.
    pub needs_proof: bool,
    pub tab: OrganizationTab,
}

/// What belongs to an organization, a page of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrganizationTab {
    Members(Page<MemberLine>),
    Keys(Page<KeyLine>),
    /// With what each point is of, in words.
    Usage(UsageSeries, Vec<String>),
    Log(Page<LogLine>),
}

/// A member of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberLine {
    pub member: Member,
    pub joined: Moment,
    pub last_active: Option<Moment>,
}

/// What `/admin/organizations` shows.
#[server(prefix = "/_fn", endpoint = "console-organizations")]
pub async fn load_organizations(
    #[server(default)] search: String,
    #[server(default)] status: String,
    #[server(default)] tier: String,
    #[server(default)] quota: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let (ctx, desk) = (&request.ctx, Desk::of(&request).await?);
        let filter = OrganizationFilter {
            search,
            tier,
            status,
            is_over_quota: quota == "over",
        };
        let page = paged(after, before);
        let page = admin::organizations::page(ctx, &request.actor, &filter, &page).await?;
        Ok(OrganizationsView {
            found: admin::organizations::count(ctx, &request.actor, &filter).await?,
            page: page.map(|row| OrganizationLine {
                created: desk.shown(row.organization.created_at),
                row,
            }),
        })
    };
    ssr::view(&request, view.await)
}

/// What `/admin/organizations/{id}` shows.
#[server(prefix = "/_fn", endpoint = "console-organization")]
pub async fn load_organization(
    id: String,
    #[server(default)] tab: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let desk = Desk::of(&request).await?;
        let id: OrganizationId = id.parse()?;
        let detail = admin::organizations::get(&request.ctx, &request.actor, id).await?;
        let page = paged(after, before);
        let tab = read_tab(&request, &desk, &detail, &tab, page).await?;
        let organization = &detail.row.organization;
        Ok(OrganizationView {
            created: desk.shown(organization.created_at),
            suspended: desk.shown_if(organization.suspended_at),
            purges: desk.shown_if(organization.purges_at()),
            second_step: desk.shown_if(organization.second_factor_from),
            needs_proof: needs_proof(&request),
            detail,
            tab,
        })
    };
    ssr::view(&request, view.await)
}

#[cfg(feature = "ssr")]
async fn read_tab(
    request: &RequestCtx,
    desk: &Desk,
    detail: &OrganizationDetail,
    tab: &str,
    page: PageRequest,
) -> domain::Result<OrganizationTab> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    let id = detail.row.organization.id;
    Ok(match tab {
        "keys" => keys(request, desk, detail, page).await?,
        "usage" => {
            let span = Span::of(RANGE, desk.now);
            let series = admin::organizations::usage(ctx, actor, id, span).await?;
            let labels = labels(&series);
            OrganizationTab::Usage(series, labels)
        }
        "log" => {
            let found = admin::log::page(ctx, actor, Subject::Organization(id), &page).await?;
            OrganizationTab::Log(found.map(|row| log_line(desk, row)))
        }
        _ => {
            let input = ListMembers {
                filter: MemberFilter::default(),
                page,
            };
            let found = admin::organizations::members(ctx, actor, id, &input).await?;
            OrganizationTab::Members(found.map(|member| MemberLine {
                joined: desk.shown(member.joined_at),
                last_active: desk.shown_if(member.last_active_at),
                member,
            }))
        }
    })
}

#[cfg(feature = "ssr")]
async fn keys(
    request: &RequestCtx,
    desk: &Desk,
    detail: &OrganizationDetail,
    page: PageRequest,
) -> domain::Result<OrganizationTab> {
    let organization = &detail.row.organization;
    let filter = KeyFilter {
        status: "all".to_owned(),
        search: String::new(),
    };
    let input = ListKeys { filter, page };
    let (ctx, actor) = (&request.ctx, &request.actor);
    let found = admin::organizations::keys(ctx, actor, organization.id, &input).await?;
    Ok(OrganizationTab::Keys(found.map(|key| {
        let organization = OrganizationName {
            id: organization.id,
            slug: organization.slug.clone(),
            name: organization.name.clone(),
        };
        key_line(desk, KeyRow { key, organization })
    })))
}
