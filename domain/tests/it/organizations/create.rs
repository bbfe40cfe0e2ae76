//! Organizations are made and entered.

use contract::{
    Code, Organization, OrganizationId, Role,
    organizations::{CreateOrganization, SubscriptionTier},
};
use domain::{
    Actor, InOrg, Result,
    organizations::{self, Found},
};
use serde_json::json;
use testkit::{Kit, on_each_database};

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
}

async fn create(kit: &Kit, actor: &Actor, name: &str, slug: &str) -> Result<InOrg> {
    let input = CreateOrganization {
        name: name.to_owned(),
        slug: slug.to_owned(),
    };
    organizations::create(&kit.ctx(), actor, input).await
}

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
        .map(|found| found.as_ref().expect("nothing keeps her out"))
        .map(|found| found.organization().slug.as_str())
        .collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["one", "two"]);
    let found = organizations::load(&kit.ctx(), &kit.anonymous(), &ids).await;
    assert!(found.is_ok_and(|found| found.is_empty()));
}
