//! Every change is written down together with it: who, through which face, what was before and after.

use contract::{
    Code, Password,
    accounts::{UpdatePreferences, UpdateProfile},
};
use domain::{Ctx, Face, Origin, accounts, audit, sessions};
use serde_json::{Value, json};
use testkit::{Kit, Person, on_each_database};

use crate::refusals::refusal;

on_each_database! {
    making_and_proving_an_account_is_written_down,
    a_forgotten_password_is_written_down,
    a_reset_that_proves_the_address_says_so,
    what_a_signed_in_person_does_is_written_down,
    what_an_operator_does_is_written_down,
    an_edit_is_written_down_before_and_after,
    an_edit_that_changes_nothing_is_not_written_down,
    the_entry_says_through_which_face_and_from_where,
    a_refused_act_leaves_no_entry,
    no_entry_holds_a_secret,
    the_log_is_for_operators,
}

const NEW: &str = "nine lanterns over the harbour";

async fn entries(kit: &Kit, person: &Person) -> Vec<audit::Line> {
    audit::of_subject(&kit.system(), &kit.operator(), person.id)
        .await
        .expect("operators read the log")
}

/// Who did what, in order.
async fn story(kit: &Kit, person: &Person) -> Vec<String> {
    let entries = entries(kit, person).await;
    assert!(entries.is_sorted_by_key(|entry| entry.at));
    assert!(
        entries
            .iter()
            .all(|entry| entry.actor_id.is_none_or(|id| id == person.id))
    );
    assert!(
        entries
            .iter()
            .all(|entry| entry.actor_id.is_some() == (entry.actor_kind == "user"))
    );
    entries
        .iter()
        .map(|entry| format!("{} {} {}", entry.actor_kind, entry.face, entry.action))
        .collect()
}

async fn making_and_proving_an_account_is_written_down(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    let again = contract::accounts::SignUp {
        name: String::new(),
        email: ada.email.clone(),
        password: ada.password(),
    };
    accounts::sign_up(&kit.ctx(), again)
        .await
        .expect("the answer is always the same");
    let token = kit.last_mail_to(&ada.email).await.token();
    accounts::verify_email(&kit.ctx(), &token)
        .await
        .expect("the link is good");
    let expected = [
        "anonymous page user.signed_up",
        "anonymous page user.signed_up_again",
        "anonymous page user.email_verified",
    ];
    assert_eq!(story(&kit, &ada).await, expected);
}

async fn a_forgotten_password_is_written_down(kit: Kit) {
    let ada = kit.person("ada").await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    let token = kit.last_mail_to(&ada.email).await.token();
    accounts::reset_password(&kit.ctx(), &token, &Password::new(NEW))
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    let expected = [
        "operator system user.created",
        "anonymous page user.password_reset_requested",
        "anonymous page user.password_reset",
    ];
    assert_eq!(story(&kit, &ada).await, expected);
}

async fn a_reset_that_proves_the_address_says_so(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    let token = kit.last_mail_to(&ada.email).await.token();
    accounts::reset_password(&kit.ctx(), &token, &Password::new(NEW))
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    let story = story(&kit, &ada).await;
    assert_eq!(
        story[2..],
        [
            "anonymous page user.password_reset",
            "anonymous page user.email_verified"
        ]
    );
}

async fn what_a_signed_in_person_does_is_written_down(kit: Kit) {
    let ada = kit.person("ada").await;
    let other = ada.signs_in().await;
    ada.signs_in().await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    sessions::step_up(&ctx, &actor, &ada.password().into())
        .await
        .expect("the password is right");
    sessions::revoke_others(&ctx, &actor)
        .await
        .expect("the proof is fresh");
    accounts::change_password(&ctx, &actor, &ada.password(), &Password::new(NEW))
        .await
        .expect("all is right");
    sessions::sign_out(&ctx, &actor)
        .await
        .expect("the session is live");
    kit.discards_mail().await;
    let expected = [
        "operator system user.created",
        "user page session.started",
        "user page session.started",
        "user page session.confirmed",
        "user page session.others_ended",
        "user page user.password_changed",
        "user page session.ended",
    ];
    assert_eq!(story(&kit, &ada).await, expected);
    let entries = entries(&kit, &ada).await;
    assert_eq!(
        entries[1].after,
        Some(json!({ "session": other.session.id, "method": "password" }))
    );
    assert_eq!(entries[4].after, Some(json!({ "ended": 1 })));
}

async fn what_an_operator_does_is_written_down(kit: Kit) {
    let ada = kit.person("ada").staff().await;
    accounts::set_password(
        &kit.system(),
        &kit.operator(),
        &ada.email,
        &Password::new(NEW),
    )
    .await
    .expect("operators may");
    kit.discards_mail().await;
    assert_eq!(
        story(&kit, &ada).await,
        [
            "operator system user.created",
            "operator system user.password_set"
        ]
    );
    assert_eq!(
        entries(&kit, &ada).await[0].after,
        Some(json!({ "staff": true }))
    );
}

