//! What the act of a link needs besides: the address to change to, or the page to go to.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = text("detail");
        let add = Table::alter()
            .table("links")
            .add_column(column.default(""))
            .to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("links")
            .drop_column("detail")
            .to_owned();
        manager.alter_table(drop).await
    }
}
