//! A person asks for an account.

use std::collections::HashSet;

use contract::{
    Code, Password,
    accounts::{SignUp, Theme},
    invitations::{InviteMembers, JoinAsNew},
    organizations::CreateOrganization,
};
use domain::{accounts, invitations, organizations, sessions::Client, settings::SignUpMode};
use futures::future::{join, join_all};
use testkit::{Kit, on_each_database};

use crate::refusals::{faults, problems, refusal, refusal_on, wait};

on_each_database! {
    a_user_and_a_profile_are_made_together,
    every_fault_is_named_at_once_and_nothing_is_made,
    an_address_that_carries_more_than_an_address_gets_no_letter,
    a_password_that_is_common_or_made_of_known_words_is_refused,
    a_known_address_is_answered_like_a_new_one_and_its_owner_is_told,
    the_newest_sign_up_of_an_unverified_address_wins,
    a_sign_up_whose_letter_may_not_go_changes_nothing,
    asking_too_often_keeps_letters_away_no_longer,
    sign_ups_of_one_address_at_once_make_one_account,
    usernames_are_unique_when_people_sign_up_at_once,
    a_username_that_is_reserved_or_short_gets_a_number,
    a_verified_account_keeps_its_password_when_somebody_signs_up_in_that_moment,
    where_sign_up_is_closed_nobody_gets_an_account,
    an_invitation_opens_the_door_where_only_some_may_sign_up_and_not_where_nobody_may,
    where_domains_are_listed_only_they_get_accounts,
    one_network_signs_up_only_so_often,
}

const PASSWORD: &str = "nine lanterns over the harbour";
const OTHER: &str = "eleven kites above the meadow";

fn ada() -> SignUp {
    SignUp {
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.test".to_owned(),
        password: Password::new(PASSWORD),
    }
}

async fn can_sign_in(kit: &Kit, email: &str, password: &str) -> bool {
    let input = contract::sessions::SignIn {
        email: email.to_owned(),
        password: Password::new(password),
        remember: false,
    };
    testkit::sign_in(&kit.ctx(), input, domain::sessions::Client::Browser)
        .await
        .is_ok()
}

async fn a_user_and_a_profile_are_made_together(kit: Kit) {
    accounts::sign_up(&kit.ctx(), ada())
        .await
        .expect("nothing is wrong");
    assert_eq!(
        (kit.count("users").await, kit.count("profiles").await),
        (1, 1)
    );
    let id = kit.id_of("ada@example.test").await;
    let user = accounts::get(&kit.system(), &kit.operator(), id)
        .await
        .expect("the user has a profile");
    assert_eq!(
        (
            user.email.as_str(),
            user.username.as_str(),
            user.name.as_str()
        ),
        ("ada@example.test", "ada", "Ada Lovelace")
    );
    assert_eq!(
        (
            user.profile.time_zone.as_str(),
            user.profile.language.as_str(),
            user.profile.theme
        ),
        ("UTC", "en", Theme::System)
    );
    assert_eq!((user.phone, user.email_verified_at), (None, None));
    assert_eq!(
        kit.last_mail_to("ada@example.test").await.template(),
        "verify_email"
    );
}

async fn every_fault_is_named_at_once_and_nothing_is_made(kit: Kit) {
    let input = SignUp {
        name: "a\nb".to_owned(),
        email: "ada".to_owned(),
        password: Password::new("fourteen chars"),
    };
    let named = problems(accounts::sign_up(&kit.ctx(), input).await);
    assert_eq!(
        faults(&named),
        [
            ("name", Code::InvalidCharacters),
            ("email", Code::InvalidEmail),
            ("password", Code::PasswordTooShort)
        ]
    );
    assert_eq!((kit.count("users").await, kit.count("mails").await), (0, 0));
}

async fn an_address_that_carries_more_than_an_address_gets_no_letter(kit: Kit) {
    for email in [
        "ada@example.test\r\nBcc: eve@example.test",
        "ada@example.test,eve@example.test",
        "ada@example.test\0",
        "a@b@example.test",
    ] {
        let input = SignUp {
            email: email.to_owned(),
            ..ada()
        };
        assert_eq!(
            refusal_on(accounts::sign_up(&kit.ctx(), input).await),
            (Code::InvalidEmail, "email".to_owned())
        );
    }
    assert_eq!(kit.count("mails").await, 0);
}

