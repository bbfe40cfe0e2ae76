//! Single-use secrets in letters.

use contract::{Code, Password};
use domain::accounts;
use testkit::{Kit, on_each_database};

use crate::refusals::refusal;

on_each_database! {
    a_link_is_good_for_its_own_purpose_alone,
    junk_is_no_link,
    the_secret_of_a_link_is_not_in_the_database,
    a_link_dies_when_the_persons_address_changes,
    an_old_link_still_explains_itself_for_a_week,
    an_old_link_is_kept_as_long_as_is_configured,
}

async fn a_link_is_good_for_its_own_purpose_alone(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    let reset = kit.last_mail_to(&ada.email).await.token();
    let password = Password::new("nine lanterns over the harbour");

    assert_eq!(
        refusal(accounts::check_verification_link(&kit.ctx(), &reset).await),
        Code::LinkInvalid
    );
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), &reset).await),
        Code::LinkInvalid
    );
    assert_eq!(
        refusal(accounts::check_reset_link(&kit.ctx(), ada.verification_token()).await),
        Code::LinkInvalid
    );
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), ada.verification_token(), &password).await),
        Code::LinkInvalid
    );
    accounts::verify_email(&kit.ctx(), ada.verification_token())
        .await
        .expect("a link of another purpose kills none");
}

async fn junk_is_no_link(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    let good = ada.verification_token();
    let cut = &good[..good.len() - 1];
    let swapped: String = good
        .chars()
        .enumerate()
        .map(|(at, c)| {
            if at == 10 {
                if c == 'x' { 'y' } else { 'x' }
            } else {
                c
            }
        })
        .collect();
    let as_session = good.replacen("lkl", "lks", 1);
    for token in [
        "",
        "lkl_",
        cut,
        &swapped,
        &as_session,
        &"x".repeat(100_000),
        "lkl_' OR 1=1 --",
        "🔑",
    ] {
        assert_eq!(
            refusal(accounts::verify_email(&kit.ctx(), token).await),
            Code::LinkInvalid,
            "{token:.60}"
        );
        assert_eq!(
            refusal(accounts::check_reset_link(&kit.ctx(), token).await),
            Code::LinkInvalid,
            "{token:.60}"
        );
    }
}

async fn the_secret_of_a_link_is_not_in_the_database(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    // While the letter is queued it holds the secret; it is sealed.
    let before = kit.everything_stored().await;
    let reset = kit.last_mail_to(&ada.email).await.token();
    assert!(
        !before
            .windows(reset.len())
            .any(|window| window == reset.as_bytes())
    );
    assert!(!kit.stores(&reset).await && !kit.stores(ada.verification_token()).await);
    assert!(
        kit.stores("verify_email").await,
        "the search finds what is there"
    );
}

async fn a_link_dies_when_the_persons_address_changes(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    let reset = kit.last_mail_to(&ada.email).await.token();
    kit.sql(
        "UPDATE users SET email = 'countess@example.test', email_key = 'countess@example.test'",
    )
    .await;
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkInvalid
    );
    let password = Password::new("nine lanterns over the harbour");
    assert_eq!(
        refusal(accounts::reset_password(&kit.ctx(), &reset, &password).await),
        Code::LinkInvalid
    );
}

async fn an_old_link_still_explains_itself_for_a_week(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    kit.clock.advance(7 * 24 * 60 * 60);
    domain::maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkExpired
    );
    kit.clock.advance(2 * 24 * 60 * 60);
    domain::maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    assert_eq!(
        refusal(accounts::verify_email(&kit.ctx(), ada.verification_token()).await),
        Code::LinkInvalid
    );
}

async fn an_old_link_is_kept_as_long_as_is_configured(kit: Kit) {
    let ada = kit.person("ada").unverified().await;
    let long = kit.with_settings(|all| all.retention.link_days = 30).await;
    let verified = async || accounts::verify_email(&long.ctx(), ada.verification_token()).await;
    for (days, code) in [(30, Code::LinkExpired), (2, Code::LinkInvalid)] {
        kit.clock.advance(days * 24 * 60 * 60);
        domain::maintenance::sweep(&long.system())
            .await
            .expect("the database is there");
        assert_eq!(refusal(verified().await), code);
    }
}
