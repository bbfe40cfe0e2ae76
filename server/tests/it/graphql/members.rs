//! Members: listed by pages, changed and removed.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{
    Api, Credentials,
    company::{Company, found},
    refused,
};

on_each_database! {
    members_are_paged_from_either_end,
    a_page_of_another_size_or_with_another_cursor_is_refused_for_itself,
    members_are_searched_and_filtered_and_counted,
    the_same_organization_may_be_asked_twice,
    details_are_for_those_who_may_read_them,
    roles_are_given_up_to_ones_own,
    members_are_removed_up_to_ones_own_role,
    whoever_is_removed_is_out_at_once,
}

/// Asks for a page of Acme's members, which must have these usernames and pages before and after it; gives its first and last
/// cursor.
async fn page(
    api: &Api,
    who: &Credentials,
    arguments: &str,
    names: &[&str],
    around: [bool; 2],
) -> [Value; 2] {
    let query = format!(
        "{{ organization(slug: \"acme\") {{ members{arguments} {{ edges {{ cursor node {{ user {{ username }} }} }} \
         pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }} }} }} }}"
    );
    let data = api.ask(who, &query, Value::Null).await;
    let members = &data["organization"]["members"];
    let edges = members["edges"].as_array().cloned().unwrap_or_default();
    let shown: Vec<_> = edges
        .iter()
        .filter_map(|edge| edge["node"]["user"]["username"].as_str())
        .collect();
    assert_eq!(shown, names, "{arguments}");
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    let ends = [cursor(edges.first()), cursor(edges.last())];
    assert_eq!(
        members["pageInfo"],
        json!({ "hasPreviousPage": around[0], "hasNextPage": around[1], "startCursor": ends[0], "endCursor": ends[1] }),
        "{arguments}"
    );
    ends
}

async fn fill(kit: &Kit, company: &Company<'_>, handles: &[&str]) {
    for handle in handles {
        let person = kit.person(handle).await;
        person.signs_in().await;
        company.takes_in(&person, Role::Member).await;
    }
}

async fn members_are_paged_from_either_end(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    fill(&kit, &acme, &["ben", "cleo", "dan", "eli"]).await;
    let all = ["ada", "ben", "cleo", "dan", "eli"];
    let page = async |arguments: &str, names: &[&str], around| {
        page(&api, &adas, arguments, names, around).await
    };
    page("", &all, [false, false]).await;

    let [ada_at, ben] = page("(first: 2)", &all[..2], [false, true]).await;
    let [_, dan] = page(
        &format!("(first: 2, after: {ben})"),
        &all[2..4],
        [true, true],
    )
    .await;
    page(
        &format!("(first: 2, after: {dan})"),
        &all[4..],
        [true, false],
    )
    .await;

    page("(last: 2)", &all[3..], [true, false]).await;
    page(
        &format!("(last: 2, before: {dan})"),
        &all[1..3],
        [true, true],
    )
    .await;
    page(&format!("(before: {ben})"), &all[..1], [false, true]).await;

    page(
        &format!("(first: 1, before: {dan})"),
        &all[..1],
        [false, true],
    )
    .await;
    let between = format!("after: {ada_at}, before: {dan}");
    page(&format!("({between})"), &all[1..3], [true, true]).await;
    page(&format!("(last: 1, {between})"), &all[2..3], [true, true]).await;
    page(&format!("(last: 2, before: {ada_at})"), &[], [false, true]).await;
    kit.discards_mail().await;
}

