//! What operators do from the console: organizations that are suspended, and names of organizations as a search looks into them.

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
        let mut name_key = text("name_key");
        name_key.default("");
        for column in [big_integer_null("suspended_at"), name_key] {
            let add = Table::alter()
                .table("organizations")
                .add_column(column)
                .to_owned();
            manager.alter_table(add).await?;
        }
        fill(manager.get_connection()).await?;
        for (name, table, column) in INDEXES {
            let index = Index::create()
                .name(name)
                .table(table)
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        for column in ["name_key", "suspended_at"] {
            let drop = Table::alter()
                .table("organizations")
                .drop_column(column)
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// Few rows hold something here, and a list asks for these.
const INDEXES: [(&str, &str, &str); 3] = [
    ("users_staff_since_at", "users", "staff_since_at"),
    ("users_suspended_at", "users", "suspended_at"),
    (
        "organizations_suspended_at",
        "organizations",
        "suspended_at",
    ),
];

/// Writes the keys of the names that are there already.
async fn fill(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let mut last = None;
    loop {
        let mut select = Query::select();
        select
            .from("organizations")
            .columns(["id", "name"])
            .order_by("id", Order::Asc)
            .limit(AT_ONCE);
        if let Some(last) = last {
            select.and_where(Expr::col("id").gt(last));
        }
        let rows = db.query_all(&select).await?;
        for row in &rows {
            let id: Uuid = row.try_get("", "id")?;
            last = Some(id);
            let name: String = row.try_get("", "name")?;
            let update = Query::update()
                .table("organizations")
                .value("name_key", name.to_lowercase())
                .and_where(Expr::col("id").eq(id))
                .to_owned();
            db.execute(&update).await?;
        }
        if (rows.len() as u64) < AT_ONCE {
            return Ok(());
        }
    }
}
