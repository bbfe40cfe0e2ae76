//! Whoever writes to the database past the rules is found out.

use domain::audit::{self, Chain, Head};
use testkit::{Kit, Org, Person, on_each_database};

use super::{chain, renames};

on_each_database! {
    a_changed_entry_is_found,
    what_an_entry_says_cannot_be_changed_unseen,
    what_an_entry_says_is_not_taken_away_as_if_somebody_had_been_erased,
    a_deleted_entry_is_found,
    entries_that_have_changed_places_are_found,
    an_end_that_was_cut_off_is_found,
    an_end_that_was_cut_off_is_found_after_more_was_written,
    an_end_that_was_made_up_is_found,
    a_head_that_was_taken_away_is_found,
    a_log_that_was_deleted_together_with_its_last_place_is_found,
    an_entry_that_was_slipped_in_is_found,
    an_entry_before_the_first_place_is_found,
    an_entry_under_a_key_that_was_made_up_is_found,
}

/// Six entries.
async fn acme(kit: &Kit) -> (Org, Person) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for number in 2..=6 {
        renames(kit, &acme, &ada, &format!("Acme {number}")).await;
    }
    (acme, ada)
}

/// What is found after a statement.
async fn after(kit: &Kit, statement: &str) -> Chain {
    assert_eq!(kit.sql(statement).await, 1, "{statement}");
    let told = chain(kit).await;
    assert!(!told.is_whole(), "{statement}: {told:?}");
    told
}

async fn a_changed_entry_is_found(kit: Kit) {
    acme(&kit).await;
    for (column, value) in [
        ("action", "'organization.restored'"),
        ("face", "'rest'"),
        ("actor_kind", "'operator'"),
        ("actor_id", "subject_id"),
        ("subject_kind", "'user'"),
        ("subject_id", "id"),
        ("trace_id", "'another'"),
        ("at", "at + 1"),
    ] {
        let former = "UPDATE audit_events SET";
        kit.sql("DROP TABLE IF EXISTS kept").await;
        kit.sql("CREATE TABLE kept AS SELECT * FROM audit_events WHERE seq = 4")
            .await;
        let told = after(&kit, &format!("{former} {column} = {value} WHERE seq = 4")).await;
        assert_eq!(told.broken, Some(4), "{column}");
        kit.sql(&format!(
            "{former} {column} = (SELECT {column} FROM kept) WHERE seq = 4"
        ))
        .await;
        assert!(chain(&kit).await.is_whole(), "{column} is as it was");
    }
}

async fn what_an_entry_says_cannot_be_changed_unseen(kit: Kit) {
    acme(&kit).await;
    let told = after(
        &kit,
        "UPDATE audit_events SET ip = '203.0.113.9' WHERE seq = 5",
    )
    .await;
    assert_eq!(told.broken, Some(5));
    let told = after(&kit, "UPDATE audit_events SET before = NULL WHERE seq = 3").await;
    assert_eq!(told.broken, Some(3), "the first is told");
}

async fn what_an_entry_says_is_not_taken_away_as_if_somebody_had_been_erased(kit: Kit) {
    acme(&kit).await;
    let told = after(
        &kit,
        "UPDATE audit_events SET before = NULL, after = NULL, facts_salt = NULL WHERE seq = 5",
    )
    .await;
    assert_eq!((told.erased, told.broken), (1, Some(5)));
    let told = after(
        &kit,
        "UPDATE audit_events SET ip = NULL, ip_salt = NULL WHERE seq = 2",
    )
    .await;
    assert_eq!((told.erased, told.broken), (2, Some(2)), "she is there");
}

async fn a_deleted_entry_is_found(kit: Kit) {
    acme(&kit).await;
    let told = after(&kit, "DELETE FROM audit_events WHERE seq = 3").await;
    assert_eq!(
        (told.entries, told.missing, told.first_missing, told.broken),
        (5, 1, Some(3), None)
    );
    let told = after(&kit, "DELETE FROM audit_events WHERE seq = 1").await;
    assert_eq!((told.missing, told.first_missing), (2, Some(1)));
}

async fn entries_that_have_changed_places_are_found(kit: Kit) {
    acme(&kit).await;
    for (from, to) in [(3, 99), (4, 3), (99, 4)] {
        kit.sql(&format!(
            "UPDATE audit_events SET seq = {to} WHERE seq = {from}"
        ))
        .await;
    }
    let told = chain(&kit).await;
    assert_eq!((told.broken, told.missing), (Some(3), 0));
}

