//! What the lists of the console show, and how somebody is found among many.

use axum::http::StatusCode;
use contract::Role;
use domain::{accounts, maintenance};
use testkit::{Kit, on_each_database};

use super::{acme, key, staff};

on_each_database! {
    the_overview_counts_and_draws_and_says_the_same_in_a_table,
    people_are_found_among_many_and_read_page_by_page,
    filters_stay_in_their_form_and_are_cleared,
    a_person_is_shown_with_all_that_is_theirs,
    organizations_and_their_keys_are_found,
    times_follow_the_readers_zone,
    markup_in_names_is_text,
}

async fn the_overview_counts_and_draws_and_says_the_same_in_a_table(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    key(&kit, &ada, &acme, "Backend").await;
    let (_, browser) = staff(&kit).await;
    // One round, and then it is told to end.
    maintenance::run(kit.system(), std::future::ready(())).await;
    let page = browser.get("/admin/overview").await;
    let figures = page.texts(".figures dd:not(.below)");
    assert_eq!(figures, ["2", "1", "1", "1", "0"]);
    assert_eq!(page.texts("svg.chart .bar").len(), 30);
    assert!(
        page.one("svg.chart .bar:last-of-type title")
            .contains("not over yet: 2")
    );
    let rows = page.texts(".chart-card tbody td");
    assert_eq!((rows.len(), rows[0].as_str()), (30, "2"), "{rows:?}");
    assert!(page.one(".page-head > div p").contains("Latchkey "));
    assert_eq!(
        page.texts("section[aria-labelledby=jobs-title] tbody th"),
        ["Cleaning up maintenance Deletes what has expired, and reminds people of what soon will."]
    );
}

async fn people_are_found_among_many_and_read_page_by_page(kit: Kit) {
    let (_, acme) = acme(&kit).await;
    acme.with_crowd(1..60).await;
    let (_, browser) = staff(&kit).await;
    let first = browser.get("/admin/users").await;
    assert_eq!(first.texts("tbody tr").len(), 50);
    assert_eq!(first.one(".filters-count"), "61 people");
    let next = first
        .attribute(".pager a[rel=next]", "href")
        .expect("there are more");
    let second = browser.get(&next).await;
    assert_eq!(second.texts("tbody tr").len(), 11);
    assert!(!second.has(".pager a[rel=next]"));
    let previous = second
        .attribute(".pager a[rel=prev]", "href")
        .expect("there were some");
    let again = browser.get(&previous).await;
    assert_eq!(again.texts("tbody th a"), first.texts("tbody th a"));
    let found = browser.get("/admin/users?search=ada%40EXAMPLE.test").await;
    assert_eq!(found.texts("tbody th a"), ["Ada"]);
    let junk = browser.get("/admin/users?after=junk").await;
    assert_eq!(junk.status, StatusCode::OK);
    assert!(junk.text.contains("This place in the list is not valid."));
}

async fn filters_stay_in_their_form_and_are_cleared(kit: Kit) {
    let (grace, browser) = staff(&kit).await;
    kit.person("ada").named("Ada").await;
    kit.person("joan").unverified().await;
    let names = async |query: &str| {
        let page = browser.get(&format!("/admin/users?{query}")).await;
        page.texts("tbody th a")
    };
    assert_eq!(names("staff=yes").await, ["Grace"]);
    assert_eq!(names("second=yes&staff=").await, ["Grace"]);
    assert_eq!(names("status=unverified").await, ["joan"]);
    assert_eq!(names("status=active&staff=no&second=no").await, ["Ada"]);
    assert_eq!(names(&format!("search={}", grace.id)).await, ["Grace"]);
    assert_eq!(
        names("from=2001-01-01&to=yesterday").await.len(),
        3,
        "no day is no choice"
    );
    let page = browser
        .get("/admin/users?search=nobody&status=active&to=2001-01-01")
        .await;
    assert_eq!(page.one(".empty h2"), "No matches");
    assert_eq!(
        page.attribute("#search", "value").as_deref(),
        Some("nobody")
    );
    assert_eq!(
        page.attribute("#to", "value").as_deref(),
        Some("2001-01-01")
    );
    assert_eq!(page.one("#status option[selected]"), "Active");
    assert_eq!(
        page.attribute(".filters .btn.quiet", "href").as_deref(),
        Some("/admin/users")
    );
    kit.discards_mail().await;
}

