//! The audit log of each organization becomes a chain, and is found by who, what and on what, newest first.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Columns of an entry that has a place in a chain; entries from before have none.
const COLUMNS: [&str; 7] = [
    "seq",
    "facts_salt",
    "facts_digest",
    "ip_salt",
    "ip_digest",
    "chain_key",
    "chain_hash",
];

/// In the place of those by `at`: ids sort by their time. With the organization for its own log, and without for the log of all,
/// which would have to sort what it finds otherwise.
const INDEXES: [(&str, &[&str]); 9] = [
    (
        "audit_events_organization_id_id",
        &["organization_id", "id"],
    ),
    (
        "audit_events_organization_id_action_id",
        &["organization_id", "action", "id"],
    ),
    (
        "audit_events_organization_id_subject_kind_id",
        &["organization_id", "subject_kind", "id"],
    ),
    (
        "audit_events_actor_id_organization_id_id",
        &["actor_id", "organization_id", "id"],
    ),
    (
        "audit_events_subject_id_organization_id_id",
        &["subject_id", "organization_id", "id"],
    ),
    ("audit_events_actor_id_id", &["actor_id", "id"]),
    ("audit_events_subject_id_id", &["subject_id", "id"]),
    ("audit_events_subject_kind_id", &["subject_kind", "id"]),
    ("audit_events_action_id", &["action", "id"]),
];

const FORMER: [(&str, &[&str]); 2] = [
    ("audit_events_subject_id_at", &["subject_id", "at"]),
    (
        "audit_events_organization_id_at",
        &["organization_id", "at"],
    ),
];

/// A place of a chain is taken once.
const PLACES: &str = "audit_events_organization_id_seq";

/// By the part of the action before its dot, which no column holds; and by kinds of actors that have no ids, who are few.
const SPECIAL: [(&str, &str); 4] = [
    (
        "audit_events_organization_id_area_id",
        "organization_id, (AREA), id)",
    ),
    ("audit_events_area_id", "(AREA), id)"),
    (
        "audit_events_organization_id_actor_kind_id",
        "organization_id, actor_kind, id) WHERE actor_id IS NULL",
    ),
    (
        "audit_events_actor_kind_id",
        "actor_kind, id) WHERE actor_id IS NULL",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let add = Table::alter()
                .table("audit_events")
                .add_column(definition(column))
                .to_owned();
            manager.alter_table(add).await?;
        }
        manager.create_table(heads()).await?;
        for (name, columns) in INDEXES {
            manager.create_index(index(name, columns)).await?;
        }
        let places = index(PLACES, &["organization_id", "seq"])
            .unique()
            .to_owned();
        manager.create_index(places).await?;
        for (name, of) in SPECIAL {
            create_special(manager, name, of).await?;
        }
        for (name, _) in FORMER {
            manager.drop_index(drop_index(name)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, columns) in FORMER {
            manager.create_index(index(name, columns)).await?;
        }
        let special = SPECIAL.iter().map(|(name, _)| *name);
        let others = INDEXES.iter().map(|(name, _)| *name);
        for name in special.chain([PLACES]).chain(others) {
            manager.drop_index(drop_index(name)).await?;
        }
        manager
            .drop_table(Table::drop().table("audit_heads").to_owned())
            .await?;
        for column in COLUMNS.into_iter().rev() {
            let drop = Table::alter()
                .table("audit_events")
                .drop_column(column)
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

fn definition(column: &'static str) -> ColumnDef {
    match column {
        "seq" => big_integer_null(column),
        "chain_key" => text_null(column),
        _ => blob_null(column),
    }
}

/// Where each chain ends. The row is what writers wait for.
fn heads() -> TableCreateStatement {
    let mut organization = uuid("organization_id");
    organization.primary_key();
    Table::create()
        .table("audit_heads")
        .col(organization)
        .col(big_integer("seq"))
        .col(blob("hash"))
        .col(text("chain_key"))
        .col(blob("tag"))
        .to_owned()
}

fn index(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table("audit_events");
    for column in columns {
        index.col(*column);
    }
    index
}

fn drop_index(name: &'static str) -> IndexDropStatement {
    Index::drop().name(name).table("audit_events").to_owned()
}

/// An index on an expression is written down as each database has it; queries must say the same.
async fn create_special(manager: &SchemaManager<'_>, name: &str, of: &str) -> Result<(), DbErr> {
    let area = match manager.get_database_backend() {
        DbBackend::Postgres => "split_part(action, '.', 1)",
        _ => "substr(action, 1, instr(action, '.') - 1)",
    };
    let of = of.replace("AREA", area);
    let create = format!("CREATE INDEX {name} ON audit_events ({of}");
    manager.get_connection().execute_unprepared(&create).await?;
    Ok(())
}
