//! The addresses of organizations: which can be had, where former ones lead, and when they are free.

use contract::{
    Code, OrganizationId,
    organizations::{CreateOrganization, FORMER_SLUG_DAYS, UpdateOrganization},
};
use domain::{
    Actor, InOrg, Result,
    organizations::{self, Found},
};
use serde_json::json;
use testkit::{Kit, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    reserved_and_look_alike_slugs_are_refused_everywhere,
    a_taken_slug_is_refused_in_any_case,
    asking_whether_a_slug_is_free_wants_a_session,
    an_owner_changes_the_slug_and_the_old_one_redirects,
    only_owners_with_a_fresh_proof_change_it,
    a_name_is_not_changed_where_the_slug_is_refused,
    the_old_slug_redirects_for_ninety_days_and_then_is_free,
    a_former_slug_leads_to_the_newest,
    a_former_slug_comes_back_to_its_organization,
    a_slug_that_changed_hands_no_longer_redirects,
    the_slug_of_a_deleted_organization_stays_taken,
}

const DAY: i64 = 24 * 60 * 60;

async fn create(kit: &Kit, actor: &Actor, slug: &str) -> Result<InOrg> {
    let input = CreateOrganization {
        name: "Any".to_owned(),
        slug: slug.to_owned(),
    };
    organizations::create(&kit.ctx(), actor, input).await
}

async fn change(kit: &Kit, actor: &Actor, id: OrganizationId, slug: &str) -> Result<InOrg> {
    let input = UpdateOrganization {
        name: None,
        slug: Some(slug.to_owned()),
    };
    organizations::update(&kit.ctx(), actor, id, input).await
}

/// Where a slug leads somebody: to an organization of this slug, elsewhere, or nowhere.
#[derive(Debug, PartialEq, Eq)]
enum Leads {
    Here,
    To(String),
    Nowhere,
}

async fn enters(kit: &Kit, person: &Person, slug: &str) -> Leads {
    match organizations::enter(&kit.ctx(), &person.actor(), slug).await {
        Ok(Found::Here(_)) => Leads::Here,
        Ok(Found::Moved(to)) => Leads::To(to),
        Err(error) if error.is_refusal(Code::NotFound) => Leads::Nowhere,
        Err(error) => panic!("{slug}: {error}"),
    }
}

/// Signs in anew, as whoever changes a slug must have done lately.
async fn renamed(kit: &Kit, person: &Person, id: OrganizationId, slug: &str) {
    person.signs_in().await;
    change(kit, &person.actor(), id, slug)
        .await
        .expect("owners may, and it is free");
}

async fn reserved_and_look_alike_slugs_are_refused_everywhere(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let long = "a".repeat(40);
    for (slug, code) in [
        ("admin", Code::SlugReserved),
        ("Settings", Code::SlugReserved),
        ("sign-in", Code::SlugReserved),
        ("a", Code::InvalidSlug),
        (long.as_str(), Code::InvalidSlug),
        ("-acme", Code::InvalidSlug),
        ("acme-", Code::InvalidSlug),
        ("ac--me", Code::InvalidSlug),
        ("ac_me", Code::InvalidSlug),
        ("ac.me", Code::InvalidSlug),
        ("ac me", Code::InvalidSlug),
        ("ac/me", Code::InvalidSlug),
        ("аcme", Code::InvalidSlug),
        ("acmé", Code::InvalidSlug),
        ("ａcme", Code::InvalidSlug),
        ("acm\u{200d}e", Code::InvalidSlug),
        ("acme\0", Code::InvalidSlug),
    ] {
        let expected = (code, "slug".to_owned());
        let actor = ada.actor();
        assert_eq!(refusal_on(create(&kit, &actor, slug).await), expected);
        assert_eq!(
            refusal_on(change(&kit, &actor, acme.id, slug).await),
            expected
        );
        let checked = organizations::check_slug(&kit.ctx(), &actor, slug).await;
        assert_eq!(refusal_on(checked), expected, "{slug:?}");
    }
    assert_eq!(kit.count("slugs").await, 1);
}

async fn a_taken_slug_is_refused_in_any_case(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&eve).await;
    let taken = (Code::SlugTaken, "slug".to_owned());
    for slug in ["acme", "ACME", " Acme "] {
        let eve = eve.actor();
        assert_eq!(refusal_on(create(&kit, &eve, slug).await), taken);
        assert_eq!(refusal_on(change(&kit, &eve, bell.id, slug).await), taken);
        let checked = organizations::check_slug(&kit.ctx(), &eve, slug).await;
        assert_eq!(refusal_on(checked), taken);
    }
    let free = organizations::check_slug(&kit.ctx(), &eve.actor(), "Acme-2").await;
    assert_eq!(free.expect("nobody has it").as_str(), "acme-2");
}

