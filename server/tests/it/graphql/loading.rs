//! How often the database is asked.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, Person, on_each_database};

use super::{Api, Credentials, admin::staff, company::found};

on_each_database! {
    many_organizations_take_as_many_statements_as_few,
    what_a_query_reads_twice_is_read_once,
    details_for_staff_take_as_many_statements_of_many_as_of_one,
}

/// The query of the requirements, with what a page shows of it.
const QUERY: &str = "query($organizations: Int!, $members: Int!) { viewer { ... on User { id name memberships(first: $organizations) { \
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id role joinedAt user { id email } organization { id name slug viewerRole \
    memberCount owner { id name username } all: members(first: $members) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { \
    id role joinedAt isPrimaryOwner user { id name username email profile { theme } } } } } } } } } } } }";

/// The rest that is read of many organizations.
const MORE: &str = "query($organizations: Int!) { viewer { ... on User { memberships(first: $organizations) { nodes { organization { \
    owners: members(role: OWNER) { totalCount } found: members(search: \"person\") { totalCount nodes { organization { id } } } \
    invitations(first: 2) { totalCount nodes { email invitedBy organization { id } organizationName } } } } } } } }";

async fn organizations(kit: &Kit, owner: &Person, count: usize, people: &[Person]) {
    for number in 0..count {
        let company = found(kit, owner, &format!("Company {}{number}", people.len())).await;
        company.takes_in_many(people).await;
        company.invites("zoe@example.test", Role::Member).await;
    }
}

async fn many_organizations_take_as_many_statements_as_few(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let (adas, bobs) = (
        Credentials::of_program(&kit, &ada).await,
        Credentials::of_program(&kit, &bob).await,
    );
    let mut people = Vec::new();
    for number in 0..24 {
        people.push(kit.person(&format!("person{number}")).await);
    }
    organizations(&kit, &ada, 2, &people[..2]).await;
    organizations(&kit, &bob, 20, &people).await;
    for (query, most) in [(QUERY, 6), (MORE, 8)] {
        let asked = |who, organizations: usize, members: usize| {
            let sizes = json!({ "organizations": organizations, "members": members });
            kit.statements_of(api.run_as(who, query, sizes))
        };
        asked(&adas, 2, 3).await;
        let (few, statements) = asked(&adas, 2, 3).await;
        let (many, more) = asked(&bobs, 20, 25).await;
        assert_eq!(
            (
                few.data()["viewer"].is_object(),
                many.data()["viewer"].is_object()
            ),
            (true, true)
        );
        assert_eq!(more.len(), statements.len(), "{statements:#?} {more:#?}");
        assert!(more.len() <= most, "{more:#?}");
        if query == QUERY {
            let edges = many.data()["viewer"]["memberships"]["edges"].clone();
            let members = |edge: &Value| {
                edge["node"]["organization"]["all"]["edges"]
                    .as_array()
                    .map(Vec::len)
            };
            let all = edges.as_array().cloned().unwrap_or_default();
            assert_eq!(all.len(), 20);
            assert!(all.iter().all(|edge| members(edge) == Some(25)));
        }
    }
    kit.discards_mail().await;
}

async fn what_a_query_reads_twice_is_read_once(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    let fields =
        "id ... on Organization { name owner { name } members { nodes { user { name } } } }";
    let once = format!("query($id: ID!) {{ node(id: $id) {{ {fields} }} }}");
    let often = format!(
        "query($id: ID!) {{ a: node(id: $id) {{ {fields} }} b: node(id: $id) {{ {fields} }} c: node(id: $id) {{ {fields} }} }}"
    );
    let id = json!({ "id": acme.org() });
    api.ask(&adas, &once, id.clone()).await;
    let (_, few) = kit.statements_of(api.ask(&adas, &once, id.clone())).await;
    let (_, same) = kit.statements_of(api.ask(&adas, &often, id)).await;
    assert_eq!(same.len(), few.len(), "{same:#?}");
}

async fn details_for_staff_take_as_many_statements_of_many_as_of_one(kit: Kit) {
    let api = Api::new(&kit);
    let staffs = staff(&kit, &api).await;
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    for number in 0..8 {
        kit.person(&format!("person{number}")).await;
        found(&kit, &ada, &format!("Company {number}")).await;
    }
    let query = "query($first: Int!) { admin { \
        users(first: $first) { nodes { id email details { hasPassword sessionCount passkeyCount identityCount apiKeyCount } } } \
        organizations(first: $first) { nodes { details { ownerCount openInvitationCount } } } } }";
    let asked = |first: usize| {
        let size = json!({ "first": first });
        kit.statements_of(api.ask(&staffs, query, size))
    };
    asked(1).await;
    let (_, one) = asked(1).await;
    let (seen, many) = asked(8).await;
    assert_eq!(many.len(), one.len(), "{one:#?} {many:#?}");
    let nodes = |list: &str| {
        let nodes = seen["admin"][list]["nodes"].as_array();
        nodes.cloned().unwrap_or_default()
    };
    let (people, companies) = (nodes("users"), nodes("organizations"));
    assert_eq!((people.len(), companies.len()), (8, 8));
    let own = |node: &Value| node["details"]["hasPassword"] == true;
    assert!(people.iter().all(own), "{people:?}");
    let owned = |node: &Value| node["details"]["ownerCount"] == 1;
    assert!(companies.iter().all(owned), "{companies:?}");
    kit.discards_mail().await;
}
