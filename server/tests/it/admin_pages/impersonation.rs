//! Staff view the pages as somebody else, without a script.

use axum::http::StatusCode;
use contract::{Code, UserId, page::PageRequest};
use domain::sessions;
use testkit::{Kit, on_each_database};

use super::{acme, browser_of, staff};
use crate::browser::{Browser, Page, SESSION};

on_each_database! {
    every_page_says_as_whom_it_is_viewed_and_leads_back,
    pages_without_routes_and_errors_say_it_too,
    a_reason_and_a_fresh_proof_are_asked_for,
    staff_are_viewed_as_by_nobody,
    the_console_is_shut_and_so_is_what_is_the_persons_alone,
    the_person_finds_staff_among_the_sessions_and_ends_that,
    after_its_hour_staff_sign_in_again,
    the_logs_name_both,
    signing_out_signs_staff_out_too,
}

/// Asks to view as somebody; stays where that leads.
async fn impersonate(browser: &Browser, id: UserId, reason: &str) -> Page {
    let id = id.to_string();
    let fields = [
        ("user", id.as_str()),
        ("act", "impersonate"),
        ("reason", reason),
    ];
    browser.post("/_fn/console-act-on-user", &fields).await
}

/// Views as somebody; their letter is thrown away.
async fn view_as(kit: &Kit, browser: &Browser, id: UserId) {
    let answer = impersonate(browser, id, "ticket 42").await;
    assert_eq!(
        (answer.status, answer.location().as_str()),
        (StatusCode::SEE_OTHER, "/")
    );
    kit.discards_mail().await;
}

async fn stop(browser: &Browser) -> Page {
    browser.submit("/_fn/stop-impersonation", &[]).await
}

async fn every_page_says_as_whom_it_is_viewed_and_leads_back(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    let path = format!("/admin/users/{}", ada.id);
    assert!(browser.get(&path).await.has("#impersonate"));
    let before = browser.cookie(SESSION);
    view_as(&kit, &browser, ada.id).await;
    assert_ne!(browser.cookie(SESSION), before);
    for path in [
        "/account/profile",
        "/account/security",
        "/account/preferences",
        "/account/data",
        "/o/acme/overview",
        "/o/acme/members",
        "/o/acme/keys",
        "/o/acme/audit",
        "/confirm-password",
    ] {
        let page = browser.get(path).await;
        let said = page.one(".impersonation > p");
        assert!(
            said.starts_with("You are viewing as Ada until 11:0") && said.ends_with(" UTC."),
            "{path}: {said}"
        );
        let form = |name| page.attribute("#stop-impersonation", name);
        assert_eq!(
            form("action").as_deref(),
            Some("/_fn/stop-impersonation"),
            "{path}"
        );
        assert_eq!(form("method").as_deref(), Some("post"), "{path}");
        assert_eq!(
            page.attribute(".impersonation", "aria-label").as_deref(),
            Some("Viewing as somebody else")
        );
        assert!(!page.text.contains(" style="), "{path}");
    }
    let profile = browser.get("/account/profile").await;
    assert!(profile.text.contains(&ada.email));
    let page = stop(&browser).await;
    assert_eq!(
        (page.status, page.one("h1").as_str()),
        (StatusCode::OK, "Ada")
    );
    assert!(!page.has(".impersonation"));
    assert_ne!(browser.cookie(SESSION), before, "the token is another one");
    let log = browser.get(&format!("{path}?tab=log")).await;
    let lines = log.texts(".log li code");
    assert!(
        lines.contains(&"impersonation.started".to_owned())
            && lines.contains(&"impersonation.ended".to_owned()),
        "{lines:?}"
    );
    assert!(!browser.get("/account/profile").await.has(".impersonation"));
    let again = browser.post("/_fn/stop-impersonation", &[]).await;
    assert_eq!(again.location(), "/", "there is nothing to stop");
}

