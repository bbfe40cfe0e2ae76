//! What staff do in the console, and what is refused beside its field.

use axum::http::StatusCode;
use contract::{Code, Role};
use domain::accounts;
use testkit::{Kit, on_each_database};

use super::{acme, browser_of, key, notice, staff};
use crate::browser::{Browser, Page};

on_each_database! {
    suspending_wants_a_reason_and_ends_the_session_of_the_person,
    deleting_wants_the_address_typed,
    an_old_proof_is_given_anew_before_an_act,
    what_is_kept_from_staff_is_off_and_says_why,
    several_are_suspended_at_once_and_each_refusal_is_told,
    sessions_are_ended_one_by_one,
    an_organization_gets_another_plan_and_is_closed_and_opened,
    a_key_is_revoked_with_its_reason,
    letters_are_tried_again_discarded_and_tested,
    no_act_comes_of_a_form_of_another_kind,
}

/// What a form of an act on somebody leads to.
async fn act(browser: &Browser, user: &str, act: &str, reason: &str, confirm: &str) -> Page {
    let fields = [
        ("user", user),
        ("act", act),
        ("reason", reason),
        ("confirm", confirm),
    ];
    browser.submit("/_fn/console-act-on-user", &fields).await
}

async fn suspending_wants_a_reason_and_ends_the_session_of_the_person(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let (_, browser) = staff(&kit).await;
    let adas = browser_of(&kit, &ada).await;
    let id = ada.id.to_string();
    let page = act(&browser, &id, "suspend-user", " ", "").await;
    assert_eq!(page.one("#suspend-user-reason-error"), "Fill this in.");
    assert!(page.has("details[open] #suspend-user"));
    assert_eq!(adas.get("/account/profile").await.status, StatusCode::OK);
    let long = "x".repeat(301);
    let page = act(&browser, &id, "suspend-user", &long, "").await;
    assert_eq!(
        page.one("#suspend-user-reason-error"),
        "Use at most 300 characters."
    );
    assert_eq!(
        page.attribute("#suspend-user-reason", "value").as_deref(),
        Some(long.as_str())
    );
    let page = act(&browser, &id, "suspend-user", "ticket 42", "").await;
    assert_eq!(
        notice(&page),
        "Ada is suspended, and signed out everywhere."
    );
    assert_eq!(page.one(".page-head .badge"), "Suspended");
    assert!(!page.has("#suspend-user") && page.has("#restore-user"));
    let led = adas.get("/account/profile").await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "the session is dead");
    let log = browser.get(&format!("/admin/users/{id}?tab=log")).await;
    assert!(log.one(".log li").contains("“ticket 42”"));
    let page = act(&browser, &id, "restore-user", "a mistake", "").await;
    assert_eq!(notice(&page), "Ada can sign in again.");
    assert_eq!(page.one(".page-head .badge"), "Active");
}

async fn deleting_wants_the_address_typed(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let (_, browser) = staff(&kit).await;
    let id = ada.id.to_string();
    let page = act(&browser, &id, "delete-user", "asked by letter", "ada").await;
    assert!(
        page.one("#delete-user-confirm-error")
            .starts_with("This does not match.")
    );
    assert_eq!(page.one(".page-head .badge"), "Active");
    let page = act(&browser, &id, "delete-user", "asked by letter", &ada.email).await;
    assert!(notice(&page).starts_with("The account of Ada is deleted."));
    assert!(
        page.one(".banner.danger")
            .contains("will be gone for good in 14 days")
    );
    let page = act(&browser, &id, "undelete-user", "asked by letter", "").await;
    assert_eq!(notice(&page), "The account of Ada is no longer deleted.");
    kit.discards_mail().await;
}

