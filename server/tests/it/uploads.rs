//! Logos: a form that browsers send by themselves, for those who may, and pictures that are as harmless as they look.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use contract::{invitations::InviteMembers, organizations::CreateOrganization};
use domain::{InOrg, invitations, organizations, pictures};
use testkit::{Kit, Person, on_each_database};

use crate::browser::{Browser, Page};

on_each_database! {
    a_logo_is_encoded_anew_and_shown_to_whoever_knows_its_address,
    a_script_uploads_and_removes_without_leaving_the_page,
    another_logo_has_another_address_and_the_old_one_is_gone,
    a_form_without_a_file_changes_nothing,
    what_is_no_picture_is_refused_beside_the_form,
    what_is_too_large_is_refused_with_its_limit,
    who_may_not_is_told_so_and_a_stranger_finds_nothing,
    whoever_is_signed_out_is_led_to_sign_in,
    another_site_cannot_change_a_logo,
    a_form_of_an_organization_that_has_moved_still_reaches_it,
    junk_is_refused_and_never_an_error_of_ours,
    a_picture_that_is_not_there_is_not_found,
    a_person_and_a_program_set_their_own_picture,
}

const PATH: &str = "/_upload/organization-logo";

/// A red pixel, with something behind the end of the file that has no place in a picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDAT\x08\xd7c\xf8\xcf\xc0\0\0\x03\x01\x01\0\x18\xdd\x8d\xb0\0\0\0\0IEND\xaeB`\x82<script>alert(1)</script>";

const BOUNDARY: &str = "----a-boundary-of-a-browser";

/// One part of a form: its name, the name of the file where it is one, and what is in it.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"").bytes(),
        );
        if let Some(file) = file {
            body.extend(format!("; filename=\"{file}\"\r\nContent-Type: image/png").bytes());
        }
        body.extend(b"\r\n\r\n");
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

const PERSON: &str = "text/html,application/xhtml+xml";
const SCRIPT: &str = "application/json";

async fn send(browser: &Browser, accept: &str, parts: &[Part<'_>]) -> Page {
    send_to(browser, PATH, accept, parts).await
}

async fn send_to(browser: &Browser, path: &str, accept: &str, parts: &[Part<'_>]) -> Page {
    let body = multipart(parts);
    let request = Request::post(path)
        .header(header::ACCEPT, accept)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_LENGTH, body.len())
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        );
    browser
        .send(request.body(Body::from(body)).expect("a request"))
        .await
}

/// What the form of the settings page sends when a file is chosen.
async fn upload(browser: &Browser, accept: &str, slug: &str, file: &[u8]) -> Page {
    let parts = [
        ("slug", None, slug.as_bytes()),
        ("logo", Some("../../logo.png"), file),
    ];
    send(browser, accept, &parts).await
}

fn problem(answer: &Page) -> (u16, String, String) {
    let problem = &answer.json()["problems"][0];
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("code"), text("field"))
}

fn refused(status: u16, code: &str, field: &str) -> (u16, String, String) {
    (status, code.to_owned(), field.to_owned())
}

async fn in_browser(kit: &Kit, person: &Person) -> Browser {
    let browser = Browser::new(kit);
    browser.signs_in(&person.email, &person.password).await;
    browser
}

/// Ada, who owns Acme, and her browser.
async fn acme(kit: &Kit) -> (Person, InOrg, Browser) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    let input = CreateOrganization {
        name: "Acme".to_owned(),
        ..CreateOrganization::default()
    };
    let made = organizations::create(&kit.ctx(), &ada.actor(), input)
        .await
        .expect("the address is free");
    let browser = in_browser(kit, &ada).await;
    (ada, made, browser)
}

async fn logos(kit: &Kit) -> i64 {
    let count = "SELECT count(*) FROM organizations WHERE logo_id IS NOT NULL";
    let with_logo = kit.number(count).await;
    assert_eq!(
        kit.count("pictures").await,
        with_logo,
        "no picture is left behind"
    );
    with_logo
}

