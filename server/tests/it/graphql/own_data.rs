//! What is held of a person, by programs.

use contract::Role;
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{Api, Credentials, NONE, company::found};

on_each_database! {
    data_is_exported,
    an_account_is_deleted_and_had_back,
    what_deleting_would_do_is_told_before,
    letters_are_chosen,
}

async fn data_is_exported(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let input = json!({ "clientMutationId": "7" });
    let done = api
        .mutate(&own, "exportData", input, "data clientMutationId")
        .await;
    assert_eq!(done["data"]["user"]["email"], json!(ada.email));
    assert_eq!(done["clientMutationId"], "7");
}

async fn an_account_is_deleted_and_had_back(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    assert_eq!(
        api.refusals(
            &own,
            "deleteAccount",
            json!({ "email": "grace@example.test" })
        )
        .await,
        [("CONFIRMATION_WRONG".to_owned(), Some("email".to_owned()))]
    );
    let done = api
        .mutate(
            &own,
            "deleteAccount",
            json!({ "email": ada.email }),
            "erasedAt",
        )
        .await;
    assert!(done["erasedAt"].is_string(), "{done}");
    let viewer = api
        .run_as(&own, "{ viewer { __typename } }", Value::Null)
        .await;
    assert_eq!(viewer.json()["data"]["viewer"], Value::Null);
    let input = json!({ "token": kit.last_mail_to(&ada.email).await.token() });
    let undone = api
        .mutate(&NONE, "undoAccountDeletion", input.clone(), "email")
        .await;
    assert_eq!(undone["email"], json!(ada.email));
    assert_eq!(
        api.refusals(&NONE, "undoAccountDeletion", input).await,
        [("LINK_USED".to_owned(), None)]
    );
    ada.signs_in().await;
}

async fn what_deleting_would_do_is_told_before(kit: Kit) {
    let api = Api::new(&kit);
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    ada.signs_in().await;
    grace.signs_in().await;
    let shared = found(&kit, &ada, "Shared").await;
    shared.takes_in(&grace, Role::Member).await;
    found(&kit, &ada, "Lonely").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let query = "{ viewer { ... on User { deletionPreview { blocking { id name slug } deleted { name } } } } }";
    let told = api.ask(&own, query, Value::Null).await;
    assert_eq!(
        told["viewer"]["deletionPreview"],
        json!({
            "blocking": [{ "id": shared.org(), "name": "Shared", "slug": shared.slug }],
            "deleted": [{ "name": "Lonely" }],
        })
    );
    kit.discards_mail().await;
}

async fn letters_are_chosen(kit: Kit) {
    let api = Api::new(&kit);
    let ada = kit.person("ada").await;
    let own = Credentials::of_program(&kit, &ada).await;
    let wanted = "user { avatarUrl profile { mutedNotifications theme } }";
    let input = json!({ "mutedNotifications": ["USAGE", "KEY_EXPIRY"] });
    let done = api.mutate(&own, "updatePreferences", input, wanted).await;
    assert_eq!(
        done["user"]["profile"]["mutedNotifications"],
        json!(["KEY_EXPIRY", "USAGE"])
    );
    assert_eq!(done["user"]["avatarUrl"], Value::Null);
    let done = api
        .mutate(
            &own,
            "updatePreferences",
            json!({ "theme": "DARK" }),
            wanted,
        )
        .await;
    assert_eq!(
        done["user"]["profile"]["mutedNotifications"],
        json!(["KEY_EXPIRY", "USAGE"]),
        "left out, it stays"
    );
}
