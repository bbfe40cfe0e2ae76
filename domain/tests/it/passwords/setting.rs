//! Passwords that an operator sets.

use contract::{Code, Password};
use domain::accounts;
use testkit::{Kit, on_each_database};

use super::{BAD_PASSWORDS, NEW, new, reads};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    an_operator_sets_a_password,
    setting_a_password_is_for_operators,
    setting_a_password_of_nobody_or_to_a_bad_one_is_refused,
}

async fn an_operator_sets_a_password(kit: Kit) {
    let ada = kit.person("ada").await;
    let session = ada.signs_in().await;
    accounts::set_password(&kit.system(), &kit.operator(), "Ada@example.test", &new())
        .await
        .expect("operators may");
    assert!(!kit.is_live(&session.token).await);
    assert!(!ada.can_sign_in_with(&ada.password).await);
    assert!(ada.can_sign_in_with(NEW).await);
    reads(&kit, &ada, "password_changed").await;
}

async fn setting_a_password_is_for_operators(kit: Kit) {
    let (ada, staff) = (kit.person("ada").await, kit.person("grace").staff().await);
    staff.signs_in().await;
    for actor in [kit.anonymous(), staff.actor()] {
        assert_eq!(
            refusal(accounts::set_password(&kit.ctx(), &actor, &ada.email, &new()).await),
            Code::Forbidden
        );
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn setting_a_password_of_nobody_or_to_a_bad_one_is_refused(kit: Kit) {
    let ada = kit.person("ada").named("Ada Lovelace").await;
    let set = async |email: &str, password: &str| {
        accounts::set_password(
            &kit.system(),
            &kit.operator(),
            email,
            &Password::new(password),
        )
        .await
    };
    assert_eq!(
        refusal_on(set("nobody@example.test", NEW).await),
        (Code::NotFound, "email".to_owned())
    );
    assert_eq!(
        refusal_on(set("ada", NEW).await),
        (Code::InvalidEmail, "email".to_owned())
    );
    for (password, code) in BAD_PASSWORDS {
        assert_eq!(
            refusal_on(set(&ada.email, password).await),
            (*code, "newPassword".to_owned()),
            "{password}"
        );
    }
}
