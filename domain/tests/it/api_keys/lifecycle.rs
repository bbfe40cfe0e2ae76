//! Made, paused, revoked; and who may.

use contract::{
    Code, Role,
    accounts::UpdateProfile,
    api_keys::{KeyStatus, UpdateApiKey},
    verification::Verdict,
};
use domain::{
    Actor, accounts,
    api_keys::{self, KeyFilter, Leak, ListKeys},
    maintenance, organizations,
};
use testkit::{Kit, on_each_database};

use super::{DAY, acme, key, plain, seen, verdict};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_key_is_shown_once_and_kept_as_a_hash,
    the_owners_are_told_of_a_new_key,
    owners_are_not_buried_in_letters_about_keys,
    making_a_key_wants_a_role_and_a_fresh_proof,
    a_paused_key_is_refused_until_it_is_resumed,
    a_revoked_key_is_refused_for_ever,
    revoked_keys_are_listed_for_thirty_days,
    a_leaked_key_is_revoked_and_told,
    guessing_at_leaks_is_slowed_down,
    owners_are_told_once_of_a_key_that_expires,
    a_deleted_organizations_keys_stop_at_once,
    a_purged_organization_takes_its_keys_along,
    keys_of_others_do_not_exist,
    a_list_is_filtered_and_searched,
}

async fn a_key_is_shown_once_and_kept_as_a_hash(kit: Kit) {
    let (acme, [ada, _, mary]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("Backend")).await;
    let secret = made.secret.expose();
    assert!(
        secret.starts_with("lk_org_") && secret.len() == 45,
        "{secret}"
    );
    assert!(secret.starts_with(&made.key.start) && secret.ends_with(&made.key.last4));
    assert!(!kit.stores(secret).await, "the secret is nowhere");
    assert!(!kit.stores(&secret[12..40]).await, "nor a piece of it");
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    let shown = seen(&kit, &mary, made.key.id).await;
    assert_eq!(
        (shown.name.as_str(), shown.status, shown.created_by.as_str()),
        ("Backend", KeyStatus::Active, "Ada King")
    );
    let lifetime = shown.expires_at.map(|at| at.0).unwrap_or_default() - shown.created_at.0;
    assert!(
        (lifetime - 90 * DAY * 1000).abs() < 1000,
        "90 days when nothing is said"
    );
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("api_key.created", Some(ada.id))
    );
    assert!(!format!("{logged:?}").contains(&secret[12..]));
}

async fn the_owners_are_told_of_a_new_key(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let asked = plain("CI");
    api_keys::create(&kit.ctx(), &grace.actor(), acme.id, &asked)
        .await
        .expect("admins may");
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "api_key_created");
    assert!(
        letter.letter.text.contains("“CI” (lk_org_"),
        "{}",
        letter.letter.text
    );
    assert!(kit.new_mail_to(&grace.email).await.is_empty());
}

async fn owners_are_not_buried_in_letters_about_keys(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    for at in 0..25 {
        api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &plain(&format!("K{at}")))
            .await
            .expect("owners may");
    }
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 20);
    kit.clock.advance(60);
    api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &plain("Later"))
        .await
        .expect("owners may");
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 1);
    assert_eq!(kit.count("api_keys").await, 26);
}

async fn making_a_key_wants_a_role_and_a_fresh_proof(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let eve = kit.person("eve").await;
    let eves = eve.signed_in().await;
    let create =
        async |actor: &Actor| api_keys::create(&kit.ctx(), actor, acme.id, &plain("K")).await;
    assert_eq!(refusal(create(&mary.actor()).await), Code::Forbidden);
    assert_eq!(refusal(create(&eves).await), Code::NotFound);
    assert_eq!(
        refusal(create(&kit.anonymous()).await),
        Code::Unauthenticated
    );
    assert_eq!(
        refusal(create(&Actor::Service).await),
        Code::Unauthenticated
    );
    kit.clock.advance(11 * 60);
    assert_eq!(refusal(create(&grace.actor()).await), Code::StepUpRequired);
    assert_eq!(refusal(create(&ada.actor()).await), Code::StepUpRequired);
    assert_eq!(kit.count("api_keys").await, 0);
}

async fn a_paused_key_is_refused_until_it_is_resumed(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let (id, secret) = (made.key.id, made.secret.expose());
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    assert_eq!(
        refusal(api_keys::pause(&kit.ctx(), &mary.actor(), id).await),
        Code::Forbidden
    );
    let paused = api_keys::pause(&kit.ctx(), &grace.actor(), id).await;
    assert_eq!(paused.map(|key| key.status).ok(), Some(KeyStatus::Paused));
    assert_eq!(verdict(&kit, secret).await, Verdict::Paused);
    let again = api_keys::pause(&kit.ctx(), &grace.actor(), id).await;
    assert_eq!(refusal(again), Code::KeyPaused);
    api_keys::resume(&kit.ctx(), &ada.actor(), id)
        .await
        .expect("owners may");
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    let again = api_keys::resume(&kit.ctx(), &ada.actor(), id).await;
    assert_eq!(refusal(again), Code::KeyNotPaused);
}

