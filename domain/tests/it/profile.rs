//! What a person edits of themselves, and who sees it.

use contract::{
    Code, User,
    accounts::{Theme, UpdatePreferences, UpdateProfile},
};
use domain::{Actor, accounts, sessions::Client};
use futures::future::join;
use testkit::{Kit, on_each_database};

use crate::refusals::{faults, problems, refusal, refusal_on};

on_each_database! {
    people_see_themselves_and_nobody_else,
    operators_see_everybody,
    what_is_not_given_is_kept,
    an_empty_phone_number_removes_it,
    an_empty_name_removes_it,
    a_taken_username_is_refused_in_any_case,
    reserved_and_look_alike_usernames_are_refused,
    ones_own_username_is_free_to_oneself,
    of_two_who_take_a_username_at_once_one_gets_it,
    every_fault_of_a_profile_is_named_at_once,
    strangers_cannot_edit,
    a_time_zone_is_kept_as_its_database_writes_it,
    preferences_that_are_not_given_are_kept,
    preferences_that_do_not_exist_are_refused,
    letters_tell_times_in_the_zone_of_their_reader,
    the_security_page_tells_of_password_and_other_sessions,
}

async fn update(kit: &Kit, actor: &Actor, input: UpdateProfile) -> domain::Result<User> {
    accounts::update_profile(&kit.ctx(), actor, input).await
}

fn name(text: &str) -> UpdateProfile {
    UpdateProfile {
        name: Some(text.to_owned()),
        ..UpdateProfile::default()
    }
}

fn username(text: &str) -> UpdateProfile {
    UpdateProfile {
        username: Some(text.to_owned()),
        ..UpdateProfile::default()
    }
}

fn phone(text: &str) -> UpdateProfile {
    UpdateProfile {
        phone: Some(text.to_owned()),
        ..UpdateProfile::default()
    }
}

async fn people_see_themselves_and_nobody_else(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    ada.signs_in().await;
    let user = accounts::get(&kit.ctx(), &ada.actor(), ada.id)
        .await
        .expect("people see themselves");
    assert_eq!((user.id, user.username.as_str()), (ada.id, "ada"));
    let nobody = contract::UserId(uuid::Uuid::nil());
    for (actor, id) in [
        (ada.actor(), grace.id),
        (ada.actor(), nobody),
        (kit.anonymous(), ada.id),
    ] {
        assert_eq!(
            refusal(accounts::get(&kit.ctx(), &actor, id).await),
            Code::NotFound
        );
    }
    let loaded = accounts::load(&kit.ctx(), &ada.actor(), &[grace.id, ada.id, nobody])
        .await
        .expect("unseen people are left out");
    assert_eq!(loaded.into_keys().collect::<Vec<_>>(), [ada.id]);
}

async fn operators_see_everybody(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let loaded = accounts::load(&kit.system(), &kit.operator(), &[grace.id, ada.id])
        .await
        .expect("operators may");
    assert_eq!(loaded.len(), 2);
    assert_eq!(
        refusal(
            accounts::get(
                &kit.system(),
                &kit.operator(),
                contract::UserId(uuid::Uuid::nil())
            )
            .await
        ),
        Code::NotFound
    );
}

async fn what_is_not_given_is_kept(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    ada.signs_in().await;
    update(&kit, &ada.actor(), phone("+44 20 7946 0000"))
        .await
        .expect("this is a number");
    let before = update(&kit, &ada.actor(), username("Countess"))
        .await
        .expect("the username is free");
    assert_eq!(
        (
            before.name.as_str(),
            before.username.as_str(),
            before.phone.as_deref()
        ),
        ("Ada Lovelace", "countess", Some("+442079460000"))
    );
    let after = update(&kit, &ada.actor(), UpdateProfile::default())
        .await
        .expect("nothing is also something");
    assert_eq!(
        after,
        User {
            updated_at: after.updated_at,
            ..before
        }
    );
}

async fn an_empty_phone_number_removes_it(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    update(&kit, &ada.actor(), phone("+44 20 7946 0000"))
        .await
        .expect("this is a number");
    let user = update(&kit, &ada.actor(), phone(" "))
        .await
        .expect("an empty number is none");
    assert_eq!(user.phone, None);
}

async fn an_empty_name_removes_it(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    ada.signs_in().await;
    let user = update(&kit, &ada.actor(), name("  "))
        .await
        .expect("nobody has to have a name");
    assert_eq!((user.name.as_str(), user.display_name()), ("", "ada"));
}

async fn a_taken_username_is_refused_in_any_case(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    ada.signs_in().await;
    for text in ["grace", "Grace", " GRACE "] {
        let input = UpdateProfile {
            name: Some("Ada".to_owned()),
            ..username(text)
        };
        assert_eq!(
            refusal_on(update(&kit, &ada.actor(), input).await),
            (Code::UsernameTaken, "username".to_owned()),
            "{text}"
        );
    }
    let user = accounts::get(&kit.ctx(), &ada.actor(), ada.id)
        .await
        .expect("people see themselves");
    assert_eq!(
        (user.username.as_str(), user.name.as_str()),
        ("ada", ""),
        "nothing of a refused change stays"
    );
    assert_ne!(ada.id, grace.id);
}

async fn reserved_and_look_alike_usernames_are_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    for (text, code) in [
        ("Admin", Code::UsernameReserved),
        ("support", Code::UsernameReserved),
        ("\u{430}da", Code::InvalidUsername),
        ("gr\u{e0}ce", Code::InvalidUsername),
        ("ada\u{200b}", Code::InvalidUsername),
        ("ad", Code::InvalidUsername),
        ("", Code::Required),
    ] {
        assert_eq!(
            refusal_on(update(&kit, &ada.actor(), username(text)).await),
            (code, "username".to_owned()),
            "{text:?}"
        );
    }
}

