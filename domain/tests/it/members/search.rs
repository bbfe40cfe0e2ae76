//! Members are searched, narrowed by role, and counted.

use contract::{Code, accounts::UpdateProfile, members::MemberFilter};
use domain::{accounts, members};
use testkit::{Kit, on_each_database};

use super::{acme, first, found, list, search, usernames};
use crate::refusals::refusal_on;

on_each_database! {
    names_and_usernames_are_searched_in_any_case,
    signs_that_databases_read_otherwise_are_plain_characters,
    a_plain_member_can_neither_find_nor_see_addresses,
    a_changed_name_is_found_under_the_new_one,
    a_role_narrows_a_search,
    a_bad_filter_is_refused,
    what_is_counted_is_what_is_listed,
}

async fn names_and_usernames_are_searched_in_any_case(kit: Kit) {
    let (acme, [_, _, mary]) = acme(&kit).await;
    let viewer = acme.seen_by(&mary).await;
    for (text, expected) in [
        ("ada", vec!["ada"]),
        ("LOVE", vec!["ada"]),
        ("  lovelace ", vec!["ada"]),
        ("höpper", vec!["grace"]),
        ("HÖPPER", vec!["grace"]),
        ("hopper", vec![]),
        ("a", vec!["ada", "grace", "mary"]),
        ("lovelace ada", vec!["ada"]),
        ("nobody", vec![]),
        ("' OR 1=1 --", vec![]),
        ("", vec!["ada", "grace", "mary"]),
    ] {
        assert_eq!(found(&kit, &viewer, text).await, expected, "{text:?}");
    }
}

async fn signs_that_databases_read_otherwise_are_plain_characters(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    for (text, expected) in [
        ("%", vec!["mary"]),
        ("_", vec!["mary"]),
        ("\\", vec!["mary"]),
        ("0%_m", vec!["mary"]),
        ("y\\a", vec!["mary"]),
        ("a%a", vec![]),
        ("a_a", vec![]),
        ("%%", vec![]),
        ("*", vec![]),
        ("[a]", vec![]),
    ] {
        assert_eq!(found(&kit, &viewer, text).await, expected, "{text:?}");
    }
}

async fn a_plain_member_can_neither_find_nor_see_addresses(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    for text in ["example.test", "grace@example.test", "GRACE@"] {
        assert!(
            found(&kit, &acme.seen_by(&mary).await, text)
                .await
                .is_empty()
        );
        for viewer in [&ada, &grace] {
            let found = found(&kit, &acme.seen_by(viewer).await, text).await;
            assert!(found.contains(&"grace".to_owned()), "{text}");
        }
    }
    let page = list(
        &kit,
        &acme.seen_by(&mary).await,
        &first(search("grace"), 10),
    )
    .await;
    assert_eq!(page.items[0].1.person.email, None);
}

async fn a_changed_name_is_found_under_the_new_one(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let bell = kit.organization("bell").owned_by(&grace).await;
    let input = UpdateProfile {
        name: Some("Amazing Grace".to_owned()),
        username: Some("admiral".to_owned()),
        ..UpdateProfile::default()
    };
    accounts::update_profile(&kit.ctx(), &grace.actor(), input)
        .await
        .expect("names are free");
    for viewer in [acme.seen_by(&ada).await, bell.seen_by(&grace).await] {
        assert_eq!(found(&kit, &viewer, "amazing").await, ["admiral"]);
        assert_eq!(found(&kit, &viewer, "admiral").await, ["admiral"]);
        assert!(found(&kit, &viewer, "höpper").await.is_empty());
    }
}

async fn a_role_narrows_a_search(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    for (text, role, expected) in [
        ("", "owner", vec!["ada"]),
        ("", "ADMIN", vec!["grace"]),
        ("", "member", vec!["mary"]),
        ("ada", "member", vec![]),
        ("a", "admin", vec!["grace"]),
    ] {
        let filter = MemberFilter {
            search: text.to_owned(),
            role: role.to_owned(),
            ..MemberFilter::default()
        };
        let page = list(&kit, &viewer, &first(filter, 10)).await;
        assert_eq!(usernames(&page), expected, "{text:?} {role}");
    }
}

async fn a_bad_filter_is_refused(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    let king = MemberFilter {
        role: "king".to_owned(),
        ..MemberFilter::default()
    };
    for (filter, expected) in [
        (king, (Code::InvalidRole, "role".to_owned())),
        (
            search(&"x".repeat(101)),
            (Code::TooLong, "search".to_owned()),
        ),
        (
            search("a\0b"),
            (Code::InvalidCharacters, "search".to_owned()),
        ),
    ] {
        let input = first(filter, 10);
        let listed = members::list(&kit.ctx(), &viewer, &input).await;
        assert_eq!(refusal_on(listed), expected);
        let counted = members::count(&kit.ctx(), &viewer, &input.filter).await;
        assert_eq!(refusal_on(counted), expected);
    }
}

async fn what_is_counted_is_what_is_listed(kit: Kit) {
    let (acme, [ada, _, mary]) = acme(&kit).await;
    acme.with_crowd(1..40).await;
    for viewer in [acme.seen_by(&ada).await, acme.seen_by(&mary).await] {
        for filter in [
            MemberFilter::default(),
            search("person 1"),
            search("@crowd"),
            search("nobody"),
            MemberFilter {
                role: "member".to_owned(),
                ..MemberFilter::default()
            },
        ] {
            let listed = list(&kit, &viewer, &first(filter.clone(), 100))
                .await
                .items
                .len();
            let counted = members::count(&kit.ctx(), &viewer, &filter).await;
            assert_eq!(
                counted.expect("members see members"),
                listed as u64,
                "{filter:?}"
            );
        }
    }
    let owners = members::count_owners(&kit.ctx(), &acme.seen_by(&mary).await).await;
    assert_eq!(owners.expect("members see members"), 1);
}
