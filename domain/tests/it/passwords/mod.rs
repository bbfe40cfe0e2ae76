//! Forgotten, changed and set passwords.

mod changing;
mod resetting;
mod setting;

use contract::{Code, Password};
use domain::accounts;
use testkit::{Kit, Person};

const NEW: &str = "nine lanterns over the harbour";

const BAD_PASSWORDS: &[(&str, Code)] = &[
    ("", Code::Required),
    ("fourteen chars", Code::PasswordTooShort),
    ("passwordpassword", Code::PasswordCommon),
    ("0123456789012345", Code::PasswordCommon),
    ("ada@example.test!", Code::PasswordContext),
    ("Lovelace-Latchkey", Code::PasswordContext),
];

fn new() -> Password {
    Password::new(NEW)
}

async fn reset_link(kit: &Kit, person: &Person) -> String {
    accounts::request_password_reset(&kit.ctx(), &person.email)
        .await
        .expect("anybody may ask");
    let letter = kit.last_mail_to(&person.email).await;
    assert_eq!(letter.template(), "reset_password");
    letter.token()
}

async fn reads(kit: &Kit, person: &Person, template: &str) {
    let letters = kit.new_mail_to(&person.email).await;
    assert_eq!(
        letters
            .iter()
            .map(testkit::Post::template)
            .collect::<Vec<_>>(),
        [template]
    );
    assert!(
        !letters[0].letter.text.contains(NEW) && !letters[0].letter.html.contains(NEW),
        "a letter never holds a password"
    );
}