async fn a_page_of_another_size_or_with_another_cursor_is_refused_for_itself(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    for name in ["Acme", "Other"] {
        found(&kit, &ada, name).await;
    }
    let query = "{ a: organization(slug: \"acme\") { members { pageInfo { endCursor } } } \
        o: organization(slug: \"other\") { members { pageInfo { endCursor } } } \
        viewer { ... on User { memberships { pageInfo { endCursor } } } } }";
    let data = api.ask(&adas, query, Value::Null).await;
    let own = data["a"]["members"]["pageInfo"]["endCursor"].clone();
    let other = data["o"]["members"]["pageInfo"]["endCursor"].clone();
    let another_list = data["viewer"]["memberships"]["pageInfo"]["endCursor"].clone();
    let changed = json!(own.as_str().unwrap_or_default().replace('A', "B") + "A");
    let cursor = |value: &Value| {
        vec![
            format!("after: {value}"),
            format!("before: {value}"),
            format!("last: 3, before: {value}"),
        ]
    };
    let mut wrong: Vec<(String, &str)> = [
        "first: 0",
        "first: -1",
        "first: 101",
        "first: 1000000000",
        "last: 0",
        "last: 101",
        "first: 1, last: 1",
    ]
    .map(|size| (size.to_owned(), "INVALID_PAGE_SIZE"))
    .to_vec();
    for value in [
        &other,
        &another_list,
        &changed,
        &json!("garbage"),
        &json!("é".repeat(40)),
        &json!("x".repeat(5_000)),
    ] {
        wrong.extend(
            cursor(value)
                .into_iter()
                .map(|arguments| (arguments, "INVALID_CURSOR")),
        );
    }
    for (arguments, code) in wrong {
        let query = format!(
            "{{ organization(slug: \"acme\") {{ name members({arguments}) {{ nodes {{ id }} }} invitations({arguments}) {{ nodes {{ id }} }} \
             good: members {{ nodes {{ role }} }} }} viewer {{ ... on User {{ memberships({arguments}) {{ nodes {{ id }} }} }} }} }}"
        );
        let answer = api.run_as(&adas, &query, Value::Null).await;
        let json = answer.json();
        let organization = json!({ "name": "Acme", "members": null, "invitations": null, "good": { "nodes": [{ "role": "OWNER" }] } });
        assert_eq!(
            json["data"]["organization"], organization,
            "{arguments}: {}",
            answer.text
        );
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let is_own_list = arguments.ends_with(&another_list.to_string());
        assert_eq!(
            errors.len(),
            if is_own_list { 2 } else { 3 },
            "{arguments}: {}",
            answer.text
        );
        for error in errors {
            assert_eq!(error["extensions"]["code"], code, "{arguments}: {error}");
        }
    }
}

async fn members_are_searched_and_filtered_and_counted(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").named("Ada Lovelace").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let bob = kit.person("bob").named("Bob 100%_Ada").await;
    let bobs = Credentials::of_program(&kit, &bob).await;
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&bob, Role::Member).await;
    let found = async |who: &Credentials, arguments: &str| {
        let query = format!(
            "{{ organization(slug: \"acme\") {{ members({arguments}) {{ totalCount nodes {{ user {{ username }} }} }} }} }}"
        );
        let answer = api.run_as(who, &query, Value::Null).await;
        let members = answer.json()["data"]["organization"]["members"].clone();
        let nodes = members["nodes"].as_array().map_or(0, Vec::len);
        (
            members["totalCount"].as_u64().unwrap_or_default(),
            nodes,
            answer.code(),
        )
    };
    for (arguments, count) in [
        ("search: \"ADA\"", 2),
        ("search: \" lovelace \"", 1),
        ("search: \"%_a\"", 1),
        ("search: \"\"", 2),
        ("search: \"example.test\"", 2),
        ("search: \"nobody\"", 0),
        ("role: OWNER", 1),
        ("role: ADMIN", 0),
        ("role: MEMBER, search: \"ada\"", 1),
        ("first: 1, search: \"ada\"", 2),
    ] {
        let (total, nodes, _) = found(&adas, arguments).await;
        let shown = if arguments.starts_with("first") {
            1
        } else {
            usize::try_from(count).unwrap_or_default()
        };
        assert_eq!((total, nodes), (count, shown), "{arguments}");
    }
    assert_eq!(
        found(&bobs, "search: \"example.test\"").await.0,
        0,
        "addresses are searched only for who may read them"
    );
    let long = format!("search: \"{}\"", "x".repeat(101));
    assert_eq!(found(&adas, &long).await.2, "TOO_LONG");
    kit.discards_mail().await;
}