async fn a_revoked_key_is_refused_for_ever(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let (id, secret) = (made.key.id, made.secret.expose());
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    let long = "x".repeat(201);
    let refused = api_keys::revoke(&kit.ctx(), &ada.actor(), id, &long).await;
    assert_eq!(refusal_on(refused), (Code::TooLong, "reason".to_owned()));
    let revoked = api_keys::revoke(&kit.ctx(), &ada.actor(), id, "not needed").await;
    assert_eq!(
        revoked.map(|key| key.revoke_reason).ok().as_deref(),
        Some("not needed")
    );
    assert_eq!(verdict(&kit, secret).await, Verdict::Revoked);
    let ctx = kit.ctx();
    let ada = ada.actor();
    assert_eq!(
        refusal(api_keys::revoke(&ctx, &ada, id, "").await),
        Code::KeyRevoked
    );
    assert_eq!(
        refusal(api_keys::resume(&ctx, &ada, id).await),
        Code::KeyRevoked
    );
    assert_eq!(
        refusal(api_keys::pause(&ctx, &ada, id).await),
        Code::KeyRevoked
    );
    let update = contract::api_keys::UpdateApiKey::default();
    assert_eq!(
        refusal(api_keys::update(&ctx, &ada, id, &update).await),
        Code::KeyRevoked
    );
}

async fn revoked_keys_are_listed_for_thirty_days(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    api_keys::revoke(&kit.ctx(), &ada.actor(), made.key.id, "")
        .await
        .expect("owners may");
    let count = async |status: &str| {
        let filter = KeyFilter {
            status: status.to_owned(),
            ..KeyFilter::default()
        };
        let viewer = acme.seen_by(&ada).await;
        api_keys::count(&kit.ctx(), &viewer, &filter)
            .await
            .expect("members may")
    };
    assert_eq!(
        [count("").await, count("revoked").await, count("all").await],
        [0, 1, 1]
    );
    kit.clock.advance(30 * DAY + 1);
    assert_eq!([count("revoked").await, count("all").await], [0, 0]);
    assert_eq!(verdict(&kit, made.secret.expose()).await, Verdict::Revoked);
}

async fn a_leaked_key_is_revoked_and_told(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let secret = made.secret.expose();
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    let found = "https://example.com/a\u{202e}b\n<script>";
    let report = api_keys::report_leak(&kit.ctx(), secret, found).await;
    assert_eq!(report.ok(), Some(Leak::Revoked(made.key.id)));
    assert_eq!(verdict(&kit, secret).await, Verdict::Revoked);
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "api_key_leaked");
    assert!(
        letter
            .letter
            .text
            .contains("https://example.com/ab<script>")
    );
    assert!(!letter.letter.html.contains("<script>") && !letter.letter.text.contains(secret));
    let again = api_keys::report_leak(&kit.ctx(), secret, "").await;
    assert_eq!(again.ok(), Some(Leak::Known(made.key.id)));
    assert!(kit.new_mail_to(&ada.email).await.is_empty());
}

async fn guessing_at_leaks_is_slowed_down(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    for _ in 0..30 {
        let wrong = api_keys::report_leak(&kit.ctx(), "lk_org_nothing", "").await;
        assert_eq!(refusal_on(wrong), (Code::NotFound, "key".to_owned()));
    }
    let more = api_keys::report_leak(&kit.ctx(), made.secret.expose(), "").await;
    assert_eq!(refusal(more), Code::RateLimited);
    let elsewhere = kit.ctx_from("198.51.100.7");
    let report = api_keys::report_leak(&elsewhere, made.secret.expose(), "").await;
    assert!(report.is_ok());
    kit.discards_mail().await;
}

async fn owners_are_told_once_of_a_key_that_expires(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("Old")).await;
    let mut short = plain("Short");
    short.expiry = contract::api_keys::Expiry::Days(5);
    key(&kit, &acme, &ada, &short).await;
    let told = async || {
        maintenance::sweep(&kit.system()).await.expect("it sweeps");
        let letters = kit.new_mail_to(&ada.email).await;
        letters
            .iter()
            .map(|post| post.letter.subject.clone())
            .collect::<Vec<_>>()
    };
    assert!(
        told().await.is_empty(),
        "nothing to tell of what lives a week or less"
    );
    kit.clock.advance(82 * DAY);
    assert!(told().await.is_empty());
    kit.clock.advance(DAY + 60);
    assert_eq!(told().await, ["An API key of Acme expires soon"]);
    assert!(told().await.is_empty(), "once");
    assert_eq!(
        seen(&kit, &ada, made.key.id).await.status,
        KeyStatus::Expiring
    );
    assert_eq!(verdict(&kit, made.secret.expose()).await, Verdict::Valid);
    kit.clock.advance(7 * DAY);
    assert_eq!(verdict(&kit, made.secret.expose()).await, Verdict::Expired);
}

