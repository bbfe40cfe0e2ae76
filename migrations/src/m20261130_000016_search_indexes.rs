//! Lists of the console. A search looks through one index alone, with all that its filters ask, and not through the table. Times
//! that few rows have are in an index of those few: SQLite takes "is null" for a rare find, and sorted nearly the whole table.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What locks a table altogether comes first: PostgreSQL would have to wait for whoever writes to it meanwhile, and they for it.
        for (table, column) in RARE {
            manager.drop_index(dropped(table, column)).await?;
            let mut index = of_one(table, column);
            index.cond_where(Expr::col(column).is_not_null());
            manager.create_index(index).await?;
        }
        for (name, table, columns) in SEARCHES {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in RARE {
            manager.drop_index(dropped(table, column)).await?;
            manager.create_index(of_one(table, column)).await?;
        }
        for (name, table, _) in SEARCHES {
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        Ok(())
    }
}

/// By id first, in the order of the lists.
const SEARCHES: [(&str, &str, &[&str]); 2] = [
    (
        "users_search",
        "users",
        &[
            "id",
            "name_key",
            "email_key",
            "email_verified_at",
            "suspended_at",
            "deleted_at",
            "staff_since_at",
            "created_at",
        ],
    ),
    (
        "organizations_search",
        "organizations",
        &[
            "id",
            "name_key",
            "slug",
            "suspended_at",
            "deleted_at",
            "subscription_tier",
        ],
    ),
];

const RARE: [(&str, &str); 5] = [
    ("users", "deleted_at"),
    ("users", "staff_since_at"),
    ("users", "suspended_at"),
    ("organizations", "deleted_at"),
    ("organizations", "suspended_at"),
];

fn of_one(table: &'static str, column: &'static str) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("{table}_{column}"))
        .table(table)
        .col(column);
    index
}

fn dropped(table: &'static str, column: &'static str) -> IndexDropStatement {
    let name = format!("{table}_{column}");
    Index::drop().name(name).table(table).to_owned()
}
