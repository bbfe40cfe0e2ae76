//! The schema goes up, down and up again.

use testkit::{Kit, on_each_database};

on_each_database! {
    up_down_and_up_again_leaves_a_database_that_works,
    a_second_up_is_harmless,
}

async fn up_down_and_up_again_leaves_a_database_that_works(kit: Kit) {
    let tables = kit.tables().await;
    assert_eq!(
        tables,
        [
            "audit_events",
            "invitations",
            "links",
            "mails",
            "memberships",
            "organizations",
            "pictures",
            "profiles",
            "seaql_migrations",
            "sessions",
            "slugs",
            "throttles",
            "users"
        ]
    );
    kit.migrates_down().await;
    assert_eq!(kit.tables().await, ["seaql_migrations"]);
    assert!(!kit.pending_migrations().await.is_empty());
    kit.migrates_up().await;
    assert_eq!(kit.tables().await, tables);
    kit.person("ada").await.signs_in().await;
}

async fn a_second_up_is_harmless(kit: Kit) {
    let session = kit.person("ada").await.signs_in().await;
    kit.migrates_up().await;
    assert!(kit.pending_migrations().await.is_empty());
    assert!(
        kit.is_live(&session.token).await,
        "what was stored is still there"
    );
}
