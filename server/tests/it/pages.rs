//! The pages without a script: every journey of a person, over plain forms. Here how an account is made.

mod account;
mod signing_in;

use axum::http::StatusCode;
use testkit::{Kit, on_each_database};

use crate::browser::Browser;

on_each_database! {
    a_stranger_signs_up_verifies_signs_in_and_is_at_home,
    an_empty_sign_up_names_every_fault_beside_its_field,
    what_was_typed_is_kept_but_never_the_password,
    a_known_address_is_answered_like_a_new_one,
    closed_sign_up_says_so,
}

const PASSWORD: &str = "seven quiet rivers bend";

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
        "This link has already been used"
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
