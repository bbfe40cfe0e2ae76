//! Reading the log of an organization, without the places that staff acted from.

use contract::{
    AuditEventId, Code, OrganizationId, Permission,
    page::{Page, PageRequest},
};
use uuid::Uuid;

use super::{
    entries::{self, Entry, Named},
    filter::{AuditFilter, ListAudit, ValidFilter},
    store::{self, Row, Within},
};
use crate::{Actor, Ctx, InOrg, error::Result, organizations, paging::Window};

fn window(ctx: &Ctx, within: Within, request: &PageRequest) -> Result<Window> {
    let scope = match within {
        Within::Organization(id) => format!("log of {id}"),
        Within::All => "log".to_owned(),
    };
    Ok(Window::open(ctx, scope, request)?.newest_first())
}

fn id_of(entry: &Entry) -> Uuid {
    entry.id.0
}

/// Entries of an organization's log, newest first, those that a filter lets through. Refused: who may not read it, a filter
/// that is malformed (see [`AuditFilter`]), a cursor of another list.
pub async fn page(ctx: &Ctx, viewer: &InOrg, input: &ListAudit) -> Result<Page<Entry>> {
    viewer.require(Permission::ReadAudit)?;
    let filter = input.filter.validate()?;
    let within = Within::Organization(viewer.id());
    let found = page_within(ctx, within, &filter, &input.page).await?;
    Ok(found.map(Entry::without_place_of_staff))
}

pub(super) async fn page_within(
    ctx: &Ctx,
    within: Within,
    filter: &ValidFilter,
    request: &PageRequest,
) -> Result<Page<Entry>> {
    let window = window(ctx, within, request)?;
    let rows = store::list(ctx.read(), within, filter, &window).await?;
    let entries = entries::entries(ctx.read(), rows).await?;
    Ok(window.page(ctx, entries, id_of))
}

/// A page of the log of each that is asked for; the number of statements does not depend on how many these are. One that is
/// refused spoils no other.
pub async fn first_pages(
    ctx: &Ctx,
    asked: &[(&InOrg, &ListAudit)],
) -> Result<Vec<Result<Page<Entry>>>> {
    let opened: Vec<Result<_>> = asked
        .iter()
        .map(|(viewer, input)| {
            viewer.require(Permission::ReadAudit)?;
            let filter = input.filter.validate()?;
            let within = Within::Organization(viewer.id());
            Ok((filter, window(ctx, within, &input.page)?))
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&opened)
        .filter_map(|((viewer, _), opened)| {
            let (filter, window) = opened.as_ref().ok()?;
            Some((viewer.id(), filter, window))
        })
        .collect();
    let lists = store::list_many(ctx.read(), &parts).await?;
    let mut lists = resolved(ctx, lists).await?.into_iter();
    let mut pages = Vec::with_capacity(asked.len());
    for opened in opened {
        pages.push(opened.map(|(_, window)| {
            let mut found = lists.next().unwrap_or_default();
            window.sort(&mut found, id_of);
            window.page(ctx, found, id_of)
        }));
    }
    Ok(pages)
}

/// Resolves the names of several lists together.
async fn resolved(ctx: &Ctx, lists: Vec<Vec<Row>>) -> Result<Vec<Vec<Entry>>> {
    let sizes: Vec<usize> = lists.iter().map(Vec::len).collect();
    let rows = lists.into_iter().flatten().collect();
    let entries = entries::entries(ctx.read(), rows).await?;
    let mut entries = entries.into_iter().map(Entry::without_place_of_staff);
    let lists = sizes
        .into_iter()
        .map(|size| entries.by_ref().take(size).collect());
    Ok(lists.collect())
}

/// How many entries a filter lets through.
pub async fn count(ctx: &Ctx, viewer: &InOrg, filter: &AuditFilter) -> Result<u64> {
    let counted = count_many(ctx, &[(viewer, filter)]).await?;
    counted.into_iter().next().unwrap_or(Ok(0))
}

/// How many entries each filter lets through, in one statement. One that is refused spoils no other.
pub async fn count_many(ctx: &Ctx, asked: &[(&InOrg, &AuditFilter)]) -> Result<Vec<Result<u64>>> {
    let valid: Vec<Result<_>> = asked
        .iter()
        .map(|(viewer, filter)| {
            viewer.require(Permission::ReadAudit)?;
            Ok(filter.validate()?)
        })
        .collect();
    let parts: Vec<_> = asked
        .iter()
        .zip(&valid)
        .filter_map(|((viewer, _), filter)| Some((viewer.id(), filter.as_ref().ok()?)))
        .collect();
    let mut counts = store::count_many(ctx.read(), &parts).await?.into_iter();
    let found = valid
        .into_iter()
        .map(|valid| valid.map(|_| counts.next().unwrap_or_default()));
    Ok(found.collect())
}

/// One entry, with the organization that it is of. To whoever may not read that log, and of none, it is "not found".
pub async fn get(ctx: &Ctx, actor: &Actor, id: AuditEventId) -> Result<(InOrg, Entry)> {
    actor.require_known()?;
    let row = store::get(ctx.read(), id).await?.ok_or(Code::NotFound)?;
    let organization = row.organization_id.ok_or(Code::NotFound)?;
    let viewer = organizations::enter_by_id(ctx, actor, OrganizationId(organization)).await?;
    if !viewer.may(Permission::ReadAudit) {
        return Err(Code::NotFound.into());
    }
    let mut found = entries::entries(ctx.read(), vec![row]).await?;
    let entry = found.pop().ok_or(Code::NotFound)?;
    Ok((viewer, entry.without_place_of_staff()))
}

/// Who has acted in the last thousand entries of an organization's log, by name: people and keys first.
pub async fn actors(ctx: &Ctx, viewer: &InOrg) -> Result<Vec<Named>> {
    viewer.require(Permission::ReadAudit)?;
    let found = store::actors(ctx.read(), viewer.id()).await?;
    let mut named = entries::named(ctx.read(), found.into_iter()).await?;
    named.sort_by_cached_key(|one| (one.party.id().is_none(), one.name.to_lowercase()));
    Ok(named)
}

/// How those are called whom a filter names by their ids, in this order: who acted, and on whom or what.
pub async fn wanted(
    ctx: &Ctx,
    viewer: &InOrg,
    filter: &AuditFilter,
) -> Result<(Option<Named>, Option<Named>)> {
    viewer.require(Permission::ReadAudit)?;
    let valid = filter.validate()?;
    sides(ctx, valid).await
}

/// How those are called whom the two sides of a filter name.
pub(super) async fn sides(ctx: &Ctx, valid: ValidFilter) -> Result<(Option<Named>, Option<Named>)> {
    let with_id = |wanted: Option<super::filter::Wanted>| {
        wanted.map(|wanted| (wanted.kind.to_owned(), wanted.id))
    };
    let sides = [with_id(valid.actor), with_id(valid.subject)];
    let is_given = sides.each_ref().map(Option::is_some);
    let mut named = entries::named(ctx.read(), sides.into_iter().flatten())
        .await?
        .into_iter();
    let mut next = |is_given: bool| is_given.then(|| named.next()).flatten();
    Ok((next(is_given[0]), next(is_given[1])))
}
