//! Members see one another.

use contract::{
    Code, MembershipId, Role, UserId,
    members::{ListMembers, Member},
};
use domain::{members, organizations};
use testkit::{Kit, on_each_database};

use super::{acme, list, usernames};
use crate::refusals::refusal;

on_each_database! {
    members_are_listed_in_the_order_of_joining,
    addresses_and_last_visits_are_for_admins_and_oneself,
    one_member_is_looked_up_within_ones_own_organization,
    fellows_are_people_who_share_an_organization,
}

async fn members_are_listed_in_the_order_of_joining(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    let page = list(&kit, &viewer, &ListMembers::default()).await;
    assert_eq!(usernames(&page), ["ada", "grace", "mary"]);
    assert!(!page.has_next && !page.has_previous);
    let members: Vec<&Member> = page.items.iter().map(|(_, member)| member).collect();
    assert_eq!(
        [ada.id, grace.id, mary.id],
        [0, 1, 2].map(|i: usize| members[i].person.id)
    );
    assert_eq!(
        [Role::Owner, Role::Admin, Role::Member],
        [0, 1, 2].map(|i: usize| members[i].role)
    );
    assert_eq!(
        [true, false, false],
        [0, 1, 2].map(|i: usize| members[i].is_primary_owner)
    );
    assert!(
        members
            .iter()
            .all(|m| m.is_active && m.organization_id == acme.id)
    );
    assert!(members.is_sorted_by_key(|m| m.joined_at));
    mary.is_suspended().await;
    let page = list(&kit, &viewer, &ListMembers::default()).await;
    assert!(
        !page.items[2].1.is_active,
        "who is suspended is shown as such"
    );
}

async fn addresses_and_last_visits_are_for_admins_and_oneself(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    for person in [&ada, &grace, &mary] {
        let seen = acme.seen_by(person).await;
        organizations::note_activity(&kit.ctx(), &person.actor(), &seen).await;
    }
    for (viewer, sees) in [
        (&ada, [true, true, true]),
        (&grace, [true, true, true]),
        (&mary, [false, false, true]),
    ] {
        let page = list(&kit, &acme.seen_by(viewer).await, &ListMembers::default()).await;
        for ((_, member), sees) in page.items.iter().zip(sees) {
            assert_eq!(
                (
                    member.person.email.is_some(),
                    member.last_active_at.is_some()
                ),
                (sees, sees),
                "{} sees {}",
                viewer.email,
                member.person.username
            );
        }
    }
}

async fn one_member_is_looked_up_within_ones_own_organization(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let eve = kit.person("eve").await;
    let bell = kit.organization("bell").owned_by(&eve).await;
    let (of_grace, of_eve) = (
        acme.membership_of(&grace).await,
        bell.membership_of(&eve).await,
    );
    let viewer = acme.seen_by(&mary).await;
    let found = members::get(&kit.ctx(), &viewer, of_grace).await;
    assert_eq!(found.expect("she is in").person.id, grace.id);
    for other in [of_eve, MembershipId(uuid::Uuid::nil())] {
        assert_eq!(
            refusal(members::get(&kit.ctx(), &viewer, other).await),
            Code::NotFound
        );
    }
    let of = members::organization_of(&kit.ctx(), &ada.actor(), of_grace).await;
    assert_eq!(of.expect("ada is in it").id(), acme.id);
    for (actor, of, code) in [
        (eve.actor(), of_grace, Code::NotFound),
        (eve.actor(), MembershipId(uuid::Uuid::nil()), Code::NotFound),
        (kit.anonymous(), of_grace, Code::Unauthenticated),
    ] {
        let found = members::organization_of(&kit.ctx(), &actor, of).await;
        assert_eq!(refusal(found), code);
    }
}

async fn fellows_are_people_who_share_an_organization(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let eve = kit.person("eve").await;
    let bell = kit.organization("bell").owned_by(&mary).await;
    bell.with(&grace, Role::Member).await;
    eve.signs_in().await;
    let everybody = [ada.id, grace.id, mary.id, eve.id, UserId(uuid::Uuid::nil())];
    let seen = async |actor| {
        let found = members::fellows(&kit.ctx(), &actor, &everybody).await;
        let mut seen: Vec<(String, bool)> = found
            .expect("who is no fellow is left out")
            .into_values()
            .map(|person| (person.username, person.email.is_some()))
            .collect();
        seen.sort();
        seen
    };
    let of = |all: [(&str, bool); 3]| all.map(|(name, sees)| (name.to_owned(), sees)).to_vec();
    assert_eq!(
        seen(ada.actor()).await,
        of([("ada", true), ("grace", true), ("mary", true)])
    );
    assert_eq!(
        seen(mary.actor()).await,
        of([("ada", false), ("grace", true), ("mary", true)]),
        "mary runs bell, where grace is"
    );
    assert!(seen(eve.actor()).await.is_empty());
    assert!(seen(kit.anonymous()).await.is_empty());
    assert_eq!(acme.role_of(&eve).await, None);
}