async fn a_deleted_organizations_keys_stop_at_once(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let secret = made.secret.expose();
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    assert_eq!(verdict(&kit, secret).await, Verdict::OrganizationSuspended);
    let create = api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &plain("L")).await;
    assert_eq!(refusal(create), Code::PendingDeletion);
    organizations::restore(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    kit.discards_mail().await;
}

async fn a_purged_organization_takes_its_keys_along(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    for at in 0..25 {
        let made = key(&kit, &acme, &ada, &plain(&format!("K{at}"))).await;
        verdict(&kit, made.secret.expose()).await;
    }
    domain::verification::fold(&kit.ctx())
        .await
        .expect("it counts");
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    kit.clock.advance(31 * DAY);
    maintenance::sweep(&kit.system()).await.expect("it sweeps");
    for table in [
        "api_keys",
        "key_secrets",
        "key_uses",
        "usage",
        "quotas",
        "charges",
    ] {
        assert_eq!(kit.count(table).await, 0, "{table}");
    }
    kit.discards_mail().await;
}

async fn keys_of_others_do_not_exist(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let made = key(&kit, &acme, &ada, &plain("K")).await;
    let eve = kit.person("eve").await;
    kit.organization("evil").owned_by(&eve).await;
    let (ctx, eve, id) = (kit.ctx(), eve.actor(), made.key.id);
    let codes = [
        refusal(api_keys::get(&ctx, &eve, id).await),
        refusal(api_keys::pause(&ctx, &eve, id).await),
        refusal(api_keys::revoke(&ctx, &eve, id, "").await),
        refusal(api_keys::rotate(&ctx, &eve, id, contract::api_keys::Overlap::Day).await),
        refusal(api_keys::end_rotation(&ctx, &eve, id).await),
        refusal(api_keys::update(&ctx, &eve, id, &Default::default()).await),
    ];
    assert_eq!(codes, [Code::NotFound; 6]);
}

async fn a_list_is_filtered_and_searched(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let backend = key(&kit, &acme, &grace, &plain("Backend 100%")).await;
    let worker = key(&kit, &acme, &ada, &plain("Worker")).await;
    api_keys::pause(&kit.ctx(), &ada.actor(), worker.key.id)
        .await
        .expect("owners may");
    let viewer = acme.seen_by(&mary).await;
    let list = async |status: &str, search: &str| {
        let input = ListKeys {
            filter: KeyFilter {
                status: status.to_owned(),
                search: search.to_owned(),
            },
            ..ListKeys::default()
        };
        let page = api_keys::list(&kit.ctx(), &viewer, &input).await;
        page.map(|page| {
            page.items
                .into_iter()
                .map(|(_, key)| key.name)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(
        list("", "").await.ok(),
        Some(vec!["Worker".into(), "Backend 100%".into()])
    );
    assert_eq!(list("paused", "").await.ok(), Some(vec!["Worker".into()]));
    assert_eq!(
        list("", "backEND").await.ok(),
        Some(vec!["Backend 100%".into()])
    );
    assert_eq!(list("", "0%").await.ok(), Some(vec!["Backend 100%".into()]));
    assert_eq!(list("", "_").await.ok(), Some(vec![]));
    let start = &backend.key.start;
    assert_eq!(
        list("", start).await.ok(),
        Some(vec!["Backend 100%".into()])
    );
    for (name, wanted) in [("Åsa Öberg", "åSA"), ("", "GRACE")] {
        let renamed = UpdateProfile {
            name: Some(name.to_owned()),
            ..UpdateProfile::default()
        };
        accounts::update_profile(&kit.ctx(), &grace.actor(), renamed)
            .await
            .expect("it is hers");
        assert_eq!(
            list("", wanted).await.ok(),
            Some(vec!["Backend 100%".into()]),
            "made by {wanted}"
        );
    }
    let renamed = UpdateApiKey {
        name: Some("Größe".to_owned()),
        ..UpdateApiKey::default()
    };
    api_keys::update(&kit.ctx(), &ada.actor(), worker.key.id, &renamed)
        .await
        .expect("owners may");
    assert_eq!(list("", "GRÖ").await.ok(), Some(vec!["Größe".into()]));
    assert_eq!(
        refusal_on(list("nonsense", "").await),
        (Code::OutOfRange, "status".to_owned())
    );
    let _ = Role::Member;
}