async fn a_password_that_is_common_or_made_of_known_words_is_refused(kit: Kit) {
    for (password, code) in [
        ("passwordpassword", Code::PasswordCommon),
        ("aaaaaaaaaaaaaaaa", Code::PasswordCommon),
        ("Ada-Lovelace-Latchkey", Code::PasswordContext),
        ("ada@example.test!", Code::PasswordContext),
    ] {
        let input = SignUp {
            password: Password::new(password),
            ..ada()
        };
        assert_eq!(
            refusal_on(accounts::sign_up(&kit.ctx(), input).await),
            (code, "password".to_owned()),
            "{password}"
        );
    }
    assert_eq!(kit.count("users").await, 0);
}

async fn a_known_address_is_answered_like_a_new_one_and_its_owner_is_told(kit: Kit) {
    let owner = kit.person("ada").named("Ada King").await;
    for email in ["ada@example.test", "Ada@Example.TEST"] {
        accounts::sign_up(
            &kit.ctx(),
            SignUp {
                email: email.to_owned(),
                ..ada()
            },
        )
        .await
        .expect("the answer is that of a new address");
        let letter = kit.last_mail_to(email).await;
        assert_eq!(letter.template(), "known_address");
        let text = &letter.letter.text;
        assert!(
            text.contains("Ada King") && !text.contains("Ada Lovelace"),
            "the owner is greeted, not whoever signed up: {text}"
        );
        assert!(!letter.letter.text.contains("token="));
    }
    assert_eq!(kit.count("users").await, 1);
    assert!(!owner.can_sign_in_with(PASSWORD).await);
    assert!(owner.can_sign_in_with(&owner.password).await);
}

async fn the_newest_sign_up_of_an_unverified_address_wins(kit: Kit) {
    accounts::sign_up(&kit.ctx(), ada())
        .await
        .expect("nothing is wrong");
    let older = kit.last_mail_to("ada@example.test").await.token();
    let again = SignUp {
        name: "Ada King".to_owned(),
        email: "ADA@example.test".to_owned(),
        password: Password::new(OTHER),
    };
    accounts::sign_up(&kit.ctx(), again)
        .await
        .expect("the answer is that of a new address");
    let newer = kit.last_mail_to("ada@example.test").await.token();

    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), &older).await),
        Code::LinkInvalid
    );
    accounts::verify_email(&kit.ctx(), &newer)
        .await
        .expect("the newer link is good");
    assert!(!can_sign_in(&kit, "ada@example.test", PASSWORD).await);
    assert!(can_sign_in(&kit, "ada@example.test", OTHER).await);
    let id = kit.id_of("ada@example.test").await;
    let user = accounts::get(&kit.system(), &kit.operator(), id)
        .await
        .expect("there is one account");
    assert_eq!(
        (user.name.as_str(), kit.count("users").await),
        ("Ada King", 1)
    );
}

/// Otherwise a stranger could sign up once more after the last letter, and its link would prove the stranger's password.
async fn a_sign_up_whose_letter_may_not_go_changes_nothing(kit: Kit) {
    for _ in 0..5 {
        accounts::sign_up(&kit.ctx(), ada())
            .await
            .expect("nothing is wrong");
    }
    let letters = kit.new_mail_to("ada@example.test").await;
    assert_eq!(letters.len(), 5);
    let strangers = SignUp {
        password: Password::new(OTHER),
        ..ada()
    };
    accounts::sign_up(&kit.ctx(), strangers)
        .await
        .expect("the answer is that of a new address");
    assert_eq!(kit.new_mail_to("ada@example.test").await.len(), 0);

    accounts::verify_email(&kit.ctx(), &letters[4].token())
        .await
        .expect("the link of the last letter is good");
    assert!(!can_sign_in(&kit, "ada@example.test", OTHER).await);
    assert!(can_sign_in(&kit, "ada@example.test", PASSWORD).await);
}

