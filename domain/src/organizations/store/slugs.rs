//! The table `slugs`: the addresses that organizations have, and had lately.

use contract::{
    Code, Organization, OrganizationId, Problem, Slug, Timestamp, organizations::FORMER_SLUG_DAYS,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use super::{DAY, change};
use crate::{
    Ctx,
    context::{Tx, delete_some},
    entities::{organization::Column, slug},
    error::{OrRefuse, Result},
};

/// Whether nobody has this slug, and nobody had it lately.
pub(in crate::organizations) async fn is_slug_free(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    slug: &Slug,
) -> Result<bool> {
    Ok(taken(db, ctx, slug.as_str()).await?.is_none())
}

/// Who has a slug, or had it lately.
pub(super) async fn taken(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    slug: &str,
) -> Result<Option<slug::Model>> {
    let reserved_since = ctx.now().minus_seconds(FORMER_SLUG_DAYS * DAY);
    let row = slug::Entity::find_by_id(slug.to_owned()).one(db).await?;
    Ok(row.filter(|row| row.retired_at.is_none_or(|at| at > reserved_since.0)))
}

/// Writes down that a slug is this organization's. One that another gave up long ago is free; its own former one comes back.
pub(super) async fn take_slug(tx: &Tx, ctx: &Ctx, slug: &Slug, id: OrganizationId) -> Result<()> {
    let reserved_since = ctx.now().minus_seconds(FORMER_SLUG_DAYS * DAY);
    let gone = slug::Column::RetiredAt.lte(reserved_since.0);
    let own = slug::Column::OrganizationId.eq(id.0);
    slug::Entity::delete_many()
        .filter(slug::Column::Slug.eq(slug.as_str()))
        .filter(gone.or(own))
        .exec(tx.db())
        .await?;
    let row = slug::ActiveModel {
        slug: Set(slug.to_string()),
        organization_id: Set(id.0),
        retired_at: Set(None),
    };
    let inserted = slug::Entity::insert(row)
        .exec_without_returning(tx.db())
        .await;
    inserted
        .map(|_| ())
        .map_err(Into::into)
        .or_refuse(Code::SlugTaken, "slug")
}

/// Gives the organization another slug; the one before it redirects. First in the organization's row and then in the table
/// of slugs, as `insert` does it: two who want the same slug at once meet in one order and do not wait for each other.
pub(in crate::organizations) async fn change_slug(
    tx: &Tx,
    ctx: &Ctx,
    organization: &Organization,
    slug: &Slug,
) -> Result<()> {
    let holder = taken(tx.db(), ctx, slug.as_str()).await?;
    if holder.is_some_and(|row| row.organization_id != organization.id.0) {
        return Err(Problem::new(Code::SlugTaken).on("slug").into());
    }
    let values = vec![(Column::Slug, Expr::value(slug.as_str()))];
    change(tx, ctx, organization.id, values)
        .await
        .or_refuse(Code::SlugTaken, "slug")?;
    slug::Entity::update_many()
        .col_expr(slug::Column::RetiredAt, Expr::value(ctx.now().0))
        .filter(slug::Column::Slug.eq(&organization.slug))
        .exec(tx.db())
        .await?;
    take_slug(tx, ctx, slug, organization.id).await
}

/// Whether an organization had a slug lately.
pub(in crate::organizations) async fn was_slug_of(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    id: OrganizationId,
    slug: &str,
) -> Result<bool> {
    let row = taken(db, ctx, &slug.to_ascii_lowercase()).await?;
    Ok(row.is_some_and(|row| row.organization_id == id.0))
}

/// Gives back some addresses that nobody has had for so long that anybody may take them; gives how many.
pub(crate) async fn sweep(tx: &Tx, now: Timestamp, most: u64) -> Result<u64> {
    let since = now.minus_seconds(FORMER_SLUG_DAYS * DAY);
    let over = Condition::all().add(slug::Column::RetiredAt.lte(since.0));
    delete_some::<slug::Entity>(tx, slug::Column::Slug, over, most).await
}
