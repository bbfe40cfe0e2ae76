//! Organizations are made, shaped and listed. (`slugs`, `deletion` and `ownership` have files of their own.)

use contract::{
    Code, Organization, OrganizationId, Role,
    organizations::{CreateOrganization, SubscriptionTier, UpdateOrganization},
    page::PageRequest,
};
use domain::{
    Actor, InOrg, Result,
    organizations::{self, Found, Plan},
    pictures,
};
use serde_json::json;
use testkit::{Kit, Org, on_each_database};

use crate::refusals::{problems, refusal, refusal_on, wait};

on_each_database! {
    a_new_organization_has_its_maker_as_its_only_owner,
    without_a_slug_it_gets_one_of_its_name,
    making_one_refuses_bad_input_and_names_every_fault,
    making_one_wants_a_session,
    after_a_hundred_organizations_a_person_waits,
    it_is_entered_by_slug_in_any_case_and_by_id,
    to_others_it_is_not_found,
    several_are_loaded_at_once_and_those_of_others_are_left_out,
    an_admin_renames_it,
    a_new_name_is_refused_when_it_is_none,
    the_same_name_leaves_no_trace,
    the_one_that_was_used_last_stands_first,
    a_visit_is_noted_once_in_five_minutes,
    own_memberships_are_paged,
    a_logo_is_kept_replaced_and_taken_away,
    a_logo_that_is_no_picture_is_refused,
    an_operator_sets_the_plan,
    a_plan_is_for_operators_and_has_no_negative_quota,
}

async fn create(kit: &Kit, actor: &Actor, name: &str, slug: &str) -> Result<InOrg> {
    let input = CreateOrganization {
        name: name.to_owned(),
        slug: slug.to_owned(),
    };
    organizations::create(&kit.ctx(), actor, input).await
}

async fn rename(kit: &Kit, actor: &Actor, id: OrganizationId, name: &str) -> Result<InOrg> {
    let input = UpdateOrganization {
        name: Some(name.to_owned()),
        slug: None,
    };
    organizations::update(&kit.ctx(), actor, id, input).await
}

async fn own_slugs(kit: &Kit, actor: &Actor) -> Vec<String> {
    let own = organizations::list_own(&kit.ctx(), actor).await;
    own.expect("everybody sees their own")
        .into_iter()
        .map(|own| own.organization.slug)
        .collect()
}

// --- making -----------------------------------------------------------------------------------------------------------------

async fn a_new_organization_has_its_maker_as_its_only_owner(kit: Kit) {
    let ada = kit.person("ada").await;
    let made = create(&kit, &ada.signed_in().await, " Acme GmbH ", "acme")
        .await
        .expect("the slug is free");
    assert_eq!((made.role(), made.user_id()), (Role::Owner, ada.id));
    let Organization {
        slug,
        name,
        owner_id,
        subscription_tier,
        quota_limit,
        seats,
        member_count,
        deleted_at,
        ..
    } = made.organization().clone();
    assert_eq!((slug.as_str(), name.as_str()), ("acme", "Acme GmbH"));
    assert_eq!((owner_id, member_count, deleted_at), (ada.id, 1, None));
    assert_eq!(
        (subscription_tier, quota_limit, seats),
        (SubscriptionTier::Free, 10_000, None)
    );
    let logged = kit.text("SELECT after FROM audit_events WHERE action = 'organization.created'");
    assert_eq!(
        logged.await,
        Some(json!({ "name": "Acme GmbH", "slug": "acme" }).to_string())
    );
    assert_eq!(kit.count("mails").await, 0);
}

async fn without_a_slug_it_gets_one_of_its_name(kit: Kit) {
    let ada = kit.person("ada").await.signed_in().await;
    let made = create(&kit, &ada, "Müller & Söhne", " ").await;
    assert_eq!(
        made.expect("it is free").organization().slug,
        "mueller-soehne"
    );
    let nameless = create(&kit, &ada, "株式会社", "").await;
    assert_eq!(
        refusal_on(nameless),
        (Code::Required, "slug".to_owned()),
        "a name without Latin letters proposes none"
    );
}

async fn making_one_refuses_bad_input_and_names_every_fault(kit: Kit) {
    let ada = kit.person("ada").await.signed_in().await;
    let long = "x".repeat(81);
    for (name, fault) in [
        ("", Code::Required),
        (" \t ", Code::Required),
        (long.as_str(), Code::TooLong),
        ("Ac\0me", Code::InvalidCharacters),
        ("Ac\nme", Code::InvalidCharacters),
        ("Acme\u{202e}emca", Code::InvalidCharacters),
    ] {
        let faults = problems(create(&kit, &ada, name, "a--b").await);
        let faults: Vec<_> = faults
            .iter()
            .map(|p| (p.field.as_deref(), p.code))
            .collect();
        assert_eq!(
            faults,
            [(Some("name"), fault), (Some("slug"), Code::InvalidSlug)],
            "{name:?}"
        );
    }
    assert_eq!(kit.count("organizations").await, 0);
}

