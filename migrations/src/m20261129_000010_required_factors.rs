//! Organizations that ask their members for a second factor, and how far these were told.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            big_integer_null("second_factor_from"),
            // The last membership whose person was told; null when nobody is to be told.
            uuid_null("second_factor_told"),
        ] {
            let add = Table::alter()
                .table("organizations")
                .add_column(column)
                .to_owned();
            manager.alter_table(add).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in [
            ("memberships", LACKING),
            ("organizations", "organizations_second_factor_told"),
        ] {
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        for column in ["second_factor_told", "second_factor_from"] {
            let drop = Table::alter()
                .table("organizations")
                .drop_column(column)
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// Who lacks something that stands with the person is found from this index alone, in the order of the list.
const LACKING: &str = "memberships_organization_id_id_user_id";

fn indexes() -> [IndexCreateStatement; 2] {
    [
        Index::create()
            .name("organizations_second_factor_told")
            .table("organizations")
            .col("second_factor_told")
            .to_owned(),
        Index::create()
            .name(LACKING)
            .table("memberships")
            .col("organization_id")
            .col("id")
            .col("user_id")
            .to_owned(),
    ]
}
