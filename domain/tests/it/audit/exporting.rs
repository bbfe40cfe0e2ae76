//! A log is taken away.

use contract::{Code, Role};
use domain::audit::{self, AuditFilter, ExportFormat};
use serde_json::json;
use testkit::{Kit, Org, Person, on_each_database};

use super::{read, renames};
use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    a_copy_holds_exactly_what_the_filter_lets_through,
    a_copy_is_written_down_and_not_in_itself,
    members_take_no_copy,
    a_copy_of_a_wrong_filter_is_refused,
    one_person_takes_so_many_copies,
}

async fn copied(kit: &Kit, acme: &Org, who: &Person, filter: AuditFilter) -> Vec<Vec<i64>> {
    let viewer = acme.seen_by(who).await;
    let mut export = audit::export(
        &kit.ctx(),
        &who.actor(),
        viewer,
        filter,
        ExportFormat::JsonLines,
    )
    .await
    .expect("owners may");
    let mut steps = Vec::new();
    loop {
        let entries = export.next().await.expect("the database is there");
        if entries.is_empty() {
            return steps;
        }
        steps.push(entries.iter().filter_map(|entry| entry.seq).collect());
    }
}

async fn a_copy_holds_exactly_what_the_filter_lets_through(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for number in 2..=300 {
        renames(&kit, &acme, &ada, &format!("Acme {number}")).await;
    }
    let copying = copied(&kit, &acme, &ada, AuditFilter::default());
    let (steps, statements) = kit.statements_of(copying).await;
    assert_eq!(steps.iter().map(Vec::len).collect::<Vec<_>>(), [250, 50]);
    let all: Vec<i64> = steps.into_iter().flatten().collect();
    assert_eq!(all, (1..=300).rev().collect::<Vec<_>>());
    // With two bounds a step reads again what the steps before it have read.
    let reads: Vec<_> = statements
        .iter()
        .filter(|statement| statement.contains("FROM \"audit_events\""))
        .collect();
    assert_eq!(reads.len(), 2, "{statements:#?}");
    for read in reads {
        assert_eq!(read.matches("\"id\" <").count(), 1, "{read}");
    }
    let filter = AuditFilter {
        action: "organization.created".to_owned(),
        ..AuditFilter::default()
    };
    assert_eq!(copied(&kit, &acme, &ada, filter).await, [[1]]);
    let later = AuditFilter {
        from: Some(kit.system().now().plus_seconds(3600)),
        ..AuditFilter::default()
    };
    assert!(copied(&kit, &acme, &ada, later).await.is_empty());
}

async fn a_copy_is_written_down_and_not_in_itself(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let filter = AuditFilter {
        actor: ada.id.to_string(),
        ..AuditFilter::default()
    };
    assert_eq!(copied(&kit, &acme, &ada, filter).await, [[1]]);
    let entries = read(&kit, &acme, &ada, AuditFilter::default()).await;
    assert_eq!(
        (entries[0].action.as_str(), entries[0].after.clone()),
        (
            "audit.exported",
            Some(json!({ "format": "JSON Lines", "filter": { "actor": ada.id } }))
        )
    );
    assert_eq!(
        entries[0].sentence.to_string(),
        "took a copy of the audit log as JSON Lines"
    );
}

async fn members_take_no_copy(kit: Kit) {
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Member).await;
    let before = kit.count("audit_events").await;
    let export = audit::export(
        &kit.ctx(),
        &mary.actor(),
        acme.seen_by(&mary).await,
        AuditFilter::default(),
        ExportFormat::Csv,
    )
    .await;
    assert_eq!(refusal(export), Code::Forbidden);
    assert_eq!(kit.count("audit_events").await, before);
}

async fn a_copy_of_a_wrong_filter_is_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let filter = AuditFilter {
        actor: "somebody".to_owned(),
        ..AuditFilter::default()
    };
    let viewer = acme.seen_by(&ada).await;
    let export = audit::export(&kit.ctx(), &ada.actor(), viewer, filter, ExportFormat::Csv).await;
    assert_eq!(refusal_on(export), (Code::OutOfRange, "actor".to_owned()));
}

async fn one_person_takes_so_many_copies(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let none = || AuditFilter {
        action: "moon.landed".to_owned(),
        ..AuditFilter::default()
    };
    for _ in 0..30 {
        copied(&kit, &acme, &ada, none()).await;
    }
    let viewer = acme.seen_by(&ada).await;
    let export = audit::export(&kit.ctx(), &ada.actor(), viewer, none(), ExportFormat::Csv).await;
    assert!(wait(export) > 0);
}
