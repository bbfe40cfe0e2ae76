//! The first operator, over plain forms: from the link of the log to what is left to do.

use axum::http::StatusCode;
use domain::first_run;
use testkit::{Kit, on_each_database};

use crate::browser::{Browser, SESSION};

const PASSWORD: &str = "seven quiet rivers bend";

on_each_database! {
    the_first_operator_is_led_on_to_what_is_left_to_do,
    who_takes_the_link_while_signed_in_goes_on_under_another_token,
    to_others_there_is_nothing_to_do,
}

/// A browser that has opened the link.
async fn opens_the_link(kit: &Kit, browser: &Browser) {
    let secret = first_run::begin(&kit.system()).await;
    let secret = secret.expect("the database answers");
    let secret = secret.expect("nobody is staff");
    let opened = browser
        .get(&format!("/setup?token={}", secret.expose()))
        .await;
    assert_eq!(opened.location(), "/setup");
    let page = browser.follow(opened).await;
    assert!(page.one("h1").starts_with("Set up "));
}

async fn the_first_operator_is_led_on_to_what_is_left_to_do(kit: Kit) {
    let browser = Browser::new(&kit);
    opens_the_link(&kit, &browser).await;
    let fields = [
        ("name", "Ada"),
        ("email", "ada@example.test"),
        ("password", PASSWORD),
    ];
    let made = browser.post("/_fn/create-operator", &fields).await;
    assert_eq!(made.location(), "/setup/next");
    let page = browser.follow(made).await;
    assert_eq!(
        (page.status, page.one("h1").as_str()),
        (StatusCode::OK, "What to do next")
    );
    assert_eq!(
        page.texts("ol.rows a"),
        [
            "Set up a second step",
            "Send a test e-mail",
            "See the settings",
            "See the overview"
        ]
    );
    for setting in ["product_name", "public_url", "smtp_url", "backup_folder"] {
        assert!(page.texts(".note code").iter().any(|code| code == setting));
    }
    let console = browser.get("/admin/mail").await;
    assert_eq!(
        console.one("h1"),
        "The console asks for a second step",
        "which is why that comes first"
    );
}

async fn who_takes_the_link_while_signed_in_goes_on_under_another_token(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    opens_the_link(&kit, &browser).await;
    let before = browser.cookie(SESSION);
    let taken = browser.post("/_fn/claim-installation", &[]).await;
    assert_eq!(taken.location(), "/setup/next");
    assert_ne!(browser.cookie(SESSION), before);
    assert_eq!(browser.follow(taken).await.one("h1"), "What to do next");
    let stolen = Browser::new(&kit);
    stolen.set_cookie(SESSION, &before.expect("she was signed in"));
    let page = stolen.get("/setup/next").await;
    assert_eq!(page.location(), "/sign-in?next=%2Fsetup%2Fnext");
}

async fn to_others_there_is_nothing_to_do(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    let stranger = browser.get("/setup/next").await;
    assert_eq!(stranger.location(), "/sign-in?next=%2Fsetup%2Fnext");
    browser.signs_in(&ada.email, &ada.password).await;
    let page = browser.get("/setup/next").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(!page.has("ol.rows"));
}
