//! A person proves who they are.

use contract::{Code, Password, sessions::SignIn};
use domain::{
    accounts,
    sessions::{self, Client, Kind},
};
use futures::future::join_all;
use testkit::{Kit, on_each_database};

use crate::refusals::{faults, problems, refusal};

on_each_database! {
    the_right_password_opens_a_session,
    the_address_is_taken_in_any_case,
    the_password_is_compared_whole,
    a_composed_and_a_decomposed_letter_are_the_same,
    wrong_unknown_unverified_and_suspended_are_refused_alike,
    what_cannot_be_a_password_or_an_address_is_refused_unread,
    who_knows_the_password_of_an_unverified_account_gets_a_new_link,
    who_does_not_know_it_causes_no_letter,
    the_kind_follows_the_client_and_the_wish_to_stay,
    each_sign_in_has_a_token_and_a_salt_of_its_own,
    raised_costs_are_applied_at_the_next_sign_in,
    twenty_right_sign_ins_at_once_all_succeed,
    a_sign_in_from_a_new_place_is_told_of,
}

async fn sign_in(kit: &Kit, email: &str, password: &str) -> domain::Result<sessions::Opened> {
    let input = SignIn {
        email: email.to_owned(),
        password: Password::new(password),
        remember: false,
    };
    testkit::sign_in(&kit.ctx(), input, Client::Browser).await
}

async fn the_right_password_opens_a_session(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    let opened = ada.signs_in().await;
    let found = sessions::authenticate(&kit.ctx(), opened.token.expose(), Client::Browser)
        .await
        .expect("sessions can be read");
    let found = found.expect("the session is live");
    assert_eq!(
        (found.signed_in.user_id, found.signed_in.session_id),
        (ada.id, opened.session.id)
    );
    assert_eq!(
        (
            found.name.as_str(),
            found.username.as_str(),
            found.email.as_str()
        ),
        ("Ada Lovelace", "ada", "ada@example.test")
    );
    assert!(!found.signed_in.is_staff);
    let staff = kit.person("grace").staff().await.signs_in().await;
    assert!(
        matches!(kit.holder(&staff.token).await, Some(domain::Actor::User(signed_in)) if signed_in.is_staff)
    );
}

async fn the_address_is_taken_in_any_case(kit: Kit) {
    let ada = kit.person("ada").await;
    sign_in(&kit, " ADA@Example.test ", &ada.password)
        .await
        .expect("it is the same address");
}

async fn the_password_is_compared_whole(kit: Kit) {
    let password = format!("{} and nothing is cut", "long ".repeat(14));
    assert!(password.len() > 72);
    let ada = kit.person("ada").with_password(&password).await;
    for other in [
        &password[..72],
        &password[..password.len() - 1],
        &password.to_uppercase(),
    ] {
        assert!(!ada.can_sign_in_with(other).await, "{other}");
    }
    assert!(!ada.can_sign_in_with(&format!("{password} ")).await);
    assert!(ada.can_sign_in_with(&password).await);
}

async fn a_composed_and_a_decomposed_letter_are_the_same(kit: Kit) {
    let ada = kit
        .person("ada")
        .with_password("un caf\u{e9} au lait chaud")
        .await;
    assert!(ada.can_sign_in_with("un cafe\u{301} au lait chaud").await);
}

async fn wrong_unknown_unverified_and_suspended_are_refused_alike(kit: Kit) {
    let (ada, grace) = (
        kit.person("ada").await,
        kit.person("grace").unverified().await,
    );
    let joan = kit.person("joan").await;
    joan.gets_suspended().await;
    let answers = [
        problems(sign_in(&kit, &ada.email, "seven wrong herons were fed").await),
        problems(sign_in(&kit, "nobody@example.test", &ada.password).await),
        problems(sign_in(&kit, &grace.email, "seven wrong herons were fed").await),
        problems(sign_in(&kit, &grace.email, &grace.password).await),
        problems(sign_in(&kit, &joan.email, &joan.password).await),
    ];
    assert_eq!(answers[0][0].code, Code::InvalidCredentials);
    assert_eq!(
        answers[0][0].field, None,
        "the answer does not tell which of the two is wrong"
    );
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(kit.count("sessions").await, 0);
    kit.discards_mail().await;
}

async fn what_cannot_be_a_password_or_an_address_is_refused_unread(kit: Kit) {
    let named = problems(sign_in(&kit, "ada", "").await);
    assert_eq!(
        faults(&named),
        [("email", Code::InvalidEmail), ("password", Code::Required)]
    );
    let megabyte = "x".repeat(1_000_000);
    assert_eq!(
        refusal(sign_in(&kit, "ada@example.test", &megabyte).await),
        Code::PasswordTooLong
    );
    assert_eq!(kit.count("throttles").await, 0, "nothing was guessed");
}

