//! Identities: what a provider of sign-ins calls a person.

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
        let identities = Table::create()
            .table("identities")
            .col(id.primary_key())
            .col(uuid("user_id"))
            .col(text("provider"))
            .col(text("issuer"))
            .col(text("subject"))
            .col(text("label"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .foreign_key(&mut of_user)
            .to_owned();
        manager.create_table(identities).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let identities = Table::drop().table(Alias::new("identities")).to_owned();
        manager.drop_table(identities).await
    }
}

/// An issuer's subject is one person's; and one person has one subject of an issuer.
fn indexes() -> [IndexCreateStatement; 2] {
    let index = |name: &'static str, columns: [&'static str; 2]| {
        Index::create()
            .name(name)
            .table("identities")
            .col(columns[0])
            .col(columns[1])
            .unique()
            .to_owned()
    };
    [
        index("identities_issuer_subject", ["issuer", "subject"]),
        index("identities_user_id_issuer", ["user_id", "issuer"]),
    ]
}
