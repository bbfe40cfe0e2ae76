//! The kit fails tests that it ought to fail.

use std::panic::catch_unwind;

use domain::accounts;
use testkit::{Backend, Kit, on_each_database};

on_each_database! {
    what_a_test_leaves_behind_is_told,
    an_organization_that_is_not_whole_is_told,
    each_kit_has_a_database_of_its_own,
    the_dice_and_the_clock_are_the_same_in_every_run,
}

async fn asks_for_a_letter(kit: &Kit) {
    let ada = kit.person("ada").await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
}

async fn what_a_test_leaves_behind_is_told(kit: Kit) {
    asks_for_a_letter(&kit).await;
    assert!(
        kit.leftovers()
            .await
            .is_some_and(|left| left.contains("queued"))
    );
    kit.deliver().await;
    assert!(
        kit.leftovers()
            .await
            .is_some_and(|left| left.contains("reset_password to ada@example.test"))
    );
    kit.last_mail_to("ada@example.test").await;
    assert_eq!(kit.leftovers().await, None);
}

/// Each statement breaks what the one before it left whole.
async fn an_organization_that_is_not_whole_is_told(kit: Kit) {
    let ada = kit.person("ada").await;
    kit.organization("acme").owned_by(&ada).await;
    assert_eq!(kit.leftovers().await, None);
    for (broken, whole, told) in [
        (
            "UPDATE organizations SET member_count = 2",
            "UPDATE organizations SET member_count = 1",
            "counts its members wrongly",
        ),
        (
            "UPDATE users SET suspended_at = 1",
            "UPDATE users SET suspended_at = NULL",
            "no owner who can sign in",
        ),
        (
            "UPDATE slugs SET retired_at = 1",
            "UPDATE slugs SET retired_at = NULL",
            "is not taken",
        ),
    ] {
        kit.sql(broken).await;
        assert!(
            kit.leftovers()
                .await
                .is_some_and(|left| left.contains(told)),
            "{told}"
        );
        kit.sql(whole).await;
    }
}

async fn each_kit_has_a_database_of_its_own(kit: Kit) {
    kit.person("ada").await;
    let other = Kit::new(kit.backend()).await;
    assert_eq!(
        (kit.count("users").await, other.count("users").await),
        (1, 0)
    );
    other.finish().await;
}

async fn the_dice_and_the_clock_are_the_same_in_every_run(kit: Kit) {
    let other = Kit::new(kit.backend()).await;
    let (one, two) = (
        kit.person("ada").await.signs_in().await,
        other.person("ada").await.signs_in().await,
    );
    assert_eq!((one.session.id, one.token), (two.session.id, two.token));
    other.finish().await;
}

#[test]
fn a_test_that_leaves_mail_fails() {
    let end =
        catch_unwind(|| testkit::run(Backend::Sqlite, async |kit| asks_for_a_letter(&kit).await));
    assert!(end.is_err());
}

#[test]
fn a_test_that_fails_fails() {
    assert!(
        catch_unwind(|| testkit::run(Backend::Sqlite, async |_| panic!("as it should"))).is_err()
    );
}
