//! The log of the whole installation, as operators and staff read and copy it.

use contract::{Code, OrganizationId, page::PageRequest};
use domain::{
    Actor,
    audit::{self, AuditFilter, Entry, ExportFormat, ListAudit},
};
use serde_json::json;
use testkit::{Kit, on_each_database};

use super::{actions, read, renames};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    staff_read_and_copy_it_and_to_everybody_else_there_is_none,
    an_organization_and_people_are_found_by_what_they_are_known_by,
    entries_name_their_organization,
    a_copy_of_everything_stands_in_the_log_of_the_installation_alone,
    the_order_and_each_filter_have_an_index,
}

fn by(actor: &str) -> AuditFilter {
    AuditFilter {
        actor: actor.to_owned(),
        ..AuditFilter::default()
    }
}

fn doing(action: &str) -> AuditFilter {
    AuditFilter {
        action: action.to_owned(),
        ..AuditFilter::default()
    }
}

async fn everything(kit: &Kit, within: Option<OrganizationId>, filter: AuditFilter) -> Vec<Entry> {
    let input = ListAudit {
        filter,
        page: PageRequest::first(100),
    };
    let page = audit::page_all(&kit.system(), &kit.operator(), within, &input).await;
    let page = page.expect("operators may");
    page.items.into_iter().map(|(_, entry)| entry).collect()
}

async fn staff_read_and_copy_it_and_to_everybody_else_there_is_none(kit: Kit) {
    let (ada, joan) = (kit.person("ada").await, kit.person("joan").staff().await);
    let grace = kit.person("grace").staff().await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let grace = grace.enters_the_console(&kit).await;
    let (ctx, all) = (kit.ctx(), ListAudit::default());
    let none = AuditFilter::default;
    let copy = async |actor: &Actor| {
        let begun = audit::export_all(&ctx, actor, None, none(), ExportFormat::Csv).await;
        begun.map(|_| ())
    };
    assert!(audit::page_all(&ctx, &grace, None, &all).await.is_ok());
    assert!(copy(&grace).await.is_ok());
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (Actor::Service, Code::NotFound),
        (ada.actor(), Code::NotFound),
        (joan.signed_in().await, Code::StaffFactorMissing),
    ] {
        let within = Some(acme.id);
        let page = audit::page_all(&ctx, &actor, within, &all).await;
        assert_eq!(refusal(page), code);
        let counted = audit::count_all(&ctx, &actor, within, &none()).await;
        assert_eq!(refusal(counted), code);
        let names = audit::wanted_all(&ctx, &actor, within, &none()).await;
        assert_eq!(refusal(names), code);
        let settled = audit::settle(&ctx, &actor, "acme", by(&ada.email)).await;
        assert_eq!(refusal(settled), code);
        assert_eq!(refusal(copy(&actor).await), code);
    }
    let copies = "SELECT count(*) FROM audit_events WHERE action = 'audit.exported'";
    assert_eq!(kit.number(copies).await, 1);
}

async fn an_organization_and_people_are_found_by_what_they_are_known_by(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let (ctx, operator) = (kit.system(), kit.operator());
    let settled = async |organization: &str, filter: AuditFilter| {
        audit::settle(&ctx, &operator, organization, filter).await
    };
    let id = acme.id.to_string();
    for text in ["acme", " ACME ", id.as_str()] {
        let found = settled(text, by(" Ada@Example.test ")).await;
        let (organization, filter) = found.expect("both are there");
        assert_eq!(organization, Some(acme.id), "{text}");
        assert_eq!(filter, by(&ada.id.to_string()));
    }
    let (organization, filter) = settled("", by("operator")).await.expect("neither is told");
    assert_eq!((organization, filter), (None, by("operator")));
    let about = AuditFilter {
        subject: "nobody@example.test".to_owned(),
        ..AuditFilter::default()
    };
    for (organization, filter, field) in [
        ("bell", AuditFilter::default(), "organization"),
        ("be\0ll", AuditFilter::default(), "organization"),
        ("", by("nobody@example.test"), "actor"),
        ("", by("@"), "actor"),
        ("", about, "subject"),
    ] {
        let refused = settled(organization, filter).await;
        assert_eq!(refusal_on(refused), (Code::OutOfRange, field.to_owned()));
    }
    let names = audit::wanted_all(&ctx, &operator, Some(acme.id), &by(&ada.id.to_string())).await;
    let names = names.expect("operators may");
    let name = |named: Option<audit::Named>| named.map(|named| named.name);
    assert_eq!(name(names.organization).as_deref(), Some("ACME"));
    assert_eq!(name(names.actor).as_deref(), Some("Ada"));
    assert!(names.subject.is_none());
}

