//! API keys, their secrets, and how much they are used.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            api_keys(),
            key_secrets(),
            key_uses(),
            charges(),
            usage(),
            quotas(),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("organizations_updated_at")
                    .table("organizations")
                    .to_owned(),
            )
            .await?;
        for table in [
            "quotas",
            "usage",
            "charges",
            "key_uses",
            "key_secrets",
            "api_keys",
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

fn reference(
    column: &'static str,
    table: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(column)
        .to(table, "id")
        .on_delete(on_delete)
        .to_owned()
}

fn of_key() -> ForeignKeyCreateStatement {
    reference("key_id", "api_keys", ForeignKeyAction::Cascade)
}

fn api_keys() -> TableCreateStatement {
    Table::create()
        .table("api_keys")
        .col(id())
        .col(uuid("organization_id"))
        .col(text("name"))
        .col(text("scopes"))
        .col(text("allowed_ips"))
        .col(integer_null("rate_limit"))
        .col(integer_null("rate_period"))
        .col(big_integer_null("quota"))
        .col(uuid_null("created_by"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer_null("expires_at"))
        .col(big_integer_null("expiry_told_at"))
        .col(big_integer_null("paused_at"))
        .col(big_integer_null("revoked_at"))
        .col(text("revoke_reason"))
        .foreign_key(&mut reference(
            "organization_id",
            "organizations",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut reference(
            "created_by",
            "users",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

/// One row for each secret of a key: the newest, and for a while the one before it. The hash is keyed; the secret is nowhere.
fn key_secrets() -> TableCreateStatement {
    let mut hash = blob("hash");
    Table::create()
        .table("key_secrets")
        .col(hash.primary_key())
        .col(uuid("key_id"))
        .col(text("pepper"))
        .col(text("start"))
        .col(text("last4"))
        .col(big_integer("created_at"))
        .col(big_integer_null("expires_at"))
        .foreign_key(&mut of_key())
        .to_owned()
}

/// When each secret was last used; apart from the secret, so that many can be written at once.
fn key_uses() -> TableCreateStatement {
    let mut hash = blob("hash");
    Table::create()
        .table("key_uses")
        .col(hash.primary_key())
        .col(big_integer("used_at"))
        .col(text("ip"))
        .to_owned()
}

/// What was charged and is not counted yet: one row for many verifications that were committed together.
fn charges() -> TableCreateStatement {
    Table::create()
        .table("charges")
        .col(id())
        .col(blob("entries"))
        .to_owned()
}

/// Requests and units by key, interval and answer.
fn usage() -> TableCreateStatement {
    Table::create()
        .table("usage")
        .col(uuid("key_id"))
        .col(uuid("organization_id"))
        .col(small_integer("interval"))
        .col(big_integer("began_at"))
        .col(small_integer("verdict"))
        .col(big_integer("requests"))
        .col(big_integer("units"))
        .primary_key(
            Index::create()
                .col("key_id")
                .col("interval")
                .col("began_at")
                .col("verdict"),
        )
        .to_owned()
}

/// Units that a key or an organization has used in a month, and which warnings were sent.
fn quotas() -> TableCreateStatement {
    Table::create()
        .table("quotas")
        .col(uuid("subject_id"))
        .col(integer("month"))
        .col(big_integer("used"))
        .col(small_integer("told_percent"))
        .primary_key(Index::create().col("subject_id").col("month"))
        .to_owned()
}

fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index(
            "api_keys_organization",
            "api_keys",
            &["organization_id", "id"],
        ),
        index("api_keys_maker", "api_keys", &["created_by"]),
        index("api_keys_updated_at", "api_keys", &["updated_at"]),
        index("api_keys_expires_at", "api_keys", &["expires_at"]),
        index("key_secrets_key", "key_secrets", &["key_id"]),
        index("key_secrets_created_at", "key_secrets", &["created_at"]),
        index(
            "usage_organization",
            "usage",
            &["organization_id", "interval", "began_at"],
        ),
        index("usage_age", "usage", &["interval", "began_at"]),
        // Other processes see by it what has changed.
        index("organizations_updated_at", "organizations", &["updated_at"]),
    ]
}