async fn an_end_that_was_cut_off_is_found(kit: Kit) {
    acme(&kit).await;
    let told = after(&kit, "DELETE FROM audit_events WHERE seq = 6").await;
    assert_eq!((told.missing, told.first_missing), (1, Some(6)));
    assert_eq!(told.head, Head::Differs);
    // The end that was there before, as far as the database tells it.
    let told = after(
        &kit,
        "UPDATE audit_heads SET seq = 5, hash = (SELECT chain_hash FROM audit_events WHERE seq = 5)",
    )
    .await;
    assert_eq!((told.missing, told.head), (0, Head::Differs));
}

async fn an_end_that_was_cut_off_is_found_after_more_was_written(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    kit.sql("DELETE FROM audit_events WHERE seq = 6").await;
    kit.sql(
        "UPDATE audit_heads SET seq = 5, hash = (SELECT chain_hash FROM audit_events WHERE seq = 5)",
    )
    .await;
    renames(&kit, &acme, &ada, "Written on").await;
    renames(&kit, &acme, &ada, "And on").await;
    let told = chain(&kit).await;
    assert_eq!(
        (told.entries, told.broken, told.head),
        (7, Some(6), Head::Fits)
    );
}

async fn an_end_that_was_made_up_is_found(kit: Kit) {
    acme(&kit).await;
    let told = after(&kit, "UPDATE audit_heads SET seq = 9").await;
    assert_eq!((told.missing, told.first_missing), (3, Some(7)));
    let told = after(&kit, "UPDATE audit_heads SET seq = 2").await;
    assert_eq!(told.head, Head::Differs);
}

async fn a_head_that_was_taken_away_is_found(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let told = after(&kit, "DELETE FROM audit_heads").await;
    assert_eq!((told.entries, told.head), (6, Head::Missing));
    renames(&kit, &acme, &ada, "Written on").await;
    let told = chain(&kit).await;
    assert_eq!((told.entries, told.broken), (7, Some(7)));
}

async fn a_log_that_was_deleted_together_with_its_last_place_is_found(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    let of_acme = "organization_id = (SELECT id FROM organizations WHERE slug = 'acme')";
    for table in ["audit_events", "audit_heads"] {
        kit.sql(&format!("DELETE FROM {table} WHERE {of_acme}"))
            .await;
    }
    let found = async || {
        let chains = audit::verify(&kit.system(), &kit.operator()).await;
        let (whole, other): (Vec<_>, Vec<_>) = chains
            .expect("operators may")
            .into_iter()
            .partition(Chain::is_whole);
        assert_eq!(whole.len(), 1, "{whole:?}");
        assert_eq!(whole[0].organization, bell.id);
        assert_eq!(other.len(), 1, "{other:?}");
        other.into_iter().next().expect("there is one")
    };
    let told = found().await;
    assert_eq!(
        (told.slug.as_deref(), told.entries, told.is_begun),
        (Some("acme"), 0, false)
    );
    renames(&kit, &acme, &ada, "Begun anew").await;
    let told = found().await;
    assert_eq!(
        (told.entries, told.missing, told.head, told.is_begun),
        (1, 0, Head::Fits, false),
        "also once it has begun anew"
    );
}

async fn an_entry_that_was_slipped_in_is_found(kit: Kit) {
    acme(&kit).await;
    let told = after(
        &kit,
        "UPDATE audit_events SET seq = NULL, chain_hash = NULL WHERE seq = 6",
    )
    .await;
    assert_eq!((told.strays, told.missing), (1, 1));
}

async fn an_entry_before_the_first_place_is_found(kit: Kit) {
    acme(&kit).await;
    let told = after(&kit, "UPDATE audit_events SET seq = 0 WHERE seq = 6").await;
    assert_eq!((told.strays, told.missing), (1, 1));
}

async fn an_entry_under_a_key_that_was_made_up_is_found(kit: Kit) {
    acme(&kit).await;
    let told = after(
        &kit,
        "UPDATE audit_events SET action = 'member.left', chain_key = 'mine' WHERE seq = 4",
    )
    .await;
    assert_eq!((told.unchecked, told.broken), (1, None));
}