async fn who_knows_the_password_of_an_unverified_account_gets_a_new_link(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    assert!(!ada.can_sign_in_with(&ada.password).await);
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "verify_email");
    assert_ne!(letter.token(), ada.verification_token());
    accounts::verify_email(&kit.ctx(), &letter.token())
        .await
        .expect("the link is good");
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn who_does_not_know_it_causes_no_letter(kit: Kit) {
    let (ada, grace) = (
        kit.person("ada").unverified().await,
        kit.person("grace").unverified().await,
    );
    grace.gets_suspended().await;
    let before = kit.count("mails").await;
    assert!(!ada.can_sign_in_with("seven wrong herons were fed").await);
    assert_eq!(kit.count("mails").await, before);
    accounts::verify_email(&kit.ctx(), ada.verification_token())
        .await
        .expect("the link is still good");
}

async fn the_kind_follows_the_client_and_the_wish_to_stay(kit: Kit) {
    let ada = kit.person("ada").await;
    assert_eq!(ada.signs_in().await.kind, Kind::Browser);
    assert_eq!(ada.signs_in_to_stay().await.kind, Kind::Remembered);
    assert_eq!(
        ada.signs_in_with(&kit.ctx(), Client::Program).await.kind,
        Kind::Program
    );
}

async fn each_sign_in_has_a_token_and_a_salt_of_its_own(kit: Kit) {
    let ada = kit
        .person("ada")
        .with_password("nine lanterns over the harbour")
        .await;
    kit.person("grace")
        .with_password("nine lanterns over the harbour")
        .await;
    assert_ne!(ada.signs_in().await.token, ada.signs_in().await.token);
    assert_eq!(
        kit.number("SELECT count(DISTINCT password_hash) FROM users")
            .await,
        2
    );
    assert_eq!(
        kit.number(
            "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=64,t=1,p=1$%'"
        )
        .await,
        2
    );
}

async fn raised_costs_are_applied_at_the_next_sign_in(kit: Kit) {
    let ada = kit.person("ada").await;
    let changed_at = kit.number("SELECT password_changed_at FROM users").await;
    let dearer = kit
        .with_settings(|settings| settings.passwords.memory_kib = 128)
        .await;
    let count =
        "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=128,t=1,p=1$%'";

    let input = SignIn {
        password: Password::new("seven wrong herons were fed"),
        ..ada.credentials()
    };
    assert_eq!(
        refusal(testkit::sign_in(&dearer.ctx(), input, Client::Browser).await),
        Code::InvalidCredentials
    );
    assert_eq!(
        kit.number(count).await,
        0,
        "only the right password can be hashed anew"
    );
    ada.signs_in_with(&dearer.ctx(), Client::Browser).await;
    assert_eq!(kit.number(count).await, 1);
    ada.signs_in_with(&dearer.ctx(), Client::Browser).await;
    assert_eq!(
        kit.number("SELECT password_changed_at FROM users").await,
        changed_at,
        "the password is the same"
    );
}

async fn twenty_right_sign_ins_at_once_all_succeed(kit: Kit) {
    let ada = kit.person("ada").await;
    let tasks = (0..20).map(|_| {
        let (ctx, input) = (kit.ctx(), ada.credentials());
        tokio::spawn(async move { testkit::sign_in(&ctx, input, Client::Browser).await })
    });
    for done in join_all(tasks).await {
        let opened = done
            .expect("it does not panic")
            .expect("the password is right");
        assert!(kit.is_live(&opened.token).await);
    }
    assert_eq!(kit.count("sessions").await, 20);
}

async fn a_sign_in_from_a_new_place_is_told_of(kit: Kit) {
    let (ada, bob) = (kit.person("ada").await, kit.person("bob").await);
    let first = ada.signs_in().await;
    let elsewhere = kit.ctx_from("198.51.100.7");
    bob.signs_in_with(&elsewhere, Client::Browser).await;
    ada.signs_in().await;
    ada.signs_in_with(&kit.ctx(), Client::Program).await;
    let known = domain::Origin {
        device: Some(first.device.clone()),
        ..elsewhere.origin().clone()
    };
    ada.signs_in_with(&elsewhere.with_origin(known), Client::Browser)
        .await;
    assert!(
        kit.new_mail_to(&ada.email).await.is_empty(),
        "all of that is known"
    );
    let other = kit.ctx_from("192.0.2.1");
    ada.signs_in_with(&other, Client::Browser).await;
    let post = kit.last_mail_to(&ada.email).await;
    assert_eq!(post.template(), "new_sign_in");
    ada.signs_in_with(&other, Client::Browser).await;
    assert!(
        kit.new_mail_to(&ada.email).await.is_empty(),
        "it is told of once"
    );
    kit.clock.advance(400 * 24 * 60 * 60);
    domain::maintenance::sweep(&kit.system())
        .await
        .expect("it can be swept");
    assert_eq!(kit.count("known_clients").await, 0);
    ada.signs_in_with(&kit.ctx_from("192.0.2.77"), Client::Browser)
        .await;
    assert!(
        kit.new_mail_to(&ada.email).await.is_empty(),
        "there is nothing to compare with"
    );
}
