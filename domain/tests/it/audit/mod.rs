//! The audit log: what is written down, who reads it, and that nobody changes it unseen.

mod chain;
mod everywhere;
mod exporting;
mod reading;
mod recording;
mod tampering;

use contract::{organizations::UpdateOrganization, page::PageRequest};
use domain::{
    audit::{self, AuditFilter, Chain, Entry, ListAudit},
    organizations,
};
use testkit::{Kit, Org, Person};

/// Changes the name of an organization; each time is an entry.
pub(crate) async fn renames(kit: &Kit, org: &Org, owner: &Person, name: &str) {
    let input = UpdateOrganization {
        name: Some(name.to_owned()),
        slug: None,
    };
    organizations::update(&kit.ctx(), &owner.actor(), org.id, input)
        .await
        .expect("owners may");
}

/// What the owner reads with a filter, newest first.
async fn read(kit: &Kit, org: &Org, owner: &Person, filter: AuditFilter) -> Vec<Entry> {
    let viewer = org.seen_by(owner).await;
    let input = ListAudit {
        filter,
        page: PageRequest::first(100),
    };
    let page = audit::page(&kit.ctx(), &viewer, &input)
        .await
        .expect("owners read it");
    page.items.into_iter().map(|(_, entry)| entry).collect()
}

fn actions(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_str()).collect()
}

/// What is found of the one chain that there is.
async fn chain(kit: &Kit) -> Chain {
    let mut chains = audit::verify(&kit.system(), &kit.operator())
        .await
        .expect("operators may");
    assert_eq!(chains.len(), 1, "{chains:?}");
    chains.remove(0)
}
