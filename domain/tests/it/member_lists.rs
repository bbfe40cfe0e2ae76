//! Members are listed, searched, counted and looked up.

use contract::{
    Code, MembershipId, Role, UserId,
    accounts::UpdateProfile,
    members::{ListMembers, Member, MemberFilter},
    page::{Page, PageRequest},
};
use domain::{
    InOrg, accounts,
    members::{self, FirstMembers},
    organizations,
};
use testkit::{Kit, Org, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    members_are_listed_in_the_order_of_joining,
    addresses_and_last_visits_are_for_admins_and_oneself,
    one_member_is_looked_up_within_ones_own_organization,
    names_and_usernames_are_searched_in_any_case,
    signs_that_databases_read_otherwise_are_plain_characters,
    a_plain_member_can_neither_find_nor_see_addresses,
    a_changed_name_is_found_under_the_new_one,
    a_role_narrows_a_search,
    a_bad_filter_is_refused,
    paging_forth_and_back_loses_and_doubles_nobody,
    rows_that_come_and_go_disturb_no_page,
    page_sizes_out_of_range_are_refused,
    cursors_of_other_lists_and_garbage_are_refused,
    what_is_counted_is_what_is_listed,
    first_pages_of_twenty_organizations_are_those_of_each_alone,
    a_bad_request_among_first_pages_spoils_no_other,
    one_organization_asked_twice_gives_two_pages,
    more_organizations_than_one_statement_holds,
    fellows_are_people_who_share_an_organization,
}

fn search(text: &str) -> MemberFilter {
    MemberFilter {
        search: text.to_owned(),
        role: String::new(),
    }
}

fn first(filter: MemberFilter, size: i64) -> ListMembers {
    ListMembers {
        filter,
        page: PageRequest::first(size),
    }
}

async fn list(kit: &Kit, viewer: &InOrg, input: &ListMembers) -> Page<Member> {
    members::list(&kit.ctx(), viewer, input)
        .await
        .expect("members see members")
}

fn usernames(page: &Page<Member>) -> Vec<&str> {
    page.items
        .iter()
        .map(|(_, member)| member.person.username.as_str())
        .collect()
}

async fn found(kit: &Kit, viewer: &InOrg, text: &str) -> Vec<String> {
    let page = list(kit, viewer, &first(search(text), 100)).await;
    usernames(&page)
        .into_iter()
        .map(ToOwned::to_owned)
        .collect()
}

/// Ada owns it, Grace is an admin, Mary a member.
async fn acme(kit: &Kit) -> (Org, [Person; 3]) {
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

// --- seeing -----------------------------------------------------------------------------------------------------------------

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
        organizations::note_activity(&kit.ctx(), &acme.seen_by(person).await).await;
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

// --- searching --------------------------------------------------------------------------------------------------------------

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
        };
        let page = list(&kit, &viewer, &first(filter, 10)).await;
        assert_eq!(usernames(&page), expected, "{text:?} {role}");
    }
}

