//! Who reads a log, what is found in it, and how those are called whom it tells of.

use contract::{
    AuditEventId, Code, Permission, Role, Timestamp,
    page::{End, PageRequest},
};
use domain::{
    Actor,
    api_keys::{self},
    audit::{self, AuditFilter, ListAudit, Party},
    invitations, members, organizations,
};
use testkit::{Kit, on_each_database};
use uuid::Uuid;

use super::{actions, read, renames};
use crate::{
    api_keys::{caller, key, plain},
    refusals::{refusal, refusal_on},
};

on_each_database! {
    owners_and_admins_read_it_and_nobody_else,
    a_key_reads_it_with_its_scope,
    entries_stand_newest_first_page_by_page,
    a_cursor_is_of_one_log,
    filters_find_who_what_on_what_and_when,
    a_filter_that_none_can_be_is_refused,
    names_are_told_and_that_somebody_is_gone,
    a_page_takes_as_many_statements_as_one_entry,
    one_entry_is_found_by_its_id,
    who_has_acted_is_listed_by_name,
    operators_read_everything,
    the_log_of_a_deleted_organization_is_read_on,
}

fn by(actor: &str) -> AuditFilter {
    AuditFilter {
        actor: actor.to_owned(),
        ..AuditFilter::default()
    }
}

fn about(subject: &str) -> AuditFilter {
    AuditFilter {
        subject: subject.to_owned(),
        ..AuditFilter::default()
    }
}

fn doing(action: &str) -> AuditFilter {
    AuditFilter {
        action: action.to_owned(),
        ..AuditFilter::default()
    }
}

async fn owners_and_admins_read_it_and_nobody_else(kit: Kit) {
    let (ada, grace, mary) = (
        kit.person("ada").await,
        kit.person("grace").await,
        kit.person("mary").await,
    );
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    acme.with(&mary, Role::Member).await;
    let ctx = kit.ctx();
    for person in [&ada, &grace] {
        let viewer = acme.seen_by(person).await;
        assert!(
            audit::page(&ctx, &viewer, &ListAudit::default())
                .await
                .is_ok()
        );
        let counted = audit::count(&ctx, &viewer, &AuditFilter::default()).await;
        assert_eq!(counted.expect("they may"), 5);
    }
    let viewer = acme.seen_by(&mary).await;
    let page = audit::page(&ctx, &viewer, &ListAudit::default()).await;
    assert_eq!(refusal(page), Code::Forbidden);
    let counted = audit::count(&ctx, &viewer, &AuditFilter::default()).await;
    assert_eq!(refusal(counted), Code::Forbidden);
    assert_eq!(refusal(audit::actors(&ctx, &viewer).await), Code::Forbidden);
}

async fn a_key_reads_it_with_its_scope(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for (scope, may) in [("audit:read", true), ("members:read", false)] {
        let mut input = plain("Reader");
        input.scopes = vec![scope.to_owned()];
        let made = key(&kit, &acme, &ada, &input).await;
        let found = caller(&kit, made.secret.expose())
            .await
            .expect("it is live");
        let actor = Actor::Key(found);
        let viewer = organizations::enter_by_id(&kit.ctx(), &actor, acme.id)
            .await
            .expect("it is its organization");
        assert_eq!(viewer.may(Permission::ReadAudit), may);
        let page = audit::page(&kit.ctx(), &viewer, &ListAudit::default()).await;
        assert_eq!(page.is_ok(), may, "{scope}");
    }
}