async fn the_same_organization_may_be_asked_twice(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let adas = Credentials::of_program(&kit, &ada).await;
    let acme = found(&kit, &ada, "Acme").await;
    fill(&kit, &acme, &["ben", "cleo"]).await;
    let query = "{ organization(slug: \"acme\") { a: members(first: 1) { nodes { user { username } } } \
        b: members(last: 1) { nodes { user { username } } } c: members(role: MEMBER) { totalCount nodes { user { username } } } \
        d: members(search: \"cleo\") { totalCount } e: members(search: \"zoe\") { totalCount } } }";
    let data = api.ask(&adas, query, Value::Null).await;
    let user = |name: &str| json!({ "user": { "username": name } });
    assert_eq!(
        data["organization"],
        json!({ "a": { "nodes": [user("ada")] }, "b": { "nodes": [user("cleo")] },
            "c": { "totalCount": 2, "nodes": [user("ben"), user("cleo")] }, "d": { "totalCount": 1 }, "e": { "totalCount": 0 } })
    );
    kit.discards_mail().await;
}

async fn details_are_for_those_who_may_read_them(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let (adas, bobs) = (
        Credentials::of_program(&kit, &ada).await,
        Credentials::of_program(&kit, &bob).await,
    );
    let acme = found(&kit, &ada, "Acme").await;
    acme.takes_in(&bob, Role::Member).await;
    kit.sql("UPDATE memberships SET last_active_at = 1795428000000")
        .await;
    let query = "{ organization(slug: \"acme\") { owner { email phone } members { nodes { lastActiveAt user { email profile { theme } } } } } }";
    let seen = async |who: &Credentials| {
        let data = api.ask(who, query, Value::Null).await["organization"].clone();
        let nodes = data["members"]["nodes"].clone();
        (
            data["owner"]["email"].clone(),
            nodes[0].clone(),
            nodes[1].clone(),
        )
    };
    let at = "2026-11-23T10:00:00.000Z";
    let member = |email: Value, at: Value, profile: Value| json!({ "lastActiveAt": at, "user": { "email": email, "profile": profile } });
    let theme = json!({ "theme": "SYSTEM" });
    assert_eq!(
        seen(&adas).await,
        (
            json!(ada.email),
            member(json!(ada.email), json!(at), theme.clone()),
            member(json!(bob.email), json!(at), Value::Null)
        )
    );
    assert_eq!(
        seen(&bobs).await,
        (
            Value::Null,
            member(Value::Null, Value::Null, Value::Null),
            member(json!(bob.email), json!(at), theme)
        )
    );
    let node = "query($id: ID!) { node(id: $id) { __typename ... on User { username email } } }";
    assert_eq!(
        api.ask(&bobs, node, json!({ "id": ada.id.to_string() }))
            .await["node"],
        json!({ "__typename": "User", "username": "ada", "email": null })
    );
    kit.discards_mail().await;
}

async fn roles_are_given_up_to_ones_own(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob, cleo) = (
        kit.person("ada").await,
        kit.person("bob").await,
        kit.person("cleo").await,
    );
    let bobs = Credentials::of_program(&kit, &bob).await;
    for person in [&ada, &cleo] {
        person.signs_in().await;
    }
    let acme = found(&kit, &ada, "Acme").await;
    let owner = acme.membership_of(&ada).await.to_string();
    let admin = acme.takes_in(&bob, Role::Admin).await.to_string();
    let member = acme.takes_in(&cleo, Role::Member).await.to_string();
    let role = |id: &str, role: &str| json!({ "memberId": id, "role": role });
    for (input, code, field) in [
        (role(&member, "OWNER"), "ROLE_TOO_HIGH", Some("role")),
        (role(&owner, "MEMBER"), "MEMBER_ABOVE", None),
        (role(&admin, "OWNER"), "ROLE_TOO_HIGH", Some("role")),
        (
            role("mem_11111111111111111111", "MEMBER"),
            "NOT_FOUND",
            None,
        ),
        (role("nonsense", "MEMBER"), "NOT_FOUND", None),
    ] {
        assert_eq!(
            api.refusals(&bobs, "changeMemberRole", input.clone()).await,
            refused(code, field),
            "{input}"
        );
    }
    let selection = "membership { id role user { username email } organization { viewerRole } }";
    let payload = api
        .mutate(&bobs, "changeMemberRole", role(&member, "ADMIN"), selection)
        .await;
    assert_eq!(
        payload["membership"],
        json!({ "id": member, "role": "ADMIN", "user": { "username": "cleo", "email": cleo.email }, "organization": { "viewerRole": "ADMIN" } })
    );
    let payload = api
        .mutate(&bobs, "changeMemberRole", role(&admin, "MEMBER"), selection)
        .await;
    assert_eq!(
        (
            &payload["membership"]["role"],
            &payload["membership"]["organization"]["viewerRole"]
        ),
        (&json!("MEMBER"), &json!("MEMBER")),
        "people may step down"
    );
    let unknown = "mutation($id: ID!) { changeMemberRole(input: { memberId: $id, role: KING }) { userErrors { code } } }";
    let answer = api.run_as(&bobs, unknown, json!({ "id": member })).await;
    assert_eq!(answer.code(), "BAD_REQUEST", "{}", answer.text);
    kit.discards_mail().await;
}

