//! The audit log of an organization as pages and files, without a script.

use axum::http::StatusCode;
use contract::{Role, api_keys::CreateApiKey};
use domain::api_keys;
use serde_json::Value;
use testkit::{Kit, Org, Person, on_each_database};

use crate::browser::{Browser, Page};

on_each_database! {
    the_page_tells_who_did_what,
    a_filter_stands_in_the_address_and_in_the_form,
    a_filter_that_none_can_be_is_said_beside_the_form,
    members_and_strangers_see_nothing_of_it,
    a_copy_holds_what_the_page_shows,
    no_cell_of_a_copy_is_a_formula,
    a_copy_is_for_owners_and_admins,
}

async fn visits(kit: &Kit, who: &Person) -> Browser {
    let browser = Browser::new(kit);
    browser.signs_in(&who.email, &who.password).await;
    browser
}

/// Ada owns it, and has invited Grace.
async fn acme(kit: &Kit) -> (Org, Person, Browser) {
    let ada = kit.person("ada").named("Ada King").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.invites("grace@example.test", Role::Admin).await;
    let browser = visits(kit, &ada).await;
    (acme, ada, browser)
}

async fn the_page_tells_who_did_what(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    let page = browser.get("/o/acme/audit").await;
    assert_eq!(
        (page.status, page.one("h1").as_str()),
        (StatusCode::OK, "Audit log")
    );
    assert_eq!(
        page.texts(".log .log-what > p"),
        [
            "invited grace@example.test as an admin",
            "created the organization ACME"
        ]
    );
    assert_eq!(page.texts(".log .log-name"), ["Ada King", "Ada King"]);
    assert_eq!(page.texts(".log .log-ip")[0], testkit::HOME);
    assert_eq!(
        page.attribute(".log .log-what > p a", "href").as_deref(),
        Some("/o/acme/members?tab=invitations")
    );
    assert_eq!(page.texts(".log-changes dt")[..2], ["email", "role"]);
    assert_eq!(
        page.texts(".log-changes dd")[..4],
        [
            "Before: —",
            "After: grace@example.test",
            "Before: —",
            "After: admin"
        ]
    );
    assert!(
        page.one(".log pre")
            .contains("\"action\": \"invitation.sent\"")
    );
    assert_eq!(
        page.attribute(".nav a[href=\"/o/acme/audit\"]", "aria-current")
            .as_deref(),
        Some("page")
    );
}

async fn a_filter_stands_in_the_address_and_in_the_form(kit: Kit) {
    let (_, ada, browser) = acme(&kit).await;
    let query = format!(
        "actor={}&action=invitation.&subject=&from=2026-11-23&to=2026-11-23",
        ada.id
    );
    let page = browser.get(&format!("/o/acme/audit?{query}")).await;
    assert_eq!(page.texts(".log tbody tr").len(), 1);
    let chosen = page.texts(".log-filters option[selected]");
    assert_eq!(chosen, ["Ada King", "Invitations: everything"]);
    assert_eq!(
        page.attribute("#from", "value").as_deref(),
        Some("2026-11-23")
    );
    let copy = format!(
        "/o/acme/audit.csv?actor={}&action=invitation.&from=2026-11-23&to=2026-11-23",
        ada.id
    );
    assert_eq!(
        page.attribute("a[download]", "href"),
        Some(copy),
        "the copy is of the same filter"
    );
    let page = browser
        .get("/o/acme/audit?action=member.removed&to=2026-11-23")
        .await;
    assert_eq!(page.one(".empty h2"), "No matches");
    assert_eq!(
        page.one(".empty p"),
        "The log has no entries “member.removed”, until 2026-11-23."
    );
    let page = browser.get("/o/acme/audit?to=2026-11-22").await;
    assert!(page.has(".empty"), "the day before");
}

