//! Signing in with an account elsewhere, as a browser without scripts does it.

use axum::http::StatusCode;
use contract::identities::Provider;
use domain::identities::{Begun, Returned};
use testkit::{FakeProvider, Instead, Kit, on_each_database};

use crate::browser::{Browser, Page, SESSION};

const AWAY: &str = "__Host-latchkey-away";

const TOO_LATE: &str = "This took too long or has already been done. Sign in again.";

on_each_database! {
    a_stranger_signs_up_with_it_and_nothing_of_it_stays_in_the_browser,
    nothing_is_offered_where_nothing_is_configured,
    another_browser_a_second_time_and_a_wrong_state_sign_nobody_in,
    a_failing_provider_leads_back_to_a_calm_page,
    a_taken_address_is_connected_after_its_owner_has_signed_in,
    connecting_leads_over_a_page_of_ours_and_disconnecting_keeps_the_last_way_in,
    who_has_no_password_confirms_with_the_provider,
}

async fn offered(kit: &Kit) -> (Kit, FakeProvider) {
    FakeProvider::offered(kit, Provider::Oidc).await
}

/// Where the provider sends a browser back to that was sent there.
fn back(fake: &FakeProvider, address: String) -> String {
    let begun = Begun {
        away: String::new(),
        address,
    };
    path(&fake.agrees(&begun))
}