async fn ones_own_username_is_free_to_oneself(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let user = update(&kit, &ada.actor(), username("ADA"))
        .await
        .expect("it is hers already");
    assert_eq!(user.username, "ada");
}

async fn of_two_who_take_a_username_at_once_one_gets_it(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    ada.signs_in().await;
    grace.signs_in().await;
    let (hers, others) = (ada.actor(), grace.actor());
    let (one, two) = join(
        update(&kit, &hers, username("captain")),
        update(&kit, &others, username("Captain")),
    )
    .await;
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(
        refusal(if one.is_ok() { two } else { one }),
        Code::UsernameTaken
    );
    assert_eq!(
        kit.number("SELECT count(*) FROM users WHERE username = 'captain'")
            .await,
        1
    );
}

async fn every_fault_of_a_profile_is_named_at_once(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let input = UpdateProfile {
        name: Some("x".repeat(101)),
        username: Some("a..b".to_owned()),
        phone: Some("020 7946".to_owned()),
    };
    let named = problems(update(&kit, &ada.actor(), input).await);
    assert_eq!(
        faults(&named),
        [
            ("name", Code::TooLong),
            ("username", Code::InvalidUsername),
            ("phone", Code::InvalidPhone)
        ]
    );
}

async fn strangers_cannot_edit(kit: Kit) {
    for actor in [kit.anonymous(), kit.operator()] {
        assert_eq!(
            refusal(update(&kit, &actor, name("Eve")).await),
            Code::Unauthenticated
        );
        let preferences =
            accounts::update_preferences(&kit.ctx(), &actor, UpdatePreferences::default()).await;
        assert_eq!(refusal(preferences), Code::Unauthenticated);
        assert_eq!(
            refusal(accounts::security(&kit.ctx(), &actor).await),
            Code::Unauthenticated
        );
    }
}

async fn a_time_zone_is_kept_as_its_database_writes_it(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    for (typed, kept) in [
        ("europe/berlin", "Europe/Berlin"),
        (
            "AMERICA/ARGENTINA/BUENOS_AIRES",
            "America/Argentina/Buenos_Aires",
        ),
        ("utc", "UTC"),
    ] {
        let input = UpdatePreferences {
            time_zone: Some(typed.to_owned()),
            ..UpdatePreferences::default()
        };
        let user = accounts::update_preferences(&kit.ctx(), &ada.actor(), input)
            .await
            .expect("the zone exists");
        assert_eq!(user.profile.time_zone, kept);
    }
}

async fn preferences_that_are_not_given_are_kept(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let all = UpdatePreferences {
        time_zone: Some("Asia/Tokyo".to_owned()),
        language: Some("PT-br".to_owned()),
        theme: Some("dark".to_owned()),
        muted: None,
    };
    accounts::update_preferences(&kit.ctx(), &ada.actor(), all)
        .await
        .expect("all exist");
    let one = UpdatePreferences {
        theme: Some("light".to_owned()),
        ..UpdatePreferences::default()
    };
    let profile = accounts::update_preferences(&kit.ctx(), &ada.actor(), one)
        .await
        .expect("it exists")
        .profile;
    assert_eq!(
        (
            profile.time_zone.as_str(),
            profile.language.as_str(),
            profile.theme
        ),
        ("Asia/Tokyo", "pt-BR", Theme::Light)
    );
}

async fn preferences_that_do_not_exist_are_refused(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    for zone in [
        "",
        "Mars/Olympus",
        "../../etc/passwd",
        "Europe/Berlin\0",
        "CET-1CEST",
    ] {
        let input = UpdatePreferences {
            time_zone: Some(zone.to_owned()),
            ..UpdatePreferences::default()
        };
        let updated = accounts::update_preferences(&kit.ctx(), &ada.actor(), input).await;
        assert_eq!(
            refusal_on(updated),
            (Code::InvalidTimeZone, "timeZone".to_owned()),
            "{zone:?}"
        );
    }
    let input = UpdatePreferences {
        language: Some("xx".to_owned()),
        theme: Some("pink".to_owned()),
        ..UpdatePreferences::default()
    };
    let named = problems(accounts::update_preferences(&kit.ctx(), &ada.actor(), input).await);
    assert_eq!(
        faults(&named),
        [
            ("language", Code::InvalidLanguage),
            ("theme", Code::InvalidTheme)
        ]
    );
}

async fn the_security_page_tells_of_password_and_other_sessions(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    ada.signs_in_to_stay().await;
    kit.person("grace").await.signs_in().await;
    let security = accounts::security(&kit.ctx(), &ada.actor())
        .await
        .expect("people see themselves");
    assert_eq!(security.other_sessions, 1);
    assert!(security.password_changed_at.is_some());
    kit.clock.advance(13 * 60 * 60);
    let security = accounts::security(&kit.ctx(), &ada.actor())
        .await
        .expect("people see themselves");
    assert_eq!(
        security.other_sessions, 0,
        "the other one has ended by itself"
    );
}

async fn letters_tell_times_in_the_zone_of_their_reader(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let input = UpdatePreferences {
        time_zone: Some("Asia/Kolkata".to_owned()),
        ..UpdatePreferences::default()
    };
    accounts::update_preferences(&kit.ctx(), &ada.actor(), input)
        .await
        .expect("it is a zone");
    ada.signs_in_with(&kit.ctx_from("203.0.113.9"), Client::Program)
        .await;
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "new_sign_in");
    assert!(
        letter.letter.text.contains(" IST"),
        "{}",
        letter.letter.text
    );
}
