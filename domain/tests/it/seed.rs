//! Made-up data: it is as the use cases would have left it, and never made by accident.

use std::collections::BTreeMap;

use contract::{
    Code, Password, Role, Timestamp, accounts::UpdateProfile, members::ListMembers,
    organizations::UpdateOrganization, page::PageRequest, sessions::SignIn, usage::Interval,
    verification::Verdict,
};
use domain::{
    Actor, Result,
    accounts::{self, Listed},
    audit, invitations, members,
    organizations::{self, Found},
    seed::{self, Plan, Seeded},
    sessions::Client,
};
use testkit::{Kit, on_each_database};

use crate::{
    api_keys::verdict,
    refusals::{problems, refusal, refusal_on},
};

on_each_database! {
    as_much_is_made_up_as_was_asked_for,
    every_count_key_owner_and_slug_is_as_the_use_cases_keep_it,
    nothing_happened_before_it_could,
    a_made_up_person_signs_in_and_finds_their_organizations,
    invitations_wait_or_are_over,
    keys_are_verified_as_they_stand_and_sessions_are_good,
    counts_of_requests_agree_with_each_other_and_with_the_keys,
    the_same_seed_makes_the_same_and_another_makes_other,
    a_database_with_users_is_added_to_only_when_asked,
    what_does_not_fit_together_is_refused,
    a_chosen_password_is_judged_like_any,
    seeding_is_for_operators_and_written_down_once,
    every_log_begins_with_the_making_of_its_organization,
}

fn plan() -> Plan {
    Plan {
        users: 120,
        organizations: 15,
        memberships: 300,
        invitations: 60,
        keys: 80,
        usage: 20,
        sessions: 3,
        quota: None,
        largest: None,
        seed: 7,
        password: None,
        adds: false,
    }
}

async fn seeded(kit: &Kit, plan: Plan) -> Seeded {
    seed::seed(&kit.system(), &kit.operator(), plan)
        .await
        .expect("the database is empty and the plan good")
}

async fn everybody(kit: &Kit) -> Vec<Listed> {
    accounts::list(&kit.system(), &kit.operator(), None, 1_000)
        .await
        .expect("operators may")
}

async fn signs_in(kit: &Kit, email: &str, password: &Password) -> Result<Actor> {
    let input = SignIn {
        email: email.to_owned(),
        password: password.clone(),
        remember: false,
    };
    let opened = testkit::sign_in(&kit.ctx(), input, Client::Browser).await?;
    Ok(kit.holder(&opened.token).await.expect("it has just begun"))
}

async fn as_much_is_made_up_as_was_asked_for(kit: Kit) {
    let made = seeded(&kit, plan()).await;
    assert_eq!(
        (
            made.users,
            made.organizations,
            made.memberships,
            made.invitations
        ),
        (120, 15, 300, 60)
    );
    for (table, rows) in [
        ("users", 120),
        ("profiles", 120),
        ("organizations", 15),
        ("slugs", 15),
        ("memberships", 300),
        ("invitations", 60),
        ("api_keys", 80),
        ("key_secrets", 80),
        ("sessions", 3),
        ("mails", 0),
    ] {
        assert_eq!(kit.count(table).await, rows, "{table}");
    }
    let all = organizations::list(&kit.system(), &kit.operator(), None, 1_000)
        .await
        .expect("operators may");
    let largest = all.iter().max_by_key(|one| one.member_count);
    let told = made.largest.expect("there are organizations");
    assert_eq!(
        largest.map(|one| one.member_count),
        Some(told.members as u64)
    );
    let smallest = all.iter().map(|one| one.member_count).min();
    assert!(smallest < Some(10) && told.members > 60, "{told:?}");
    let longest = everybody(&kit)
        .await
        .iter()
        .map(|one| one.name.chars().count())
        .max();
    assert!(longest > Some(20));
}

