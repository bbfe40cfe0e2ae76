//! The operator's console without a script: who sees it, what it shows, and what is refused.

mod acts;
mod audit;
mod impersonation;
mod lists;

use axum::http::StatusCode;
use contract::{Role, api_keys::CreateApiKey};
use domain::api_keys::{self, Created};
use testkit::{Kit, Org, Person, codes::App, on_each_database};

use crate::browser::{Browser, Page};

on_each_database! {
    to_everybody_else_the_console_is_like_any_address_where_nothing_is,
    staff_without_a_second_step_are_told_to_set_one_up,
    staff_find_the_way_in_and_back,
    every_page_has_its_heading_and_no_style_of_its_own,
    what_is_gone_is_not_found,
}

/// The pages that name nobody, with their headings.
const PAGES: [(&str, &str); 7] = [
    ("/admin/overview", "Overview"),
    ("/admin/users", "Users"),
    ("/admin/organizations", "Organizations"),
    ("/admin/keys", "API keys"),
    ("/admin/mail", "Mail"),
    ("/admin/audit", "Audit log"),
    ("/admin/settings", "Settings"),
];

/// Somebody's browser, signed in.
async fn browser_of(kit: &Kit, person: &Person) -> Browser {
    let browser = Browser::new(kit);
    browser.signs_in(&person.email, &person.password).await;
    browser
}

/// A member of staff who has a second step, and has just signed in.
async fn staff(kit: &Kit) -> (Person, Browser) {
    let grace = kit.person("grace").named("Grace").staff().await;
    grace.signs_in().await;
    let app = grace.sets_app_up(kit).await;
    // Who sets one up is signed out everywhere else.
    let browser = browser_with_both(kit, &grace, &app).await;
    kit.discards_mail().await;
    (grace, browser)
}

