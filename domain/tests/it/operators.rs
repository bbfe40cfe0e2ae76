//! What somebody with a shell on the server does with accounts.

use contract::{
    Code, OrganizationId, Password, Role, Timestamp, members::ListMembers,
    organizations::CreateOrganization,
};
use domain::{
    InOrg,
    accounts::{self, CreateUser},
    members, organizations,
};
use testkit::{Kit, Person, on_each_database};

use crate::refusals::{faults, problems, refusal, refusal_on};

on_each_database! {
    an_operator_makes_a_verified_account_with_its_profile,
    an_account_without_a_password_is_opened_by_a_reset,
    a_known_address_is_refused_in_any_case,
    making_accounts_refuses_bad_input,
    making_and_listing_accounts_is_for_operators,
    the_list_goes_on_where_it_ended,
    an_account_is_found_by_its_address_in_any_case,
    a_suspended_person_is_out_at_once_and_comes_back_when_restored,
    suspending_and_restoring_want_a_reason,
    suspending_and_restoring_are_for_operators,
    the_last_owner_is_not_suspended_and_the_refusal_names_the_organizations,
    an_heir_is_not_suspended_while_the_last_owner_hands_over_and_leaves,
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
        testkit::sign_in(&kit.ctx(), input.clone(), domain::sessions::Client::Browser).await;
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
    testkit::sign_in(&kit.ctx(), input, domain::sessions::Client::Browser)
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
    let named = problems(accounts::create(&kit.system(), &kit.operator(), input).await);
    assert_eq!(
        faults(&named),
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
    }
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (staff.actor(), Code::StaffFactorMissing),
    ] {
        assert_eq!(
            refusal(accounts::list(&kit.ctx(), &actor, None, 10).await),
            code
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

async fn an_account_is_found_by_its_address_in_any_case(kit: Kit) {
    let ada = kit.person("ada").await;
    let find = async |email| accounts::get_by_email(&kit.system(), &kit.operator(), email).await;
    assert_eq!(
        find("ADA@example.test").await.expect("she is there").id,
        ada.id
    );
    let on_email = |code| (code, "email".to_owned());
    assert_eq!(
        refusal_on(find("eve@example.test").await),
        on_email(Code::NotFound)
    );
    assert_eq!(refusal_on(find("ada").await), on_email(Code::InvalidEmail));
    ada.signs_in().await;
    let asked = accounts::get_by_email(&kit.ctx(), &ada.actor(), &ada.email).await;
    assert_eq!(refusal(asked), Code::NotFound);
}

async fn a_suspended_person_is_out_at_once_and_comes_back_when_restored(kit: Kit) {
    let (ctx, operator, ada) = (kit.system(), kit.operator(), kit.person("ada").await);
    let opened = ada.signs_in().await;
    for _ in 0..2 {
        accounts::suspend(&ctx, &operator, ada.id, "sends spam")
            .await
            .expect("operators may, and once more changes nothing");
    }
    assert!(!kit.is_live(&opened.token).await);
    assert!(!ada.can_sign_in_with(&ada.password).await);
    for _ in 0..2 {
        accounts::restore(&ctx, &operator, ada.id, "has explained it")
            .await
            .expect("operators may, and once more changes nothing");
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
    let entries = domain::audit::of_subject(&ctx, &operator, ada.id)
        .await
        .expect("operators may");
    let reasons: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.after.as_ref()?["reason"].as_str())
        .collect();
    assert_eq!(reasons, ["sends spam", "has explained it"]);
}

async fn suspending_and_restoring_want_a_reason(kit: Kit) {
    let (ctx, operator, ada) = (kit.system(), kit.operator(), kit.person("ada").await);
    for (reason, code) in [
        (" ", Code::Required),
        (&*"x".repeat(301), Code::TooLong),
        ("a\nb", Code::InvalidCharacters),
    ] {
        let refused = (code, "reason".to_owned());
        let suspended = accounts::suspend(&ctx, &operator, ada.id, reason).await;
        assert_eq!(refusal_on(suspended), refused);
        let restored = accounts::restore(&ctx, &operator, ada.id, reason).await;
        assert_eq!(refusal_on(restored), refused);
    }
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn suspending_and_restoring_are_for_operators(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").staff().await);
    grace.signs_in().await;
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (grace.actor(), Code::StaffFactorMissing),
    ] {
        let suspended = accounts::suspend(&kit.ctx(), &actor, ada.id, "why not").await;
        assert_eq!(refusal(suspended), code);
        let restored = accounts::restore(&kit.ctx(), &actor, ada.id, "why not").await;
        assert_eq!(refusal(restored), code);
    }
    let nobody = contract::UserId(uuid::Uuid::nil());
    let suspended = accounts::suspend(&kit.system(), &kit.operator(), nobody, "gone").await;
    assert_eq!(refusal(suspended), Code::NotFound);
}

async fn founded(kit: &Kit, owner: &Person, name: &str) -> InOrg {
    let input = CreateOrganization {
        name: name.to_owned(),
        slug: String::new(),
    };
    organizations::create(&kit.ctx(), &owner.actor(), input)
        .await
        .expect("the address is free")
}

/// Makes somebody a member as an invitation would, without its letters.
async fn joins(kit: &Kit, organization: OrganizationId, owner: &Person, person: &Person) {
    let input = contract::invitations::InviteMembers {
        emails: person.email.clone(),
        role: Role::Admin.as_str().to_owned(),
        ..Default::default()
    };
    domain::invitations::send(&kit.ctx(), &owner.actor(), organization, input)
        .await
        .expect("owners may");
    let token = kit.last_mail_to(&person.email).await.token();
    domain::invitations::accept_by_token(&kit.ctx(), &person.actor(), &token)
        .await
        .expect("the link is good");
}

async fn the_last_owner_is_not_suspended_and_the_refusal_names_the_organizations(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    founded(&kit, &ada, "Acme").await;
    founded(&kit, &ada, "Borough").await;
    let refused = accounts::suspend(&kit.system(), &kit.operator(), ada.id, "sends spam").await;
    let problem = problems(refused).remove(0);
    assert_eq!(problem.code, Code::LastOwner);
    assert!(
        problem.message.contains("Acme") && problem.message.contains("Borough"),
        "{problem}"
    );
    assert!(ada.can_sign_in_with(&ada.password).await);
}

async fn an_heir_is_not_suspended_while_the_last_owner_hands_over_and_leaves(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    for round in 0..8 {
        // So many letters to one address are a matter of hours.
        kit.clock.advance(60 * 60);
        ada.signs_in().await;
        grace.signs_in().await;
        let organization = founded(&kit, &ada, &format!("Acme {round}")).await;
        let id = organization.id();
        joins(&kit, id, &ada, &grace).await;
        let all = members::list(&kit.ctx(), &organization, &ListMembers::default()).await;
        let heir = all.expect("members may").items[1].1.id;

        let (ctx, actor) = (kit.ctx(), ada.actor());
        let hands_over = async {
            organizations::transfer(&ctx, &actor, id, heir).await?;
            members::leave(&ctx, &actor, id).await
        };
        let (system, operator) = (kit.system(), kit.operator());
        let suspends = accounts::suspend(&system, &operator, grace.id, "sends spam");
        let (left, suspended) = tokio::join!(hands_over, suspends);
        assert!(
            left.is_err() || suspended.is_err(),
            "round {round}: nobody who can sign in owns it"
        );
        for error in [left.err(), suspended.err()].into_iter().flatten() {
            let codes = [Code::LastOwner, Code::MemberInactive, Code::Conflict];
            assert!(codes.iter().any(|code| error.is_refusal(*code)), "{error}");
        }
        accounts::restore(&system, &operator, grace.id, "for the next round")
            .await
            .expect("operators may");
        kit.discards_mail().await;
    }
}