async fn an_old_proof_is_given_anew_before_an_act(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let (_, browser) = staff(&kit).await;
    let id = ada.id.to_string();
    let path = format!("/admin/users/{id}");
    assert!(!browser.get(&path).await.has(".acts > .banner"));
    kit.clock.advance(11 * 60);
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "looking wants no fresh proof");
    assert!(page.one(".acts > .banner").contains("Confirm now"));
    let page = act(&browser, &id, "suspend-user", "ticket 42", "").await;
    assert_eq!(page.one("h1"), "Confirm that it is you");
    assert_eq!(
        page.one(".banner.info"),
        "Confirm that it is you before you change anything."
    );
    let next = page.attribute("input[name=next]", "value");
    assert_eq!(next.as_deref(), Some(path.as_str()));
    let fields = [
        ("users[]", id.as_str()),
        ("reason", "ticket 42"),
        ("back", "/admin/users?search=ada%2Bx&status=active"),
    ];
    let page = browser.submit("/_fn/console-suspend-users", &fields).await;
    let next = page.attribute("input[name=next]", "value");
    assert_eq!(
        next.as_deref(),
        Some("/admin/users?search=ada%2Bx&status=active")
    );
    assert_eq!(browser.get(&path).await.one(".page-head .badge"), "Active");
}

async fn what_is_kept_from_staff_is_off_and_says_why(kit: Kit) {
    let joan = kit.person("joan").named("Joan").staff().await;
    let (grace, browser) = staff(&kit).await;
    for id in [joan.id.to_string(), grace.id.to_string()] {
        let page = browser.get(&format!("/admin/users/{id}")).await;
        let why = Code::StaffProtected.sentence();
        assert_eq!(page.one(".acts-shut .why-not"), why);
        let shut = page.texts(".acts-shut button[disabled]");
        assert!(shut.contains(&"Suspend".to_owned()), "{shut:?}");
        assert!(!page.has("#suspend-user") && page.has("#send-reset"));
        let page = act(&browser, &id, "suspend-user", "ticket 42", "").await;
        assert!(!page.has(".banner.ok"));
        assert_eq!(page.one(".page-head .badge"), "Active");
    }
    let list = browser.get("/admin/users").await;
    assert_eq!(list.texts("tbody tr").len(), 2);
    assert!(!list.has("tbody input:not([disabled])"));
}

async fn several_are_suspended_at_once_and_each_refusal_is_told(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let mary = kit.person("mary").named("Mary").await;
    let (_, browser) = staff(&kit).await;
    let ids = [ada.id.to_string(), mary.id.to_string()];
    let [adas, marys] = ids.each_ref().map(String::as_str);
    let back = "/admin/users?status=active";
    let suspend = async |ids: &[&str], reason: &str| {
        let ids = ids.iter().map(|id| ("users[]", *id));
        let rest = [("reason", reason), ("back", back)];
        let fields: Vec<_> = ids.chain(rest).collect();
        browser.submit("/_fn/console-suspend-users", &fields).await
    };
    let page = suspend(&[], "ticket 42").await;
    assert_eq!(
        page.one(".banner.danger"),
        "Select at least one in the list."
    );
    assert_eq!(
        page.attribute("#reason", "value").as_deref(),
        Some("ticket 42")
    );
    assert_eq!(
        page.one("#status option[selected]"),
        "Active",
        "the filter stays"
    );
    let page = suspend(&[marys], "").await;
    assert_eq!(page.one("#reason-error"), "Fill this in.");
    let page = suspend(&[adas, marys], "ticket 42").await;
    assert_eq!(
        notice(&page),
        "1 person is suspended, and signed out everywhere."
    );
    assert_eq!(
        page.texts(".banner.danger"),
        [
            "Ada: This is the last owner of Acme. Make somebody else an owner there first, or delete it."
        ]
    );
    let page = browser.get("/admin/users?status=suspended").await;
    assert_eq!(page.texts("tbody th a"), ["Mary"]);
    let answer = browser
        .post(
            "/_fn/console-suspend-users",
            &[
                ("users[]", marys),
                ("reason", "again"),
                ("back", "//evil.example"),
            ],
        )
        .await;
    assert_eq!(answer.location(), "/admin/users");
}

