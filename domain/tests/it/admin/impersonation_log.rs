//! What is written down when staff act as somebody else, and who is told.

use contract::{Role, organizations::UpdateOrganization};
use domain::{
    admin,
    audit::{self, Party},
    organizations, own_data, sessions,
};
use serde_json::Value;
use testkit::{Kit, on_each_database};

use super::{
    WHY,
    impersonation::{acme, begin, grace, logged, sweep},
};

on_each_database! {
    both_are_in_every_log,
    what_is_done_in_it_names_both,
    the_person_is_told_by_mail_and_nothing_else_tells_of_a_sign_in,
    it_moves_no_last_visit,
    erasing_either_is_possible_and_keeps_the_chain_whole,
}

async fn both_are_in_every_log(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (grace, operator) = grace(&kit).await;
    let (_, actor) = begin(&kit, &operator, &ada).await;
    sessions::stop_impersonating(&kit.ctx(), &actor)
        .await
        .expect("staff may");
    for (action, sentence) in [
        ("impersonation.started", "started to act as Ada: ticket 42"),
        (
            "impersonation.ended",
            "ended the impersonation of Ada by Grace",
        ),
    ] {
        let entries = logged(&kit, &acme, &ada, action).await;
        assert_eq!(entries.len(), 1, "{action}");
        let entry = &entries[0];
        assert_eq!(entry.actor.party, Party::User(grace.id), "{action}");
        assert_eq!(entry.subject.party, Party::User(ada.id), "{action}");
        assert_eq!(entry.impersonator, None, "{action}");
        assert_eq!(entry.sentence.to_string(), sentence);
        let everywhere = format!("SELECT count(*) FROM audit_events WHERE action = '{action}'");
        assert_eq!(kit.number(&everywhere).await, 2, "of hers, and of none");
    }
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    assert!(
        chains
            .expect("operators may")
            .iter()
            .all(audit::Chain::is_whole)
    );
}

async fn what_is_done_in_it_names_both(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (grace, operator) = grace(&kit).await;
    let (_, actor) = begin(&kit, &operator, &ada).await;
    let input = UpdateOrganization {
        name: Some("Acme Works".to_owned()),
        slug: None,
    };
    organizations::update(&kit.ctx(), &actor, acme.id, input)
        .await
        .expect("owners may");
    let entry = logged(&kit, &acme, &ada, "organization.updated")
        .await
        .remove(0);
    assert_eq!(entry.actor.party, Party::User(ada.id));
    let by = entry.impersonator.expect("staff did it");
    assert_eq!(
        (by.party, by.name.as_str()),
        (Party::User(grace.id), "Grace")
    );
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    assert!(chains.expect("operators may")[0].is_whole());
    kit.sql("UPDATE audit_events SET impersonator_id = NULL")
        .await;
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    let broken = chains.expect("operators may")[0].broken;
    assert_eq!(broken, entry.seq, "nobody takes staff out unseen");
}

async fn the_person_is_told_by_mail_and_nothing_else_tells_of_a_sign_in(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let counts = async || {
        let began = "SELECT count(*) FROM audit_events WHERE action = 'session.started'";
        (kit.number(began).await, kit.count("known_clients").await)
    };
    let before = counts().await;
    let elsewhere = kit.ctx_from("198.51.100.99");
    let opened = sessions::impersonate(&elsewhere, &operator, ada.id, WHY).await;
    let opened = opened.expect("staff may");
    let letters = kit.new_mail_to(&ada.email).await;
    let [letter] = letters.as_slice() else {
        panic!("one letter, and none of a new place: {letters:?}");
    };
    assert_eq!(letter.template(), "impersonated");
    assert!(!letter.letter.text.contains("198.51.100.99"));
    assert!(!letter.letter.text.contains(WHY));
    assert_eq!(counts().await, before);
    assert!(kit.is_live(&opened.token).await);
}

async fn it_moves_no_last_visit(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let detail = async || {
        let found = admin::users::get(&kit.ctx(), &operator, ada.id).await;
        found.expect("staff may look").row.last_seen_at
    };
    let before = detail().await;
    kit.clock.advance(300);
    let (opened, actor) = begin(&kit, &operator, &ada).await;
    kit.clock.advance(120);
    assert!(kit.is_live(&opened.token).await);
    let seen = organizations::enter_by_id(&kit.ctx(), &actor, acme.id).await;
    organizations::note_activity(&kit.ctx(), &actor, &seen.expect("she is in it")).await;
    assert_eq!(detail().await, before);
    let visits = "SELECT count(*) FROM memberships WHERE last_active_at IS NOT NULL";
    assert_eq!(kit.number(visits).await, 0);
}

async fn erasing_either_is_possible_and_keeps_the_chain_whole(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let mary = kit.person("mary").await;
    acme.with(&mary, Role::Member).await;
    let (grace, operator) = grace(&kit).await;
    let (_, actor) = begin(&kit, &operator, &mary).await;
    organizations::enter_by_id(&kit.ctx(), &actor, acme.id)
        .await
        .expect("she is in it");
    for id in [grace.id, mary.id] {
        own_data::delete_as_staff(&kit.system(), &kit.operator(), id, WHY)
            .await
            .expect("operators may");
    }
    kit.clock.advance(15 * 24 * 60 * 60);
    sweep(&kit).await;
    kit.discards_mail().await;
    assert_eq!(kit.count("users").await, 1);
    ada.signs_in().await;
    kit.discards_mail().await;
    let started = logged(&kit, &acme, &ada, "impersonation.started").await;
    assert_eq!(started[0].actor.name, "A deleted user");
    assert_eq!(started[0].after, None::<Value>);
    let chains = audit::verify(&kit.system(), &kit.operator()).await;
    assert!(
        chains
            .expect("operators may")
            .iter()
            .all(audit::Chain::is_whole)
    );
}
