//! Lists of members are read page by page.

use contract::{
    Code, MembershipId, Role,
    members::{ListMembers, Member, MemberFilter},
    page::{Page, PageRequest},
};
use domain::{InOrg, members};
use testkit::{Kit, on_each_database};

use super::{acme, first, list, usernames};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    paging_forth_and_back_loses_and_doubles_nobody,
    rows_that_come_and_go_disturb_no_page,
    page_sizes_out_of_range_are_refused,
    cursors_of_other_lists_and_garbage_are_refused,
}

/// All pages of a list, forth to its end and from there back to its beginning, as ids.
async fn forth_and_back(
    kit: &Kit,
    viewer: &InOrg,
    size: i64,
) -> (Vec<MembershipId>, Vec<MembershipId>) {
    let ids = |page: &Page<Member>| -> Vec<MembershipId> {
        page.items.iter().map(|(_, m)| m.id).collect()
    };
    let mut page = list(kit, viewer, &first(MemberFilter::default(), size)).await;
    assert!(!page.has_previous, "nothing is before the first");
    let mut forth = ids(&page);
    while let Some(after) = page.next() {
        let input = ListMembers {
            page: PageRequest {
                after: Some(after.to_owned()),
                ..PageRequest::first(size)
            },
            ..ListMembers::default()
        };
        page = list(kit, viewer, &input).await;
        assert!(page.has_previous);
        forth.extend(ids(&page));
    }
    let mut back = ids(&page);
    while let Some(before) = page.previous() {
        let input = ListMembers {
            page: PageRequest {
                before: Some(before.to_owned()),
                ..PageRequest::first(size)
            },
            ..ListMembers::default()
        };
        page = list(kit, viewer, &input).await;
        assert!(page.has_next);
        back.splice(0..0, ids(&page));
    }
    (forth, back)
}

async fn paging_forth_and_back_loses_and_doubles_nobody(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with_crowd(1..30).await;
    let viewer = acme.seen_by(&ada).await;
    let all = list(&kit, &viewer, &first(MemberFilter::default(), 100)).await;
    let all: Vec<MembershipId> = all.items.iter().map(|(_, member)| member.id).collect();
    assert_eq!(all.len(), 30);
    for size in [1, 7, 10, 29, 30, 31, 100] {
        let (forth, back) = forth_and_back(&kit, &viewer, size).await;
        assert_eq!(forth, all, "forth by {size}");
        assert_eq!(back, all, "back by {size}");
    }
}

async fn rows_that_come_and_go_disturb_no_page(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for handle in ["b1", "b2", "b3", "b4", "b5", "b6"] {
        acme.with(&kit.person(&format!("{handle}-person")).await, Role::Member)
            .await;
    }
    let viewer = acme.seen_by(&ada).await;
    let one = list(&kit, &viewer, &first(MemberFilter::default(), 3)).await;
    assert_eq!(usernames(&one), ["ada", "b1-person", "b2-person"]);
    let after = one.next().expect("four are left").to_owned();

    // The one that the cursor names goes, and so does one that is still to come; two join at the end.
    for gone in [one.items[2].1.id, next_of(&kit, &viewer, &after).await] {
        members::remove(&kit.ctx(), &ada.actor(), gone)
            .await
            .expect("owners may");
    }
    for handle in ["late-one", "late-two"] {
        acme.with(&kit.person(handle).await, Role::Member).await;
    }
    kit.discards_mail().await;

    let request = |after: &str| ListMembers {
        page: PageRequest {
            after: Some(after.to_owned()),
            ..PageRequest::first(3)
        },
        ..ListMembers::default()
    };
    let two = list(&kit, &viewer, &request(&after)).await;
    assert_eq!(usernames(&two), ["b4-person", "b5-person", "b6-person"]);
    let three = list(&kit, &viewer, &request(two.next().expect("two are new"))).await;
    assert_eq!(usernames(&three), ["late-one", "late-two"]);
    assert!(!three.has_next);
    let back = ListMembers {
        page: PageRequest {
            before: two.previous().map(ToOwned::to_owned),
            ..PageRequest::first(3)
        },
        ..ListMembers::default()
    };
    let back = list(&kit, &viewer, &back).await;
    assert_eq!(usernames(&back), ["ada", "b1-person"]);
}

async fn next_of(kit: &Kit, viewer: &InOrg, after: &str) -> MembershipId {
    let input = ListMembers {
        page: PageRequest {
            after: Some(after.to_owned()),
            ..PageRequest::first(1)
        },
        ..ListMembers::default()
    };
    list(kit, viewer, &input).await.items[0].1.id
}

async fn page_sizes_out_of_range_are_refused(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    for size in [0, -1, 101, 1_000_000_000, i64::MAX, i64::MIN] {
        let input = first(MemberFilter::default(), size);
        assert_eq!(
            refusal_on(members::list(&kit.ctx(), &viewer, &input).await),
            (Code::InvalidPageSize, "first".to_owned()),
            "{size}"
        );
    }
}

async fn cursors_of_other_lists_and_garbage_are_refused(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    bell.with(&grace, Role::Member).await;
    let invited = acme.invites("new@example.test", Role::Member).await;
    let viewer = acme.seen_by(&ada).await;
    let own = list(&kit, &viewer, &ListMembers::default()).await.items[0]
        .0
        .clone();
    let of_bell = list(&kit, &bell.seen_by(&ada).await, &ListMembers::default()).await;
    let of_bell = of_bell.items[0].0.clone();
    let request = PageRequest::default();
    let invitations = domain::invitations::list(&kit.ctx(), &viewer, &request).await;
    let of_invitations = invitations.expect("owners see them").items[0].0.clone();
    let changed = format!("{}A{}", &own[..5], &own[6..]);
    let cut = own[..own.len() - 1].to_owned();
    for wrong in [
        of_bell,
        of_invitations,
        changed,
        cut,
        format!("{own}A"),
        own[..22].to_owned(),
        "garbage".to_owned(),
        "é".repeat(30),
        "\0".to_owned(),
        invited.id.to_string(),
        "x".repeat(100_000),
    ] {
        for (after, before, field) in [
            (Some(wrong.clone()), None, "after"),
            (None, Some(wrong.clone()), "before"),
        ] {
            let input = ListMembers {
                page: PageRequest {
                    after,
                    before,
                    ..PageRequest::default()
                },
                ..ListMembers::default()
            };
            assert_eq!(
                refusal_on(members::list(&kit.ctx(), &viewer, &input).await),
                (Code::InvalidCursor, field.to_owned()),
                "{wrong:.40}"
            );
        }
    }
    let both = PageRequest {
        after: Some(own.clone()),
        before: Some(own),
        ..PageRequest::default()
    };
    let input = ListMembers {
        page: both,
        ..ListMembers::default()
    };
    assert_eq!(
        refusal(members::list(&kit.ctx(), &viewer, &input).await),
        Code::InvalidCursor
    );
}
