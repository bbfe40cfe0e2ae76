//! What is left of whoever did not come back in time.

use contract::{Code, Role, accounts::UNDELETE_DAYS, organizations::RESTORE_DAYS};
use domain::{Actor, accounts, maintenance, organizations, own_data};
use testkit::{Kit, on_each_database};

use super::{DAY, deletes, picture, sweeps};
use crate::refusals::refusal;

on_each_database! {
    after_fourteen_days_nothing_is_left_but_the_log,
    a_member_leaves_and_the_organization_stays,
    an_organization_that_nobody_can_own_keeps_the_account,
    an_organization_that_cannot_go_keeps_nobody_else,
    whose_time_is_over_is_not_brought_back,
    an_erased_person_is_in_no_invitation_and_no_entry_of_one,
    former_addresses_are_forgotten_too,
    what_an_operator_suspends_is_neither_had_back_nor_erased,
}

async fn after_fourteen_days_nothing_is_left_but_the_log(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    kit.organization("acme").owned_by(&ada).await;
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    accounts::set_avatar(&kit.ctx(), &ada.actor(), Some(picture()))
        .await
        .expect("this is a picture");
    let undo = deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    for table in [
        "users",
        "profiles",
        "sessions",
        "links",
        "memberships",
        "organizations",
        "pictures",
        "authenticator_apps",
        "recovery_codes",
        "known_clients",
        "trusted_browsers",
        "challenges",
    ] {
        assert_eq!(kit.count(table).await, 0, "{table}");
    }
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "account_erased"
    );
    assert_eq!(kit.count("mails").await, 1, "the last letter alone");
    assert!(kit.number("SELECT count(*) FROM audit_events").await > 3);
    assert_eq!(
        kit.number("SELECT count(*) FROM audit_events WHERE before LIKE '%ada%' OR after LIKE '%ada@%' OR ip IS NOT NULL").await,
        0,
        "what it says of her is gone"
    );
    assert_eq!(
        refusal(own_data::undo_deletion(&kit.ctx(), &undo).await),
        Code::LinkInvalid
    );
    // The address is free again.
    kit.person("ada").await.signs_in().await;
}

async fn a_member_leaves_and_the_organization_stays(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&grace).await;
    acme.with(&ada, Role::Admin).await;
    kit.discards_mail().await;
    deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    kit.discards_mail().await;
    assert_eq!(
        kit.number("SELECT member_count FROM organizations").await,
        1
    );
    assert_eq!(kit.count("users").await, 1);
}

async fn an_organization_that_nobody_can_own_keeps_the_account(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&grace, Role::Owner).await;
    kit.discards_mail().await;
    deletes(&kit, &ada).await;
    // Something outside the rules took the other owner's account away.
    grace.gets_suspended().await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 2);
    kit.sql("UPDATE users SET suspended_at = NULL WHERE email_key LIKE 'grace%'")
        .await;
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 1);
    kit.discards_mail().await;
}

async fn an_organization_that_cannot_go_keeps_nobody_else(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&grace).await;
    organizations::delete(&kit.ctx(), &grace.signed_in().await, bell.id, "bell")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    kit.clock.advance((RESTORE_DAYS - UNDELETE_DAYS) * DAY);
    ada.signs_in().await;
    deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    // Something outside the rules hangs on it.
    kit.sql("CREATE TABLE holders (id uuid REFERENCES organizations (id))")
        .await;
    kit.sql("INSERT INTO holders SELECT id FROM organizations WHERE slug = 'bell'")
        .await;
    maintenance::sweep(&kit.system())
        .await
        .expect_err("a round in which something could not go has failed");
    assert_eq!(kit.count("users").await, 1, "grace alone");
    assert_eq!(kit.count("organizations").await, 1, "bell alone");
    kit.sql("DROP TABLE holders").await;
    sweeps(&kit).await;
    assert_eq!(kit.count("organizations").await, 0);
    kit.discards_mail().await;
}

async fn whose_time_is_over_is_not_brought_back(kit: Kit) {
    let ada = kit.person("ada").await;
    deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    let (system, operator) = (kit.system(), kit.operator());
    for refused in [
        own_data::undelete(&system, &operator, ada.id, "too late").await,
        accounts::restore(&system, &operator, ada.id, "too late").await,
        accounts::suspend(&system, &operator, ada.id, "too late").await,
    ] {
        assert_eq!(refusal(refused), Code::NotFound, "half of it may have gone");
    }
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 0);
    kit.discards_mail().await;
}

async fn an_erased_person_is_in_no_invitation_and_no_entry_of_one(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let acme = kit.organization("acme").owned_by(&grace).await;
    let invited = ada.is_invited_to(&acme, Role::Member).await;
    domain::invitations::accept(&kit.ctx(), &ada.signed_in().await, invited.id)
        .await
        .expect("the invitation is hers");
    kit.discards_mail().await;
    deletes(&kit, &ada).await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    kit.discards_mail().await;
    assert_eq!(kit.count("invitations").await, 0);
    let told =
        "SELECT count(*) FROM audit_events WHERE before LIKE '%ada@%' OR after LIKE '%ada@%'";
    assert_eq!(kit.number(told).await, 0);
    assert_eq!(kit.number("SELECT count(*) FROM memberships").await, 1);
}

async fn former_addresses_are_forgotten_too(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let acme = kit.organization("acme").owned_by(&bob).await;
    acme.invites("Ada@example.test", Role::Member).await;
    accounts::request_email_change(&kit.ctx(), &ada.signed_in().await, "Countess@Example.test")
        .await
        .expect("she may");
    let token = kit.last_mail_to("Countess@Example.test").await.token();
    accounts::confirm_email_change(&kit.ctx(), &ada.actor(), &token)
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    own_data::delete(&kit.ctx(), &ada.actor(), "countess@example.test")
        .await
        .expect("nothing stands in the way");
    kit.discards_mail().await;
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    kit.discards_mail().await;
    assert_eq!(kit.count("users").await, 1);
    assert_eq!(kit.count("invitations").await, 0, "it was over long ago");
    for address in ["ada@example.test", "countess@example.test"] {
        let told = format!(
            "SELECT count(*) FROM audit_events WHERE lower(after) LIKE '%{address}%' OR lower(before) LIKE '%{address}%'"
        );
        assert_eq!(kit.number(&told).await, 0, "{address}");
        let mailed = format!("SELECT count(*) FROM mails WHERE lower(recipient) = '{address}'");
        // The last letter of all goes to the address that she had in the end.
        let expected = i64::from(address.starts_with("countess"));
        assert_eq!(kit.number(&mailed).await, expected, "{address}");
    }
}

async fn what_an_operator_suspends_is_neither_had_back_nor_erased(kit: Kit) {
    let ada = kit.person("ada").await;
    let undo = deletes(&kit, &ada).await;
    accounts::suspend(&kit.system(), &Actor::Operator, ada.id, "fraud")
        .await
        .expect("operators may");
    assert_eq!(
        refusal(own_data::undo_deletion(&kit.ctx(), &undo).await),
        Code::LinkInvalid
    );
    kit.clock.advance(UNDELETE_DAYS * DAY);
    sweeps(&kit).await;
    assert_eq!(kit.count("users").await, 1);
    let told = "SELECT count(*) FROM audit_events WHERE action = 'user.suspended'";
    assert_eq!(kit.number(told).await, 1);
}
