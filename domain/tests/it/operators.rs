//! What somebody with a shell on the server does with accounts.

use contract::{Code, Password, Timestamp};
use domain::accounts::{self, CreateUser};
use testkit::{Kit, on_each_database};

use crate::refusals::{problems, refusal, refusal_on};

on_each_database! {
    an_operator_makes_a_verified_account_with_its_profile,
    an_account_without_a_password_is_opened_by_a_reset,
    a_known_address_is_refused_in_any_case,
    making_accounts_refuses_bad_input,
    making_and_listing_accounts_is_for_operators,
    the_list_goes_on_where_it_ended,
}

fn ada() -> CreateUser {
    CreateUser {
        email: "ada@example.test".to_owned(),
        name: "Ada Lovelace".to_owned(),
        password: Some(Password::new("nine lanterns over the harbour")),
        is_staff: false,
    }
}

async fn an_operator_makes_a_verified_account_with_its_profile(kit: Kit) {
    let user = accounts::create(
        &kit.system(),
        &kit.operator(),
        CreateUser {
            is_staff: true,
            ..ada()
        },
    )
    .await
    .expect("operators may");
    assert!(user.email_verified_at.is_some());
    assert_eq!(
        (
            user.username.as_str(),
            kit.count("profiles").await,
            kit.count("mails").await
        ),
        ("ada", 1, 0)
    );
    let listed = accounts::list(&kit.system(), &kit.operator(), None, 10)
        .await
        .expect("operators may");
    assert!(listed[0].is_staff && listed[0].is_verified && !listed[0].is_suspended);
}

async fn an_account_without_a_password_is_opened_by_a_reset(kit: Kit) {
    accounts::create(
        &kit.system(),
        &kit.operator(),
        CreateUser {
            password: None,
            ..ada()
        },
    )
    .await
    .expect("operators may");
    let input = contract::sessions::SignIn {
        email: "ada@example.test".to_owned(),
        password: Password::new("the password of nobody"),
        remember: false,
    };
    let signed_in =
        domain::sessions::sign_in(&kit.ctx(), input.clone(), domain::sessions::Client::Browser)
            .await;
    assert_eq!(refusal(signed_in), Code::InvalidCredentials);

    accounts::request_password_reset(&kit.ctx(), "ada@example.test")
        .await
        .expect("anybody may ask");
    let link = kit.last_mail_to("ada@example.test").await.token();
    let password = Password::new("nine lanterns over the harbour");
    accounts::reset_password(&kit.ctx(), &link, &password)
        .await
        .expect("the link is good");
    kit.discards_mail().await;
    let input = contract::sessions::SignIn { password, ..input };
    domain::sessions::sign_in(&kit.ctx(), input, domain::sessions::Client::Browser)
        .await
        .expect("the password is right");
}

async fn a_known_address_is_refused_in_any_case(kit: Kit) {
    kit.person("ada").await;
    let input = CreateUser {
        email: "ADA@example.test".to_owned(),
        ..ada()
    };
    assert_eq!(
        refusal_on(accounts::create(&kit.system(), &kit.operator(), input).await),
        (Code::EmailTaken, "email".to_owned())
    );
}

async fn making_accounts_refuses_bad_input(kit: Kit) {
    let input = CreateUser {
        email: "ada".to_owned(),
        name: "x".repeat(101),
        ..ada()
    };
    let faults = problems(accounts::create(&kit.system(), &kit.operator(), input).await);
    let faults: Vec<_> = faults
        .iter()
        .map(|p| (p.field.as_deref().unwrap_or_default(), p.code))
        .collect();
    assert_eq!(
        faults,
        [("email", Code::InvalidEmail), ("name", Code::TooLong)]
    );
    let input = CreateUser {
        password: Some(Password::new("passwordpassword")),
        ..ada()
    };
    let created = accounts::create(&kit.system(), &kit.operator(), input).await;
    assert_eq!(
        refusal_on(created),
        (Code::PasswordCommon, "password".to_owned())
    );
    assert_eq!(kit.count("users").await, 0);
}

async fn making_and_listing_accounts_is_for_operators(kit: Kit) {
    let staff = kit.person("grace").staff().await;
    staff.signs_in().await;
    for actor in [kit.anonymous(), staff.actor()] {
        assert_eq!(
            refusal(accounts::create(&kit.ctx(), &actor, ada()).await),
            Code::Forbidden
        );
        assert_eq!(
            refusal(accounts::list(&kit.ctx(), &actor, None, 10).await),
            Code::Forbidden
        );
    }
    assert_eq!(kit.count("users").await, 1);
}

async fn the_list_goes_on_where_it_ended(kit: Kit) {
    for handle in ["ada", "grace", "edith", "joan", "mary"] {
        kit.person(handle).await;
    }
    kit.sql(&format!(
        "UPDATE users SET created_at = {}",
        testkit::clock::BEGINNING.0
    ))
    .await;
    let (mut names, mut after) = (Vec::new(), None::<(Timestamp, contract::UserId)>);
    loop {
        let page = accounts::list(&kit.system(), &kit.operator(), after, 2)
            .await
            .expect("operators may");
        let Some(last) = page.last() else { break };
        after = Some((last.created_at, last.id));
        names.extend(page.into_iter().map(|listed| listed.username));
    }
    assert_eq!(
        names,
        ["ada", "grace", "edith", "joan", "mary"],
        "ids decide among those of one moment"
    );
}
