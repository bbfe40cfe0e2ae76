//! Second factors: authenticator apps, recovery codes, sign-ins that wait for the second step, and browsers that may skip it.
//! And what people have signed in with before.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            apps(),
            recovery_codes(),
            challenges(),
            trusted_browsers(),
            known_clients(),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let mut column = text("second_factor");
        let add = Table::alter()
            .table("sessions")
            .add_column(column.default(""))
            .to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("sessions")
            .drop_column("second_factor")
            .to_owned();
        manager.alter_table(drop).await?;
        for table in [
            "known_clients",
            "trusted_browsers",
            "challenges",
            "recovery_codes",
            "authenticator_apps",
        ] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn id() -> ColumnDef {
    let mut column = uuid("id");
    column.primary_key();
    column
}

/// `user_id` that disappears together with the person.
fn of_user() -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col("user_id")
        .to("users", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

/// One for each person; asked for once it is confirmed.
fn apps() -> TableCreateStatement {
    let mut user_id = uuid("user_id");
    Table::create()
        .table("authenticator_apps")
        .col(user_id.primary_key())
        .col(blob("sealed_secret"))
        .col(big_integer("last_step"))
        .col(big_integer("created_at"))
        .col(big_integer_null("confirmed_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

fn recovery_codes() -> TableCreateStatement {
    Table::create()
        .table("recovery_codes")
        .col(id())
        .col(uuid("user_id"))
        .col(blob("hash"))
        .col(big_integer_null("used_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

/// A sign-in whose first step was good.
fn challenges() -> TableCreateStatement {
    Table::create()
        .table("challenges")
        .col(id())
        .col(uuid("user_id"))
        .col(blob("token_hash"))
        .col(text("session_kind"))
        .col(text("method"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

fn trusted_browsers() -> TableCreateStatement {
    Table::create()
        .table("trusted_browsers")
        .col(id())
        .col(uuid("user_id"))
        .col(blob("token_hash"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

/// By browser, system and network.
fn known_clients() -> TableCreateStatement {
    Table::create()
        .table("known_clients")
        .col(uuid("user_id"))
        .col(blob("hash"))
        .col(big_integer("seen_at"))
        .primary_key(Index::create().col("user_id").col("hash"))
        .foreign_key(&mut of_user())
        .to_owned()
}

fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create()
        .name(format!("{table}_{column}"))
        .table(table)
        .col(column)
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut all: Vec<_> = ["recovery_codes", "challenges", "trusted_browsers"]
        .into_iter()
        .map(|table| index(table, "user_id"))
        .collect();
    all.push(index("known_clients", "seen_at"));
    for table in ["challenges", "trusted_browsers"] {
        all.push(index(table, "token_hash").unique().to_owned());
        all.push(index(table, "expires_at"));
    }
    all
}
