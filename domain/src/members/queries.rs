//! Reading members.

use std::collections::HashMap;

use contract::{
    Code, MembershipId, OrganizationId, Permission, UserId,
    members::{ListMembers, Member, MemberFilter, Person, ValidMemberFilter},
    page::{Page, PageRequest},
};

use super::store;
use crate::{Actor, Ctx, InOrg, error::Result, organizations, paging::Window};

fn window(ctx: &Ctx, viewer: &InOrg, request: &PageRequest) -> Result<Window> {
    Window::open(ctx, format!("members of {}", viewer.id()), request)
}

/// A filter that the viewer may ask with: who has a second factor is told to nobody else in another way.
fn allowed(viewer: &InOrg, filter: &MemberFilter) -> Result<ValidMemberFilter> {
    viewer.require(Permission::ReadMembers)?;
    if filter.has_second_factor.is_some() {
        viewer.require(Permission::ReadMemberDetails)?;
    }
    Ok(filter.validate()?)
}

/// Members in the order of joining, those that a filter lets through.
pub async fn list(ctx: &Ctx, viewer: &InOrg, input: &ListMembers) -> Result<Page<Member>> {
    let filter = allowed(viewer, &input.filter)?;
    let window = window(ctx, viewer, &input.page)?;
    let rows = store::list(ctx.read(), viewer, &filter, &window).await?;
    let page = window.page(ctx, rows, |row| row.id);
    Ok(page.map(|row| row.seen_by(viewer)))
}

/// What is asked of the members of one organization among several.
#[derive(Clone, Copy, Debug)]
pub struct FirstMembers<'a> {
    pub viewer: &'a InOrg,
    pub input: &'a ListMembers,
}

/// A page of members for each that is asked for, of the same organization or of others; the number of statements does not
/// depend on how many these are. One that is refused spoils no other.
pub async fn first_pages(
    ctx: &Ctx,
    asked: &[FirstMembers<'_>],
) -> Result<Vec<Result<Page<Member>>>> {
    let opened: Vec<Result<_>> = asked
        .iter()
        .map(|one| {
            let filter = allowed(one.viewer, &one.input.filter)?;
            Ok((filter, window(ctx, one.viewer, &one.input.page)?))
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&opened)
        .filter_map(|(one, opened)| {
            let (filter, window) = opened.as_ref().ok()?;
            Some((one.viewer, filter, window))
        })
        .collect();
    let mut lists = store::list_many(ctx.read(), &parts).await?.into_iter();
    let mut pages = Vec::with_capacity(asked.len());
    for (one, opened) in asked.iter().zip(opened) {
        pages.push(opened.map(|(_, window)| {
            let mut found = lists.next().unwrap_or_default();
            window.sort(&mut found, |row| row.id);
            let page = window.page(ctx, found, |row| row.id);
            page.map(|row| row.seen_by(one.viewer))
        }));
    }
    Ok(pages)
}

/// How many members a filter lets through.
pub async fn count(ctx: &Ctx, viewer: &InOrg, filter: &MemberFilter) -> Result<u64> {
    let valid = allowed(viewer, filter)?;
    if filter.is_empty() {
        return Ok(viewer.organization().member_count);
    }
    store::count(ctx.read(), viewer, &valid).await
}

/// How many members each filter lets through, in one statement at most. One that is refused spoils no other.
pub async fn count_many(ctx: &Ctx, asked: &[(&InOrg, &MemberFilter)]) -> Result<Vec<Result<u64>>> {
    let opened: Vec<Result<_>> = asked
        .iter()
        .map(|(viewer, filter)| {
            let valid = allowed(viewer, filter)?;
            Ok((!filter.is_empty()).then_some(valid))
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&opened)
        .filter_map(|((viewer, _), opened)| Some((*viewer, opened.as_ref().ok()?.as_ref()?)))
        .collect();
    let mut counts = store::count_many(ctx.read(), &parts).await?.into_iter();
    let mut found = Vec::with_capacity(asked.len());
    for ((viewer, _), opened) in asked.iter().zip(opened) {
        found.push(opened.map(|filter| match filter {
            Some(_) => counts.next().unwrap_or_default(),
            None => viewer.organization().member_count,
        }));
    }
    Ok(found)
}

/// The primary owners of several organizations, by organization, in one statement.
pub async fn primary_owners(
    ctx: &Ctx,
    viewers: &[&InOrg],
) -> Result<HashMap<OrganizationId, Person>> {
    let viewers: Vec<&InOrg> = viewers
        .iter()
        .copied()
        .filter(|viewer| viewer.may(Permission::ReadMembers))
        .collect();
    let rows = store::primary_owners(ctx.read(), &viewers).await?;
    let seen = |row: store::Row| {
        let viewer = viewers.iter().find(|viewer| viewer.id() == row.of())?;
        Some((viewer.id(), row.seen_by(viewer).person))
    };
    Ok(rows.into_iter().filter_map(seen).collect())
}

/// How many owners can sign in: one, or two for any more, as that is all a rule asks.
pub async fn count_owners(ctx: &Ctx, viewer: &InOrg) -> Result<u64> {
    store::count_owners(ctx.read(), viewer.id(), 2).await
}

/// One member of the viewer's organization.
pub async fn get(ctx: &Ctx, viewer: &InOrg, id: MembershipId) -> Result<Member> {
    viewer.require(Permission::ReadMembers)?;
    let found = store::find(ctx.read(), viewer, id).await?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// The organization of a membership, for another member of it; to everybody else neither exists.
pub async fn organization_of(ctx: &Ctx, actor: &Actor, id: MembershipId) -> Result<InOrg> {
    actor.require_known()?;
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
    for fellow in store::find_fellows(ctx.read(), ctx.now(), viewer.user_id, ids).await? {
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