async fn pages_without_routes_and_errors_say_it_too(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    view_as(&kit, &browser, ada.id).await;
    kit.sql("ALTER TABLE usage RENAME TO usage_elsewhere").await;
    for (path, status) in [
        ("/nothing/is/here", StatusCode::NOT_FOUND),
        ("/admin/users", StatusCode::NOT_FOUND),
        ("/_fn/sign-in", StatusCode::METHOD_NOT_ALLOWED),
        ("/account/export.json", StatusCode::FORBIDDEN),
        ("/o/acme/usage.csv", StatusCode::INTERNAL_SERVER_ERROR),
        ("/v1/docs", StatusCode::OK),
        ("/dev/mailbox", StatusCode::OK),
        ("/graphiql", StatusCode::OK),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        let bar = "[aria-label='Viewing as somebody else']";
        let said = page.one(&format!("{bar} > p"));
        assert!(
            said.starts_with("You are viewing as Ada until 11:0") && said.ends_with(" UTC."),
            "{path}: {said}"
        );
        let form = page.attribute(&format!("{bar} form"), "action");
        assert_eq!(form.as_deref(), Some("/_fn/stop-impersonation"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self'"), "{path}: {policy}");
    }
    kit.sql("ALTER TABLE usage_elsewhere RENAME TO usage").await;
    let export = browser.get("/account/export.json").await;
    assert_eq!(
        export.one(".auth-head p"),
        Code::Impersonated.sentence(),
        "it says why"
    );
    assert_eq!(stop(&browser).await.one("h1"), "Ada");
    for path in ["/nothing/is/here", "/v1/docs", "/dev/mailbox", "/graphiql"] {
        let page = browser.get(path).await;
        assert!(!page.text.contains("Viewing as somebody else"), "{path}");
    }
}

async fn a_reason_and_a_fresh_proof_are_asked_for(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    let answer = impersonate(&browser, ada.id, " ").await;
    let page = browser.follow(answer).await;
    assert_eq!(page.one("#impersonate-reason-error"), "Fill this in.");
    kit.clock.advance(11 * 60);
    let answer = impersonate(&browser, ada.id, "ticket 42").await;
    let page = browser.follow(answer).await;
    assert_eq!(page.one("h1"), "Confirm that it is you");
    assert!(!page.has(".impersonation"));
}

async fn staff_are_viewed_as_by_nobody(kit: Kit) {
    let joan = kit.person("joan").named("Joan").staff().await;
    let (grace, browser) = staff(&kit).await;
    for id in [joan.id, grace.id] {
        let page = browser.get(&format!("/admin/users/{id}")).await;
        assert!(!page.has("#impersonate"));
        let shut = page.texts(".acts-shut button[disabled]");
        assert!(shut.contains(&"Impersonate".to_owned()), "{shut:?}");
        let answer = impersonate(&browser, id, "ticket 42").await;
        assert!(!browser.follow(answer).await.has(".impersonation"));
    }
}

async fn the_console_is_shut_and_so_is_what_is_the_persons_alone(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    view_as(&kit, &browser, ada.id).await;
    for path in ["/admin/overview", "/admin/users"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let account = browser.get("/account/profile").await;
    assert!(!account.text.contains("/admin/overview"));
    let fields = [
        ("password", ada.password.as_str()),
        ("next", "/account/data"),
    ];
    let page = browser.submit("/_fn/confirm-password", &fields).await;
    assert_eq!(page.one(".banner.danger"), Code::Impersonated.sentence());
    for (path, fields) in [
        ("/_fn/revoke-other-sessions", vec![]),
        (
            "/_fn/change-password",
            vec![
                ("current_password", ada.password.as_str()),
                ("new_password", "forty two blue whales"),
            ],
        ),
        ("/_fn/leave-organization", vec![("organization", "acme")]),
    ] {
        let refused = browser.call(path, &fields).await;
        assert!(
            refused.text.contains("IMPERSONATED"),
            "{path}: {}",
            refused.text
        );
    }
}

async fn the_person_finds_staff_among_the_sessions_and_ends_that(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    view_as(&kit, &browser, ada.id).await;
    let adas = browser_of(&kit, &ada).await;
    kit.discards_mail().await;
    let page = adas.get("/account/security").await;
    let badges = page.texts(".rows .badge.warn");
    assert!(badges.contains(&"Operator".to_owned()), "{badges:?}");
    assert!(page.text.contains("by Grace"));
    let devices = page.texts(".rows li strong");
    assert!(
        devices.contains(&"A browser of staff".to_owned()),
        "{devices:?}"
    );
    let own = sessions::page_own(&kit.ctx(), &ada.actor(), &PageRequest::first(10)).await;
    let own = own.expect("everybody sees their own").items;
    let theirs = own.iter().find(|(_, one)| one.impersonator.is_some());
    let theirs = theirs.expect("staff are among them").1.id.to_string();
    let fields = [("session", theirs.as_str())];
    let page = adas.submit("/_fn/revoke-session", &fields).await;
    assert_eq!(page.one(".banner.ok"), "That session has ended.");
    let led = browser.get("/account/profile").await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "the session is dead");
    let page = stop(&browser).await;
    assert_eq!(page.one("h1"), "Sign in");
}

async fn after_its_hour_staff_sign_in_again(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    view_as(&kit, &browser, ada.id).await;
    kit.clock.advance(61 * 60);
    let led = browser.get("/account/profile").await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    let page = stop(&browser).await;
    assert_eq!(page.one("h1"), "Sign in");
    assert_eq!(
        page.one(".banner.ok"),
        "You are no longer viewing as somebody else."
    );
}

async fn the_logs_name_both(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    view_as(&kit, &browser, ada.id).await;
    let fields = [("organization", "acme"), ("name", "Acme Works")];
    browser.submit("/_fn/rename-organization", &fields).await;
    stop(&browser).await;
    let adas = browser_of(&kit, &ada).await;
    kit.discards_mail().await;
    let page = adas.get("/o/acme/audit").await;
    assert!(
        page.texts(".log-name")
            .contains(&"Ada impersonated by Grace".to_owned()),
        "{:?}",
        page.texts(".log-name")
    );
    let csv = adas.get("/o/acme/audit.csv").await;
    let head = csv.text.lines().next().unwrap_or_default();
    assert!(head.ends_with(",impersonator,impersonator_id"), "{head}");
    assert!(
        csv.text
            .lines()
            .any(|line| line.contains(",organization.updated,") && line.contains(",Grace,usr_")),
        "{}",
        csv.text
    );
    let jsonl = adas.get("/o/acme/audit.jsonl").await;
    assert!(jsonl.text.contains("\"impersonator\":{"), "{}", jsonl.text);
}

async fn signing_out_signs_staff_out_too(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    view_as(&kit, &browser, ada.id).await;
    let page = browser.submit("/_fn/sign-out", &[]).await;
    assert_eq!(page.one("h1"), "Sign in");
    assert_eq!(browser.cookie(SESSION), None);
}