async fn entries_stand_newest_first_page_by_page(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for number in 0..6 {
        renames(&kit, &acme, &ada, &format!("Acme {number}")).await;
    }
    let viewer = acme.seen_by(&ada).await;
    let mut asked = ListAudit {
        page: PageRequest::first(3),
        ..ListAudit::default()
    };
    let mut seqs = Vec::new();
    let mut cursors = Vec::new();
    loop {
        let page = audit::page(&kit.ctx(), &viewer, &asked)
            .await
            .expect("owners read it");
        assert_eq!(page.has_previous, asked.page.after.is_some());
        seqs.extend(page.items.iter().filter_map(|(_, entry)| entry.seq));
        cursors.extend(page.items.iter().map(|(cursor, _)| cursor.clone()));
        asked.page.after = page.next().map(ToOwned::to_owned);
        if asked.page.after.is_none() {
            break;
        }
    }
    assert_eq!(seqs, [7, 6, 5, 4, 3, 2, 1]);
    let back = ListAudit {
        page: PageRequest {
            size: Some(2),
            before: Some(cursors[4].clone()),
            end: Some(End::Last),
            ..PageRequest::default()
        },
        ..ListAudit::default()
    };
    let page = audit::page(&kit.ctx(), &viewer, &back)
        .await
        .expect("owners read it");
    let seqs: Vec<_> = page.items.iter().map(|(_, entry)| entry.seq).collect();
    assert_eq!(seqs, [Some(5), Some(4)], "the two before it");
    assert!(page.has_next && page.has_previous);
}

async fn a_cursor_is_of_one_log(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    let ctx = kit.ctx();
    let page = audit::page(&ctx, &acme.seen_by(&ada).await, &ListAudit::default())
        .await
        .expect("owners read it");
    let asked = ListAudit {
        page: PageRequest {
            after: Some(page.items[0].0.clone()),
            ..PageRequest::default()
        },
        ..ListAudit::default()
    };
    let theirs = audit::page(&ctx, &bell.seen_by(&ada).await, &asked).await;
    assert_eq!(
        refusal_on(theirs),
        (Code::InvalidCursor, "after".to_owned())
    );
}

async fn filters_find_who_what_on_what_and_when(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    renames(&kit, &bell, &ada, "Bell Works").await;
    let grace_in = acme.with(&grace, Role::Admin).await;
    let made = key(&kit, &acme, &ada, &plain("Backend")).await;
    kit.clock.advance(24 * 60 * 60);
    let later = kit.system().now();
    renames(&kit, &acme, &grace, "Acme Works").await;
    members::change_role(&kit.ctx(), &ada.actor(), grace_in, Role::Member)
        .await
        .expect("owners may");
    kit.discards_mail().await;

    let found = async |filter: AuditFilter| {
        let entries = read(&kit, &acme, &ada, filter).await;
        actions(&entries).join(" ")
    };
    assert_eq!(
        found(by(&grace.id.to_string())).await,
        "organization.updated invitation.accepted"
    );
    assert_eq!(
        found(doing("member.role_changed")).await,
        "member.role_changed"
    );
    assert_eq!(
        found(doing("invitation.")).await,
        "invitation.accepted invitation.sent"
    );
    assert_eq!(
        found(doing("invitation")).await,
        "",
        "an area ends with a dot"
    );
    assert_eq!(
        found(about("invitation")).await,
        "invitation.accepted invitation.sent"
    );
    assert_eq!(
        found(about(&grace.id.to_string())).await,
        "member.role_changed"
    );
    assert_eq!(
        found(about(&made.key.id.to_string())).await,
        "api_key.created"
    );
    assert_eq!(found(by("operator")).await, "");
    let since = AuditFilter {
        from: Some(later),
        ..AuditFilter::default()
    };
    assert_eq!(
        found(since).await,
        "member.role_changed organization.updated"
    );
    let until = AuditFilter {
        to: Some(later),
        ..doing("organization.")
    };
    assert_eq!(found(until).await, "organization.created");
    let nobody = contract::UserId(Uuid::from_u128(7));
    assert_eq!(found(by(&nobody.to_string())).await, "");
    let viewer = acme.seen_by(&ada).await;
    let counted = audit::count(&kit.ctx(), &viewer, &doing("invitation.")).await;
    assert_eq!(counted.expect("owners may"), 2);
}