async fn sessions_are_ended_one_by_one(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let (grace, browser) = staff(&kit).await;
    let adas = browser_of(&kit, &ada).await;
    let path = format!("/admin/users/{}", ada.id);
    let page = browser.get(&path).await;
    let session = page
        .attribute("[name='sessions[]']", "value")
        .expect("one session");
    let user = ada.id.to_string();
    let fields = [
        ("user", user.as_str()),
        ("sessions[]", &session),
        ("reason", "ticket 42"),
    ];
    let page = browser.submit("/_fn/console-end-sessions", &fields).await;
    assert_eq!(notice(&page), "1 session is ended.");
    assert_eq!(
        page.one(".empty h2"),
        "This person is not signed in anywhere"
    );
    assert_eq!(
        adas.get("/account/profile").await.status,
        StatusCode::SEE_OTHER
    );
    let own = browser.get(&format!("/admin/users/{}", grace.id)).await;
    assert!(
        own.has(".console-rows [disabled]"),
        "one's own session is not chosen"
    );
}

async fn an_organization_gets_another_plan_and_is_closed_and_opened(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let mary = kit.person("mary").await;
    acme.with(&mary, Role::Member).await;
    kit.discards_mail().await;
    let (_, browser) = staff(&kit).await;
    let adas = browser_of(&kit, &ada).await;
    let id = acme.id.to_string();
    let plan = async |quota: &str, seats: &str, reason: &str| {
        let fields = [
            ("organization", id.as_str()),
            ("tier", "pro"),
            ("quota_limit", quota),
            ("seats", seats),
            ("reason", reason),
        ];
        browser.submit("/_fn/console-set-plan", &fields).await
    };
    let page = plan("much", "", "contract 7").await;
    assert!(page.has("#quota_limit-error"));
    assert_eq!(
        page.attribute("#quota_limit", "value").as_deref(),
        Some("much")
    );
    let page = plan("5000", "5", "").await;
    assert_eq!(page.one("#reason-error"), "Fill this in.");
    let page = plan("5 000", "5", "contract 7").await;
    assert_eq!(notice(&page), "The plan is set.");
    assert_eq!(page.one("#tier option[selected]"), "Pro");
    assert_eq!(
        page.attribute("#quota_limit", "value").as_deref(),
        Some("5000")
    );
    assert_eq!(page.attribute("#seats", "value").as_deref(), Some("5"));

    let act = async |act: &str, confirm: &str| {
        let fields = [
            ("organization", id.as_str()),
            ("act", act),
            ("reason", "ticket 42"),
            ("confirm", confirm),
        ];
        browser
            .submit("/_fn/console-act-on-organization", &fields)
            .await
    };
    let page = act("suspend-organization", "").await;
    assert_eq!(notice(&page), "Acme is suspended.");
    let seen = adas.get("/o/acme/overview").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    act("unsuspend-organization", "").await;
    assert_eq!(adas.get("/o/acme/overview").await.status, StatusCode::OK);
    let page = act("delete-organization", "other").await;
    assert!(page.has("#delete-organization-confirm-error"));
    let page = act("delete-organization", "acme").await;
    assert!(notice(&page).starts_with("Acme is deleted."));
    assert_eq!(page.one(".page-head .badge"), "Pending deletion");
    let page = act("restore-organization", "").await;
    assert_eq!(notice(&page), "Acme is restored.");
    kit.discards_mail().await;
}

async fn a_key_is_revoked_with_its_reason(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let made = key(&kit, &ada, &acme, "Backend").await;
    let (_, browser) = staff(&kit).await;
    let id = made.key.id.to_string();
    let revoke = async |reason: &str| {
        let fields = [
            ("keys[]", id.as_str()),
            ("reason", reason),
            ("back", "/admin/keys?status=all"),
        ];
        browser.submit("/_fn/console-revoke-keys", &fields).await
    };
    assert_eq!(revoke("").await.one("#reason-error"), "Fill this in.");
    let page = revoke("found in a public repository").await;
    assert_eq!(notice(&page), "1 key is revoked, and refused from now on.");
    let row = page.one("tbody tr");
    assert!(
        row.contains("Revoked") && row.contains("found in a public repository"),
        "{row}"
    );
    assert!(page.has("tbody input[disabled]"));
    let page = revoke("once more").await;
    assert_eq!(
        page.one(".banner.danger"),
        "Backend: This key was revoked. This cannot be undone."
    );
    kit.discards_mail().await;
}

