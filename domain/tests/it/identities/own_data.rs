//! What is held of an identity: its owner reads it, and it goes with the account.

use contract::{Code, accounts::UNDELETE_DAYS, identities::Provider};
use domain::{maintenance, own_data};
use testkit::{Kit, on_each_database};

use super::{ADA, holder, opened, refused, signs_in, with_oidc};

on_each_database! {
    an_export_says_who_one_is_at_a_provider,
    an_erased_account_leaves_its_identity_to_a_new_one,
}

async fn an_export_says_who_one_is_at_a_provider(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let done = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &done).await;
    let held = own_data::export(&kit.ctx(), &actor)
        .await
        .expect("it is her own");
    let told = held["identities"].as_array().expect("it is a list");
    assert_eq!(told.len(), 1);
    for (key, value) in [
        ("provider", "oidc"),
        ("issuer", fake.url.as_str()),
        ("subject", "subject-of-ada"),
        ("label", ADA),
    ] {
        assert_eq!(told[0][key], value, "{key}");
    }
}

async fn an_erased_account_leaves_its_identity_to_a_new_one(kit: Kit) {
    let (kit, fake) = with_oidc(&kit).await;
    let first = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    let actor = holder(&kit, &first).await;
    own_data::delete(&kit.ctx(), &actor, ADA)
        .await
        .expect("nothing stands in the way");
    assert_eq!(
        refused(&kit, &fake).await,
        Code::ProviderFailed,
        "it opens nothing while the account can be had back"
    );
    assert_eq!(kit.count("identities").await, 1);
    kit.clock.advance(UNDELETE_DAYS * 24 * 60 * 60);
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
    kit.discards_mail().await;
    assert_eq!(kit.count("users").await, 0);
    assert_eq!(kit.count("identities").await, 0);
    let again = opened(signs_in(&kit, &fake, Provider::Oidc).await);
    assert_ne!(again.user_id, first.user_id);
    assert_eq!(kit.count("identities").await, 1);
}