async fn a_logo_is_encoded_anew_and_shown_to_whoever_knows_its_address(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    let answer = upload(&browser, PERSON, "acme", PNG).await;
    assert_eq!(
        (answer.status, answer.location().as_str()),
        (StatusCode::SEE_OTHER, "/o/acme/settings")
    );
    let page = browser.follow(answer).await;
    assert_eq!(page.one("#logo .banner.ok"), "Saved");
    let path = page
        .attribute("#logo img", "src")
        .expect("the page shows it");

    let stranger = Browser::new(&kit);
    let picture = stranger.get(&path).await;
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("cross-origin-resource-policy", "same-origin"),
        ("set-cookie", ""),
    ] {
        assert_eq!(picture.header(name), value, "{name}");
    }
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    let size = [0, 0, 1, 0, 0, 0, 1, 0];
    assert_eq!(picture.bytes[16..24], size, "256 by 256 pixels");
    assert!(!picture.text.contains("<script>"));

    let request = Request::builder().method(Method::HEAD).uri(&path);
    let head = stranger
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(
        (head.status, head.header("content-type"), head.bytes.len()),
        (StatusCode::OK, "image/png", 0)
    );
    assert_eq!(
        head.header("content-length"),
        picture.bytes.len().to_string()
    );
}

async fn a_script_uploads_and_removes_without_leaving_the_page(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    let answer = upload(&browser, SCRIPT, "acme", PNG).await;
    assert_eq!(answer.status, StatusCode::OK);
    let id = answer.json()["logo"].as_str().expect("an id").to_owned();
    assert_eq!(
        browser.get(&format!("/pictures/{id}")).await.status,
        StatusCode::OK
    );
    assert_eq!(logos(&kit).await, 1);

    let parts: [Part<'_>; 3] = [
        ("slug", None, b"acme"),
        ("logo", Some(""), b""),
        ("remove", None, b"1"),
    ];
    for _ in 0..2 {
        let answer = send(&browser, SCRIPT, &parts).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (StatusCode::OK, r#"{"logo":null}"#)
        );
    }
    assert_eq!(logos(&kit).await, 0);
    let gone = browser.get(&format!("/pictures/{id}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

async fn another_logo_has_another_address_and_the_old_one_is_gone(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let answer = upload(&browser, SCRIPT, "acme", PNG).await;
        ids.push(answer.json()["logo"].as_str().expect("an id").to_owned());
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(logos(&kit).await, 1);
    let old = browser.get(&format!("/pictures/{}", ids[0])).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}

async fn a_form_without_a_file_changes_nothing(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    upload(&browser, PERSON, "acme", PNG).await;
    // What a browser sends when nothing was chosen.
    let parts: [Part<'_>; 2] = [("slug", None, b"acme"), ("logo", Some(""), b"")];
    for parts in [&parts[..], &parts[..1]] {
        let answer = send(&browser, SCRIPT, parts).await;
        assert_eq!(problem(&answer), refused(422, "REQUIRED", "logo"));
        let answer = send(&browser, PERSON, parts).await;
        let page = browser.follow(answer).await;
        assert_eq!(page.one("#logo .banner.danger"), "Choose a picture first.");
    }
    assert_eq!(logos(&kit).await, 1);
}

async fn what_is_no_picture_is_refused_beside_the_form(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    for file in [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".as_slice(),
        b"<!doctype html><script>alert(1)</script>",
        b"just words",
        b"GIF89a/*",
        &PNG[..40],
    ] {
        let answer = upload(&browser, SCRIPT, "acme", file).await;
        assert_eq!(problem(&answer), refused(422, "INVALID_PICTURE", "logo"));
        let answer = upload(&browser, PERSON, "acme", file).await;
        assert_eq!(answer.location(), "/o/acme/settings");
        let page = browser.follow(answer).await;
        assert!(
            page.one("#logo .banner.danger")
                .starts_with("This file cannot be used as a picture.")
        );
    }
    assert_eq!(logos(&kit).await, 0);
}

async fn what_is_too_large_is_refused_with_its_limit(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    // Within what is read, beyond that, and beyond what is read and thrown away.
    for megabytes in [5, 7, 65] {
        let file = vec![0; megabytes * 1024 * 1024 + 1];
        let answer = upload(&browser, SCRIPT, "acme", &file).await;
        assert_eq!(problem(&answer), refused(413, "PICTURE_TOO_LARGE", "logo"));
        let answer = upload(&browser, PERSON, "acme", &file).await;
        let page = browser.follow(answer).await;
        assert!(
            page.one("#logo .banner.danger")
                .starts_with("This picture is too large. Use at most 5 MB"),
            "{megabytes}"
        );
    }
    // A form whose organization comes last is not known by then.
    let file = vec![0; 7 * 1024 * 1024];
    let parts: [Part<'_>; 2] = [("logo", Some("x.png"), &file), ("slug", None, b"acme")];
    let answer = send(&browser, PERSON, &parts).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.one("h1"), "This is too large");
    assert_eq!(logos(&kit).await, 0);
    assert_eq!(pictures::LARGEST_FILE, 5 * 1024 * 1024);
}

async fn joins(kit: &Kit, ada: &Person, organization: &InOrg, person: &Person) {
    let input = InviteMembers {
        emails: person.email.clone(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    };
    invitations::send(&kit.ctx(), &ada.actor(), organization.id(), input)
        .await
        .expect("owners may");
    let token = kit.last_mail_to(&person.email).await.token();
    person.signs_in().await;
    invitations::accept_by_token(&kit.ctx(), &person.actor(), &token)
        .await
        .expect("the link is good");
    kit.discards_mail().await;
}

async fn who_may_not_is_told_so_and_a_stranger_finds_nothing(kit: Kit) {
    let (ada, organization, _) = acme(&kit).await;
    let grace = kit.person("grace").await;
    joins(&kit, &ada, &organization, &grace).await;
    let member = in_browser(&kit, &grace).await;
    let answer = upload(&member, SCRIPT, "acme", PNG).await;
    assert_eq!(problem(&answer), refused(403, "FORBIDDEN", ""));
    let answer = upload(&member, PERSON, "acme", PNG).await;
    let page = member.follow(answer).await;
    assert_eq!(
        page.one("#logo .banner.danger"),
        "Only admins and owners of this organization can do this."
    );

    let eve = kit.person("eve").await;
    let stranger = in_browser(&kit, &eve).await;
    for slug in ["acme", "no-such-one", "", "../acme", "//evil.example"] {
        let answer = upload(&stranger, SCRIPT, slug, PNG).await;
        assert_eq!(problem(&answer), refused(404, "NOT_FOUND", ""), "{slug}");
        let answer = upload(&stranger, PERSON, slug, PNG).await;
        assert_eq!(
            (answer.status, answer.one("h1").as_str()),
            (StatusCode::NOT_FOUND, "Page not found"),
            "{slug}"
        );
    }
    assert_eq!(logos(&kit).await, 0);
}

async fn whoever_is_signed_out_is_led_to_sign_in(kit: Kit) {
    acme(&kit).await;
    let browser = Browser::new(&kit);
    let answer = upload(&browser, SCRIPT, "acme", PNG).await;
    assert_eq!(problem(&answer), refused(401, "UNAUTHENTICATED", ""));
    let answer = upload(&browser, PERSON, "acme", PNG).await;
    assert_eq!(
        (answer.status, answer.location().as_str()),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2F")
    );
    assert_eq!(logos(&kit).await, 0);
}

async fn another_site_cannot_change_a_logo(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    upload(&browser, PERSON, "acme", PNG).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let parts: [Part<'_>; 2] = [("slug", None, b"acme"), ("remove", None, b"1")];
        let request = Request::post(PATH)
            .header(header::HOST, "accounts.example.test")
            .header(name, value)
            .header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={BOUNDARY}"),
            );
        let body = Body::from(multipart(&parts));
        let answer = browser.send(request.body(body).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert_eq!(answer.json()["errors"][0]["code"], "CROSS_ORIGIN");
    }
    assert_eq!(logos(&kit).await, 1);
}

async fn a_form_of_an_organization_that_has_moved_still_reaches_it(kit: Kit) {
    let (ada, organization, browser) = acme(&kit).await;
    let input = contract::organizations::UpdateOrganization {
        slug: Some("borough".to_owned()),
        name: None,
    };
    organizations::update(&kit.ctx(), &ada.actor(), organization.id(), input)
        .await
        .expect("owners may");
    let answer = upload(&browser, PERSON, "acme", PNG).await;
    assert_eq!(answer.location(), "/o/borough/settings");
    assert_eq!(logos(&kit).await, 1);
}

async fn junk_is_refused_and_never_an_error_of_ours(kit: Kit) {
    let (_, _, browser) = acme(&kit).await;
    let form = format!("multipart/form-data; boundary={BOUNDARY}");
    let cut_off = multipart(&[("slug", None, b"acme"), ("logo", Some("x"), PNG)]);
    let name =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"\u{fffd}\0\"\r\n\r\n");
    for (kind, body, status) in [
        (
            "application/x-www-form-urlencoded",
            b"slug=acme".to_vec(),
            415,
        ),
        ("multipart/form-data", cut_off.clone(), 415),
        (
            "multipart/form-data; boundary=another",
            cut_off.clone(),
            400,
        ),
        (&*form, cut_off[..cut_off.len() - 60].to_vec(), 400),
        (&*form, Vec::new(), 400),
        (&*form, name.into_bytes(), 400),
        ("", Vec::new(), 415),
    ] {
        for accept in [PERSON, SCRIPT] {
            let mut request = Request::post(PATH).header(header::ACCEPT, accept);
            if !kind.is_empty() {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            let answer = browser
                .send(request.body(Body::from(body.clone())).expect("a request"))
                .await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{kind} {accept}: {}",
                answer.text
            );
            assert!(
                !answer.text.to_lowercase().contains("multer"),
                "{}",
                answer.text
            );
        }
    }
    assert_eq!(
        browser.get(PATH).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(logos(&kit).await, 0);
}

async fn a_picture_that_is_not_there_is_not_found(kit: Kit) {
    let browser = Browser::new(&kit);
    for id in [
        "nobody",
        "00000000000000000000000000000000",
        "%ff",
        "..%2f..%2fCargo.toml",
        "%00",
    ] {
        let answer = browser.get(&format!("/pictures/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
        assert_eq!(answer.header("cache-control"), "no-store", "{id}");
    }
    let request = Request::post("/pictures/00000000000000000000000000000000");
    let answer = browser
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

async fn a_person_and_a_program_set_their_own_picture(kit: Kit) {
    let path = "/_upload/avatar";
    let ada = kit.person("ada").await;
    let browser = in_browser(&kit, &ada).await;
    let file = [("avatar", Some("me.png"), PNG)];
    let answer = send_to(&browser, path, PERSON, &file).await;
    assert_eq!(answer.location(), "/account/profile");
    let page = browser.follow(answer).await;
    assert_eq!(page.one("#avatar .banner.ok"), "Saved");
    assert!(page.attribute("#avatar img", "src").is_some());

    let answer = send_to(&browser, path, SCRIPT, &[("avatar", None, b"<svg/>")]).await;
    assert_eq!(problem(&answer), refused(422, "INVALID_PICTURE", "avatar"));
    let answer = send_to(&browser, path, SCRIPT, &[("remove", None, b"1")]).await;
    assert_eq!(answer.json()["avatar"], serde_json::Value::Null);
    assert_eq!(kit.count("pictures").await, 0);
    let large = vec![0; pictures::LARGEST_FILE + 1];
    let answer = send_to(
        &browser,
        path,
        SCRIPT,
        &[("avatar", Some("me.png"), &large)],
    )
    .await;
    assert_eq!(problem(&answer).1, "PICTURE_TOO_LARGE");

    let stranger = Browser::new(&kit);
    let answer = send_to(&stranger, path, SCRIPT, &file).await;
    assert_eq!(problem(&answer).1, "UNAUTHENTICATED");
}