async fn asking_whether_a_slug_is_free_wants_a_session(kit: Kit) {
    let checked = organizations::check_slug(&kit.ctx(), &kit.anonymous(), "acme").await;
    assert_eq!(refusal(checked), Code::Unauthenticated);
}

async fn an_owner_changes_the_slug_and_the_old_one_redirects(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    eve.signs_in().await;
    let changed = change(&kit, &ada.actor(), acme.id, "Acme-Works").await;
    let changed = changed.expect("owners may");
    assert_eq!(changed.organization().slug, "acme-works");
    assert_eq!(enters(&kit, &ada, "acme-works").await, Leads::Here);
    assert_eq!(
        enters(&kit, &ada, "ACME").await,
        Leads::To("acme-works".to_owned())
    );
    for slug in ["acme", "acme-works"] {
        assert_eq!(
            enters(&kit, &eve, slug).await,
            Leads::Nowhere,
            "a stranger learns of no redirect"
        );
    }
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.before, logged.after),
        (
            Some(json!({ "name": "ACME", "slug": "acme" })),
            Some(json!({ "name": "ACME", "slug": "acme-works" }))
        )
    );
}

async fn only_owners_with_a_fresh_proof_change_it(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, contract::Role::Admin).await;
    let refused = change(&kit, &grace.actor(), acme.id, "graces").await;
    assert_eq!(refusal(refused), Code::Forbidden);
    let refused = change(&kit, &kit.anonymous(), acme.id, "nobodys").await;
    assert_eq!(refusal(refused), Code::Unauthenticated);
    kit.clock.advance(10 * 60);
    let refused = change(&kit, &ada.actor(), acme.id, "acme-works").await;
    assert_eq!(refusal(refused), Code::StepUpRequired);
    change(&kit, &ada.actor(), acme.id, "acme")
        .await
        .expect("the same one is no change");
    assert_eq!(enters(&kit, &ada, "acme").await, Leads::Here);
}

async fn a_name_is_not_changed_where_the_slug_is_refused(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, contract::Role::Admin).await;
    let input = UpdateOrganization {
        name: Some("Graces".to_owned()),
        slug: Some("graces".to_owned()),
    };
    let refused = organizations::update(&kit.ctx(), &grace.actor(), acme.id, input).await;
    assert_eq!(refusal(refused), Code::Forbidden);
    assert_eq!(acme.seen_by(&ada).await.organization().name, "ACME");
}

async fn the_old_slug_redirects_for_ninety_days_and_then_is_free(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    renamed(&kit, &ada, acme.id, "acme-works").await;
    let eve = eve.signed_in().await;

    kit.clock.advance(FORMER_SLUG_DAYS * DAY - 60);
    assert_eq!(
        enters(&kit, &ada, "acme").await,
        Leads::To("acme-works".to_owned())
    );
    assert_eq!(refusal(create(&kit, &eve, "acme").await), Code::SlugTaken);

    kit.clock.advance(60);
    assert_eq!(enters(&kit, &ada, "acme").await, Leads::Nowhere);
    let taken = create(&kit, &eve, "acme").await.expect("it is free");
    assert_ne!(taken.id(), acme.id);
    assert_eq!(enters(&kit, &ada, "acme").await, Leads::Nowhere);
    assert_eq!(enters(&kit, &ada, "acme-works").await, Leads::Here);
}

async fn a_former_slug_leads_to_the_newest(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("one").owned_by(&ada).await;
    renamed(&kit, &ada, acme.id, "two").await;
    renamed(&kit, &ada, acme.id, "three").await;
    for former in ["one", "two"] {
        assert_eq!(
            enters(&kit, &ada, former).await,
            Leads::To("three".to_owned())
        );
    }
}

async fn a_former_slug_comes_back_to_its_organization(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    renamed(&kit, &ada, acme.id, "acme-works").await;
    assert_eq!(
        refusal(change(&kit, &ada.actor(), bell.id, "acme").await),
        Code::SlugTaken,
        "it is kept for the organization, not for the person"
    );
    renamed(&kit, &ada, acme.id, "acme").await;
    assert_eq!(enters(&kit, &ada, "acme").await, Leads::Here);
    assert_eq!(
        enters(&kit, &ada, "acme-works").await,
        Leads::To("acme".to_owned())
    );
}

async fn a_slug_that_changed_hands_no_longer_redirects(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    renamed(&kit, &ada, acme.id, "acme-works").await;
    kit.clock.advance(FORMER_SLUG_DAYS * DAY);
    renamed(&kit, &ada, bell.id, "acme").await;
    match organizations::enter(&kit.ctx(), &ada.actor(), "acme").await {
        Ok(Found::Here(found)) => assert_eq!(found.id(), bell.id),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        enters(&kit, &ada, "bell").await,
        Leads::To("acme".to_owned())
    );
}

async fn the_slug_of_a_deleted_organization_stays_taken(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let refused = create(&kit, &eve.signed_in().await, "acme").await;
    assert_eq!(refusal(refused), Code::SlugTaken);
}
