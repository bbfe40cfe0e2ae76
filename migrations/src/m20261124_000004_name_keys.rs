//! Names of users and API keys as a search looks into them: in small letters, which SQLite could not make of other letters than A
//! to Z.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, prelude::Uuid},
};

/// Rows that are read at once.
const AT_ONCE: u64 = 1000;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, sources) in [
            ("users", &["name", "username"][..]),
            ("api_keys", &["name"]),
        ] {
            let mut column = text("name_key");
            let add = Table::alter()
                .table(table)
                .add_column(column.default(""))
                .to_owned();
            manager.alter_table(add).await?;
            fill(manager.get_connection(), table, sources).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["users", "api_keys"] {
            let drop = Table::alter()
                .table(table)
                .drop_column("name_key")
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// Writes what is there already.
async fn fill(
    db: &SchemaManagerConnection<'_>,
    table: &'static str,
    sources: &[&'static str],
) -> Result<(), DbErr> {
    let mut last = None;
    loop {
        let mut select = Query::select();
        select
            .from(table)
            .column("id")
            .columns(sources.iter().copied())
            .order_by("id", Order::Asc)
            .limit(AT_ONCE);
        if let Some(last) = last {
            select.and_where(Expr::col("id").gt(last));
        }
        let rows = db.query_all(&select).await?;
        for row in &rows {
            let id: Uuid = row.try_get("", "id")?;
            last = Some(id);
            let parts: Vec<String> = sources
                .iter()
                .map(|source| row.try_get("", source))
                .collect::<Result<_, _>>()?;
            let update = Query::update()
                .table(table)
                .value("name_key", parts.join(" ").to_lowercase())
                .and_where(Expr::col("id").eq(id))
                .to_owned();
            db.execute(&update).await?;
        }
        if (rows.len() as u64) < AT_ONCE {
            return Ok(());
        }
    }
}