async fn a_person_is_shown_with_all_that_is_theirs(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    key(&kit, &ada, &acme, "Backend").await;
    let (_, browser) = staff(&kit).await;
    let path = format!("/admin/users/{}", ada.id);
    let page = browser.get(&path).await;
    assert_eq!(page.one(".page-head div p"), ada.email);
    assert_eq!(
        page.texts(".tabs a"),
        ["Sessions1", "Organizations1", "Keys1", "Log"]
    );
    assert!(page.one(".console-rows").contains("Firefox on Linux"));
    let tab = async |tab: &str| browser.get(&format!("{path}?tab={tab}")).await;
    let page = tab("organizations").await;
    assert_eq!(page.one("tbody a"), "Acme");
    assert_eq!(page.one(".tabs [aria-current=page]"), "Organizations1");
    assert!(tab("keys").await.one("tbody th").starts_with("Backend"));
    let log = tab("log").await.texts(".log li > p:first-child");
    assert!(
        !log.is_empty() && log.iter().all(|line| line.contains(" by ")),
        "{log:?}"
    );
}

async fn organizations_and_their_keys_are_found(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let mary = kit.person("mary").await;
    acme.with(&mary, Role::Admin).await;
    let made = key(&kit, &ada, &acme, "Backend").await;
    let (_, browser) = staff(&kit).await;
    let page = browser
        .get("/admin/organizations?search=acm&tier=free&status=active")
        .await;
    assert_eq!(page.texts("tbody th a"), ["Acme"]);
    assert_eq!(page.one("td[data-label=Members]"), "2");
    let page = browser.get("/admin/organizations?quota=over").await;
    assert_eq!(page.one(".empty h2"), "No matches");
    let page = browser
        .get(&format!("/admin/organizations/{}", acme.id))
        .await;
    assert_eq!(page.texts("tbody th a"), ["Ada", "mary"]);
    let secret = made.secret.expose();
    for search in [
        &secret[..9],
        &secret[secret.len() - 4..],
        "backend",
        &made.key.id.to_string(),
    ] {
        let page = browser.get(&format!("/admin/keys?search={search}")).await;
        assert_eq!(page.texts("tbody th a"), ["Backend"], "{search}");
        assert!(!page.text.contains(secret));
    }
    let page = browser.get("/admin/keys?status=revoked").await;
    assert_eq!(page.one(".empty h2"), "No matches");
}

async fn times_follow_the_readers_zone(kit: Kit) {
    let (_, browser) = staff(&kit).await;
    let fields = [("language", "en"), ("time_zone", "Asia/Kathmandu")];
    browser.submit("/_fn/update-locale", &fields).await;
    for path in ["/admin/users", "/admin/overview"] {
        let page = browser.get(path).await;
        if let Some(title) = page.attribute("main time", "title") {
            assert!(title.ends_with("+0545"), "{path}: {title}");
        }
    }
    let page = browser.get("/admin/overview").await;
    assert!(page.one("#chart-title").contains("(Asia/Kathmandu)"));
}

async fn markup_in_names_is_text(kit: Kit) {
    let (_, browser) = staff(&kit).await;
    let eve = kit.person("eve").named("<b>Eve</b>").await;
    let founded = kit
        .organization("evil")
        .named("<i>Evil</i>")
        .owned_by(&eve)
        .await;
    accounts::request_password_reset(&kit.ctx(), &eve.email)
        .await
        .expect("anybody may ask");
    for path in [
        "/admin/users".to_owned(),
        format!("/admin/users/{}?tab=organizations", eve.id),
        "/admin/organizations".to_owned(),
        format!("/admin/organizations/{}?tab=log", founded.id),
        "/admin/mail".to_owned(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.has("main b, main i"), "{path}");
    }
    kit.discards_mail().await;
}