/// A browser, signed in with both steps.
async fn browser_with_both(kit: &Kit, person: &Person, app: &App) -> Browser {
    let browser = browser_of(kit, person).await;
    let code = app.code(kit.ctx().now());
    let answer = browser
        .post("/_fn/complete-second-factor", &[("code", &code)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    browser
}

/// Ada, who owns Acme.
async fn acme(kit: &Kit) -> (Person, Org) {
    let ada = kit.person("ada").named("Ada").await;
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    kit.discards_mail().await;
    (ada, acme)
}

/// A key that the owner has made.
async fn key(kit: &Kit, owner: &Person, acme: &Org, name: &str) -> Created {
    let input = CreateApiKey {
        name: name.to_owned(),
        ..CreateApiKey::default()
    };
    let made = api_keys::create(&kit.ctx(), &owner.actor(), acme.id, &input).await;
    kit.discards_mail().await;
    made.expect("owners may")
}

/// What a page says that was not there before a form was sent.
fn notice(page: &Page) -> String {
    page.one(".banner.ok")
}

async fn to_everybody_else_the_console_is_like_any_address_where_nothing_is(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let mary = kit.person("mary").await;
    acme.with(&mary, Role::Member).await;
    kit.discards_mail().await;
    let user = format!("/admin/users/{}", ada.id);
    let organization = format!("/admin/organizations/{}", acme.id);
    let filled = [("user", "usr_1"), ("reason", "why")];
    let forms: [&[(&str, &str)]; 2] = [&[], &filled];
    let browsers = [
        Browser::new(&kit),
        browser_of(&kit, &mary).await,
        browser_of(&kit, &ada).await,
    ];
    for browser in browsers {
        let nowhere = browser.get("/no-such-page").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        let pages = PAGES.iter().map(|(path, _)| *path);
        let others = [
            "/admin",
            "/admin/nothing",
            "/admin/audit.csv",
            "/admin/audit.jsonl",
        ];
        for path in pages.chain(others).chain([user.as_str(), &organization]) {
            let page = browser.get(path).await;
            assert_eq!(
                (page.status, &page.text),
                (nowhere.status, &nowhere.text),
                "{path}"
            );
            assert_eq!(page.location(), "", "{path}");
        }
        for function in [
            "audit",
            "users",
            "user",
            "act-on-user",
            "suspend-users",
            "send-test-mail",
        ] {
            let path = format!("/_fn/console-{function}");
            for fields in forms {
                let answer = browser.call(&path, fields).await;
                let nothing = browser.call("/_fn/no-such-function", fields).await;
                assert_eq!(
                    (answer.status, &answer.json()["errors"]),
                    (nothing.status, &nothing.json()["errors"]),
                    "{path}"
                );
                let posted = browser.post(&path, fields).await;
                assert_eq!(
                    (posted.status, posted.text),
                    (nowhere.status, nowhere.text.clone())
                );
            }
        }
        let account = browser.get("/account/profile").await;
        assert!(!account.text.contains("/admin"), "no link tells of it");
    }
}

async fn staff_without_a_second_step_are_told_to_set_one_up(kit: Kit) {
    let grace = kit.person("grace").staff().await;
    let ada = kit.person("ada").await;
    let browser = browser_of(&kit, &grace).await;
    let user = format!("/admin/users/{}", ada.id);
    for path in PAGES.iter().map(|(path, _)| *path).chain([user.as_str()]) {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(page.texts("h1"), ["The console asks for a second step"]);
        let link = page.attribute(".card.empty .btn.primary", "href");
        assert_eq!(link.as_deref(), Some("/account/security"));
        assert!(!page.text.contains(&ada.email), "{path}");
    }
    let fields = [
        ("user", ada.id.to_string()),
        ("act", "suspend-user".to_owned()),
        ("reason", "ticket 42".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let refused = browser.call("/_fn/console-act-on-user", &fields).await;
    assert!(
        refused.text.contains("STAFF_FACTOR_MISSING"),
        "{}",
        refused.text
    );
    let app = grace.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let browser = browser_with_both(&kit, &grace, &app).await;
    let page = browser.get("/admin/overview").await;
    assert_eq!(
        (page.status, page.one("h1").as_str()),
        (StatusCode::OK, "Overview")
    );
}

async fn staff_find_the_way_in_and_back(kit: Kit) {
    let (_, browser) = staff(&kit).await;
    let account = browser.get("/account/profile").await;
    assert_eq!(
        account.one(".sidebar a[href='/admin/overview']"),
        "Operator console"
    );
    let led = browser.get("/admin").await;
    assert!(led.status.is_redirection(), "{}", led.status);
    assert_eq!(led.location(), "/admin/overview");
    let page = browser.get("/admin/overview").await;
    assert_eq!(page.one(".console-label"), "Operator console");
    assert_eq!(
        page.one(".sidebar a[href='/']:not(.brand)"),
        "Back to your account"
    );
    assert!(!page.has(".switcher"), "the console is of no organization");
    let links = page.texts(".sidebar nav .nav-link");
    let names = PAGES.map(|(_, heading)| heading);
    assert_eq!(links, names);
    assert_eq!(page.one(".sidebar [aria-current=page]"), "Overview");
}

async fn every_page_has_its_heading_and_no_style_of_its_own(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    key(&kit, &ada, &acme, "Backend").await;
    let kit = kit
        .with_settings(|settings| {
            settings.shown = vec![contract::admin::ShownSetting {
                name: "secret_key".to_owned(),
                value: "(hidden)".to_owned(),
                source: "LATCHKEY_SECRET_KEY".to_owned(),
            }];
        })
        .await;
    let (_, browser) = staff(&kit).await;
    let (user, organization) = (
        format!("/admin/users/{}", ada.id),
        format!("/admin/organizations/{}", acme.id),
    );
    let tabs = |path: &str, tabs: [&str; 4]| tabs.map(|tab| format!("{path}?tab={tab}"));
    let of_one = tabs(&user, ["sessions", "organizations", "keys", "log"])
        .map(|path| (path, "Ada"))
        .into_iter()
        .chain(tabs(&organization, ["members", "keys", "usage", "log"]).map(|path| (path, "Acme")));
    let all = PAGES.map(|(path, heading)| (path.to_owned(), heading));
    for (path, heading) in all.into_iter().chain(of_one) {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.texts("h1"), [heading], "{path}");
        let title = format!("{heading} · Operator console · ");
        assert!(page.one("title").starts_with(&title), "{path}");
        assert!(!page.text.contains(" style="), "{path}");
        assert!(!page.has(".banner.danger"), "{path}: {}", page.text);
    }
    let page = browser.get("/admin/settings").await;
    assert_eq!(
        page.texts("tbody tr > *"),
        ["secret_key", "(hidden)", "LATCHKEY_SECRET_KEY"]
    );
}

async fn what_is_gone_is_not_found(kit: Kit) {
    let (grace, browser) = staff(&kit).await;
    for path in [
        format!("/admin/users/{}", contract::UserId::NOTHING),
        "/admin/users/nobody".to_owned(),
        format!("/admin/organizations/{}", grace.id),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(page.texts("h1"), ["Page not found"]);
    }
}