async fn every_count_key_owner_and_slug_is_as_the_use_cases_keep_it(kit: Kit) {
    let plan = Plan {
        largest: Some(100),
        ..plan()
    };
    let made = seeded(&kit, plan).await;
    assert_eq!(made.largest.map(|largest| largest.members), Some(100));
    for (what, query) in [
        (
            "a wrong count of members",
            "SELECT count(*) FROM organizations o WHERE member_count <> (SELECT count(*) FROM memberships m WHERE m.organization_id = o.id)",
        ),
        (
            "a primary owner who is not an owner",
            "SELECT count(*) FROM organizations o WHERE NOT EXISTS \
             (SELECT 1 FROM memberships m WHERE m.organization_id = o.id AND m.user_id = o.owner_id AND m.role = 'owner')",
        ),
        (
            "an organization whose slug is not written down",
            "SELECT count(*) FROM organizations o WHERE NOT EXISTS \
             (SELECT 1 FROM slugs s WHERE s.slug = o.slug AND s.organization_id = o.id AND s.retired_at IS NULL)",
        ),
        (
            "an organization with more people than seats",
            "SELECT count(*) FROM organizations o WHERE o.seats < o.member_count + \
             (SELECT count(*) FROM invitations i WHERE i.organization_id = o.id AND i.open_key IS NOT NULL AND i.expires_at > 1795428000000)",
        ),
        (
            "an address key that is not the address",
            "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.email_key <> lower(u.email) OR u.email_key <> lower(u.email)",
        ),
        (
            "an account without a verified address",
            "SELECT count(*) FROM users WHERE email_verified_at IS NULL OR suspended_at IS NOT NULL",
        ),
    ] {
        assert_eq!(kit.number(query).await, 0, "{what}");
    }
    search_keys_are_as_a_change_of_the_profile_writes_them(&kit, &made.password).await;
}

/// What a search looks into, of a person who is a member of something.
async fn search_keys(kit: &Kit, person: &Listed) -> Option<String> {
    let query = format!(
        "SELECT min(m.name_key || ' / ' || m.email_key) FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.username = '{}'",
        person.username
    );
    kit.text(&query).await
}