async fn making_one_wants_a_session(kit: Kit) {
    for actor in [kit.anonymous(), kit.operator()] {
        assert_eq!(
            refusal(create(&kit, &actor, "Acme", "acme").await),
            Code::Unauthenticated
        );
        assert_eq!(
            refusal(organizations::list_own(&kit.ctx(), &actor).await),
            Code::Unauthenticated
        );
    }
}

async fn after_a_hundred_organizations_a_person_waits(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let ada = ada.signed_in().await;
    for number in 0..100 {
        let made = create(&kit, &ada, "Acme", &format!("acme-{number}")).await;
        made.expect("a hundred are free");
    }
    let seconds = wait(create(&kit, &ada, "Acme", "one-too-many").await);
    assert!((1..=60).contains(&seconds), "{seconds}");
    create(&kit, &grace.signed_in().await, "Acme", "grace-first")
        .await
        .expect("others are not kept waiting");
    kit.clock.advance(i64::from(seconds));
    create(&kit, &ada, "Acme", "one-a-minute")
        .await
        .expect("the wait is over");
}

// --- entering ---------------------------------------------------------------------------------------------------------------

async fn it_is_entered_by_slug_in_any_case_and_by_id(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for slug in ["acme", "ACME", "Acme"] {
        match organizations::enter(&kit.ctx(), &ada.actor(), slug).await {
            Ok(Found::Here(found)) => assert_eq!(found.id(), acme.id),
            other => panic!("{slug}: {other:?}"),
        }
    }
    let found = organizations::enter_by_id(&kit.ctx(), &ada.actor(), acme.id).await;
    assert_eq!(found.expect("ada is in").organization().slug, "acme");
}

async fn to_others_it_is_not_found(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let eve = eve.signed_in().await;
    let nobodys = OrganizationId(uuid::Uuid::nil());
    for slug in ["acme", "nobodys", "", "a/../b", "%", "äcme"] {
        assert_eq!(
            refusal(organizations::enter(&kit.ctx(), &eve, slug).await),
            Code::NotFound,
            "{slug:?}"
        );
    }
    for id in [acme.id, nobodys] {
        assert_eq!(
            refusal(organizations::enter_by_id(&kit.ctx(), &eve, id).await),
            Code::NotFound
        );
    }
    let entered = organizations::enter(&kit.ctx(), &kit.anonymous(), "acme").await;
    assert_eq!(refusal(entered), Code::Unauthenticated);
}

async fn several_are_loaded_at_once_and_those_of_others_are_left_out(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let one = kit.organization("one").owned_by(&ada).await;
    let two = kit.organization("two").owned_by(&ada).await;
    let other = kit.organization("other").owned_by(&eve).await;
    let ids = [one.id, other.id, two.id, one.id];
    let found = organizations::load(&kit.ctx(), &ada.actor(), &ids)
        .await
        .expect("what is not there is left out");
    let mut slugs: Vec<_> = found
        .values()
        .map(|found| found.organization().slug.as_str())
        .collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["one", "two"]);
    let found = organizations::load(&kit.ctx(), &kit.anonymous(), &ids).await;
    assert!(found.is_ok_and(|found| found.is_empty()));
}

// --- shaping ----------------------------------------------------------------------------------------------------------------

async fn an_admin_renames_it(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    acme.with(&grace, Role::Admin).await;
    let renamed = rename(&kit, &grace.actor(), acme.id, "  Acme & Sons ").await;
    let renamed = renamed.expect("admins may");
    assert_eq!(renamed.organization().name, "Acme & Sons");
    assert_eq!(renamed.organization().slug, "acme", "the address stays");
    assert!(renamed.organization().updated_at > renamed.organization().created_at);
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("organization.updated", Some(grace.id))
    );
    assert_eq!(
        (logged.before, logged.after),
        (
            Some(json!({ "name": "Acme", "slug": "acme" })),
            Some(json!({ "name": "Acme & Sons", "slug": "acme" }))
        )
    );
}

async fn a_new_name_is_refused_when_it_is_none(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for (name, code) in [
        ("", Code::Required),
        (" ", Code::Required),
        ("a\0b", Code::InvalidCharacters),
    ] {
        assert_eq!(
            refusal_on(rename(&kit, &ada.actor(), acme.id, name).await),
            (code, "name".to_owned())
        );
    }
    assert_eq!(acme.seen_by(&ada).await.organization().name, "ACME");
}