async fn asking_too_often_keeps_letters_away_no_longer(kit: Kit) {
    for _ in 0..25 {
        accounts::sign_up(&kit.ctx(), ada())
            .await
            .expect("nothing is wrong");
    }
    assert_eq!(kit.new_mail_to("ada@example.test").await.len(), 5);
    kit.clock.advance(10 * 60);
    accounts::sign_up(&kit.ctx(), ada())
        .await
        .expect("nothing is wrong");
    assert_eq!(kit.new_mail_to("ada@example.test").await.len(), 1);
}

async fn sign_ups_of_one_address_at_once_make_one_account(kit: Kit) {
    let contexts: Vec<_> = (1..=6)
        .map(|n| kit.ctx_from(&format!("192.0.2.{n}")))
        .collect();
    for result in join_all(contexts.iter().map(|ctx| accounts::sign_up(ctx, ada()))).await {
        result.expect("each is answered like the first");
    }
    assert_eq!(
        (kit.count("users").await, kit.count("profiles").await),
        (1, 1)
    );
    let letters = kit.new_mail_to("ada@example.test").await;
    assert_eq!((letters.len(), kit.count("links").await), (5, 1));
    let mut good = 0;
    for letter in letters {
        good += usize::from(
            accounts::check_verification_link(&kit.ctx(), &letter.token())
                .await
                .is_ok(),
        );
    }
    assert_eq!(good, 1, "only the newest link is good");
}

async fn usernames_are_unique_when_people_sign_up_at_once(kit: Kit) {
    let (ctx, sign_up) = (kit.ctx(), |n: usize| SignUp {
        email: format!("ada@host{n}.test"),
        ..ada()
    });
    for result in join_all((0..8).map(|n| accounts::sign_up(&ctx, sign_up(n)))).await {
        result.expect("another username is found");
    }
    let listed = accounts::list(&kit.system(), &kit.operator(), None, 100)
        .await
        .expect("operators see everybody");
    let usernames: HashSet<_> = listed.into_iter().map(|user| user.username).collect();
    assert_eq!(usernames.len(), 8);
    assert!(
        usernames.contains("ada") && usernames.iter().all(|name| name.starts_with("ada")),
        "{usernames:?}"
    );
    kit.discards_mail().await;
}

async fn a_username_that_is_reserved_or_short_gets_a_number(kit: Kit) {
    for local in ["admin", "a", "support", "o'brien"] {
        let input = SignUp {
            email: format!("{local}@example.test"),
            ..ada()
        };
        accounts::sign_up(&kit.ctx(), input)
            .await
            .expect("nothing is wrong");
    }
    let listed = accounts::list(&kit.system(), &kit.operator(), None, 100)
        .await
        .expect("operators see everybody");
    let usernames: Vec<_> = listed
        .iter()
        .map(|user| user.username.trim_end_matches(|c: char| c.is_ascii_digit()))
        .collect();
    assert_eq!(usernames, ["admin-", "a-", "support-", "o-brien"]);
    kit.discards_mail().await;
}

/// The older link proves the older password. Whichever comes first, a sign-up and the act of the link do not mix.
async fn a_verified_account_keeps_its_password_when_somebody_signs_up_in_that_moment(kit: Kit) {
    for round in 0..8 {
        let grace = kit.person(&format!("grace{round}")).unverified().await;
        let strangers = SignUp {
            name: String::new(),
            email: grace.email.clone(),
            password: Password::new(OTHER),
        };
        let (here, there) = (kit.ctx(), kit.ctx_from("198.51.100.9"));
        let (signed_up, verified) = join(
            accounts::sign_up(&there, strangers),
            accounts::verify_email(&here, grace.verification_token()),
        )
        .await;
        signed_up.expect("the answer is always the same");
        if verified.is_ok() {
            assert!(!grace.can_sign_in_with(OTHER).await);
            assert!(grace.can_sign_in_with(&grace.password).await);
        }
        kit.discards_mail().await;
    }
}

