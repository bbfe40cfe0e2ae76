//! The chain of each log is whole, whoever writes to it and whatever is erased.

use contract::{Code, Role, organizations::RESTORE_DAYS, organizations::UpdateOrganization};
use domain::{
    Ctx,
    audit::{self, Head},
    maintenance, organizations, own_data,
    seal::SecretKey,
};
use futures::future::join_all;
use testkit::{Kit, Org, Person, on_each_database};

use super::{chain, read, renames};
use crate::refusals::refusal;

on_each_database! {
    every_entry_has_a_place_and_the_chain_is_whole,
    what_belongs_to_no_organization_stands_in_no_chain,
    a_change_that_is_refused_leaves_the_chain_as_it_was,
    two_writers_at_once_make_one_chain,
    the_erasure_of_a_person_keeps_it_whole,
    entries_from_before_the_chain_are_left_out,
    another_key_goes_on_with_it,
    a_key_that_is_lost_is_told_of,
    after_a_purge_there_is_no_chain,
    a_long_chain_is_checked_in_steps,
    verifying_is_for_operators,
}

const DAY: i64 = 24 * 60 * 60;

async fn acme(kit: &Kit) -> (Org, Person) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    for number in 0..3 {
        renames(kit, &acme, &ada, &format!("Acme {number}")).await;
    }
    (acme, ada)
}

async fn every_entry_has_a_place_and_the_chain_is_whole(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let seqs: Vec<_> = read(&kit, &acme, &ada, audit::AuditFilter::default())
        .await
        .into_iter()
        .map(|entry| entry.seq)
        .collect();
    assert_eq!(seqs, [Some(4), Some(3), Some(2), Some(1)]);
    let chain = chain(&kit).await;
    assert!(chain.is_whole(), "{chain:?}");
    assert_eq!(
        (chain.organization, chain.slug.as_deref(), chain.entries),
        (acme.id, Some("acme"), 4)
    );
    assert_eq!((chain.erased, chain.head), (0, Head::Fits));
}

async fn what_belongs_to_no_organization_stands_in_no_chain(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    assert!(kit.count("audit_events").await > 0);
    assert_eq!(kit.count("audit_heads").await, 0);
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    assert!(chains.expect("operators may").is_empty());
}

async fn a_change_that_is_refused_leaves_the_chain_as_it_was(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let deleted = organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "other").await;
    assert_eq!(refusal(deleted), Code::ConfirmationWrong);
    let chain = chain(&kit).await;
    assert!(chain.is_whole() && chain.entries == 4, "{chain:?}");
}

async fn two_writers_at_once_make_one_chain(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let other = kit.started_again(|_| {}).await;
    let renamed = |ctx: Ctx, number: usize| {
        let (actor, id) = (ada.actor(), acme.id);
        tokio::spawn(async move {
            let input = UpdateOrganization {
                name: Some(format!("At once {number}")),
                slug: None,
            };
            organizations::update(&ctx, &actor, id, input).await
        })
    };
    let writers = (0..24).map(|number| {
        let ctx = if number % 2 == 0 {
            kit.ctx()
        } else {
            other.clone()
        };
        renamed(ctx, number)
    });
    for done in join_all(writers).await {
        done.expect("nobody panics").expect("owners may");
    }
    let chain = chain(&kit).await;
    assert!(chain.is_whole(), "{chain:?}");
    assert_eq!(chain.entries, 28);
}

async fn the_erasure_of_a_person_keeps_it_whole(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let grace = kit.person("grace").await;
    let id = acme.with(&grace, Role::Admin).await;
    renames(&kit, &acme, &grace, "Grace was here").await;
    domain::members::change_role(&kit.ctx(), &ada.actor(), id, Role::Member)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    own_data::delete(&kit.ctx(), &grace.signed_in().await, &grace.email)
        .await
        .expect("nothing stands in the way");
    kit.discards_mail().await;
    kit.clock.advance(contract::accounts::UNDELETE_DAYS * DAY);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    kit.discards_mail().await;

    let told = chain(&kit).await;
    assert!(told.is_whole(), "{told:?}");
    assert_eq!(told.entries, 8);
    // The invitation twice, her rename, and the change of her role.
    assert_eq!(told.erased, 4);
    let entries = audit::page_all(
        &kit.system(),
        &kit.operator(),
        Some(acme.id),
        &audit::ListAudit::default(),
    )
    .await
    .expect("operators may");
    let role = &entries
        .items
        .iter()
        .find(|(_, entry)| entry.action == "member.role_changed")
        .expect("it is there")
        .1;
    assert!(role.is_erased && role.after.is_none());
    assert_eq!(
        role.sentence.to_string(),
        "changed the role of a deleted user"
    );
    let salts = "SELECT count(*) FROM audit_events WHERE action = 'member.role_changed' AND facts_salt IS NULL";
    assert_eq!(kit.number(salts).await, 1, "nobody can try what it said");

    kit.sql("UPDATE audit_events SET after = '{\"role\":\"owner\"}' WHERE action = 'member.role_changed'")
        .await;
    let told = chain(&kit).await;
    assert_eq!(told.broken, Some(8), "what was erased is not put back");
}