async fn members_are_removed_up_to_ones_own_role(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob, cleo) = (
        kit.person("ada").await,
        kit.person("bob").await,
        kit.person("cleo").await,
    );
    let adas = Credentials::of_program(&kit, &ada).await;
    let bobs = Credentials::of_program(&kit, &bob).await;
    cleo.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let owner = acme.membership_of(&ada).await.to_string();
    let admin = acme.takes_in(&bob, Role::Admin).await.to_string();
    let member = acme.takes_in(&cleo, Role::Member).await.to_string();
    let input = |id: &str| json!({ "memberId": id });
    assert_eq!(
        api.refusals(&bobs, "removeMember", input(&owner)).await,
        refused("MEMBER_ABOVE", None)
    );
    assert_eq!(
        api.refusals(&adas, "removeMember", input(&owner)).await,
        refused("LAST_OWNER", None),
        "removing oneself is leaving"
    );
    let payload = api
        .mutate(&bobs, "removeMember", input(&member), "memberId")
        .await;
    assert_eq!(payload, json!({ "memberId": member, "userErrors": [] }));
    assert_eq!(
        api.refusals(&bobs, "removeMember", input(&member)).await,
        refused("NOT_FOUND", None)
    );
    assert_eq!(api.refusals(&bobs, "removeMember", input(&admin)).await, []);
    let query = "{ organization(slug: \"acme\") { memberCount } }";
    assert_eq!(
        api.ask(&adas, query, Value::Null).await,
        json!({ "organization": { "memberCount": 1 } })
    );
    kit.discards_mail().await;
}

/// Within one request too: what was read before the mutation is read again after it.
async fn whoever_is_removed_is_out_at_once(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let bobs = Credentials::of_program(&kit, &bob).await;
    ada.signs_in().await;
    let acme = found(&kit, &ada, "Acme").await;
    let own = acme.takes_in(&bob, Role::Admin).await.to_string();
    let query = "mutation($own: ID!, $org: ID!) { \
        a: changeMemberRole(input: { memberId: $own, role: ADMIN }) { membership { organization { viewerRole members { totalCount } } } } \
        b: changeMemberRole(input: { memberId: $own, role: MEMBER }) { membership { organization { viewerRole members { totalCount } } } } \
        c: leaveOrganization(input: { organizationId: $org }) { userErrors { code } } \
        d: leaveOrganization(input: { organizationId: $org }) { userErrors { code } } }";
    let data = api
        .ask(&bobs, query, json!({ "own": own, "org": acme.org() }))
        .await;
    let seen = |role: &str| json!({ "membership": { "organization": { "viewerRole": role, "members": { "totalCount": 2 } } } });
    assert_eq!((&data["a"], &data["b"]), (&seen("ADMIN"), &seen("MEMBER")));
    assert_eq!(
        (
            &data["c"]["userErrors"],
            &data["d"]["userErrors"][0]["code"]
        ),
        (&json!([]), &json!("NOT_FOUND"))
    );
    kit.discards_mail().await;
}