async fn a_filter_that_none_can_be_is_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let viewer = acme.seen_by(&ada).await;
    let span = AuditFilter {
        from: Some(Timestamp(2)),
        to: Some(Timestamp(1)),
        ..AuditFilter::default()
    };
    for (filter, code, field) in [
        (by("somebody"), Code::OutOfRange, "actor"),
        (about("usr_"), Code::OutOfRange, "subject"),
        (doing("Member'; --"), Code::InvalidCharacters, "action"),
        (span, Code::OutOfRange, "from"),
    ] {
        let asked = ListAudit {
            filter,
            ..ListAudit::default()
        };
        let page = audit::page(&kit.ctx(), &viewer, &asked).await;
        assert_eq!(refusal_on(page), (code, field.to_owned()));
    }
}

async fn names_are_told_and_that_somebody_is_gone(kit: Kit) {
    let (ada, grace) = (
        kit.person("ada").named("Ada").await,
        kit.person("grace").named("Grace").await,
    );
    let acme = kit.organization("acme").owned_by(&ada).await;
    let id = acme.with(&grace, Role::Member).await;
    members::change_role(&kit.ctx(), &ada.actor(), id, Role::Admin)
        .await
        .expect("owners may");
    let mut input = plain("ci-deploy");
    input.scopes = vec!["keys:write".to_owned()];
    let made = key(&kit, &acme, &ada, &input).await;
    let found = caller(&kit, made.secret.expose())
        .await
        .expect("it is live");
    api_keys::pause(&kit.ctx(), &Actor::Key(found), made.key.id)
        .await
        .expect("it may");
    let plan = organizations::Plan {
        quota_limit: Some(7),
        ..organizations::Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "agreed")
        .await
        .expect("operators may");
    kit.discards_mail().await;

    let entries = read(&kit, &acme, &ada, AuditFilter::default()).await;
    let told: Vec<String> = entries
        .iter()
        .map(|entry| format!("{} {}", entry.actor.name, entry.sentence))
        .collect();
    let secret = made.secret.expose();
    let ends = format!("{}…{}", &secret[..11], &secret[secret.len() - 4..]);
    assert_eq!(
        told,
        [
            "Operator set the plan of ACME to free: agreed".to_owned(),
            format!("API key ci-deploy ({ends}) paused the API key ci-deploy"),
            "Ada created the API key ci-deploy".to_owned(),
            "Ada changed the role of Grace from a member to an admin".to_owned(),
            "Grace accepted the invitation of grace@example.test and joined as a member".to_owned(),
            "Ada invited grace@example.test as a member".to_owned(),
            "Ada created the organization ACME".to_owned(),
        ]
    );
    assert_eq!(entries[3].subject.membership, Some(id));
    assert_eq!(entries[3].actor.party, Party::User(ada.id));

    kit.sql("UPDATE audit_events SET actor_id = subject_id WHERE action = 'member.role_changed'")
        .await;
    kit.sql("DELETE FROM memberships WHERE role = 'admin'")
        .await;
    kit.sql("UPDATE organizations SET member_count = 1").await;
    kit.sql("DELETE FROM users WHERE name = 'Grace'").await;
    let entries = read(&kit, &acme, &ada, doing("member.")).await;
    let told = format!("{} {}", entries[0].actor.name, entries[0].sentence);
    assert_eq!(
        told,
        "A deleted user changed the role of a deleted user from a member to an admin"
    );
    assert!(!entries[0].actor.is_there && entries[0].subject.membership.is_none());
}

async fn a_page_takes_as_many_statements_as_one_entry(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let page = async |size: i64| {
        let viewer = acme.seen_by(&ada).await;
        let asked = ListAudit {
            page: PageRequest::first(size),
            ..ListAudit::default()
        };
        let ctx = kit.ctx();
        let (page, statements) = kit.statements_of(audit::page(&ctx, &viewer, &asked)).await;
        (page.expect("owners read it").items.len(), statements.len())
    };
    for number in 0..4 {
        let person = kit.person(&format!("person-{number}")).await;
        acme.with(&person, Role::Member).await;
        key(&kit, &acme, &ada, &plain(&format!("Key {number}"))).await;
    }
    let (one, most) = (page(1).await, page(100).await);
    assert_eq!((one.0, most.0), (1, 13));
    assert!(most.1 <= 7, "{most:?}");
    for number in 4..12 {
        key(&kit, &acme, &ada, &plain(&format!("Key {number}"))).await;
    }
    assert_eq!(page(100).await, (21, most.1));
}

