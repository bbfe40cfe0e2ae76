//! Organizations, who is in them, who is invited; and pictures.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            pictures(),
            organizations(),
            slugs(),
            memberships(),
            invitations(),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "invitations",
            "memberships",
            "slugs",
            "organizations",
            "pictures",
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

fn of_organization() -> ForeignKeyCreateStatement {
    reference(
        "organization_id",
        "organizations",
        ForeignKeyAction::Cascade,
    )
}

/// Small pictures, re-encoded by us. The id is random and part of a picture's address.
fn pictures() -> TableCreateStatement {
    Table::create()
        .table("pictures")
        .col(id())
        .col(text("content_type"))
        .col(blob("bytes"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn organizations() -> TableCreateStatement {
    Table::create()
        .table("organizations")
        .col(id())
        .col(text("slug"))
        .col(text("name"))
        .col(uuid_null("logo_id"))
        .col(uuid("owner_id"))
        .col(text("subscription_tier"))
        .col(big_integer("quota_limit"))
        .col(integer_null("seats"))
        .col(big_integer("member_count"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer_null("deleted_at"))
        .foreign_key(&mut reference(
            "owner_id",
            "users",
            ForeignKeyAction::Restrict,
        ))
        .foreign_key(&mut reference(
            "logo_id",
            "pictures",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

/// Every address that is taken: the current one of each organization, and former ones that still redirect.
fn slugs() -> TableCreateStatement {
    let mut slug = text("slug");
    Table::create()
        .table("slugs")
        .col(slug.primary_key())
        .col(uuid("organization_id"))
        .col(big_integer_null("retired_at"))
        .foreign_key(&mut of_organization())
        .to_owned()
}

fn memberships() -> TableCreateStatement {
    Table::create()
        .table("memberships")
        .col(id())
        .col(uuid("organization_id"))
        .col(uuid("user_id"))
        .col(text("role"))
        .col(text("name_key"))
        .col(text("email_key"))
        .col(big_integer("joined_at"))
        .col(big_integer_null("last_active_at"))
        .foreign_key(&mut of_organization())
        .foreign_key(&mut reference(
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn invitations() -> TableCreateStatement {
    Table::create()
        .table("invitations")
        .col(id())
        .col(uuid("organization_id"))
        .col(text("email"))
        .col(text("email_key"))
        .col(text_null("open_key"))
        .col(text("role"))
        .col(text("message"))
        .col(blob("token_hash"))
        .col(blob_null("link_hash"))
        .col(uuid_null("invited_by"))
        .col(big_integer("created_at"))
        .col(big_integer("sent_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("accepted_at"))
        .col(big_integer_null("declined_at"))
        .col(big_integer_null("revoked_at"))
        .foreign_key(&mut of_organization())
        .foreign_key(&mut reference(
            "invited_by",
            "users",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("{table}_{}", columns.join("_")))
        .table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, columns).unique().to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("organizations", &["slug"]),
        index("organizations", &["owner_id"]),
        index("organizations", &["deleted_at"]),
        index("slugs", &["organization_id"]),
        unique("memberships", &["organization_id", "user_id"]),
        index("memberships", &["user_id"]),
        index("memberships", &["organization_id", "role"]),
        // Lists and searches read this index alone.
        index(
            "memberships",
            &["organization_id", "id", "role", "name_key", "email_key"],
        ),
        unique("invitations", &["token_hash"]),
        unique("invitations", &["link_hash"]),
        unique("invitations", &["open_key"]),
        index("invitations", &["organization_id", "id"]),
        index("invitations", &["email_key"]),
        index("invitations", &["invited_by"]),
    ]
}