fn path(returned: &Returned) -> String {
    let pairs = [
        ("code", &returned.code),
        ("state", &returned.state),
        ("error", &returned.error),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    format!("/sign-in/with/oidc/callback?{}", query.finish())
}

/// Leaves by the button of the sign-in page, agrees, and comes back; gives the answer.
async fn goes(browser: &Browser, fake: &FakeProvider, next: &str) -> Page {
    let left = browser.get(&format!("/sign-in/with/oidc{next}")).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    browser.get(&back(fake, left.location())).await
}

async fn a_stranger_signs_up_with_it_and_nothing_of_it_stays_in_the_browser(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let browser = Browser::new(&kit);
    let page = browser.get("/sign-in?next=%2Faccount%2Fpreferences").await;
    assert_eq!(
        page.attribute(".providers a", "href").as_deref(),
        Some("/sign-in/with/oidc?next=%2Faccount%2Fpreferences")
    );
    assert_eq!(page.one(".providers a"), "Continue with Acme SSO");
    let done = goes(&browser, &fake, "?next=/account/preferences").await;
    assert_eq!(
        (done.status, done.location().as_str()),
        (StatusCode::SEE_OTHER, "/account/preferences")
    );
    assert_eq!(
        (done.header("referrer-policy"), done.header("cache-control")),
        ("no-referrer", "no-store")
    );
    assert!(browser.cookie(SESSION).is_some());
    assert_eq!(browser.cookie(AWAY).unwrap_or_default(), "");
    let page = browser.get("/account/security").await;
    assert!(page.text.contains("ada@example.test"));
    assert!(!page.text.contains("access-token-of-ada"));
    assert!(page.has("section[aria-labelledby=connections-title]"));
    assert_eq!(page.one("#password-title"), "Password");
    assert!(!page.has("#current_password"), "there is none");
    // Who is signed in has no use for it.
    let again = browser.get("/sign-in/with/oidc?next=//evil.example").await;
    assert_eq!(again.location(), "/");
}

async fn nothing_is_offered_where_nothing_is_configured(kit: Kit) {
    let browser = Browser::new(&kit);
    for page in ["/sign-in", "/sign-up"] {
        let page = browser.get(page).await;
        assert!(!page.has(".providers"));
    }
    for path in [
        "/sign-in/with/oidc",
        "/sign-in/with/nobody",
        "/sign-in/with/nobody/callback?code=x&state=y",
        "/sign-in/with/oidc/callback?code=x&state=y",
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
}

async fn another_browser_a_second_time_and_a_wrong_state_sign_nobody_in(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let (own, other) = (Browser::new(&kit), Browser::new(&kit));
    let left = own.get("/sign-in/with/oidc").await;
    other.get("/sign-in/with/oidc").await;
    let callback = back(&fake, left.location());
    let wrong = callback.replace("state=", "state=x");
    let absent = callback.split("&state").next().expect("there is a code");
    for (browser, path) in [
        (&other, callback.as_str()),
        (&Browser::new(&kit), callback.as_str()),
        (&other, wrong.as_str()),
        (&other, absent),
        (&other, "/sign-in/with/oidc/callback"),
    ] {
        let page = browser.follow(browser.get(path).await).await;
        assert_eq!(page.one("h1"), "Sign in", "{path}");
        assert_eq!(page.one(".banner.danger"), TOO_LATE, "{path}");
        assert_eq!(browser.cookie(SESSION), None, "{path}");
    }
    own.get(&callback).await;
    assert!(own.cookie(SESSION).is_some());
    own.submit("/_fn/sign-out", &[]).await;
    let page = own.follow(own.get(&callback).await).await;
    assert_eq!(page.one(".banner.danger"), TOO_LATE);
    assert_eq!(kit.count("users").await, 1);
}

async fn a_failing_provider_leads_back_to_a_calm_page(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let browser = Browser::new(&kit);
    let left = browser
        .get("/sign-in/with/oidc?next=/account/preferences")
        .await;
    fake.answers("/token", Instead::Html);
    let callback = back(&fake, left.location());
    let done = browser.get(&callback).await;
    assert_eq!(done.location(), "/sign-in");
    let page = browser.follow(done).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(
        page.one(".banner.danger"),
        "Acme SSO did not respond as expected. Try again in a moment, or use another way to sign in."
    );
    assert_eq!(
        page.attribute("input[name=next]", "value").as_deref(),
        Some("/account/preferences"),
        "the page that was wanted is not forgotten"
    );
    // What it says of its reasons is shown to nobody.
    let left = browser.get("/sign-in/with/oidc").await;
    let begun = Begun {
        away: String::new(),
        address: left.location(),
    };
    let refused = path(&fake.refuses(&begun, "access_denied"));
    let told = format!("{refused}&error_description=%3Cscript%3Ealert(1)%3C/script%3E");
    let page = browser.follow(browser.get(&told).await).await;
    assert!(
        page.one(".banner.danger")
            .starts_with("Acme SSO did not tell us who you are")
    );
    assert!(!page.text.contains("alert(1)"));
    assert_eq!(kit.count("users").await, 0);
}

async fn a_taken_address_is_connected_after_its_owner_has_signed_in(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    let done = goes(&browser, &fake, "?next=/account/preferences").await;
    assert_eq!(
        done.location(),
        "/sign-in?next=/account/security/connect",
        "nobody is signed in"
    );
    assert_eq!(browser.cookie(SESSION), None);
    let page = browser.follow(done).await;
    assert_eq!(
        page.one(".banner.ok"),
        "There is already an account with this address. Sign in to it, and then you can connect Acme SSO."
    );
    let fields = [
        ("email", ada.email.as_str()),
        ("password", ada.password.as_str()),
        ("next", "/account/security/connect"),
    ];
    let page = browser.submit("/_fn/sign-in", &fields).await;
    assert_eq!(page.one("#connect-title"), "Connect Acme SSO?");
    let page = browser.submit("/_fn/connect-pending-identity", &[]).await;
    assert_eq!(page.one(".banner.ok"), "Acme SSO is connected.");
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "identity_linked");
    let again = browser.get("/account/security/connect").await;
    assert_eq!(again.one("#connect-title"), "Nothing to connect");
    let other = Browser::new(&kit);
    let done = goes(&other, &fake, "").await;
    assert_eq!(done.location(), "/");
    assert!(other.cookie(SESSION).is_some());
}

async fn connecting_leads_over_a_page_of_ours_and_disconnecting_keeps_the_last_way_in(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    browser.signs_in(&ada.email, &ada.password).await;
    let answer = browser
        .post("/_fn/connect-provider", &[("provider", "oidc")])
        .await;
    assert_eq!(
        answer.location(),
        "/account/security/leave",
        "a form leads to no other site"
    );
    let page = browser.get("/account/security/leave").await;
    assert_eq!(
        (page.status, page.one("h1")),
        (StatusCode::OK, "Continue to Acme SSO".to_owned())
    );
    let address = page
        .attribute(".actions a.primary", "href")
        .expect("there is a link");
    assert_eq!(page.header("refresh"), format!("0; url={address}"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let done = browser.get(&back(&fake, address)).await;
    let page = browser.follow(done).await;
    assert_eq!(page.one(".banner.ok"), "Acme SSO is connected.");
    kit.discards_mail().await;
    // The page that leads on leads nowhere without what it was made for.
    let page = browser
        .follow(browser.get("/account/security/leave").await)
        .await;
    assert_eq!(page.one(".banner.danger"), TOO_LATE);

    let id = page
        .attribute("input[name=identity]", "value")
        .expect("it is listed");
    kit.sql("UPDATE users SET password_hash = NULL").await;
    let page = browser
        .submit("/_fn/disconnect-identity", &[("identity", &id)])
        .await;
    assert_eq!(
        page.one(".banner.danger"),
        "You have no other way to sign in. Set a password first."
    );
    let good = "seven grey herons stand still";
    let page = browser
        .submit("/_fn/set-first-password", &[("new_password", good)])
        .await;
    assert_eq!(page.one(".banner.ok"), "Your password is set.");
    let page = browser
        .submit("/_fn/disconnect-identity", &[("identity", &id)])
        .await;
    assert_eq!(page.one(".banner.ok"), "The account is disconnected.");
    kit.discards_mail().await;
    kit.clock.advance(10 * 60 + 1);
    let answer = browser
        .post("/_fn/connect-provider", &[("provider", "oidc")])
        .await;
    assert_eq!(
        answer.location(),
        "/confirm-password?next=/account/security"
    );
}

async fn who_has_no_password_confirms_with_the_provider(kit: Kit) {
    let (kit, fake) = offered(&kit).await;
    let browser = Browser::new(&kit);
    goes(&browser, &fake, "").await;
    kit.clock.advance(10 * 60 + 1);
    let page = browser
        .get("/confirm-password?next=/account/security")
        .await;
    assert!(!page.has("#password"), "there is none to ask for");
    assert_eq!(page.one("button[type=submit]"), "Confirm with Acme SSO");
    let fields = [("provider", "oidc"), ("next", "/account/security")];
    let page = browser.submit("/_fn/confirm-with-provider", &fields).await;
    let address = page
        .attribute(".actions a.primary", "href")
        .expect("there is a link");
    let before = browser.cookie(SESSION);
    let done = browser.get(&back(&fake, address)).await;
    assert_eq!(done.location(), "/account/security");
    assert_ne!(browser.cookie(SESSION), before, "the token is another");
    let answer = browser
        .post(
            "/_fn/set-first-password",
            &[("new_password", "seven grey herons stand still")],
        )
        .await;
    assert_eq!(answer.location(), "/account/security");
    kit.discards_mail().await;
}