async fn the_same_name_leaves_no_trace(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let before = acme.seen_by(&ada).await.organization().clone();
    let nothing = UpdateOrganization::default();
    let same = UpdateOrganization {
        name: Some("ACME".to_owned()),
        slug: Some("acme".to_owned()),
    };
    for input in [nothing, same] {
        let after = organizations::update(&kit.ctx(), &ada.actor(), acme.id, input).await;
        assert_eq!(after.expect("it is what it was").organization(), &before);
    }
    assert_eq!(acme.log().await.len(), 1, "its making alone");
}

// --- listing ----------------------------------------------------------------------------------------------------------------

async fn visit(kit: &Kit, person: &testkit::Person, organization: &Org) {
    let seen = organization.seen_by(person).await;
    organizations::note_activity(&kit.ctx(), &seen).await;
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
        slugs.extend(
            page.items
                .into_iter()
                .map(|(_, (found, _))| found.organization().slug.clone()),
        );
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

// --- logo and plan ----------------------------------------------------------------------------------------------------------

fn png(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(image::GrayImage::from_pixel(8, 8, image::Luma([shade])))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a grey square can be written");
    bytes.into_inner()
}

async fn a_logo_is_kept_replaced_and_taken_away(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let set = async |file| {
        let done = organizations::set_logo(&kit.ctx(), &ada.actor(), acme.id, file).await;
        done.expect("owners may").organization().logo.clone()
    };
    let first = set(Some(png(10))).await.expect("there is a logo");
    let second = set(Some(png(200))).await.expect("there is another");
    assert_ne!(first, second);
    assert_eq!(kit.count("pictures").await, 1, "the first one is gone");
    assert!(pictures::get(&kit.ctx(), &second).await.is_ok());
    assert_eq!(set(None).await, None);
    assert_eq!(kit.count("pictures").await, 0);
    let logged = acme.log().await.len();
    assert_eq!(set(None).await, None);
    assert_eq!(
        acme.log().await.len(),
        logged,
        "nothing was there to take away"
    );
    assert_eq!(
        acme.last_logged().await.before,
        Some(json!({ "logo": second }))
    );
}

async fn a_logo_that_is_no_picture_is_refused(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Member).await;
    let set = async |actor: &Actor, file: Vec<u8>| {
        refusal(organizations::set_logo(&kit.ctx(), actor, acme.id, Some(file)).await)
    };
    assert_eq!(
        set(&ada.actor(), b"<svg/>".to_vec()).await,
        Code::InvalidPicture
    );
    assert_eq!(set(&ada.actor(), Vec::new()).await, Code::Required);
    assert_eq!(set(&grace.actor(), png(1)).await, Code::Forbidden);
    assert_eq!(
        set(&grace.actor(), b"<svg/>".to_vec()).await,
        Code::Forbidden,
        "nothing is decoded for who may not"
    );
    assert_eq!(set(&kit.anonymous(), png(1)).await, Code::Unauthenticated);
}

async fn an_operator_sets_the_plan(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let set = async |plan| {
        organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan)
            .await
            .expect("operators may")
    };
    let after = set(Plan {
        tier: Some(SubscriptionTier::Pro),
        quota_limit: Some(0),
        seats: Some(Some(5)),
    })
    .await;
    assert_eq!(
        (after.subscription_tier, after.quota_limit, after.seats),
        (SubscriptionTier::Pro, 0, Some(5))
    );
    let after = set(Plan {
        seats: Some(None),
        ..Plan::default()
    })
    .await;
    assert_eq!(
        (after.subscription_tier, after.quota_limit, after.seats),
        (SubscriptionTier::Pro, 0, None),
        "what is not given stays"
    );
    let logged = acme.last_logged().await;
    assert_eq!(logged.action, "organization.plan_set");
    assert_eq!(
        logged.before,
        Some(json!({ "tier": "pro", "quota_limit": 0, "seats": 5 }))
    );
}

async fn a_plan_is_for_operators_and_has_no_negative_quota(kit: Kit) {
    let ada = kit.person("ada").staff().await;
    kit.organization("acme").owned_by(&ada).await;
    let set = async |actor: &Actor, slug: &str, quota: i64| {
        let plan = Plan {
            quota_limit: Some(quota),
            ..Plan::default()
        };
        organizations::set_plan(&kit.ctx(), actor, slug, plan).await
    };
    assert_eq!(refusal(set(&ada.actor(), "acme", 1).await), Code::Forbidden);
    assert_eq!(
        refusal(set(&kit.anonymous(), "acme", 1).await),
        Code::Forbidden
    );
    assert_eq!(
        refusal(set(&kit.operator(), "nobodys", 1).await),
        Code::NotFound
    );
    assert_eq!(
        refusal_on(set(&kit.operator(), "acme", -1).await),
        (Code::OutOfRange, "quotaLimit".to_owned())
    );
}
