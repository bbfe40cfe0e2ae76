//! The account: its profile, its theme, its password and its sessions.

use axum::http::StatusCode;
use testkit::{Authenticator, Kit, on_each_database};

use super::PASSWORD;
use crate::browser::{Browser, SESSION};

on_each_database! {
    a_profile_is_edited_and_refusals_stand_beside_their_field,
    a_chosen_theme_is_in_the_first_byte_of_the_next_page,
    a_changed_password_signs_out_other_browsers_and_keeps_this_one,
    signing_out_everywhere_else_wants_a_fresh_password,
    where_a_passkey_is_asked_for_the_page_says_so,
}

async fn a_profile_is_edited_and_refusals_stand_beside_their_field(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    let page = browser
        .submit(
            "/_fn/update-profile",
            &[("name", "Countess"), ("username", "eve"), ("phone", "123")],
        )
        .await;
    assert!(
        page.one("#phone-error")
            .starts_with("Enter the number with its country code")
    );
    let page = browser
        .submit(
            "/_fn/update-profile",
            &[("name", "Countess"), ("username", "eve"), ("phone", "")],
        )
        .await;
    assert_eq!(
        page.one("#username-error"),
        "This username is taken. Choose another."
    );
    assert_eq!(
        page.attribute("#name", "value").as_deref(),
        Some("Countess"),
        "what was typed is kept"
    );
    let page = browser
        .submit(
            "/_fn/update-profile",
            &[
                ("name", "Countess"),
                ("username", "lovelace"),
                ("phone", "+44 20 7946 0000"),
            ],
        )
        .await;
    assert_eq!(page.one("#profile .saved"), "Saved");
    assert_eq!(
        page.attribute("#phone", "value").as_deref(),
        Some("+442079460000")
    );
    assert_eq!(page.one(".who-name"), "Countess");
    assert_ne!(ada.id, eve.id);
}

async fn a_chosen_theme_is_in_the_first_byte_of_the_next_page(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    assert!(
        browser
            .get("/")
            .await
            .attribute("html", "data-theme")
            .is_none()
    );
    let page = browser
        .submit("/_fn/update-theme", &[("theme", "dark")])
        .await;
    assert_eq!(
        page.attribute("html", "data-theme").as_deref(),
        Some("dark")
    );
    assert!(page.attribute("#theme-dark", "checked").is_some());
    let page = browser
        .submit("/_fn/update-theme", &[("theme", "neon")])
        .await;
    assert_eq!(page.one("#theme .error"), "Choose system, light or dark.");
    let elsewhere = Browser::new(&kit);
    elsewhere.signs_in(&ada.email, &ada.password).await;
    assert_eq!(
        elsewhere
            .get("/")
            .await
            .attribute("html", "data-theme")
            .as_deref(),
        Some("dark"),
        "it follows the person"
    );
    let page = browser
        .submit(
            "/_fn/update-locale",
            &[("language", "de"), ("time_zone", "Mars/Olympus")],
        )
        .await;
    assert_eq!(
        page.one("#time_zone-error"),
        "Choose a time zone from the list, like Europe/Berlin."
    );
    browser
        .submit(
            "/_fn/update-locale",
            &[("language", "de"), ("time_zone", "Europe/Berlin")],
        )
        .await;
    let title = browser
        .get("/account/profile")
        .await
        .attribute(".facts time", "title")
        .unwrap_or_default();
    assert!(title.ends_with("CET") || title.ends_with("CEST"), "{title}");
}

async fn a_changed_password_signs_out_other_browsers_and_keeps_this_one(kit: Kit) {
    let ada = kit.person("ada").await;
    let (here, there) = (Browser::new(&kit), Browser::new(&kit));
    here.signs_in(&ada.email, &ada.password).await;
    there.signs_in(&ada.email, &ada.password).await;
    let before = here.cookie(SESSION);
    let page = here
        .submit(
            "/_fn/change-password",
            &[
                ("current_password", "wrong wrong wrong"),
                ("new_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(
        page.one("#current_password-error"),
        "This is not your current password."
    );
    let page = here
        .submit(
            "/_fn/change-password",
            &[
                ("current_password", &ada.password),
                ("new_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(page.one("#change-password .saved"), "Saved");
    assert_ne!(here.cookie(SESSION), before, "the session has a new token");
    assert_eq!(
        there.get("/account/security").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "password_changed"
    );
}

async fn signing_out_everywhere_else_wants_a_fresh_password(kit: Kit) {
    let ada = kit.person("ada").await;
    let (here, there) = (Browser::new(&kit), Browser::new(&kit));
    here.signs_in(&ada.email, &ada.password).await;
    there.signs_in(&ada.email, &ada.password).await;
    assert_eq!(
        here.get("/account/security")
            .await
            .one("#sessions-title + .card-purpose"),
        "You are signed in on one other device."
    );
    kit.clock.advance(11 * 60);
    let page = here.submit("/_fn/revoke-other-sessions", &[]).await;
    assert_eq!(
        (page.one("h1"), page.one(".banner")),
        (
            "Confirm that it is you".into(),
            "Confirm that it is you before signing out other devices.".into()
        )
    );
    let page = here
        .submit(
            "/_fn/confirm-password",
            &[
                ("password", "wrong wrong wrong"),
                ("next", "/account/security"),
            ],
        )
        .await;
    assert_eq!(
        page.one("#password-error"),
        "This is not your current password."
    );
    let page = here
        .submit(
            "/_fn/confirm-password",
            &[("password", &ada.password), ("next", "/account/security")],
        )
        .await;
    assert_eq!(page.one("h1"), "Security");
    here.submit("/_fn/revoke-other-sessions", &[]).await;
    assert_eq!(
        there.get("/account/security").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        here.get("/account/security")
            .await
            .one("#sessions-title + .card-purpose"),
        "You are signed in on this device only."
    );
}

async fn where_a_passkey_is_asked_for_the_page_says_so(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.sets_app_up(&kit).await;
    let mut key = Authenticator::new(&kit, 7);
    let done = ada.sets_passkey_up(&kit, &mut key).await;
    kit.discards_mail().await;
    let browser = Browser::new(&kit);
    browser.set_cookie(SESSION, done.opened.token.expose());
    for path in ["/account/security/app", "/account/security/recovery-codes"] {
        for (with, is_said) in [("?with=passkey", true), ("", false)] {
            let page = browser.get(&format!("{path}{with}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}{with}");
            let said = "Pressing the button asks for your passkey";
            assert_eq!(page.text.contains(said), is_said, "{path}{with}");
        }
    }
}
