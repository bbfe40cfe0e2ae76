//! The audit log of the whole installation as staff read it, and as files.

use axum::http::StatusCode;
use contract::organizations::UpdateOrganization;
use domain::organizations;
use serde_json::Value;
use testkit::{Kit, on_each_database};

use super::{acme, browser_of, staff};
use crate::browser::Page;

on_each_database! {
    the_page_tells_who_did_what_in_which_organization_and_beside_them,
    a_filter_stands_in_the_address_in_the_form_and_in_the_copies,
    a_filter_that_finds_nobody_is_said_beside_the_form,
    it_is_read_page_by_page,
    a_copy_is_of_the_filter_and_written_down_for_operators,
    staff_without_a_second_step_take_no_copy,
}

const SENTENCES: &str = ".log .log-what > p";

async fn the_page_tells_who_did_what_in_which_organization_and_beside_them(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    let page = browser.get("/admin/audit?action=organization.").await;
    assert_eq!(page.texts(SENTENCES), ["created the organization Acme"]);
    let at = |selector: &str| page.attribute(selector, "href");
    let organization = format!("/admin/organizations/{}", acme.id);
    assert_eq!(page.one(".log .log-name a"), "Ada");
    assert_eq!(
        at(".log .log-name a"),
        Some(format!("/admin/users/{}", ada.id))
    );
    assert_eq!(page.one("td[data-label=Organization]"), "Acme");
    assert_eq!(
        at("td[data-label=Organization] a").as_deref(),
        Some(organization.as_str())
    );
    assert_eq!(
        at(".log .log-what > p a").as_deref(),
        Some(organization.as_str())
    );
    let links = page.texts(".log-links a");
    assert_eq!(links, ["Only by Ada", "Only about Acme", "Only in Acme"]);
    assert_eq!(page.one(".sidebar [aria-current=page]"), "Audit log");

    let page = browser.get("/admin/audit?action=session.started").await;
    let told = page.texts(SENTENCES);
    assert!(told.len() >= 2, "{told:?}");
    assert!(told.iter().all(|line| line == "signed in by password"));
    let places = page.texts("td[data-label=Organization]");
    assert!(places.iter().all(String::is_empty), "{places:?}");
    assert!(page.text.contains("None: it belongs to no organization"));
}

async fn a_filter_stands_in_the_address_in_the_form_and_in_the_copies(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let other = kit.person("joan").await;
    kit.organization("bell").owned_by(&other).await;
    let (_, browser) = staff(&kit).await;
    let query = "organization=acme&actor=ada%40example.test&action=organization.&subject=&from=2026-11-23&to=2026-11-23";
    let page = browser.get(&format!("/admin/audit?{query}")).await;
    assert_eq!(page.texts(SENTENCES), ["created the organization Acme"]);
    for (field, value) in [
        ("#organization", "acme"),
        ("#actor", "ada@example.test"),
        ("#from", "2026-11-23"),
    ] {
        let shown = page.attribute(field, "value");
        assert_eq!(shown.as_deref(), Some(value), "{field}");
    }
    assert_eq!(
        page.texts(".log-filters option[selected]"),
        ["Organization: everything"]
    );
    assert_eq!(
        page.attribute("a[download]", "href").as_deref(),
        Some(
            "/admin/audit.csv?organization=acme&actor=ada%40example.test&action=organization.&from=2026-11-23&to=2026-11-23"
        )
    );
    for query in [
        format!("organization={}&actor={}", acme.id, ada.id),
        format!("organization=bell&actor={}", other.id),
        "organization=bell&action=organization.created".to_owned(),
    ] {
        let page = browser.get(&format!("/admin/audit?{query}")).await;
        assert_eq!(page.texts(".log tbody tr").len(), 1, "{query}");
    }
    let nothing = format!("/admin/audit?organization=bell&actor={}", ada.id);
    let page = browser.get(&nothing).await;
    assert_eq!(page.one(".empty h2"), "No matches");
    assert_eq!(
        page.one(".empty p"),
        "The log has no entries in BELL, by Ada."
    );
    assert_eq!(
        page.attribute(".empty a", "href").as_deref(),
        Some("/admin/audit")
    );
}

