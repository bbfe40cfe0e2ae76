//! The pages without a script: every journey of a person, over plain forms.

use axum::http::StatusCode;
use testkit::{Kit, on_each_database};

use crate::browser::{Browser, SESSION};

const PASSWORD: &str = "seven quiet rivers bend";

on_each_database! {
    a_stranger_signs_up_verifies_signs_in_and_is_at_home,
    an_empty_sign_up_names_every_fault_beside_its_field,
    what_was_typed_is_kept_but_never_the_password,
    a_known_address_is_answered_like_a_new_one,
    a_wrong_password_and_an_unknown_address_are_answered_alike,
    a_forgotten_password_is_set_anew_and_old_sessions_end,
    a_profile_is_edited_and_refusals_stand_beside_their_field,
    a_chosen_theme_is_in_the_first_byte_of_the_next_page,
    a_changed_password_signs_out_other_browsers_and_keeps_this_one,
    signing_out_everywhere_else_wants_a_fresh_password,
    what_was_typed_outlives_a_session_that_ended_meanwhile,
    what_was_typed_is_not_shown_to_somebody_else,
    signing_out_ends_the_session_on_the_server,
    throttled_sign_in_says_when_to_try_again,
    closed_sign_up_says_so,
}

async fn a_stranger_signs_up_verifies_signs_in_and_is_at_home(kit: Kit) {
    let browser = Browser::new(&kit);
    let page = browser
        .submit(
            "/_fn/sign-up",
            &[
                ("name", "Ada King"),
                ("email", "Ada@example.test"),
                ("password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(
        (page.one("h1"), page.one(".auth-head strong")),
        ("Check your inbox".into(), "Ada@example.test".into())
    );

    let letter = kit.last_mail_to("ada@example.test").await;
    let home = kit.system().settings().page("");
    let path = letter
        .link()
        .strip_prefix(&home)
        .expect("links lead to the public address")
        .to_owned();
    let opened = browser.get(&path).await;
    assert_eq!(
        (opened.status, opened.location().as_str()),
        (StatusCode::SEE_OTHER, "/verify-email"),
        "the secret leaves the address bar"
    );
    let page = browser.follow(opened).await;
    assert_eq!(
        (page.one("h1"), page.one(".auth-head strong")),
        ("Confirm your e-mail".into(), "ada@example.test".into())
    );
    assert_eq!(page.header("referrer-policy"), "no-referrer");

    let page = browser.submit("/_fn/verify-email", &[]).await;
    assert_eq!(page.one("h1"), "Sign in");
    assert_eq!(
        page.one(".banner.ok"),
        "Your e-mail is confirmed. Sign in to open your account."
    );
    assert_eq!(
        page.attribute("#email", "value").as_deref(),
        Some("ada@example.test")
    );

    let page = browser.signs_in("ada@example.test", PASSWORD).await;
    assert_eq!(page.one("h1"), "Good to see you, Ada");
    assert_eq!(
        browser
            .get("/account/profile")
            .await
            .attribute("#username", "value")
            .as_deref(),
        Some("ada")
    );

    let page = browser.follow(Browser::new(&kit).get(&path).await).await;
    assert_eq!(page.status, StatusCode::OK);
    let other = Browser::new(&kit);
    let opened = other.get(&path).await;
    assert_eq!(
        other.follow(opened).await.one("h1"),
        "This link was used already"
    );
}

async fn an_empty_sign_up_names_every_fault_beside_its_field(kit: Kit) {
    let browser = Browser::new(&kit);
    let page = browser
        .submit(
            "/_fn/sign-up",
            &[("name", ""), ("email", ""), ("password", "")],
        )
        .await;
    assert_eq!(page.one("h1"), "Create your account");
    assert_eq!(
        page.texts("#email-error, #password-error"),
        ["Fill this in.", "Fill this in."]
    );
    assert_eq!(
        page.attribute("#email", "aria-invalid").as_deref(),
        Some("true")
    );
    assert!(
        page.attribute("#email", "aria-describedby")
            .is_some_and(|ids| ids.contains("email-error"))
    );
    assert!(
        page.attribute("#email", "autofocus").is_some(),
        "the first fault has the focus"
    );
    assert!(
        !browser.get("/sign-up").await.has(".error"),
        "what was said once is not said again"
    );
}

async fn what_was_typed_is_kept_but_never_the_password(kit: Kit) {
    let browser = Browser::new(&kit);
    let fields = [
        ("name", "Ada <b>\"King\"</b>"),
        ("email", "no address"),
        ("password", "hunter2 hunter2"),
    ];
    let page = browser.submit("/_fn/sign-up", &fields).await;
    assert_eq!(
        page.attribute("#name", "value").as_deref(),
        Some("Ada <b>\"King\"</b>")
    );
    assert_eq!(
        page.attribute("#email", "value").as_deref(),
        Some("no address")
    );
    assert!(
        page.one("#email-error")
            .starts_with("Enter an e-mail address")
    );
    assert!(!page.text.contains("hunter2"));
    assert!(
        !browser
            .cookie("__Host-latchkey-flash")
            .unwrap_or_default()
            .contains("hunter2")
    );
}

async fn a_known_address_is_answered_like_a_new_one(kit: Kit) {
    let ada = kit.person("ada").await;
    let known = Browser::new(&kit)
        .submit(
            "/_fn/sign-up",
            &[("email", &ada.email), ("password", PASSWORD)],
        )
        .await;
    let new = Browser::new(&kit)
        .submit(
            "/_fn/sign-up",
            &[("email", "eve@example.test"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(known.status, new.status);
    assert_eq!(
        known.texts("main").join("").replace(&ada.email, "…"),
        new.texts("main").join("").replace("eve@example.test", "…")
    );
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "known_address"
    );
    kit.discards_mail().await;
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
    assert!(page.one(".banner.ok").starts_with("Your password is set"));
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
        "This link was used already"
    );
    assert_eq!(
        Browser::new(&kit).get("/reset-password").await.one("h1"),
        "This link no longer works"
    );
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
        "Choose a time zone of the list, like Europe/Berlin."
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
            "Confirm it is you".into(),
            "Signing out other devices needs a fresh proof that it is you.".into()
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
        "You are signed in on this device alone."
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

async fn closed_sign_up_says_so(kit: Kit) {
    let kit = kit
        .with_settings(|settings| settings.sign_up = domain::settings::SignUpMode::Closed)
        .await;
    let browser = Browser::new(&kit);
    assert_eq!(browser.get("/sign-up").await.one("h1"), "Sign-up is closed");
    let answer = browser
        .call(
            "/_fn/sign-up",
            &[("email", "eve@example.test"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(answer.json()["Refused"][0]["code"], "SIGN_UP_CLOSED");
    assert_eq!(kit.count("users").await, 0);
}
