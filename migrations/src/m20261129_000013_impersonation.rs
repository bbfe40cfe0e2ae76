//! Staff act as somebody else: sessions of theirs in the name of the person, and entries of the log that name both.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Columns of a session, with what they refer to. A column that is added is bound there and then: SQLite binds none later.
const BOUND: [(&str, &str); 2] = [
    (
        "impersonator_user_id",
        "REFERENCES users (id) ON DELETE CASCADE",
    ),
    // What has lost the session that it came from is over, and stays until its end is written down.
    (
        "operator_session_id",
        "REFERENCES sessions (id) ON DELETE SET NULL",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, refers) in BOUND {
            let mut column = uuid_null(name);
            let add = Table::alter()
                .table("sessions")
                .add_column(column.extra(refers))
                .to_owned();
            manager.alter_table(add).await?;
            let index = Index::create()
                .name(format!("sessions_{name}"))
                .table("sessions")
                .col(name)
                .to_owned();
            manager.create_index(index).await?;
        }
        let add = Table::alter()
            .table("audit_events")
            .add_column(uuid_null("impersonator_id"))
            .to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("audit_events")
            .drop_column("impersonator_id")
            .to_owned();
        manager.alter_table(drop).await?;
        // An older version would take them for sessions of the person.
        let delete = Query::delete()
            .from_table("sessions")
            .and_where(Expr::col("impersonator_user_id").is_not_null())
            .to_owned();
        manager.execute(delete).await?;
        for (name, _) in BOUND.into_iter().rev() {
            let drop = Index::drop()
                .name(format!("sessions_{name}"))
                .table("sessions")
                .to_owned();
            manager.drop_index(drop).await?;
            let drop = Table::alter()
                .table("sessions")
                .drop_column(name)
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