async fn letters_are_tried_again_discarded_and_tested(kit: Kit) {
    let (grace, browser) = staff(&kit).await;
    for handle in ["ada", "mary", "lin"] {
        let person = kit.person(handle).await;
        accounts::request_password_reset(&kit.ctx(), &person.email)
            .await
            .expect("anybody may ask");
        kit.clock.advance(1);
    }
    kit.sql("UPDATE mails SET status = 'dead', attempts = 14, last_error = '550 <no>', finished_at = 1 WHERE status = 'queued'")
        .await;
    let page = browser.get("/admin/mail?status=dead").await;
    assert_eq!(
        page.texts("tbody th .cell-name"),
        ["lin@example.test", "mary@example.test", "ada@example.test"]
    );
    assert_eq!(page.texts("td[data-label=Attempts]")[0], "14550 <no>");
    let ids = [1, 2].map(|row| {
        let tick = format!("tbody tr:nth-child({row}) input");
        page.attribute(&tick, "value").expect("each can be ticked")
    });
    let act = async |id: &str, act: &str, reason: &str| {
        let fields = [("mails[]", id), ("act", act), ("reason", reason)];
        browser.submit("/_fn/console-act-on-mail", &fields).await
    };
    assert_eq!(
        act(&ids[0], "retry", "").await.one("#reason-error"),
        "Fill this in."
    );
    let page = act(&ids[0], "retry", "the relay is back").await;
    assert_eq!(notice(&page), "1 e-mail is on the way again.");
    kit.last_mail_to("lin@example.test").await;
    let page = act(&ids[1], "discard", "not wanted").await;
    assert_eq!(notice(&page), "1 e-mail is discarded.");
    let page = browser.submit("/_fn/console-retry-failed-mail", &[]).await;
    assert_eq!(page.one("#retry-failed-mail-reason-error"), "Fill this in.");
    let why = [("reason", "the relay is back")];
    let page = browser.submit("/_fn/console-retry-failed-mail", &why).await;
    assert_eq!(notice(&page), "1 e-mail is on the way again.");
    kit.last_mail_to("ada@example.test").await;
    let lin = "lin@example.test";
    let queued = accounts::request_password_reset(&kit.ctx(), lin).await;
    queued.expect("anybody may ask");
    let page = browser.get("/admin/mail").await;
    assert!(!page.has("#retry-failed-mail"), "it has not failed");
    kit.sql("UPDATE mails SET attempts = 9, next_attempt_at = next_attempt_at + 21600000 WHERE status = 'queued'")
        .await;
    let page = browser.get("/admin/mail").await;
    assert!(page.has("#retry-failed-mail"));
    let page = browser.submit("/_fn/console-retry-failed-mail", &why).await;
    assert_eq!(notice(&page), "1 e-mail is on the way again.");
    kit.last_mail_to(lin).await;
    let page = browser.get("/admin/mail").await;
    assert_eq!(page.one(".empty h2"), "All e-mails have been sent");
    let page = browser.submit("/_fn/console-send-test-mail", &[]).await;
    assert_eq!(
        notice(&page),
        "A test e-mail is on its way to grace@example.test."
    );
    assert_eq!(kit.last_mail_to(&grace.email).await.template(), "test");
}

async fn no_act_comes_of_a_form_of_another_kind(kit: Kit) {
    let ada = kit.person("ada").await;
    let (_, browser) = staff(&kit).await;
    let fields = [
        ("user", ada.id.to_string()),
        ("act", "make-staff".to_owned()),
        ("reason", "why not".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let answer = browser.call("/_fn/console-act-on-user", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let refused = browser
        .call(
            "/_fn/console-suspend-users",
            &[("users[]", "nobody"), ("reason", "why")],
        )
        .await;
    assert!(refused.text.contains("NOT_FOUND"), "{}", refused.text);
    assert!(
        browser
            .get("/admin/users?staff=yes")
            .await
            .texts("tbody tr")
            .len()
            == 1
    );
}