async fn a_filter_that_none_can_be_is_said_beside_the_form(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    for (query, said) in [
        ("actor=somebody", "This filter cannot match anything."),
        (
            "from=2026-11-24&to=2026-11-23",
            "Choose a first day that is not after the last day.",
        ),
        (
            "from=yesterday",
            "Choose a first day that is not after the last day.",
        ),
        (
            "after=gone",
            "This place in the log no longer exists. Start from the newest entry.",
        ),
    ] {
        let page = browser.get(&format!("/o/acme/audit?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(page.one(".banner.danger"), said, "{query}");
        assert!(page.has(".log-filters"));
    }
}

async fn members_and_strangers_see_nothing_of_it(kit: Kit) {
    let (acme, _, owner) = acme(&kit).await;
    let (mary, eve) = (kit.person("mary").await, kit.person("eve").await);
    acme.with(&mary, Role::Member).await;
    let link = "a[href=\"/o/acme/audit\"]";
    assert!(owner.get("/o/acme/overview").await.has(link));
    let member = visits(&kit, &mary).await;
    assert!(!member.get("/o/acme/overview").await.has(link));
    let page = member.get("/o/acme/audit").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.text.contains("grace@example.test"));
    let stranger = visits(&kit, &eve).await;
    assert_eq!(
        stranger.get("/o/acme/audit").await.status,
        StatusCode::NOT_FOUND
    );
    let nobody = Browser::new(&kit).get("/o/acme/audit").await;
    assert_eq!(
        (nobody.status, nobody.location().as_str()),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2Fo%2Facme%2Faudit")
    );
}

fn lines(page: &Page) -> Vec<&str> {
    page.text.lines().collect()
}

async fn a_copy_holds_what_the_page_shows(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    let page = browser.get("/o/acme/audit.csv").await;
    assert_eq!(page.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        page.header("content-disposition"),
        "attachment; filename=\"audit-acme-2026-11-23.csv\""
    );
    let csv = lines(&page);
    assert_eq!(csv.len(), 3);
    assert!(csv[0].starts_with("at,actor,actor_kind,"), "{}", csv[0]);
    assert!(
        csv[1].contains(",Ada King,user,usr_")
            && csv[1].contains(",invitation.sent,invited grace@example.test as an admin,"),
        "{}",
        csv[1]
    );

    let page = browser
        .get("/o/acme/audit.jsonl?action=organization.")
        .await;
    assert_eq!(
        page.header("content-type"),
        "application/jsonl; charset=utf-8"
    );
    let told: Vec<Value> = lines(&page)
        .into_iter()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (
            &told[0]["action"],
            &told[0]["actor"]["name"],
            &told[0]["seq"]
        ),
        (
            &"organization.created".into(),
            &"Ada King".into(),
            &1.into()
        )
    );
    let page = browser.get("/o/acme/audit?action=audit.").await;
    assert_eq!(
        page.texts(".log .log-what > p"),
        [
            "took a copy of the audit log as JSON Lines",
            "took a copy of the audit log as CSV"
        ]
    );
    let empty = browser.get("/o/acme/audit.csv?action=moon.landed").await;
    assert_eq!(lines(&empty).len(), 1, "the head alone");
}

async fn no_cell_of_a_copy_is_a_formula(kit: Kit) {
    let (acme, ada, browser) = acme(&kit).await;
    let input = CreateApiKey {
        name: "=HYPERLINK(\"http://evil.test\",\"x\")".to_owned(),
        ..CreateApiKey::default()
    };
    api_keys::create(&kit.ctx(), &ada.actor(), acme.id, &input)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let page = browser.get("/o/acme/audit.csv?action=api_key.").await;
    let expected = ",\"'=HYPERLINK(\"\"http://evil.test\"\",\"\"x\"\")\",api_key,";
    assert!(page.text.contains(expected), "{}", page.text);
}

async fn a_copy_is_for_owners_and_admins(kit: Kit) {
    let (acme, _, owner) = acme(&kit).await;
    let (mary, eve) = (kit.person("mary").await, kit.person("eve").await);
    acme.with(&mary, Role::Member).await;
    for path in ["/o/acme/audit.csv", "/o/acme/audit.jsonl"] {
        let page = visits(&kit, &mary).await.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        let page = visits(&kit, &eve).await.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            Browser::new(&kit).get(path).await.status,
            StatusCode::SEE_OTHER,
            "{path}"
        );
    }
    let wrong = owner.get("/o/acme/audit.csv?from=yesterday").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}
