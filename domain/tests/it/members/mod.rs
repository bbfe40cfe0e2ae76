//! Members: who is in an organization, seen, searched and changed.

mod first_pages;
mod list;
mod paging;
mod roles;
mod search;

use contract::{
    Role,
    members::{ListMembers, Member, MemberFilter},
    page::{Page, PageRequest},
};
use domain::{InOrg, members};
use testkit::{Kit, Org, Person};

pub(crate) fn search(text: &str) -> MemberFilter {
    MemberFilter {
        search: text.to_owned(),
        ..MemberFilter::default()
    }
}

pub(crate) fn first(filter: MemberFilter, size: i64) -> ListMembers {
    ListMembers {
        filter,
        page: PageRequest::first(size),
    }
}

pub(crate) async fn list(kit: &Kit, viewer: &InOrg, input: &ListMembers) -> Page<Member> {
    members::list(&kit.ctx(), viewer, input)
        .await
        .expect("members see members")
}

pub(crate) fn usernames(page: &Page<Member>) -> Vec<&str> {
    page.items
        .iter()
        .map(|(_, member)| member.person.username.as_str())
        .collect()
}

pub(crate) async fn found(kit: &Kit, viewer: &InOrg, text: &str) -> Vec<String> {
    let page = list(kit, viewer, &first(search(text), 100)).await;
    usernames(&page)
        .into_iter()
        .map(ToOwned::to_owned)
        .collect()
}

/// Ada owns it, Grace is an admin, Mary a member.
pub(crate) async fn acme(kit: &Kit) -> (Org, [Person; 3]) {
    let [ada, grace, mary] = [
        kit.person("ada").named("Ada Lovelace").await,
        kit.person("grace").named("Grace Höpper").await,
        kit.person("mary").named("100%_Mary\\Ann").await,
    ];
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    acme.with(&mary, Role::Member).await;
    (acme, [ada, grace, mary])
}