async fn entries_name_their_organization(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let entries = everything(&kit, None, AuditFilter::default()).await;
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            let place = entry.organization.as_ref().map(|named| named.name.as_str());
            (entry.action.as_str(), place)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("organization.created", Some("ACME")),
            ("session.started", None),
            ("user.created", None),
        ]
    );
    let (ctx, none) = (kit.system(), AuditFilter::default());
    let counted = audit::count_all(&ctx, &kit.operator(), Some(acme.id), &none).await;
    assert_eq!(counted.expect("operators may"), 1);
    let gone = Some(OrganizationId::NOTHING);
    assert!(
        everything(&kit, gone, AuditFilter::default())
            .await
            .is_empty()
    );
}

async fn a_copy_of_everything_stands_in_the_log_of_the_installation_alone(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    for number in 0..120 {
        renames(&kit, &bell, &ada, &format!("Bell {number}")).await;
    }
    let copied = async |within: Option<OrganizationId>, filter: AuditFilter| {
        let (ctx, format) = (kit.system(), ExportFormat::JsonLines);
        let begun = audit::export_all(&ctx, &kit.operator(), within, filter, format).await;
        let mut export = begun.expect("operators may");
        let mut all = Vec::new();
        loop {
            let entries = export.next().await.expect("the database is there");
            if entries.is_empty() {
                return all;
            }
            all.extend(entries);
        }
    };
    let all = copied(None, AuditFilter::default()).await;
    assert_eq!(all.len(), 124, "an account, a session, two foundings");
    let of_one = copied(Some(acme.id), doing("organization.")).await;
    assert_eq!(actions(&of_one), ["organization.created"]);
    let own = read(&kit, &acme, &ada, AuditFilter::default()).await;
    assert_eq!(actions(&own), ["organization.created"]);
    let copies = everything(&kit, None, doing("audit.exported")).await;
    assert_eq!(
        copies[0].after,
        Some(json!({
            "format": "JSON Lines",
            "filter": { "action": "organization.", "organization": acme.id },
        }))
    );
    assert_eq!((copies.len(), &copies[0].organization), (2, &None));
}

async fn the_order_and_each_filter_have_an_index(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let about = |subject: String| AuditFilter {
        subject,
        ..AuditFilter::default()
    };
    let since = AuditFilter {
        from: Some(kit.system().now()),
        ..AuditFilter::default()
    };
    let both = |filter: AuditFilter, action: &str| AuditFilter {
        action: action.to_owned(),
        ..filter
    };
    let id = ada.id.to_string();
    for (within, filter, index) in [
        (
            None,
            AuditFilter::default(),
            "sqlite_autoindex_audit_events",
        ),
        (None, since, "sqlite_autoindex_audit_events"),
        (None, by(&id), "audit_events_actor_id_id"),
        (None, by("operator"), "audit_events_actor_"),
        (None, doing("user.created"), "audit_events_action_id"),
        (None, doing("user."), "audit_events_area_id"),
        (None, about(id.clone()), "audit_events_subject_id_id"),
        (
            None,
            about("user".to_owned()),
            "audit_events_subject_kind_id",
        ),
        (None, both(by(&id), "user."), "audit_events_actor_id_id"),
        (
            None,
            both(about(id.clone()), "user.created"),
            "audit_events_subject_id_id",
        ),
        (
            Some(acme.id),
            AuditFilter::default(),
            "audit_events_organization_id_id",
        ),
        (
            Some(acme.id),
            both(by(&id), "organization.created"),
            "audit_events_actor_id_organization_id_id",
        ),
    ] {
        let told = format!("{filter:?}");
        let (_, statements) = kit.statements_of(everything(&kit, within, filter)).await;
        let lists = |statement: &&String| statement.contains("FROM \"audit_events\"");
        let list = statements.iter().find(lists).expect("it is read");
        let plan = kit.plan_of(list).await.join("; ");
        assert!(
            plan.is_empty() || (plan.contains(index) && !plan.contains("TEMP B-TREE")),
            "{told}: {plan}"
        );
    }
}