async fn a_filter_that_finds_nobody_is_said_beside_the_form(kit: Kit) {
    let (_, browser) = staff(&kit).await;
    for (query, said) in [
        ("organization=nowhere", "There is no such organization."),
        (
            "actor=nobody%40example.test",
            "This filter cannot match anything.",
        ),
        ("subject=somebody", "This filter cannot match anything."),
        (
            "from=2026-11-24&to=2026-11-23",
            "Choose a first day that is not after the last day.",
        ),
        (
            "after=gone",
            "This place in the log no longer exists. Start from the newest entry.",
        ),
    ] {
        let page = browser.get(&format!("/admin/audit?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(page.one(".banner.danger"), said, "{query}");
        assert!(page.has(".log-filters"));
    }
}

async fn it_is_read_page_by_page(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    for number in 0..30 {
        let input = UpdateOrganization {
            name: Some(format!("Acme {number}")),
            slug: None,
        };
        organizations::update(&kit.ctx(), &ada.actor(), acme.id, input)
            .await
            .expect("owners may");
    }
    let (_, browser) = staff(&kit).await;
    let first = browser.get("/admin/audit?organization=acme").await;
    assert_eq!(first.texts(".log tbody tr").len(), 25);
    let next = first.attribute(".pager a[rel=next]", "href");
    let next = next.expect("there are more");
    assert!(
        next.starts_with("/admin/audit?organization=acme&after="),
        "{next}"
    );
    let second = browser.get(&next).await;
    assert_eq!(second.texts(".log tbody tr").len(), 6);
    assert!(!second.has(".pager a[rel=next]"));
    let previous = second.attribute(".pager a[rel=prev]", "href");
    let again = browser.get(&previous.expect("there were some")).await;
    assert_eq!(again.texts(SENTENCES), first.texts(SENTENCES));
}

fn lines(page: &Page) -> Vec<&str> {
    page.text.lines().collect()
}

async fn a_copy_is_of_the_filter_and_written_down_for_operators(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, browser) = staff(&kit).await;
    let page = browser
        .get("/admin/audit.csv?action=organization.created")
        .await;
    assert_eq!(page.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        page.header("content-disposition"),
        "attachment; filename=\"audit-2026-11-23.csv\""
    );
    let csv = lines(&page);
    assert_eq!(csv.len(), 2);
    assert!(
        csv[0].starts_with("organization,organization_id,at,actor,"),
        "{}",
        csv[0]
    );
    assert!(csv[1].starts_with(&format!("Acme,{},", acme.id)));
    assert!(csv[1].contains(&format!(",Ada,user,{},organization.created,", ada.id)));

    let page = browser
        .get("/admin/audit.jsonl?action=session.&actor=ada%40example.test")
        .await;
    let told: Vec<Value> = lines(&page)
        .into_iter()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["action"], &told[0]["organization"]),
        (&"session.started".into(), &Value::Null)
    );
    let log = browser.get("/admin/audit?action=audit.exported").await;
    assert_eq!(
        log.texts(SENTENCES),
        [
            "took a copy of the audit log as JSON Lines",
            "took a copy of the audit log as CSV"
        ]
    );
    let own = browser_of(&kit, &ada).await.get("/o/acme/audit").await;
    assert_eq!(own.texts(SENTENCES), ["created the organization Acme"]);
    let wrong = browser.get("/admin/audit.csv?organization=nowhere").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn staff_without_a_second_step_take_no_copy(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let joan = kit.person("joan").staff().await;
    let browser = browser_of(&kit, &joan).await;
    for path in ["/admin/audit.csv", "/admin/audit.jsonl"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!page.text.contains(&ada.id.to_string()), "{path}");
    }
    let copies = "SELECT count(*) FROM audit_events WHERE action = 'audit.exported'";
    assert_eq!(kit.number(copies).await, 0);
}