async fn one_entry_is_found_by_its_id(kit: Kit) {
    let (ada, mary, eve) = (
        kit.person("ada").await,
        kit.person("mary").await,
        kit.person("eve").await,
    );
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Member).await;
    eve.signs_in().await;
    let entries = read(&kit, &acme, &ada, doing("organization.created")).await;
    let id = entries[0].id;
    let ctx = kit.ctx();
    let (viewer, found) = audit::get(&ctx, &ada.actor(), id)
        .await
        .expect("owners may");
    assert_eq!(
        (viewer.id(), found.action.as_str()),
        (acme.id, "organization.created")
    );
    let nothing = AuditEventId(Uuid::from_u128(7));
    for (actor, id) in [
        (mary.actor(), id),
        (eve.actor(), id),
        (ada.actor(), nothing),
    ] {
        assert_eq!(refusal(audit::get(&ctx, &actor, id).await), Code::NotFound);
    }
    assert_eq!(
        refusal(audit::get(&ctx, &kit.anonymous(), id).await),
        Code::Unauthenticated
    );
}

async fn who_has_acted_is_listed_by_name(kit: Kit) {
    let (ada, zoe) = (
        kit.person("ada").named("Ada").await,
        kit.person("zoe").named("Zoe").await,
    );
    let acme = kit.organization("acme").owned_by(&zoe).await;
    acme.with(&ada, Role::Admin).await;
    let plan = organizations::Plan {
        quota_limit: Some(7),
        ..organizations::Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "agreed")
        .await
        .expect("operators may");
    let viewer = acme.seen_by(&ada).await;
    let actors = audit::actors(&kit.ctx(), &viewer)
        .await
        .expect("admins may");
    let names: Vec<_> = actors.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Zoe", "Operator"]);
    let filter = AuditFilter {
        subject: zoe.id.to_string(),
        ..AuditFilter::default()
    };
    let (actor, subject) = audit::wanted(&kit.ctx(), &viewer, &filter)
        .await
        .expect("admins may");
    assert!(actor.is_none());
    assert_eq!(subject.map(|named| named.name).as_deref(), Some("Zoe"));
}

async fn operators_read_everything(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    kit.organization("bell").owned_by(&ada).await;
    let (ctx, operator) = (kit.system(), kit.operator());
    let all = audit::page_all(&ctx, &operator, None, &ListAudit::default())
        .await
        .expect("operators may");
    let told: Vec<String> = all
        .items
        .iter()
        .map(|(_, entry)| format!("{} {}", entry.actor.name, entry.sentence))
        .collect();
    assert_eq!(
        told,
        [
            "Ada created the organization BELL",
            "Ada created the organization ACME",
            "Ada signed in by password",
            "Operator created the account of Ada",
        ]
    );
    let of_one = audit::page_all(&ctx, &operator, Some(acme.id), &ListAudit::default()).await;
    assert_eq!(of_one.expect("operators may").items.len(), 1);
    let asked = ListAudit {
        filter: doing("session."),
        ..ListAudit::default()
    };
    let sessions = audit::page_all(&ctx, &operator, None, &asked).await;
    assert_eq!(sessions.expect("operators may").items.len(), 1);
    for actor in [kit.anonymous(), ada.actor()] {
        let page = audit::page_all(&kit.ctx(), &actor, None, &ListAudit::default()).await;
        assert_eq!(refusal(page), Code::NotFound);
    }
}

async fn the_log_of_a_deleted_organization_is_read_on(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    invitations::send(
        &kit.ctx(),
        &ada.actor(),
        acme.id,
        crate::invitations::input("new@example.test", "member"),
    )
    .await
    .expect("owners may");
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let entries = read(&kit, &acme, &ada, AuditFilter::default()).await;
    assert_eq!(
        actions(&entries),
        [
            "organization.deleted",
            "invitation.sent",
            "organization.created"
        ]
    );
}
