//! Reading the log of the whole installation: of all organizations, and of what belongs to none. For operators and staff.

use contract::{Code, EmailAddress, OrganizationId, Problem, Problems, page::Page};

use super::{
    entries::{self, Entry, Named},
    filter::{AuditFilter, ListAudit},
    queries,
    store::{self, Within},
};
use crate::{Actor, Ctx, accounts, admin, error::Result, organizations};

/// What a filter names, by name; nothing where it names nothing.
#[derive(Clone, Debug, Default)]
pub struct WantedNames {
    pub organization: Option<Named>,
    pub actor: Option<Named>,
    pub subject: Option<Named>,
}

pub(super) const fn within(organization: Option<OrganizationId>) -> Within {
    match organization {
        Some(id) => Within::Organization(id),
        None => Within::All,
    }
}

/// Gives what people type its form: an organization by its slug or id, and an actor or a subject also by e-mail address.
/// Refused: `OUT_OF_RANGE` for an organization or an address that nobody has.
pub async fn settle(
    ctx: &Ctx,
    actor: &Actor,
    organization: &str,
    filter: AuditFilter,
) -> Result<(Option<OrganizationId>, AuditFilter)> {
    admin::look(ctx, actor).await?;
    let mut problems = Problems::default();
    let found = find_organization(ctx, actor, organization).await?;
    let organization = problems.take("organization", found);
    let found = find_person(ctx, filter.actor).await?;
    let by = problems.take("actor", found);
    let found = find_person(ctx, filter.subject).await?;
    let about = problems.take("subject", found);
    match (organization, by, about) {
        (Some(organization), Some(actor), Some(subject)) => {
            let filter = AuditFilter {
                actor,
                subject,
                action: filter.action,
                from: filter.from,
                to: filter.to,
            };
            Ok((organization, filter))
        }
        _ => Err(problems.into()),
    }
}

type Found<T> = std::result::Result<T, Problem>;

async fn find_organization(
    ctx: &Ctx,
    actor: &Actor,
    text: &str,
) -> Result<Found<Option<OrganizationId>>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Ok(None));
    }
    // Of one that was purged the id is left.
    if let Ok(id) = text.parse::<OrganizationId>() {
        return Ok(Ok(Some(id)));
    }
    match organizations::id_of(ctx, actor, text).await {
        Err(error) if error.is_refusal(Code::NotFound) => Ok(Err(Problem::new(Code::OutOfRange))),
        found => found.map(|id| Ok(Some(id))),
    }
}

/// The id of whoever has an address; what is none stays as it is.
async fn find_person(ctx: &Ctx, text: String) -> Result<Found<String>> {
    if !text.contains('@') {
        return Ok(Ok(text));
    }
    let found = match EmailAddress::parse(&text) {
        Ok(email) => accounts::find_by_email(ctx.read(), &email.key()).await?,
        Err(_) => None,
    };
    let id = found.map(|account| account.user.id.to_string());
    Ok(id.ok_or(Problem::new(Code::OutOfRange)))
}

/// Entries, newest first, those that a filter lets through: of one organization, or of all and of what belongs to none.
pub async fn page_all(
    ctx: &Ctx,
    actor: &Actor,
    organization: Option<OrganizationId>,
    input: &ListAudit,
) -> Result<Page<Entry>> {
    admin::look(ctx, actor).await?;
    let filter = input.filter.validate()?;
    queries::page_within(ctx, within(organization), &filter, &input.page).await
}

/// How many entries a filter lets through.
pub async fn count_all(
    ctx: &Ctx,
    actor: &Actor,
    organization: Option<OrganizationId>,
    filter: &AuditFilter,
) -> Result<u64> {
    admin::look(ctx, actor).await?;
    let filter = filter.validate()?;
    store::count(ctx.read(), within(organization), &filter).await
}

/// How those are called whom a filter names by their ids.
pub async fn wanted_all(
    ctx: &Ctx,
    actor: &Actor,
    organization: Option<OrganizationId>,
    filter: &AuditFilter,
) -> Result<WantedNames> {
    admin::look(ctx, actor).await?;
    let (by, about) = queries::sides(ctx, filter.validate()?).await?;
    let asked = organization.map(|id| ("organization".to_owned(), Some(id.0)));
    let named = entries::named(ctx.read(), asked.into_iter()).await?;
    Ok(WantedNames {
        organization: named.into_iter().next(),
        actor: by,
        subject: about,
    })
}
