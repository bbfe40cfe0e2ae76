//! The pages of an organization that asks for a second step, without a script.

use axum::http::StatusCode;
use contract::Role;
use domain::organizations;
use testkit::{Kit, Org, Person, on_each_database};

use crate::browser::Browser;

on_each_database! {
    an_admin_sees_who_lacks_one_and_what_is_asked,
    who_has_none_is_reminded_then_kept_out_and_may_leave,
    an_owner_asks_for_it_on_the_page,
}

/// Ada owns it and has an app.
async fn acme(kit: &Kit) -> (Org, Person) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    ada.sets_app_up(kit).await;
    (acme, ada)
}

async fn require(kit: &Kit, ada: &Person, acme: &Org, days: i64) {
    organizations::require_second_factor(&kit.ctx(), &ada.actor(), acme.id, days)
        .await
        .expect("the owner has one");
    kit.discards_mail().await;
}

async fn joined(kit: &Kit, acme: &Org, handle: &str, role: Role) -> (Person, Browser) {
    let person = kit.person(handle).await;
    acme.with(&person, role).await;
    kit.discards_mail().await;
    let browser = Browser::new(kit);
    browser.signs_in(&person.email, &person.password).await;
    (person, browser)
}

async fn an_admin_sees_who_lacks_one_and_what_is_asked(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let (_, browser) = joined(&kit, &acme, "grace", Role::Admin).await;
    let (_, member) = joined(&kit, &acme, "mary", Role::Member).await;
    let card = async |browser: &Browser| {
        let page = browser.get("/o/acme/settings").await;
        page.one("[aria-labelledby=second-step-title]")
    };
    let told = card(&browser).await;
    assert!(told.contains("Members do not need one."), "{told}");
    assert!(
        told.contains("2 of 3 members do not have one yet."),
        "{told}"
    );
    assert!(told.contains("Only owners of this organization can do this."));
    assert!(!card(&member).await.contains("none yet"));
    let list = browser.get("/o/acme/members?second=without").await;
    assert_eq!(list.texts("td[data-label='Second step']"), ["No", "No"]);
    assert!(!list.text.contains(&ada.email));
    let list = browser.get("/o/acme/members?second=with").await;
    assert_eq!(list.texts("td[data-label='Second step']"), ["Yes"]);
    let list = member.get("/o/acme/members?second=without").await;
    assert_eq!(
        (list.status, list.texts("tbody tr").len()),
        (StatusCode::OK, 3)
    );
    assert!(!list.has("td[data-label='Second step']"));
    require(&kit, &ada, &acme, 7).await;
    assert!(card(&member).await.contains("Every member needs one from"));
}

async fn who_has_none_is_reminded_then_kept_out_and_may_leave(kit: Kit) {
    let (acme, ada) = acme(&kit).await;
    let (_, browser) = joined(&kit, &acme, "mary", Role::Member).await;
    require(&kit, &ada, &acme, 7).await;
    for path in ["overview", "members", "keys", "usage", "settings"] {
        let page = browser.get(&format!("/o/acme/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let banner = page.one(".banner.info");
        assert!(
            banner.starts_with("Acme asks for a second step at sign-in from"),
            "{path}: {banner}"
        );
    }
    let security = browser.get("/account/security").await;
    assert_eq!(security.one(".banner.info"), "Acme asks for a second step.");
    require(&kit, &ada, &acme, 0).await;
    for path in ["overview", "members", "keys", "usage", "settings"] {
        let page = browser.get(&format!("/o/acme/{path}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(
            page.one("h1"),
            "Acme asks for a second step at sign-in",
            "{path}"
        );
        assert_eq!(
            page.attribute(".card.empty .btn.primary", "href")
                .as_deref(),
            Some("/account/security")
        );
        assert!(!page.text.contains(&ada.email));
    }
    let home = browser.get("/").await;
    assert_eq!(home.status, StatusCode::OK, "it does not lead there");
    assert!(home.one(".waiting").contains("Asks for a second step"));
    let rename = [("organization", "acme"), ("name", "Mine")];
    let answer = browser.call("/_fn/rename-organization", &rename).await;
    assert!(
        answer.text.contains("SECOND_FACTOR_REQUIRED"),
        "{}",
        answer.text
    );
    let left = browser
        .submit("/_fn/leave-organization", &[("organization", "acme")])
        .await;
    assert!(left.text.contains("You have left Acme."));
    let gone = browser.get("/o/acme/overview").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

async fn an_owner_asks_for_it_on_the_page(kit: Kit) {
    let ada = kit.person("ada").await;
    let browser = Browser::new(&kit);
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    browser.signs_in(&ada.email, &ada.password).await;
    let page = browser.get("/o/acme/settings").await;
    assert!(page.text.contains("You have no second step yourself."));
    assert!(!page.has("#require-second-factor"));
    let (_, mary) = joined(&kit, &acme, "mary", Role::Member).await;
    // Set up elsewhere, which ends the session of this browser.
    let app = ada.sets_app_up(&kit).await;
    kit.clock.advance(60);
    let credentials = [("email", &*ada.email), ("password", &ada.password)];
    browser.submit("/_fn/sign-in", &credentials).await;
    let code = app.code(kit.ctx().now());
    let done = browser
        .post("/_fn/complete-second-factor", &[("code", &code)])
        .await;
    assert_eq!(done.location(), "/");
    kit.discards_mail().await;
    let page = browser.get("/o/acme/settings").await;
    assert!(page.text.contains("1 of 2 members does not have one yet."));
    let ask = async |days: &str| {
        let fields = [("organization", "acme"), ("grace_days", days)];
        browser.submit("/_fn/require-second-factor", &fields).await
    };
    let page = ask("many").await;
    assert!(page.has("#grace_days-error"));
    let page = ask("0").await;
    assert!(page.text.contains("A second step is now asked for."));
    assert!(page.has("#lift-second-factor"));
    kit.discards_mail().await;
    assert_eq!(
        mary.get("/o/acme/overview").await.status,
        StatusCode::FORBIDDEN
    );
    let lift = [("organization", "acme")];
    let page = browser.submit("/_fn/lift-second-factor", &lift).await;
    assert!(page.text.contains("A second step is no longer asked for."));
    assert_eq!(mary.get("/o/acme/overview").await.status, StatusCode::OK);
}
