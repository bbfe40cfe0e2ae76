//! Server functions about members.

use contract::{Role, members::Member, page::Page, time::Moment};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        organizations::api::{enter, entered, place, zone},
        ssr::{self, Done},
    },
    contract::{
        Code, MembershipId, Permission,
        members::{ListMembers, MemberFilter, why_not_change},
        page::PageRequest,
    },
    domain::{invitations, members, time::moment},
};

use crate::{
    organizations::views::Place,
    problem::Fault,
    ui::{
        form::Outcome,
        loading::{Packed, argument, arguments},
    },
};

/// Members on one page.
#[cfg(feature = "ssr")]
const PAGE: i64 = 50;

/// What a page of the list asks for: the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub slug: String,
    pub search: String,
    pub role: String,
    /// `with` or `without` a second step; empty for both.
    pub second: String,
    pub after: String,
    pub before: String,
}

impl Wanted {
    /// The address of the list with this search and another place in it.
    pub fn page(&self, place: &str, cursor: &str) -> String {
        let mut query = String::new();
        let parts = [
            ("search", self.search.as_str()),
            ("role", &self.role),
            ("second", &self.second),
            (place, cursor),
        ];
        for (name, value) in parts {
            if !value.is_empty() {
                argument(&mut query, name, value);
            }
        }
        format!("/o/{}/members?{query}", self.slug)
    }

    /// The arguments of the server function that loads the page.
    pub fn query(&self) -> String {
        arguments(&[
            ("slug", &self.slug),
            ("search", &self.search),
            ("role", &self.role),
            ("second", &self.second),
            ("after", &self.after),
            ("before", &self.before),
        ])
    }

    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.role.is_empty() || !self.second.is_empty()
    }
}

/// A member in the list or on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub member: Member,
    pub is_self: bool,
    pub joined: Moment,
    pub last_active: Option<Moment>,
    /// Why the visitor cannot change or remove this member.
    pub why_not: Option<String>,
}

/// `/o/{slug}/members`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersView {
    pub place: Place,
    pub page: Page<Row>,
    /// How many the search finds.
    pub found: u64,
    /// How many invitations wait; only for who may see them.
    pub open_invitations: Option<u64>,
}

/// `/o/{slug}/members/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    pub place: Place,
    pub row: Row,
    /// The roles that the visitor can give.
    pub roles: Vec<Role>,
}

#[cfg(feature = "ssr")]
struct Reader {
    place: Place,
    owners: u64,
    own: MembershipId,
    now: contract::Timestamp,
    zone: String,
}

#[cfg(feature = "ssr")]
impl Reader {
    fn row(&self, member: Member) -> Row {
        let is_self = member.id == self.own;
        let why_not = match &self.place.purges {
            Some(_) => Some(Code::PendingDeletion.sentence().to_owned()),
            None => why_not_change(self.place.role, &member, self.owners, is_self)
                .map(|problem| problem.message.into_owned()),
        };
        let shown = |at| moment(at, self.now, &self.zone);
        Row {
            is_self,
            joined: shown(member.joined_at),
            last_active: member.last_active_at.map(shown),
            why_not,
            member,
        }
    }
}

#[cfg(feature = "ssr")]
async fn reader(request: &ssr::RequestCtx, found: &domain::InOrg) -> domain::Result<Reader> {
    let zone = zone(request).await?;
    Ok(Reader {
        place: place(request, found, &zone).await?,
        owners: members::count_owners(&request.ctx, found).await?,
        own: found.membership_id(),
        now: request.ctx.now(),
        zone,
    })
}

/// What `/o/{slug}/members` shows.
#[server(prefix = "/_fn", endpoint = "load-members")]
pub async fn load_members(
    slug: String,
    #[server(default)] search: String,
    #[server(default)] role: String,
    #[server(default)] second: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "members").await?;
        let sees_details = found.may(Permission::ReadMemberDetails);
        let has_second_factor = match second.as_str() {
            "with" => Some(true),
            "without" => Some(false),
            _ => None,
        };
        let filter = MemberFilter {
            search,
            role,
            has_second_factor: has_second_factor.filter(|_| sees_details),
        };
        let given = |text: String| (!text.is_empty()).then_some(text);
        let input = ListMembers {
            page: PageRequest {
                size: Some(PAGE),
                after: given(after),
                before: given(before),
                ..PageRequest::default()
            },
            filter,
        };
        let reader = reader(&request, &found).await?;
        let page = members::list(&request.ctx, &found, &input).await?;
        let count = members::count(&request.ctx, &found, &input.filter).await?;
        let open_invitations = if found.may(Permission::InviteMembers) {
            Some(invitations::count_pending(&request.ctx, &found).await?)
        } else {
            None
        };
        Ok(MembersView {
            page: page.map(|member| reader.row(member)),
            found: count,
            open_invitations,
            place: reader.place,
        })
    };
    ssr::view(&request, view.await)
}

/// What `/o/{slug}/members/{id}` shows.
#[server(prefix = "/_fn", endpoint = "load-member")]
pub async fn load_member(slug: String, id: String) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let found = enter(&request, &slug, "members").await?;
        let reader = reader(&request, &found).await?;
        let member = members::get(&request.ctx, &found, id.parse()?).await?;
        Ok(MemberView {
            row: reader.row(member),
            roles: found.role().up_to().collect(),
            place: reader.place,
        })
    };
    ssr::view(&request, view.await)
}

/// Gives a member another role; `back` is `member` where the form stands on the member's own page.
#[server(prefix = "/_fn", endpoint = "change-role")]
pub async fn change_role(
    #[server(default)] organization: String,
    #[server(default)] member: String,
    #[server(default)] role: String,
    #[server(default)] back: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &member, &back);
    ssr::form("members", &page, &[("role", &role)], async |request| {
        entered(&request, &organization).await?;
        let role = Role::parse(&role).map_err(|problem| problem.on("role"))?;
        let changed =
            members::change_role(&request.ctx, &request.actor, member.parse()?, role).await?;
        let article = if role == Role::Member { "a" } else { "an" };
        Ok(Done::said(format!(
            "{} is {article} {} now.",
            changed.person.display_name(),
            role.as_str()
        )))
    })
    .await
}

#[cfg(feature = "ssr")]
fn page_of(organization: &str, member: &str, back: &str) -> String {
    if back == "member" {
        format!("/o/{organization}/members/{member}")
    } else {
        format!("/o/{organization}/members")
    }
}

/// Removes a member.
#[server(prefix = "/_fn", endpoint = "remove-member")]
pub async fn remove_member(
    #[server(default)] organization: String,
    #[server(default)] member: String,
) -> Result<Outcome, Fault> {
    let page = page_of(&organization, &member, "member");
    ssr::form("members", &page, &[], async |request| {
        let found = entered(&request, &organization).await?;
        let id = member.parse()?;
        let gone = members::get(&request.ctx, &found, id).await?;
        members::remove(&request.ctx, &request.actor, id).await?;
        let list = format!("/o/{organization}/members");
        let notice = format!("{} was removed.", gone.person.display_name());
        Ok(Done::goto_saying(&list, "members", &notice))
    })
    .await
}