async fn a_bad_filter_is_refused(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let viewer = acme.seen_by(&ada).await;
    let king = MemberFilter {
        search: String::new(),
        role: "king".to_owned(),
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

// --- paging -----------------------------------------------------------------------------------------------------------------

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
                    size: None,
                    after,
                    before,
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
        size: None,
        after: Some(own.clone()),
        before: Some(own),
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

// --- many at once -----------------------------------------------------------------------------------------------------------

/// Twenty organizations of Ada, of one to twenty members.
async fn twenty(kit: &Kit, ada: &Person) -> Vec<InOrg> {
    let mut seen = Vec::new();
    for number in 1..=20 {
        let org = kit
            .organization(&format!("org-{number}"))
            .owned_by(ada)
            .await;
        if number > 1 {
            org.with_crowd(1..number).await;
        }
        seen.push(org.seen_by(ada).await);
    }
    seen
}

/// Pages of various kinds: sizes, searches, roles, and what follows and precedes a cursor.
async fn asked(kit: &Kit, viewer: &InOrg, number: usize) -> ListMembers {
    let whole = list(kit, viewer, &first(MemberFilter::default(), 100)).await;
    let middle = whole.items[whole.items.len() / 2].0.clone();
    let page = match number % 4 {
        0 => PageRequest::first(5),
        1 => PageRequest::default(),
        2 => PageRequest {
            after: Some(middle),
            ..PageRequest::first(3)
        },
        _ => PageRequest {
            before: Some(middle),
            ..PageRequest::first(3)
        },
    };
    let filter = match number % 3 {
        0 => MemberFilter::default(),
        1 => search("person"),
        _ => MemberFilter {
            role: "member".to_owned(),
            ..MemberFilter::default()
        },
    };
    ListMembers { filter, page }
}

async fn first_pages_of_twenty_organizations_are_those_of_each_alone(kit: Kit) {
    let ada = kit.person("ada").await;
    let viewers = twenty(&kit, &ada).await;
    let mut requests = Vec::new();
    for (number, viewer) in viewers.into_iter().enumerate() {
        let input = asked(&kit, &viewer, number).await;
        requests.push(FirstMembers { viewer, input });
    }
    let pages = members::first_pages(&kit.ctx(), &requests).await;
    let pages = pages.expect("the database is there");
    assert_eq!(pages.len(), 20);
    for (page, one) in pages.into_iter().zip(&requests) {
        let alone = list(&kit, &one.viewer, &one.input).await;
        assert_eq!(page.expect("each is allowed"), alone, "{:?}", one.input);
    }
}

async fn a_bad_request_among_first_pages_spoils_no_other(kit: Kit) {
    let ada = kit.person("ada").await;
    let viewers = twenty(&kit, &ada).await;
    let bad = [
        first(MemberFilter::default(), 0),
        first(search("a\0b"), 5),
        ListMembers {
            page: PageRequest {
                after: Some("garbage".to_owned()),
                ..PageRequest::default()
            },
            ..ListMembers::default()
        },
    ];
    let mut requests: Vec<FirstMembers> = viewers
        .into_iter()
        .map(|viewer| FirstMembers {
            viewer,
            input: first(MemberFilter::default(), 2),
        })
        .collect();
    for (place, input) in [0, 7, 19].into_iter().zip(bad) {
        requests[place].input = input;
    }
    let pages = members::first_pages(&kit.ctx(), &requests).await;
    let codes: Vec<Option<Code>> = pages
        .expect("the database is there")
        .into_iter()
        .zip(&requests)
        .map(|(page, one)| match page {
            Ok(page) => {
                assert!(
                    page.items
                        .iter()
                        .all(|(_, m)| m.organization_id == one.viewer.id())
                );
                assert_eq!(
                    page.items.len(),
                    one.viewer.organization().member_count.min(2) as usize
                );
                None
            }
            Err(error) => Some(refusal(Err::<(), _>(error))),
        })
        .collect();
    let mut expected = vec![None; 20];
    expected[0] = Some(Code::InvalidPageSize);
    expected[7] = Some(Code::InvalidCharacters);
    expected[19] = Some(Code::InvalidCursor);
    assert_eq!(codes, expected);
    assert!(
        members::first_pages(&kit.ctx(), &[])
            .await
            .is_ok_and(|pages| pages.is_empty())
    );
}

async fn one_organization_asked_twice_gives_two_pages(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let (by_ada, by_grace) = (acme.seen_by(&ada).await, acme.seen_by(&grace).await);
    let requests: Vec<FirstMembers> = [
        (&by_ada, first(MemberFilter::default(), 2)),
        (&by_grace, first(search("mary"), 5)),
        (&by_ada, first(MemberFilter::default(), 2)),
    ]
    .into_iter()
    .map(|(viewer, input)| FirstMembers {
        viewer: viewer.clone(),
        input,
    })
    .collect();
    let pages = members::first_pages(&kit.ctx(), &requests).await;
    let names: Vec<Vec<String>> = pages
        .expect("the database is there")
        .into_iter()
        .map(|page| page.expect("each is allowed"))
        .map(|page| {
            usernames(&page)
                .into_iter()
                .map(ToOwned::to_owned)
                .collect()
        })
        .collect();
    assert_eq!(
        names,
        [vec!["ada", "grace"], vec!["mary"], vec!["ada", "grace"]]
    );
}

async fn more_organizations_than_one_statement_holds(kit: Kit) {
    let ada = kit.person("ada").await;
    let viewers = twenty(&kit, &ada).await;
    let requests: Vec<FirstMembers> = viewers
        .iter()
        .cycle()
        .take(230)
        .map(|viewer| FirstMembers {
            viewer: viewer.clone(),
            input: first(MemberFilter::default(), 100),
        })
        .collect();
    let pages = members::first_pages(&kit.ctx(), &requests).await;
    for (page, one) in pages
        .expect("the database is there")
        .into_iter()
        .zip(&requests)
    {
        let page = page.expect("each is allowed");
        assert_eq!(
            page.items.len() as u64,
            one.viewer.organization().member_count
        );
        assert!(
            page.items
                .iter()
                .all(|(_, m)| m.organization_id == one.viewer.id())
        );
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
