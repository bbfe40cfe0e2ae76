//! Reading members.

use std::collections::HashMap;

use contract::{
    Code, MembershipId, Permission, UserId,
    members::{ListMembers, Member, MemberFilter, Person},
    page::{Page, PageRequest},
};

use super::store;
use crate::{Actor, Ctx, InOrg, error::Result, organizations, paging::Window};

fn window(ctx: &Ctx, viewer: &InOrg, request: &PageRequest) -> Result<Window> {
    Window::open(ctx, format!("members of {}", viewer.id()), request)
}

/// Members in the order of joining, those that a filter lets through.
pub async fn list(ctx: &Ctx, viewer: &InOrg, input: &ListMembers) -> Result<Page<Member>> {
    viewer.require(Permission::ReadMembers)?;
    let filter = input.filter.validate()?;
    let window = window(ctx, viewer, &input.page)?;
    let rows = store::list(ctx.read(), viewer, &filter, &window).await?;
    let page = window.page(ctx, rows, |row| row.id);
    Ok(page.map(|row| row.seen_by(viewer)))
}

/// What is asked of the members of one organization among several.
#[derive(Clone, Debug)]
pub struct FirstMembers {
    pub viewer: InOrg,
    pub input: ListMembers,
}

/// A page of members of each of several organizations; the number of statements does not depend on how many these are. One
/// that is refused spoils no other.
pub async fn first_pages(ctx: &Ctx, asked: &[FirstMembers]) -> Result<Vec<Result<Page<Member>>>> {
    let opened: Vec<Result<_>> = asked
        .iter()
        .map(|one| {
            one.viewer.require(Permission::ReadMembers)?;
            let filter = one.input.filter.validate()?;
            Ok((filter, window(ctx, &one.viewer, &one.input.page)?))
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&opened)
        .filter_map(|(one, opened)| {
            let (filter, window) = opened.as_ref().ok()?;
            Some((&one.viewer, filter, window))
        })
        .collect();
    let mut found: Vec<Vec<store::Row>> = Vec::new();
    found.resize_with(parts.len(), Vec::new);
    for (place, row) in store::list_many(ctx.read(), &parts).await? {
        found[place].push(row);
    }
    let mut found = found.into_iter();
    let mut pages = Vec::with_capacity(asked.len());
    for (one, opened) in asked.iter().zip(opened) {
        pages.push(opened.map(|(_, window)| {
            let mut rows = found.next().unwrap_or_default();
            window.sort(&mut rows, |row| row.id);
            let page = window.page(ctx, rows, |row| row.id);
            page.map(|row| row.seen_by(&one.viewer))
        }));
    }
    Ok(pages)
}

/// How many members a filter lets through.
pub async fn count(ctx: &Ctx, viewer: &InOrg, filter: &MemberFilter) -> Result<u64> {
    viewer.require(Permission::ReadMembers)?;
    if filter.is_empty() {
        return Ok(viewer.organization().member_count);
    }
    store::count(ctx.read(), viewer, &filter.validate()?).await
}

/// How many owners can sign in.
pub async fn count_owners(ctx: &Ctx, viewer: &InOrg) -> Result<u64> {
    store::count_owners(ctx.read(), viewer.id()).await
}

/// One member of the viewer's organization.
pub async fn get(ctx: &Ctx, viewer: &InOrg, id: MembershipId) -> Result<Member> {
    viewer.require(Permission::ReadMembers)?;
    let found = store::find(ctx.read(), viewer, id).await?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// The organization of a membership, for another member of it; to everybody else neither exists.
pub async fn organization_of(ctx: &Ctx, actor: &Actor, id: MembershipId) -> Result<InOrg> {
    actor.signed_in()?;
    let organization = store::organization_of(ctx.read(), id)
        .await?
        .ok_or(Code::NotFound)?;
    organizations::enter_by_id(ctx, actor, organization).await
}

/// Those of many people who share an organization with the actor. Addresses are there for who may see them in one of the
/// shared organizations.
pub async fn fellows(ctx: &Ctx, actor: &Actor, ids: &[UserId]) -> Result<HashMap<UserId, Person>> {
    let Ok(viewer) = actor.signed_in() else {
        return Ok(HashMap::new());
    };
    let mut found: HashMap<UserId, Person> = HashMap::new();
    for fellow in store::find_fellows(ctx.read(), viewer.user_id, ids).await? {
        let (mut person, role) = fellow.person();
        if role.may(Permission::ReadMemberDetails) || person.id == viewer.user_id {
            found.insert(person.id, person);
        } else {
            person.email = None;
            found.entry(person.id).or_insert(person);
        }
    }
    Ok(found)
}
