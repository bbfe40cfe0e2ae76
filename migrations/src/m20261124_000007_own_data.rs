//! Pictures of people, letters that they do not want, and accounts that wait to be erased.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Table and column, in the order in which they are added.
const COLUMNS: [(&str, &str); 3] = [
    ("users", "avatar_id"),
    ("users", "deleted_at"),
    ("profiles", "muted"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            let definition = match column {
                "avatar_id" => uuid_null(column),
                "deleted_at" => big_integer_null(column),
                _ => {
                    let mut column = text(column);
                    column.default("");
                    column
                }
            };
            let add = Table::alter()
                .table(table)
                .add_column(definition)
                .to_owned();
            manager.alter_table(add).await?;
        }
        let mut index = Index::create();
        index
            .name("users_deleted_at")
            .table("users")
            .col("deleted_at");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Index::drop()
            .name("users_deleted_at")
            .table("users")
            .to_owned();
        manager.drop_index(drop).await?;
        for (table, column) in COLUMNS.into_iter().rev() {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
