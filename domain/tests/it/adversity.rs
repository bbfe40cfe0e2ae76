//! When the disk does not do its part: what only reads goes on, what writes is refused as not available, and nothing is lost.

use contract::{Code, accounts::UpdateProfile};
use domain::{Ctx, Error, accounts, sessions, sessions::Client};
use testkit::{Kit, Person, on_sqlite};

on_sqlite! {
    a_disk_that_becomes_read_only_refuses_changes_and_answers_reads,
    a_database_that_can_only_be_read_is_opened_all_the_same,
    a_full_disk_refuses_changes_and_loses_nothing,
}

async fn renames(ctx: &Ctx, person: &Person, name: &str) -> Result<(), Error> {
    let input = UpdateProfile {
        name: Some(name.to_owned()),
        ..UpdateProfile::default()
    };
    let done = accounts::update_profile(ctx, &person.actor(), input).await;
    done.map(|_| ())
}

/// The refusal that tells people to try again, and programs as well.
fn is_unavailable(done: &Result<(), Error>) -> bool {
    let Err(error) = done else { return false };
    error.tell("a trace").0[0].code == Code::Unavailable
}

async fn name(ctx: &Ctx, person: &Person) -> String {
    let user = accounts::get(ctx, &person.actor(), person.id).await;
    user.expect("people see themselves").name
}

async fn a_disk_that_becomes_read_only_refuses_changes_and_answers_reads(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let opened = ada.signs_in().await;
    // Every connection that writes then fails as on a disk that was mounted anew, with SQLITE_READONLY.
    kit.sql("PRAGMA query_only = ON").await;
    let done = renames(&kit.ctx(), &ada, "Augusta").await;
    assert!(is_unavailable(&done), "{done:?}");
    kit.clock.advance(120);
    assert!(
        kit.is_live(&opened.token).await,
        "a session is good although its use cannot be noted"
    );
    assert_eq!(name(&kit.ctx(), &ada).await, "Ada");
    kit.sql("PRAGMA query_only = OFF").await;
    renames(&kit.ctx(), &ada, "Augusta")
        .await
        .expect("it is mended");
    assert_eq!(name(&kit.ctx(), &ada).await, "Augusta");
}

async fn a_database_that_can_only_be_read_is_opened_all_the_same(kit: Kit) {
    let ada = kit.person("ada").named("Ada").await;
    let opened = ada.signs_in().await;
    let ctx = kit.started_on(&format!("{}?mode=ro", kit.url())).await;
    assert!(!ctx.database().is_writable() && kit.ctx().database().is_writable());
    let found = sessions::authenticate(&ctx, opened.token.expose(), Client::Browser).await;
    assert!(found.is_ok_and(|found| found.is_some()));
    assert_eq!(name(&ctx, &ada).await, "Ada");
    let done = renames(&ctx, &ada, "Augusta").await;
    assert!(is_unavailable(&done), "{done:?}");
    ctx.database()
        .clone()
        .close()
        .await
        .expect("it closes without writing");
}

async fn a_full_disk_refuses_changes_and_loses_nothing(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    kit.sql("PRAGMA max_page_count = 1").await;
    let mut last = String::new();
    let mut refused = None;
    for count in 0..2_000 {
        let next = format!("Ada {count}");
        match renames(&kit.ctx(), &ada, &next).await {
            Ok(()) => last = next,
            failed => {
                refused = Some(failed);
                break;
            }
        }
    }
    let refused = refused.expect("the log of changes fills the disk");
    assert!(is_unavailable(&refused), "{refused:?}");
    assert!(refused.is_err_and(|error| error.is_full() && !error.is_busy()));
    assert_eq!(
        name(&kit.ctx(), &ada).await,
        last,
        "what was answered is there"
    );
    kit.sql("PRAGMA max_page_count = 100000").await;
    renames(&kit.ctx(), &ada, "Augusta")
        .await
        .expect("there is room again");
    assert_eq!(name(&kit.ctx(), &ada).await, "Augusta");
    assert_eq!(
        kit.text("PRAGMA integrity_check").await.as_deref(),
        Some("ok")
    );
}
