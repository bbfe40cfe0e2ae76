//! Links of invitations: what opening one leaves in the browser. (`pages` follows those of the other letters.)

use axum::http::{StatusCode, header};
use contract::{invitations::InviteMembers, organizations::CreateOrganization};
use domain::{invitations, organizations};
use testkit::Kit;

use crate::{
    browser::{Browser, Page},
    graphql::on_sqlite,
};

on_sqlite! {
    the_secret_of_an_invitation_leaves_the_address_for_a_cookie_of_its_own,
    an_opened_invitation_survives_confirming_an_address_and_signing_in,
    a_broken_invitation_link_is_explained,
    without_a_secret_the_page_is_just_shown,
}

const COOKIE: &str = "__Host-latchkey-invitation";

/// Invites `grace` to an organization of `ada`; gives the path in the letter and its secret.
async fn invited(kit: &Kit) -> (String, String) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let input = CreateOrganization {
        name: "Acme".to_owned(),
        ..CreateOrganization::default()
    };
    let made = organizations::create(&kit.ctx(), &ada.actor(), input)
        .await
        .expect("the address is free");
    let input = InviteMembers {
        emails: "grace@example.test".to_owned(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    };
    invitations::send(&kit.ctx(), &ada.actor(), made.id(), input)
        .await
        .expect("owners may");
    let letter = kit.last_mail_to("grace@example.test").await;
    let home = kit.system().settings().page("");
    (letter.link().replace(&home, ""), letter.token())
}

fn set_cookies(page: &Page) -> Vec<String> {
    let lines = page.headers.get_all(header::SET_COOKIE).iter();
    lines
        .map(|line| line.to_str().expect("cookies are plain").to_owned())
        .collect()
}

async fn the_secret_of_an_invitation_leaves_the_address_for_a_cookie_of_its_own(kit: Kit) {
    let (path, token) = invited(&kit).await;
    let browser = Browser::new(&kit);
    let opened = browser.get(&path).await;
    assert_eq!(
        (opened.status, opened.location().as_str()),
        (StatusCode::SEE_OTHER, "/invitations/accept")
    );
    assert_eq!(
        set_cookies(&opened),
        [format!(
            "{COOKIE}={token}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=604800"
        )]
    );
    assert_eq!(opened.header("referrer-policy"), "no-referrer");
    let page = browser.follow(opened).await;
    assert_eq!(
        (page.status, page.one("h1").as_str()),
        (StatusCode::OK, "Join Acme")
    );
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(!page.text.contains(&token), "no page holds the secret");
    assert_eq!(
        kit.number("SELECT count(*) FROM invitations WHERE accepted_at IS NULL")
            .await,
        1
    );
}

async fn an_opened_invitation_survives_confirming_an_address_and_signing_in(kit: Kit) {
    let (path, token) = invited(&kit).await;
    let grace = kit.person("grace").unverified().await;
    let browser = Browser::new(&kit);
    browser.get(&path).await;
    let verification = format!("/verify-email?token={}", grace.verification_token());
    let opened = browser.get(&verification).await;
    browser.follow(opened).await;
    browser.submit("/_fn/verify-email", &[]).await;
    browser.signs_in(&grace.email, &grace.password).await;
    assert_eq!(browser.cookie(COOKIE), Some(token));
    let page = browser.get("/invitations/accept").await;
    assert!(page.has("#accept-invitation"), "{}", page.text);
}

async fn a_broken_invitation_link_is_explained(kit: Kit) {
    for token in ["", "x", "lki_", "%00", "%3Cscript%3E", &"a".repeat(5000)] {
        let browser = Browser::new(&kit);
        let opened = browser
            .get(&format!("/invitations/accept?token={token}"))
            .await;
        assert_eq!(opened.location(), "/invitations/accept", "{token}");
        let kept = browser.cookie(COOKIE).expect("a cookie");
        assert!(kept.len() < 200 && !kept.contains('<'), "{kept}");
        let page = browser.follow(opened).await;
        assert_eq!(page.one("h1"), "This invitation is not valid", "{token}");
        assert!(page.status.is_success() || page.status.is_client_error());
    }
}

async fn without_a_secret_the_page_is_just_shown(kit: Kit) {
    let page = Browser::new(&kit).get("/invitations/accept?x=1").await;
    assert_eq!(page.one("h1"), "This invitation is not valid");
    assert!(set_cookies(&page).is_empty());
}
