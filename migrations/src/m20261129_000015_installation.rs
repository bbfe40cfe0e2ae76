//! What is known of the installation itself: one row.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut id = small_integer("id");
        let installation = Table::create()
            .table("installation")
            .col(id.primary_key())
            // Tells one secret key from another; nothing can be found out from it.
            .col(text("key_check"))
            .col(big_integer("key_since_at"))
            // When the server last swept: how far its clock had come.
            .col(big_integer("seen_at"))
            .to_owned();
        manager.create_table(installation).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let installation = Table::drop().table(Alias::new("installation")).to_owned();
        manager.drop_table(installation).await
    }
}
