//! From where staff act is read by operators, and not by those in whose log it stands.

use contract::{Role, organizations::UpdateOrganization, page::PageRequest};
use domain::{
    api_keys,
    audit::{self, AuditFilter, Chain, Entry, ExportFormat, ListAudit},
    organizations, sessions,
};
use testkit::{HOME, Kit, Org, Person, on_each_database};

use super::{
    WHY,
    impersonation::{acme, begin, grace, logged},
};
use crate::api_keys::{key, plain};

on_each_database! {
    what_staff_do_as_somebody_else_tells_no_organization_where_they_were,
    who_ends_it_themselves_reads_from_where,
    what_members_do_keeps_its_place,
    a_key_that_was_revoked_before_it_was_written_down_by_whom_tells_the_place_of_members_alone,
}

/// Where staff are.
const AWAY: &str = "198.51.100.99";

fn all() -> ListAudit {
    ListAudit {
        filter: AuditFilter::default(),
        page: PageRequest::first(100),
    }
}

/// From where each entry came, newest first.
fn places(entries: &[Entry]) -> Vec<(&str, Option<&str>)> {
    let shown = entries.iter();
    shown
        .map(|entry| (entry.action.as_str(), entry.ip.as_deref()))
        .collect()
}

/// What an owner reads of the log, on each way there is: they tell the same.
async fn read(kit: &Kit, org: &Org, owner: &Person) -> Vec<Entry> {
    let (ctx, asked) = (kit.ctx(), all());
    let viewer = org.seen_by(owner).await;
    let page = audit::page(&ctx, &viewer, &asked).await;
    let items = page.expect("owners read it").items;
    let read: Vec<Entry> = items.into_iter().map(|(_, entry)| entry).collect();

    let mut pages = audit::first_pages(&ctx, &[(&viewer, &asked)])
        .await
        .expect("the database is there");
    let items = pages.remove(0).expect("owners read it").items;
    let first: Vec<Entry> = items.into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(places(&first), places(&read));

    for entry in &read {
        let found = audit::get(&ctx, &owner.actor(), entry.id).await;
        assert_eq!(found.expect("owners read it").1.ip, entry.ip);
    }

    let (filter, format) = (AuditFilter::default(), ExportFormat::Csv);
    let mut export = audit::export(&ctx, &owner.actor(), viewer, filter, format)
        .await
        .expect("owners may");
    let copied = export.next().await.expect("the database is there");
    assert_eq!(places(&copied), places(&read));
    read
}

/// What operators read of the same log.
async fn seen(kit: &Kit, org: &Org) -> Vec<Entry> {
    let page = audit::page_all(&kit.system(), &kit.operator(), Some(org.id), &all()).await;
    let items = page.expect("operators may").items;
    items.into_iter().map(|(_, entry)| entry).collect()
}

async fn what_staff_do_as_somebody_else_tells_no_organization_where_they_were(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let from = kit.ctx_from(AWAY);
    let opened = sessions::impersonate(&from, &operator, ada.id, WHY).await;
    let opened = opened.expect("staff may");
    kit.discards_mail().await;
    let actor = kit.holder(&opened.token).await.expect("it is live");
    let input = UpdateOrganization {
        name: Some("Acme Works".to_owned()),
        slug: None,
    };
    organizations::update(&from, &actor, acme.id, input)
        .await
        .expect("owners may");
    sessions::stop_impersonating(&from, &actor)
        .await
        .expect("staff may");

    let told = seen(&kit, &acme).await;
    let expected = [
        ("impersonation.ended", Some(AWAY)),
        ("organization.updated", Some(AWAY)),
        ("impersonation.started", Some(AWAY)),
        ("organization.created", Some(HOME)),
    ];
    assert_eq!(places(&told), expected);
    let read = read(&kit, &acme, &ada).await;
    let expected = [
        ("impersonation.ended", None),
        ("organization.updated", None),
        ("impersonation.started", None),
        ("organization.created", Some(HOME)),
    ];
    assert_eq!(places(&read), expected);
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    let chains = chains.expect("operators may");
    assert!(chains.iter().all(Chain::is_whole), "{chains:?}");
}

async fn who_ends_it_themselves_reads_from_where(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let (opened, _) = begin(&kit, &operator, &ada).await;
    ada.signs_in().await;
    kit.discards_mail().await;
    sessions::revoke(&kit.ctx(), &ada.actor(), opened.session.id)
        .await
        .expect("it is among hers");
    let ended = logged(&kit, &acme, &ada, "impersonation.ended").await;
    assert_eq!(places(&ended), [("impersonation.ended", Some(HOME))]);
    let started = logged(&kit, &acme, &ada, "impersonation.started").await;
    assert_eq!(places(&started), [("impersonation.started", None)]);
}

async fn what_members_do_keeps_its_place(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let mary = kit.person("mary").await;
    let made = key(&kit, &acme, &ada, &plain("Key")).await.key;
    acme.with(&mary, Role::Admin).await;
    api_keys::revoke(&kit.ctx(), &mary.actor(), made.id, "too old")
        .await
        .expect("admins may");
    // Who has left did it from there all the same.
    domain::members::leave(&kit.ctx(), &mary.actor(), acme.id)
        .await
        .expect("nothing keeps her");
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    organizations::restore(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let read = read(&kit, &acme, &ada).await;
    assert_eq!(read.len(), 8);
    for (action, place) in places(&read) {
        assert_eq!(place, Some(HOME), "{action}");
    }
}

async fn a_key_that_was_revoked_before_it_was_written_down_by_whom_tells_the_place_of_members_alone(
    kit: Kit,
) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let hers = key(&kit, &acme, &ada, &plain("Hers")).await.key;
    let other = key(&kit, &acme, &ada, &plain("Other")).await.key;
    api_keys::revoke(&kit.ctx(), &ada.actor(), hers.id, WHY)
        .await
        .expect("owners may");
    api_keys::revoke_as_staff(&kit.ctx_from(AWAY), &operator, other.id, WHY)
        .await
        .expect("staff may");
    kit.discards_mail().await;
    let former = "UPDATE audit_events SET after = '{\"reason\":\"ticket 42\"}' WHERE action = 'api_key.revoked'";
    assert_eq!(kit.sql(former).await, 2);
    let revoked = logged(&kit, &acme, &ada, "api_key.revoked").await;
    let expected = [("api_key.revoked", None), ("api_key.revoked", Some(HOME))];
    assert_eq!(places(&revoked), expected);
}