async fn entries_from_before_the_chain_are_left_out(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    kit.sql("UPDATE audit_events SET seq = NULL, facts_salt = NULL, facts_digest = NULL, ip_salt = NULL, ip_digest = NULL, \
             chain_key = NULL, chain_hash = NULL")
        .await;
    kit.sql("DELETE FROM audit_heads").await;
    let none = audit::verify(&kit.system(), &kit.operator()).await;
    assert!(none.expect("operators may").is_empty(), "there is none yet");
    renames(&kit, &acme, &ada, "With a chain").await;
    let chain = chain(&kit).await;
    assert!(chain.is_whole() && chain.entries == 1, "{chain:?}");
    let entries = read(&kit, &acme, &ada, audit::AuditFilter::default()).await;
    let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [Some(1), None, None, None, None]);
    assert!(entries.iter().all(|entry| !entry.is_erased));
}

async fn another_key_goes_on_with_it(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let rotated = kit
        .with_settings(|settings| {
            settings.keys.peppers = vec![SecretKey::new("a newer secret, 32 characters or more!")];
        })
        .await;
    renames(&rotated, &acme, &ada, "Under another key").await;
    let names = "SELECT count(DISTINCT chain_key) FROM audit_events";
    assert_eq!(kit.number(names).await, 2);
    let chain = chain(&rotated).await;
    assert!(chain.is_whole() && chain.entries == 5, "{chain:?}");
}

async fn a_key_that_is_lost_is_told_of(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let strange = kit
        .with_settings(|settings| {
            settings.secret_key = SecretKey::new("nobody has kept the former one, alas!");
        })
        .await;
    let told = chain(&strange).await;
    assert_eq!(
        (told.unchecked, told.broken, told.head),
        (4, None, Head::Unchecked)
    );
    assert!(!told.is_whole());
    renames(&strange, &acme, &ada, "Anew").await;
    let told = chain(&strange).await;
    assert_eq!(
        (told.entries, told.unchecked, told.broken, told.head),
        (5, 4, None, Head::Fits),
        "it goes on, and what was before cannot be checked"
    );
}

async fn after_a_purge_there_is_no_chain(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let bell = kit.organization("bell").owned_by(&ada).await;
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    kit.clock.advance(RESTORE_DAYS * DAY);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    let told = chain(&kit).await;
    assert!(told.is_whole() && told.organization == bell.id, "{told:?}");
    let log = acme.log().await;
    assert_eq!(log.len(), 6, "the trail stays for operators");
    assert_eq!(log[5].action, "organization.purged");
    let places = "SELECT count(*) FROM audit_events WHERE seq IS NOT NULL";
    assert_eq!(kit.number(places).await, 1, "that of bell");
}

async fn a_long_chain_is_checked_in_steps(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    for number in 0..520 {
        renames(&kit, &acme, &ada, &format!("Name {number}")).await;
    }
    let told = chain(&kit).await;
    assert!(told.is_whole() && told.entries == 524, "{told:?}");
    kit.sql("DELETE FROM audit_events WHERE seq IN (3, 510)")
        .await;
    let told = chain(&kit).await;
    assert_eq!((told.missing, told.first_missing), (2, Some(3)));
}

async fn verifying_is_for_operators(kit: Kit) {
    let (_, ada) = acme(&kit).await;
    for actor in [kit.anonymous(), ada.actor()] {
        assert_eq!(
            refusal(audit::verify(&kit.ctx(), &actor).await),
            Code::Forbidden
        );
    }
}
