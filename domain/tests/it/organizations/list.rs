//! People see which organizations they are in, the one used last first.

use contract::{Code, Role, page::PageRequest};
use domain::{Actor, organizations};
use testkit::{Kit, Org, Person, on_each_database};

use crate::refusals::refusal_on;

on_each_database! {
    the_one_that_was_used_last_stands_first,
    a_visit_is_noted_once_in_five_minutes,
    own_memberships_are_paged,
}

async fn own_slugs(kit: &Kit, actor: &Actor) -> Vec<String> {
    let own = organizations::list_own(&kit.ctx(), actor).await;
    own.expect("everybody sees their own")
        .into_iter()
        .map(|own| own.organization.slug)
        .collect()
}

async fn visit(kit: &Kit, person: &Person, organization: &Org) {
    let seen = organization.seen_by(person).await;
    organizations::note_activity(&kit.ctx(), &person.actor(), &seen).await;
}

async fn the_one_that_was_used_last_stands_first(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    let core = kit.organization("core").owned_by(&ada).await;
    core.with(&grace, Role::Member).await;
    assert_eq!(
        own_slugs(&kit, &ada.actor()).await,
        ["acme", "bell", "core"],
        "by name, while none was opened"
    );
    visit(&kit, &ada, &bell).await;
    visit(&kit, &ada, &core).await;
    assert_eq!(
        own_slugs(&kit, &ada.actor()).await,
        ["core", "bell", "acme"]
    );
    visit(&kit, &ada, &bell).await;
    visit(&kit, &grace, &core).await;
    assert_eq!(
        own_slugs(&kit, &ada.actor()).await,
        ["bell", "core", "acme"],
        "one's own visits count, and they count at once"
    );

    organizations::delete(&kit.ctx(), &ada.actor(), bell.id, "bell")
        .await
        .expect("ada owns it");
    kit.discards_mail().await;
    let last = organizations::last_used(&kit.ctx(), &ada.actor()).await;
    let last = last.expect("ada is in three").expect("two are not deleted");
    assert_eq!(last.organization.id, core.id);
    assert_eq!(acme.seen_by(&ada).await.role(), Role::Owner);
}

async fn a_visit_is_noted_once_in_five_minutes(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let seen = "SELECT last_active_at FROM memberships";
    visit(&kit, &ada, &acme).await;
    let first = kit.number(seen).await;
    visit(&kit, &ada, &acme).await;
    assert_eq!(kit.number(seen).await, first);
    kit.clock.advance(5 * 60);
    visit(&kit, &ada, &acme).await;
    let second = kit.number(seen).await;
    assert!(second > first);
    kit.clock.advance(-60 * 60);
    kit.organization("bell").owned_by(&ada).await;
    visit(&kit, &ada, &acme).await;
    assert_eq!(
        kit.number("SELECT max(last_active_at) FROM memberships")
            .await,
        second,
        "a clock that is put back puts no visit back"
    );
}

async fn own_memberships_are_paged(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    for slug in ["one", "two", "three", "four", "five"] {
        kit.organization(slug).owned_by(&ada).await;
    }
    kit.organization("other").owned_by(&eve).await;
    let (mut slugs, mut request) = (Vec::new(), PageRequest::first(2));
    loop {
        let page = organizations::page_own(&kit.ctx(), &ada.actor(), &request).await;
        let page = page.expect("everybody sees their own");
        request.after = page.next().map(ToOwned::to_owned);
        slugs.extend(page.items.into_iter().map(|(_, own)| own.organization_slug));
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(slugs, ["one", "two", "three", "four", "five"]);

    let evens = organizations::page_own(&kit.ctx(), &eve.actor(), &PageRequest::first(1)).await;
    let cursor = evens.expect("eve is in one").items.remove(0).0;
    let request = PageRequest {
        after: Some(cursor),
        ..PageRequest::default()
    };
    assert_eq!(
        refusal_on(organizations::page_own(&kit.ctx(), &ada.actor(), &request).await),
        (Code::InvalidCursor, "after".to_owned()),
        "a cursor is its owner's"
    );
}
