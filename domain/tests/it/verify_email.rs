//! A person proves that the address is theirs.

use contract::Code;
use domain::accounts;
use futures::future::join_all;
use testkit::{Kit, on_each_database};

use crate::refusals::{refusal, refusal_on, wait};

on_each_database! {
    the_link_verifies_the_address_and_signs_nobody_in,
    the_link_works_once,
    looking_at_a_link_does_not_spend_it,
    a_newer_link_kills_the_older_one,
    a_link_is_good_for_24_hours_and_then_says_that_it_has_expired,
    of_many_at_once_one_succeeds,
    resending_answers_the_same_for_unknown_and_verified_addresses,
    resending_refuses_what_is_no_address,
    letters_to_one_address_are_limited,
    one_network_asks_for_letters_only_so_often,
    the_letter_says_what_it_is_about_and_names_nobody,
}

async fn the_link_verifies_the_address_and_signs_nobody_in(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    assert!(!ada.can_sign_in_with(&ada.password).await);
    kit.discards_mail().await;
    accounts::verify_email(&kit.ctx(), ada.verification_token())
        .await
        .expect_err("signing in sent a newer link");

    accounts::resend_verification(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    let token = kit.last_mail_to(&ada.email).await.token();
    accounts::verify_email(&kit.ctx(), &token)
        .await
        .expect("the link is good");
    assert_eq!(kit.count("sessions").await, 0);
    ada.signs_in().await;
    let user = accounts::get(&kit.ctx(), &ada.actor(), ada.id)
        .await
        .expect("people see themselves");
    assert!(user.email_verified_at.is_some());
}

async fn the_link_works_once(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::verify_email(&kit.ctx(), ada.verification_token())
        .await
        .expect("the link is good");
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkUsed
    );
    assert_eq!(
        refusal(accounts::check_verification_link(&kit.ctx(), ada.verification_token()).await),
        Code::LinkUsed
    );
}

async fn looking_at_a_link_does_not_spend_it(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    for _ in 0..3 {
        accounts::check_verification_link(&kit.ctx(), ada.verification_token())
            .await
            .expect("the link is good");
    }
    let spaced = format!(" {}\n", ada.verification_token());
    accounts::verify_email(&kit.ctx(), &spaced)
        .await
        .expect("copying takes along some white space");
}

async fn a_newer_link_kills_the_older_one(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::resend_verification(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkInvalid
    );
    let token = kit.last_mail_to(&ada.email).await.token();
    accounts::verify_email(&kit.ctx(), &token)
        .await
        .expect("the newer link is good");
}

async fn a_link_is_good_for_24_hours_and_then_says_that_it_has_expired(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    kit.clock.advance(24 * 60 * 60 - 5);
    accounts::check_verification_link(&kit.ctx(), ada.verification_token())
        .await
        .expect("a few seconds are left");
    kit.clock.advance(5);
    assert_eq!(
        refusal(accounts::check_verification_link(&kit.ctx(), ada.verification_token()).await),
        Code::LinkExpired
    );
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkExpired
    );
    assert_eq!(
        kit.number("SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL")
            .await,
        0
    );
}

async fn of_many_at_once_one_succeeds(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    let ctx = kit.ctx();
    let results =
        join_all((0..8).map(|_| accounts::verify_email(&ctx, ada.verification_token()))).await;
    let (granted, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(granted.len(), 1);
    assert!(
        refused
            .into_iter()
            .all(|result| refusal(result) == Code::LinkUsed)
    );
}

async fn resending_answers_the_same_for_unknown_and_verified_addresses(kit: Kit) {
    let ada = kit.person("ada").await;
    for email in [ada.email.as_str(), "nobody@example.test"] {
        accounts::resend_verification(&kit.ctx(), email)
            .await
            .expect("the answer is always the same");
    }
    assert_eq!((kit.count("mails").await, kit.count("links").await), (0, 0));
}

async fn resending_refuses_what_is_no_address(kit: Kit) {
    assert_eq!(
        refusal_on(accounts::resend_verification(&kit.ctx(), "ada").await),
        (Code::InvalidEmail, "email".to_owned())
    );
    assert_eq!(
        refusal_on(accounts::resend_verification(&kit.ctx(), "").await),
        (Code::Required, "email".to_owned())
    );
}

async fn letters_to_one_address_are_limited(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    for _ in 0..20 {
        accounts::resend_verification(&kit.ctx(), &ada.email)
            .await
            .expect("the answer is always the same");
    }
    let letters = kit.new_mail_to(&ada.email).await;
    assert_eq!(
        letters.len(),
        4,
        "the letter of the sign-up was the first of five"
    );
    accounts::check_verification_link(&kit.ctx(), &letters[3].token())
        .await
        .expect("the link of the last letter stays good");

    kit.clock.advance(10 * 60);
    for _ in 0..3 {
        accounts::resend_verification(&kit.ctx(), &ada.email)
            .await
            .expect("the answer is always the same");
    }
    let token = kit.last_mail_to(&ada.email).await.token();
    accounts::verify_email(&kit.ctx(), &token)
        .await
        .expect("after ten minutes there was one more");
}

async fn one_network_asks_for_letters_only_so_often(kit: Kit) {
    for n in 0..30 {
        let email = format!("nobody{n}@example.test");
        if n % 2 == 0 {
            accounts::resend_verification(&kit.ctx(), &email)
                .await
                .expect("the burst is not used up");
        } else {
            accounts::request_password_reset(&kit.ctx(), &email)
                .await
                .expect("both are counted as one");
        }
    }
    assert!(wait(accounts::resend_verification(&kit.ctx(), "ada@example.test").await) <= 20);
    assert!(wait(accounts::request_password_reset(&kit.ctx(), "ada@example.test").await) <= 20);
    let elsewhere = kit.ctx_from("198.51.100.9");
    accounts::resend_verification(&elsewhere, "ada@example.test")
        .await
        .expect("another network has its own burst");
    kit.clock.advance(20);
    accounts::resend_verification(&kit.ctx(), "ada@example.test")
        .await
        .expect("one each twenty seconds");
}

async fn the_letter_says_what_it_is_about_and_names_nobody(kit: Kit) {
    let input = contract::accounts::SignUp {
        name: "<b>Ada</b> & {link}".to_owned(),
        email: "ada@example.test".to_owned(),
        password: contract::Password::new("nine lanterns over the harbour"),
    };
    accounts::sign_up(&kit.ctx(), input)
        .await
        .expect("names are free");
    let post = kit.last_mail_to("ada@example.test").await;
    let (text, html) = (&post.letter.text, &post.letter.html);
    assert!(
        post.letter.subject.contains("Latchkey") && !post.letter.subject.contains("Ada"),
        "{}",
        post.letter.subject
    );
    assert!(
        post.link()
            .starts_with("https://accounts.example.test/verify-email?token=lkl_"),
        "{}",
        post.link()
    );
    assert!(
        html.contains(post.link()),
        "the button leads where the text does"
    );
    assert!(
        !text.contains("Ada") && !html.contains("Ada"),
        "a name that a stranger may have chosen is sent to nobody:\n{text}"
    );
    for fact in ["23 Nov 2026, 10:00 UTC", "192.0.2.7", "Firefox on Linux"] {
        assert!(
            text.contains(fact) && html.contains(fact),
            "{fact} is missing in\n{text}"
        );
    }
    assert!(
        !post.letter.text.contains("nine lanterns") && !post.letter.html.contains("nine lanterns")
    );
}
