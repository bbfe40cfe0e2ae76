//! An organization gets another name, a logo and a plan.

use contract::{
    Code, OrganizationId, Role,
    organizations::{SubscriptionTier, UpdateOrganization},
};
use domain::{
    Actor, InOrg, Result,
    organizations::{self, Plan},
    pictures,
};
use serde_json::json;
use testkit::{Kit, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    an_admin_renames_it,
    a_new_name_is_refused_when_it_is_none,
    the_same_name_leaves_no_trace,
    a_logo_is_kept_replaced_and_taken_away,
    a_logo_that_is_no_picture_is_refused,
    an_operator_sets_the_plan,
    a_plan_is_for_operators_and_has_no_negative_quota,
}

async fn rename(kit: &Kit, actor: &Actor, id: OrganizationId, name: &str) -> Result<InOrg> {
    let input = UpdateOrganization {
        name: Some(name.to_owned()),
        slug: None,
    };
    organizations::update(&kit.ctx(), actor, id, input).await
}

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
        organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test")
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
        organizations::set_plan(&kit.ctx(), actor, slug, plan, "a test").await
    };
    let no_factor = refusal(set(&ada.actor(), "acme", 1).await);
    assert_eq!(no_factor, Code::StaffFactorMissing);
    assert_eq!(
        refusal(set(&kit.anonymous(), "acme", 1).await),
        Code::NotFound
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