async fn search_keys_are_as_a_change_of_the_profile_writes_them(kit: &Kit, password: &Password) {
    let mut compared = 0;
    for person in everybody(kit).await.iter().take(40) {
        let Some(made_up) = search_keys(kit, person).await else {
            continue;
        };
        let blank = "UPDATE memberships SET name_key = '', email_key = '' WHERE user_id";
        let whose = format!(
            "(SELECT id FROM users WHERE username = '{}')",
            person.username
        );
        kit.sql(&format!("{blank} = {whose}")).await;
        let actor = signs_in(kit, &person.email, password).await;
        let input = UpdateProfile {
            phone: Some("+493012345678".to_owned()),
            ..UpdateProfile::default()
        };
        accounts::update_profile(&kit.ctx(), &actor.expect("it is right"), input)
            .await
            .expect("the number is good");
        assert_eq!(search_keys(kit, person).await, Some(made_up));
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

async fn nothing_happened_before_it_could(kit: Kit) {
    seeded(&kit, plan()).await;
    let now = "1795428600000";
    for query in [
        format!("SELECT count(*) FROM users WHERE created_at > {now} OR password_changed_at < created_at"),
        "SELECT count(*) FROM organizations o JOIN users u ON u.id = o.owner_id WHERE o.created_at < u.created_at".to_owned(),
        "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.joined_at < u.created_at".to_owned(),
        "SELECT count(*) FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE m.joined_at < o.created_at".to_owned(),
        format!("SELECT count(*) FROM memberships WHERE joined_at > {now} OR last_active_at < joined_at OR last_active_at > {now}"),
        "SELECT count(*) FROM invitations i JOIN organizations o ON o.id = i.organization_id WHERE i.created_at < o.created_at".to_owned(),
        format!("SELECT count(*) FROM invitations WHERE created_at > {now} OR declined_at < created_at OR revoked_at < created_at"),
    ] {
        assert_eq!(kit.number(&query).await, 0, "{query}");
    }
    assert!(
        kit.number("SELECT max(created_at) - min(created_at) FROM users")
            .await
            > 300 * 24 * 60 * 60 * 1000,
        "people have come over more than a year"
    );
}

async fn a_made_up_person_signs_in_and_finds_their_organizations(kit: Kit) {
    let made = seeded(&kit, plan()).await;
    let largest = made.largest.expect("there are organizations");
    let owner = signs_in(&kit, &largest.owner, &made.password)
        .await
        .expect("the password is told");
    let found = organizations::enter(&kit.ctx(), &owner, &largest.slug).await;
    let Ok(Found::Here(organization)) = found else {
        panic!("{found:?}");
    };
    assert_eq!(organization.role(), Role::Owner);
    let input = ListMembers {
        page: PageRequest::first(100),
        ..ListMembers::default()
    };
    let page = members::list(&kit.ctx(), &organization, &input)
        .await
        .expect("members may");
    let joined: Vec<_> = page
        .items
        .iter()
        .map(|(_, member)| member.joined_at)
        .collect();
    assert!(joined.is_sorted() && joined.len() == largest.members);
    assert!(page.items[0].1.is_primary_owner);
    let wrong = signs_in(
        &kit,
        &largest.owner,
        &Password::new("not the password at all"),
    )
    .await;
    assert_eq!(refusal(wrong), Code::InvalidCredentials);
}

async fn invitations_wait_or_are_over(kit: Kit) {
    let plan = Plan {
        invitations: 400,
        ..plan()
    };
    let made = seeded(&kit, plan).await;
    let mut waiting = 0;
    for person in everybody(&kit).await.iter().take(40) {
        let actor = signs_in(&kit, &person.email, &made.password)
            .await
            .expect("it is right");
        let open = invitations::open_for(&kit.ctx(), &actor)
            .await
            .expect("they may");
        waiting += open.len();
        if let Some(first) = open.first() {
            let accepted = invitations::accept(&kit.ctx(), &actor, first.id).await;
            let organization = accepted.expect("there is a seat, and they are no member");
            assert_eq!(organization.slug, first.organization_slug);
        }
    }
    assert!(waiting > 10, "{waiting}");
    for (state, least) in [
        ("declined_at IS NOT NULL", 40),
        ("revoked_at IS NOT NULL", 30),
        ("open_key IS NOT NULL AND expires_at < 1795428000000", 40),
        ("open_key IS NOT NULL AND expires_at > 1795428600000", 80),
    ] {
        let query = format!("SELECT count(*) FROM invitations WHERE {state}");
        assert!(kit.number(&query).await > least, "{state}");
    }
    kit.discards_mail().await;
}

async fn keys_are_verified_as_they_stand_and_sessions_are_good(kit: Kit) {
    let plan = Plan {
        keys: 300,
        quota: Some(123),
        ..plan()
    };
    let made = seeded(&kit, plan).await;
    let mut counts = BTreeMap::<&str, usize>::new();
    for key in &made.keys {
        *counts.entry(key.status).or_default() += 1;
        let verified = verdict(&kit, key.secret.expose()).await;
        let expected = match key.status {
            "active" => Verdict::Valid,
            "paused" => Verdict::Paused,
            "revoked" => Verdict::Revoked,
            _ => Verdict::Expired,
        };
        assert_eq!(verified, expected, "{key:?}");
    }
    assert_eq!(counts.len(), 4, "{counts:?}");
    assert!(
        counts["active"] > 240 && counts["revoked"] > 3,
        "{counts:?}"
    );
    assert!(made.keys.iter().any(|key| key.quota.is_some()));
    let limits = "SELECT count(*) FROM organizations WHERE quota_limit <> 123";
    assert_eq!(kit.number(limits).await, 0);
    let largest = made.largest.expect("there are organizations");
    assert_eq!(made.sessions[0].email, largest.owner);
    let token = &made.sessions[0].token;
    let owner = kit.holder_with(token, Client::Program).await;
    let found = organizations::enter(&kit.ctx(), &owner.expect("it is good"), &largest.slug).await;
    assert!(matches!(found, Ok(Found::Here(_))), "{found:?}");
    for query in [
        "SELECT count(*) FROM api_keys k JOIN organizations o ON o.id = k.organization_id WHERE k.created_at < o.created_at",
        "SELECT count(*) FROM api_keys WHERE revoked_at < created_at OR paused_at < created_at OR expires_at < created_at",
        "SELECT count(*) FROM api_keys k WHERE NOT EXISTS (SELECT 1 FROM memberships m \
         WHERE m.organization_id = k.organization_id AND m.user_id = k.created_by AND m.role IN ('owner', 'admin'))",
    ] {
        assert_eq!(kit.number(query).await, 0, "{query}");
    }
}

/// Who is there, and which organizations of what size, in their order.
async fn picture(kit: &Kit) -> (Vec<String>, Vec<(String, String, u64)>) {
    let people = everybody(kit).await.into_iter();
    let all = organizations::list(&kit.system(), &kit.operator(), None, 1_000)
        .await
        .expect("operators may");
    (
        people
            .map(|one| format!("{} {} {}", one.email, one.username, one.name))
            .collect(),
        all.into_iter()
            .map(|one| (one.slug, one.name, one.member_count))
            .collect(),
    )
}

async fn counts_of_requests_agree_with_each_other_and_with_the_keys(kit: Kit) {
    seeded(&kit, plan()).await;
    let now = kit.ctx().now();
    let (today, month) = (Interval::Day.begin(now), now.month());
    let month_began = Timestamp::begin_of_month(month);
    assert!(kit.count("usage").await > 400);
    let (hour, day) = (Interval::Hour.number(), Interval::Day.number());
    let none = [
        (
            "units of quotas are those of days",
            format!(
                "SELECT COUNT(*) FROM quotas q WHERE month <> {month} OR used <> (SELECT SUM(units) FROM usage u \
                 WHERE u.\"interval\" = {day} AND u.began_at >= {} AND (u.key_id = q.subject_id OR u.organization_id = q.subject_id))",
                month_began.0
            ),
        ),
        (
            "a day is the sum of its hours",
            format!(
                "SELECT COUNT(*) FROM usage d WHERE \"interval\" = {day} AND began_at >= {} AND requests <> \
                 (SELECT SUM(requests) FROM usage h WHERE h.\"interval\" = {hour} AND h.key_id = d.key_id AND h.verdict = d.verdict \
                  AND h.began_at >= d.began_at AND h.began_at < d.began_at + 86400000)",
                today.minus_seconds(86_400).0
            ),
        ),
        (
            "no quota is used up",
            "SELECT COUNT(*) FROM quotas q JOIN api_keys k ON k.id = q.subject_id WHERE used >= quota".to_owned(),
        ),
        (
            "nothing is counted before a key was made or after it was used last",
            "SELECT COUNT(*) FROM usage u JOIN api_keys k ON k.id = u.key_id JOIN key_secrets s ON s.key_id = k.id \
             LEFT JOIN key_uses l ON l.hash = s.hash \
             WHERE u.began_at + 86400000 <= k.created_at OR l.used_at IS NULL OR u.began_at > l.used_at"
                .to_owned(),
        ),
    ];
    for (what, query) in none {
        assert_eq!(kit.number(&query).await, 0, "{what}");
    }
    let denied = format!(
        "SELECT COUNT(*) FROM usage WHERE verdict = {} AND units = 0",
        Verdict::InsufficientScope.number()
    );
    assert!(kit.number(&denied).await > 20);
}

async fn the_same_seed_makes_the_same_and_another_makes_other(kit: Kit) {
    seeded(&kit, plan()).await;
    let first = picture(&kit).await;
    for (seed, is_same) in [(7, true), (8, false)] {
        let other = Kit::new(kit.backend()).await;
        seeded(&other, Plan { seed, ..plan() }).await;
        assert_eq!(picture(&other).await == first, is_same, "{seed}");
        other.finish().await;
    }
}

async fn a_database_with_users_is_added_to_only_when_asked(kit: Kit) {
    let made = seeded(&kit, plan()).await;
    let again = seed::seed(&kit.system(), &kit.operator(), plan()).await;
    assert_eq!(refusal(again), Code::NotEmpty);
    assert_eq!(kit.count("users").await, 120);
    let adding = Plan {
        adds: true,
        ..plan()
    };
    let added = seeded(&kit, adding).await;
    assert_ne!(added.password, made.password);
    assert_eq!(
        (
            kit.count("users").await,
            kit.count("organizations").await,
            kit.count("memberships").await
        ),
        (240, 30, 600)
    );
    let users = seed::count_users(&kit.system(), &kit.operator()).await;
    assert_eq!(users.expect("operators may"), 240);
}

async fn what_does_not_fit_together_is_refused(kit: Kit) {
    let plan = Plan {
        organizations: 500,
        largest: Some(121),
        ..plan()
    };
    let refused = problems(seed::seed(&kit.system(), &kit.operator(), plan).await);
    let told: Vec<_> = refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "OUT_OF_RANGE (largest): Choose a number from 1 to 120.",
            "OUT_OF_RANGE (memberships): Choose a number from 620 to 60500."
        ]
    );
    assert_eq!(kit.count("users").await, 0);
}

