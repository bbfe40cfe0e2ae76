//! Passkeys, and the questions to them that were answered: each is answered once.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut id = uuid("id");
        let mut of_user = ForeignKey::create()
            .from_col("user_id")
            .to("users", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .to_owned();
        let passkeys = Table::create()
            .table("passkeys")
            .col(id.primary_key())
            .col(uuid("user_id"))
            .col(uuid("handle"))
            .col(blob("credential_id"))
            .col(text("credential"))
            .col(text("name"))
            .col(boolean("is_synced"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .foreign_key(&mut of_user)
            .to_owned();
        manager.create_table(passkeys).await?;
        let mut id = uuid("id");
        let answered = Table::create()
            .table("answered_ceremonies")
            .col(id.primary_key())
            .col(big_integer("expires_at"))
            .to_owned();
        manager.create_table(answered).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["answered_ceremonies", "passkeys"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create()
        .name(format!("{table}_{column}"))
        .table(table)
        .col(column)
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 3] {
    [
        index("passkeys", "user_id"),
        index("passkeys", "credential_id").unique().to_owned(),
        index("answered_ceremonies", "expires_at"),
    ]
}