async fn an_edit_is_written_down_before_and_after(kit: Kit) {
    let ada = kit.person("ada").named("Ada King").await;
    ada.signs_in().await;
    let profile = UpdateProfile {
        name: Some("Ada Lovelace".to_owned()),
        ..UpdateProfile::default()
    };
    accounts::update_profile(&kit.ctx(), &ada.actor(), profile)
        .await
        .expect("names are free");
    let preferences = UpdatePreferences {
        theme: Some("dark".to_owned()),
        ..UpdatePreferences::default()
    };
    accounts::update_preferences(&kit.ctx(), &ada.actor(), preferences)
        .await
        .expect("the theme exists");

    let entries = entries(&kit, &ada).await;
    let facts = |name: &str| Some(json!({ "name": name, "username": "ada", "phone": Value::Null }));
    assert_eq!(
        (
            entries[2].action.as_str(),
            &entries[2].before,
            &entries[2].after
        ),
        (
            "user.profile_updated",
            &facts("Ada King"),
            &facts("Ada Lovelace")
        )
    );
    let facts = |theme: &str| {
        Some(json!({ "timeZone": "UTC", "language": "en", "theme": theme, "muted": [] }))
    };
    assert_eq!(
        (
            entries[3].action.as_str(),
            &entries[3].before,
            &entries[3].after
        ),
        ("user.preferences_updated", &facts("system"), &facts("dark"))
    );
}

async fn an_edit_that_changes_nothing_is_not_written_down(kit: Kit) {
    let ada = kit.person("ada").named("Ada King").await;
    ada.signs_in().await;
    let before = kit.count("audit_events").await;
    let profile = UpdateProfile {
        name: Some("Ada King".to_owned()),
        username: Some("ADA".to_owned()),
        ..UpdateProfile::default()
    };
    accounts::update_profile(&kit.ctx(), &ada.actor(), profile)
        .await
        .expect("it is what it was");
    let preferences = UpdatePreferences {
        theme: Some("system".to_owned()),
        ..UpdatePreferences::default()
    };
    accounts::update_preferences(&kit.ctx(), &ada.actor(), preferences)
        .await
        .expect("it is what it was");
    sessions::revoke_others(&kit.ctx(), &ada.actor())
        .await
        .expect("the proof is fresh");
    assert_eq!(kit.count("audit_events").await, before);
}

fn through(kit: &Kit, face: Face) -> Ctx {
    let origin = Origin {
        face,
        ip: "203.0.113.5".parse().ok(),
        trace_id: "4bf92f3577b34da6".to_owned(),
        ..Origin::of(face)
    };
    kit.ctx().with_origin(origin)
}

async fn the_entry_says_through_which_face_and_from_where(kit: Kit) {
    let ada = kit.person("ada").await;
    for face in [Face::Page, Face::Graphql, Face::Rest, Face::CommandLine] {
        ada.signs_in_with(&through(&kit, face), sessions::Client::Browser)
            .await;
    }
    let faces: Vec<String> = entries(&kit, &ada)
        .await
        .into_iter()
        .map(|entry| entry.face)
        .collect();
    assert_eq!(faces, ["system", "page", "graphql", "rest", "command_line"]);
    let query = "SELECT count(*) FROM audit_events WHERE ip = '203.0.113.5' AND trace_id = '4bf92f3577b34da6' AND subject_kind = 'user'";
    assert_eq!(kit.number(query).await, 4);
}

async fn a_refused_act_leaves_no_entry(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    ada.signs_in().await;
    let before = kit.count("audit_events").await;
    let taken = UpdateProfile {
        username: Some("grace".to_owned()),
        ..UpdateProfile::default()
    };
    assert_eq!(
        refusal(accounts::update_profile(&kit.ctx(), &ada.actor(), taken).await),
        Code::UsernameTaken
    );
    assert!(!grace.can_sign_in_with("seven wrong herons were fed").await);
    let changed = accounts::change_password(
        &kit.ctx(),
        &ada.actor(),
        &Password::new("seven wrong herons"),
        &Password::new(NEW),
    )
    .await;
    assert_eq!(refusal(changed), Code::PasswordWrong);
    assert_eq!(kit.count("audit_events").await, before);
}

async fn no_entry_holds_a_secret(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::verify_email(&kit.ctx(), ada.verification_token())
        .await
        .expect("the link is good");
    let session = ada.signs_in().await;
    let opened = accounts::change_password(
        &kit.ctx(),
        &ada.actor(),
        &ada.password(),
        &Password::new(NEW),
    )
    .await
    .expect("all is right");
    kit.discards_mail().await;
    for secret in [
        ada.password.as_str(),
        NEW,
        ada.verification_token(),
        session.token.expose(),
        opened.token.expose(),
    ] {
        assert!(!kit.stores(secret).await, "{secret:.8}…");
    }
    let facts: String = entries(&kit, &ada)
        .await
        .into_iter()
        .flat_map(|entry| [entry.before, entry.after])
        .flatten()
        .map(|v| v.to_string())
        .collect();
    assert!(
        !facts.contains("argon2") && !facts.contains("example.test"),
        "{facts}"
    );
}

async fn the_log_is_for_operators(kit: Kit) {
    let ada = kit.person("ada").staff().await;
    ada.signs_in().await;
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (ada.actor(), Code::StaffFactorMissing),
    ] {
        assert_eq!(
            refusal(audit::of_subject(&kit.ctx(), &actor, ada.id).await),
            code
        );
    }
    let nobody = contract::UserId(uuid::Uuid::nil());
    assert!(
        audit::of_subject(&kit.system(), &kit.operator(), nobody)
            .await
            .is_ok_and(|entries| entries.is_empty())
    );
}