async fn a_chosen_password_is_judged_like_any(kit: Kit) {
    let with = |text: &str| Plan {
        password: Some(Password::new(text)),
        ..plan()
    };
    let refused = seed::seed(&kit.system(), &kit.operator(), with("passwordpassword")).await;
    assert_eq!(
        refusal_on(refused),
        (Code::PasswordCommon, "password".to_owned())
    );
    let chosen = "nine lanterns over the harbour";
    let made = seeded(&kit, with(chosen)).await;
    assert_eq!(made.password.expose(), chosen);
    let owner = made.largest.expect("there are organizations").owner;
    assert!(signs_in(&kit, &owner, &Password::new(chosen)).await.is_ok());
}

async fn seeding_is_for_operators_and_written_down_once(kit: Kit) {
    let grace = kit.person("grace").staff().await;
    grace.signs_in().await;
    for actor in [kit.anonymous(), grace.actor()] {
        let plan = Plan {
            adds: true,
            ..plan()
        };
        assert_eq!(
            refusal(seed::seed(&kit.ctx(), &actor, plan).await),
            Code::Forbidden
        );
        assert_eq!(
            refusal(seed::count_users(&kit.ctx(), &actor).await),
            Code::Forbidden
        );
    }
    let before = kit.count("audit_events").await;
    let adding = Plan {
        adds: true,
        ..plan()
    };
    seeded(&kit, adding).await;
    let seeded = "SELECT count(*) FROM audit_events WHERE action = 'installation.seeded'";
    assert_eq!(kit.number(seeded).await, 1);
    assert_eq!(
        kit.count("audit_events").await,
        before + 1 + 15,
        "and the making of each organization"
    );
    let told = kit
        .text("SELECT after FROM audit_events WHERE action = 'installation.seeded'")
        .await
        .expect("it says how much");
    assert!(
        told.contains("\"users\":120") && !told.contains("password"),
        "{told}"
    );
}

async fn every_log_begins_with_the_making_of_its_organization(kit: Kit) {
    let made = seeded(&kit, plan()).await;
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    let chains = chains.expect("operators may");
    assert_eq!(chains.len(), made.organizations);
    for chain in &chains {
        assert!(chain.is_whole() && chain.entries == 1, "{chain:?}");
    }
    let largest = made.largest.expect("there are organizations");
    let owner = signs_in(&kit, &largest.owner, &made.password).await;
    let owner = owner.expect("it is right");
    let input = UpdateOrganization {
        name: Some("Another name".to_owned()),
        slug: None,
    };
    let found = organizations::find(&kit.ctx(), &owner, &largest.slug).await;
    let id = found.expect("it is theirs").id();
    organizations::update(&kit.ctx(), &owner, id, input)
        .await
        .expect("owners may");
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    let chains = chains.expect("operators may");
    let changed = chains.iter().find(|chain| chain.organization == id);
    let changed = changed.expect("it has one");
    assert!(changed.is_whole() && changed.entries == 2, "{changed:?}");
}
