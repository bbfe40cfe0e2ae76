//! Signing in, out, and in again with a new password.

use axum::http::StatusCode;
use testkit::{Kit, on_each_database};

use super::PASSWORD;
use crate::browser::{Browser, SESSION};

on_each_database! {
    a_wrong_password_and_an_unknown_address_are_answered_alike,
    throttled_sign_in_says_when_to_try_again,
    a_forgotten_password_is_set_anew_and_old_sessions_end,
    what_was_typed_outlives_a_session_that_ended_meanwhile,
    what_was_typed_is_not_shown_to_somebody_else,
    signing_out_ends_the_session_on_the_server,
}

async fn a_wrong_password_and_an_unknown_address_are_answered_alike(kit: Kit) {
    let ada = kit.person("ada").await;
    let wrong = Browser::new(&kit)
        .signs_in(&ada.email, "not the password at all")
        .await;
    let unknown = Browser::new(&kit)
        .signs_in("eve@example.test", "not the password at all")
        .await;
    for page in [&wrong, &unknown] {
        assert_eq!(page.one("h1"), "Sign in");
        assert_eq!(
            page.one(".banner.danger"),
            "The e-mail address or the password is wrong, or the address is not verified yet."
        );
    }
    assert_eq!(
        wrong.attribute("#email", "value").as_deref(),
        Some(ada.email.as_str())
    );
    assert_eq!(wrong.status, unknown.status);
}

async fn throttled_sign_in_says_when_to_try_again(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    for _ in 0..5 {
        browser.signs_in(&ada.email, "wrong wrong wrong").await;
    }
    let page = browser.signs_in(&ada.email, &ada.password).await;
    assert_eq!(
        page.one(".banner.danger"),
        "Too many attempts. Try again in 5 seconds."
    );
    kit.clock.advance(6);
    assert!(
        browser
            .signs_in(&ada.email, &ada.password)
            .await
            .one("h1")
            .starts_with("Good to see you")
    );
}

async fn a_forgotten_password_is_set_anew_and_old_sessions_end(kit: Kit) {
    let ada = kit.person("ada").await;
    let old = Browser::new(&kit);
    old.signs_in(&ada.email, &ada.password).await;

    let browser = Browser::new(&kit);
    let page = browser
        .submit("/_fn/request-password-reset", &[("email", &ada.email)])
        .await;
    assert_eq!(
        page.one(".auth-head p"),
        format!(
            "If an account uses {}, a link is on its way there.",
            ada.email
        )
    );
    let path = kit
        .last_mail_to(&ada.email)
        .await
        .link()
        .replace(&kit.system().settings().page(""), "");
    let opened = browser.get(&path).await;
    assert_eq!(browser.follow(opened).await.one("h1"), "Set a new password");

    let page = browser
        .submit("/_fn/reset-password", &[("new_password", "password")])
        .await;
    assert!(
        page.one("#new_password-error")
            .starts_with("Use at least 15 characters.")
    );
    let page = browser
        .submit("/_fn/reset-password", &[("new_password", PASSWORD)])
        .await;
    assert_eq!(page.one("h1"), "Sign in");
    assert!(
        page.one(".banner.ok")
            .starts_with("Your new password is set")
    );
    assert_eq!(
        old.get("/account/profile").await.location(),
        "/sign-in?next=%2Faccount%2Fprofile"
    );
    assert_eq!(
        browser
            .signs_in(&ada.email, PASSWORD)
            .await
            .one("h1")
            .split(',')
            .next(),
        Some("Good to see you")
    );
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "password_changed"
    );

    let again = Browser::new(&kit);
    let opened = again.get(&path).await;
    assert_eq!(
        again.follow(opened).await.one("h1"),
        "This link has already been used"
    );
    assert_eq!(
        Browser::new(&kit).get("/reset-password").await.one("h1"),
        "This link no longer works"
    );
}

async fn what_was_typed_outlives_a_session_that_ended_meanwhile(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    browser.set_cookie(SESSION, "ended");
    let page = browser
        .submit(
            "/_fn/update-profile",
            &[("name", "Countess"), ("username", "lovelace")],
        )
        .await;
    assert_eq!(page.one("h1"), "Sign in");
    browser.signs_in(&ada.email, &ada.password).await;
    let page = browser.get("/account/profile").await;
    assert_eq!(
        (
            page.attribute("#name", "value").as_deref(),
            page.attribute("#username", "value").as_deref(),
            page.texts(".banner").len(),
        ),
        (Some("Countess"), Some("lovelace"), 0)
    );
}

async fn what_was_typed_is_not_shown_to_somebody_else(kit: Kit) {
    let (ada, eve) = (kit.person("ada").await, kit.person("eve").await);
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    let fields = [("name", "Countess"), ("username", "eve")];
    browser.post("/_fn/update-profile", &fields).await;
    browser.set_cookie(SESSION, "ended");
    browser.signs_in(&eve.email, &eve.password).await;
    let page = browser.get("/account/profile").await;
    assert_ne!(
        page.attribute("#name", "value").as_deref(),
        Some("Countess")
    );
}

async fn signing_out_ends_the_session_on_the_server(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    let token = browser.cookie(SESSION).expect("a session");
    let page = browser.post("/_fn/sign-out", &[]).await;
    assert_eq!(page.header("clear-site-data"), "\"storage\"");
    assert_eq!(browser.cookie(SESSION), None);
    assert_eq!(
        browser.follow(page).await.one(".banner"),
        "You are signed out on this device."
    );
    let thief = Browser::new(&kit);
    thief.set_cookie(SESSION, &token);
    assert_eq!(
        thief.get("/account/profile").await.status,
        StatusCode::SEE_OTHER
    );
}
