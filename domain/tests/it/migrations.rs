//! The schema goes up, down and up again.

use testkit::{Backend, Kit, on_each_database};

on_each_database! {
    up_down_and_up_again_leaves_a_database_that_works,
    a_second_up_is_harmless,
    names_that_are_there_already_are_found,
    of_servers_that_start_at_once_one_migrates,
    migrations_are_applied_together_or_not_at_all,
    a_database_of_a_newer_version_is_left_alone,
}

async fn up_down_and_up_again_leaves_a_database_that_works(kit: Kit) {
    let tables = kit.tables().await;
    assert_eq!(
        tables,
        [
            "answered_ceremonies",
            "api_keys",
            "audit_events",
            "audit_heads",
            "authenticator_apps",
            "challenges",
            "charges",
            "identities",
            "installation",
            "invitations",
            "key_secrets",
            "key_uses",
            "known_clients",
            "links",
            "mails",
            "memberships",
            "organizations",
            "passkeys",
            "pictures",
            "profiles",
            "quotas",
            "recovery_codes",
            "seaql_migrations",
            "sessions",
            "slugs",
            "throttles",
            "trusted_browsers",
            "usage",
            "users"
        ]
    );
    kit.migrates_down(None).await;
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

async fn names_that_are_there_already_are_found(kit: Kit) {
    kit.person("ada").named("Åsa Öberg").await;
    kit.migrates_down_before("m20261124_000004_name_keys").await;
    kit.migrates_up().await;
    let kept = kit.text("SELECT name_key FROM users").await;
    assert_eq!(kept.as_deref(), Some("åsa öberg ada"));
}

async fn of_servers_that_start_at_once_one_migrates(kit: Kit) {
    // A SQLite file has one server.
    if kit.backend() == Backend::Sqlite {
        return;
    }
    kit.migrates_down(None).await;
    let (one, other, third) = tokio::join!(kit.migrates_up(), kit.migrates_up(), kit.migrates_up());
    let mut ran = [one.len(), other.len(), third.len()];
    ran.sort_unstable();
    assert!(ran[..2] == [0, 0] && ran[2] > 0, "{ran:?}");
    kit.person("ada").await.signs_in().await;
}

async fn migrations_are_applied_together_or_not_at_all(kit: Kit) {
    kit.person("ada").await;
    kit.migrates_down_before("m20261129_000013_impersonation")
        .await;
    let pending = kit.pending_migrations().await;
    // What the second of them is about to make.
    kit.sql("CREATE TABLE installation (other integer)").await;
    let before = kit.tables().await;
    let failed = kit
        .tries_to_migrate()
        .await
        .expect_err("it is there already");
    assert!(failed.contains("already exists"), "{failed}");
    assert_eq!(
        kit.pending_migrations().await,
        pending,
        "the first was not kept either"
    );
    assert_eq!(kit.tables().await, before);
    kit.sql("DROP TABLE installation").await;
    assert_eq!(kit.tries_to_migrate().await.as_ref(), Ok(&pending));
    kit.person("grace").await.signs_in().await;
}

async fn a_database_of_a_newer_version_is_left_alone(kit: Kit) {
    kit.sql(
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_later', 1)",
    )
    .await;
    let before = kit.tables().await;
    let failed = kit.tries_to_migrate().await.expect_err("it is newer");
    assert!(failed.contains("m20990101_000001_later"), "{failed}");
    assert_eq!(kit.tables().await, before);
}
