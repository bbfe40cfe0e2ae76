//! People, their sessions and links; outgoing mail, throttles and the audit log.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            users(),
            profiles(),
            sessions(),
            links(),
            mails(),
            throttles(),
            audit_events(),
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
            "audit_events",
            "throttles",
            "mails",
            "links",
            "sessions",
            "profiles",
            "users",
        ] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn time(name: &'static str) -> ColumnDef {
    big_integer(name)
}

fn time_null(name: &'static str) -> ColumnDef {
    big_integer_null(name)
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

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(id())
        .col(text("email"))
        .col(text("email_key"))
        .col(text("username"))
        .col(text("name"))
        .col(text_null("phone"))
        .col(text_null("password_hash"))
        .col(time_null("password_changed_at"))
        .col(time_null("email_verified_at"))
        .col(time_null("staff_since_at"))
        .col(time_null("suspended_at"))
        .col(time("created_at"))
        .col(time("updated_at"))
        .to_owned()
}

fn profiles() -> TableCreateStatement {
    let mut user_id = uuid("user_id");
    Table::create()
        .table("profiles")
        .col(user_id.primary_key())
        .col(text("time_zone"))
        .col(text("language"))
        .col(text("theme"))
        .col(time("updated_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(id())
        .col(uuid("user_id"))
        .col(blob("token_hash"))
        .col(text("kind"))
        .col(text("method"))
        .col(text("ip"))
        .col(text("user_agent"))
        .col(time("created_at"))
        .col(time("authenticated_at"))
        .col(time("last_seen_at"))
        .col(big_integer("idle_seconds"))
        .col(time("expires_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

fn links() -> TableCreateStatement {
    Table::create()
        .table("links")
        .col(id())
        .col(uuid("user_id"))
        .col(text("purpose"))
        .col(blob("token_hash"))
        .col(text("email_key"))
        .col(time("created_at"))
        .col(time("expires_at"))
        .col(time_null("used_at"))
        .foreign_key(&mut of_user())
        .to_owned()
}

fn mails() -> TableCreateStatement {
    Table::create()
        .table("mails")
        .col(id())
        .col(text("template"))
        .col(text("recipient"))
        .col(text("status"))
        .col(blob_null("sealed"))
        .col(integer("attempts"))
        .col(text_null("last_error"))
        .col(time("created_at"))
        .col(time("next_attempt_at"))
        .col(time_null("claimed_until_at"))
        .col(time_null("finished_at"))
        .to_owned()
}

fn throttles() -> TableCreateStatement {
    let mut key = text("key");
    Table::create()
        .table("throttles")
        .col(key.primary_key())
        .col(integer("count"))
        .col(time("until_at"))
        .col(time("expires_at"))
        .to_owned()
}

fn audit_events() -> TableCreateStatement {
    Table::create()
        .table("audit_events")
        .col(id())
        .col(time("at"))
        .col(uuid_null("organization_id"))
        .col(text("actor_kind"))
        .col(uuid_null("actor_id"))
        .col(text("face"))
        .col(text("action"))
        .col(text("subject_kind"))
        .col(uuid("subject_id"))
        .col(text_null("before"))
        .col(text_null("after"))
        .col(text_null("ip"))
        .col(text("trace_id"))
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
        unique("users", &["email_key"]),
        unique("users", &["username"]),
        index("users", &["created_at", "id"]),
        unique("sessions", &["token_hash"]),
        index("sessions", &["user_id"]),
        index("sessions", &["expires_at"]),
        unique("links", &["token_hash"]),
        index("links", &["user_id", "purpose"]),
        index("links", &["expires_at"]),
        index("mails", &["status", "next_attempt_at"]),
        index("throttles", &["expires_at"]),
        index("audit_events", &["subject_id", "at"]),
        index("audit_events", &["organization_id", "at"]),
    ]
}