async fn where_sign_up_is_closed_nobody_gets_an_account(kit: Kit) {
    for mode in [SignUpMode::Closed, SignUpMode::InviteOnly] {
        let kit = kit.with_settings(|settings| settings.sign_up = mode).await;
        assert!(!accounts::may_sign_up(&kit.ctx()));
        assert_eq!(
            refusal(accounts::sign_up(&kit.ctx(), ada()).await),
            Code::SignUpClosed
        );
    }
    assert_eq!((kit.count("users").await, kit.count("mails").await), (0, 0));
}

async fn an_invitation_opens_the_door_where_only_some_may_sign_up_and_not_where_nobody_may(
    kit: Kit,
) {
    let grace = kit.person("grace").await;
    grace.signs_in().await;
    let input = CreateOrganization {
        name: "Acme".to_owned(),
        slug: String::new(),
    };
    let acme = organizations::create(&kit.ctx(), &grace.actor(), input)
        .await
        .expect("the address is free");
    let input = InviteMembers {
        emails: "ada@example.test".to_owned(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    };
    invitations::send(&kit.ctx(), &grace.actor(), acme.id(), input)
        .await
        .expect("owners may");
    let token = kit.last_mail_to("ada@example.test").await.token();
    let elsewhere = SignUpMode::Domains(vec!["other.test".to_owned()]);
    for (mode, is_open) in [
        (SignUpMode::Closed, false),
        (elsewhere, true),
        (SignUpMode::InviteOnly, true),
    ] {
        let kit = kit.with_settings(|settings| settings.sign_up = mode).await;
        let input = JoinAsNew {
            name: "Ada".to_owned(),
            password: Password::new(PASSWORD),
        };
        let joined = invitations::join(&kit.ctx(), &token, input, Client::Browser).await;
        if is_open {
            assert!(joined.is_ok(), "{joined:?}");
            kit.sql("UPDATE invitations SET accepted_at = NULL").await;
            kit.sql("DELETE FROM memberships WHERE email_key = 'ada@example.test'")
                .await;
            kit.sql("UPDATE organizations SET member_count = 1").await;
            kit.sql("DELETE FROM users WHERE email_key = 'ada@example.test'")
                .await;
        } else {
            assert_eq!(refusal(joined), Code::SignUpClosed);
        }
    }
    kit.discards_mail().await;
}

async fn where_domains_are_listed_only_they_get_accounts(kit: Kit) {
    let kit = kit
        .with_settings(|settings| {
            settings.sign_up = SignUpMode::Domains(vec!["example.test".to_owned()]);
        })
        .await;
    assert!(accounts::may_sign_up(&kit.ctx()));
    for email in [
        "ada@other.test",
        "ada@sub.example.test",
        "ada@notexample.test",
    ] {
        let input = SignUp {
            email: email.to_owned(),
            ..ada()
        };
        assert_eq!(
            refusal_on(accounts::sign_up(&kit.ctx(), input).await),
            (Code::SignUpDomain, "email".to_owned()),
            "{email}"
        );
    }
    accounts::sign_up(
        &kit.ctx(),
        SignUp {
            email: "ada@EXAMPLE.test".to_owned(),
            ..ada()
        },
    )
    .await
    .expect("the domain is listed");
    kit.discards_mail().await;
}

async fn one_network_signs_up_only_so_often(kit: Kit) {
    let here = kit.ctx_from("2001:db8::1");
    for _ in 0..100 {
        accounts::sign_up(&here, ada())
            .await
            .expect("the burst is not used up");
    }
    let neighbour = kit.ctx_from("2001:db8::ffff:2");
    let seconds = wait(accounts::sign_up(&neighbour, ada()).await);
    assert!((1..=10).contains(&seconds), "{seconds}");
    accounts::sign_up(&kit.ctx_from("2001:db8:0:1::1"), ada())
        .await
        .expect("another network has its own burst");
    kit.clock.advance(10);
    accounts::sign_up(&here, ada())
        .await
        .expect("one each ten seconds");
    kit.discards_mail().await;
}
