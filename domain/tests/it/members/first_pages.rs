//! Pages of members of many organizations are read at once.

use contract::{
    Code,
    members::{ListMembers, Member, MemberFilter},
    page::{Page, PageRequest},
};
use domain::{
    InOrg,
    members::{self, FirstMembers},
};
use testkit::{Kit, Person, on_each_database};

use super::{acme, first, list, search, usernames};
use crate::refusals::refusal;

on_each_database! {
    first_pages_of_twenty_organizations_are_those_of_each_alone,
    a_bad_request_among_first_pages_spoils_no_other,
    one_organization_asked_twice_gives_two_pages,
    more_organizations_than_one_statement_holds,
}

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

/// What is asked of one organization.
struct Asked {
    viewer: InOrg,
    input: ListMembers,
}

async fn pages_of(
    kit: &Kit,
    requests: &[Asked],
) -> domain::Result<Vec<domain::Result<Page<Member>>>> {
    let asked: Vec<FirstMembers<'_>> = requests
        .iter()
        .map(|one| FirstMembers {
            viewer: &one.viewer,
            input: &one.input,
        })
        .collect();
    members::first_pages(&kit.ctx(), &asked).await
}

async fn first_pages_of_twenty_organizations_are_those_of_each_alone(kit: Kit) {
    let ada = kit.person("ada").await;
    let viewers = twenty(&kit, &ada).await;
    let mut requests = Vec::new();
    for (number, viewer) in viewers.into_iter().enumerate() {
        let input = asked(&kit, &viewer, number).await;
        requests.push(Asked { viewer, input });
    }
    let pages = pages_of(&kit, &requests).await;
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
    let mut requests: Vec<Asked> = viewers
        .into_iter()
        .map(|viewer| Asked {
            viewer,
            input: first(MemberFilter::default(), 2),
        })
        .collect();
    for (place, input) in [0, 7, 19].into_iter().zip(bad) {
        requests[place].input = input;
    }
    let pages = pages_of(&kit, &requests).await;
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
    let requests: Vec<Asked> = [
        (&by_ada, first(MemberFilter::default(), 2)),
        (&by_grace, first(search("mary"), 5)),
        (&by_ada, first(MemberFilter::default(), 2)),
    ]
    .into_iter()
    .map(|(viewer, input)| Asked {
        viewer: viewer.clone(),
        input,
    })
    .collect();
    let pages = pages_of(&kit, &requests).await;
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
    let requests: Vec<Asked> = viewers
        .iter()
        .cycle()
        .take(230)
        .map(|viewer| Asked {
            viewer: viewer.clone(),
            input: first(MemberFilter::default(), 100),
        })
        .collect();
    let pages = pages_of(&kit, &requests).await;
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
