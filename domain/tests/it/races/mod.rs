//! What two requests could break together holds when they really run at once.
//!
//! Each round sets up people and an organization of its own, lets everybody act at one moment, and looks at who was granted
//! what and at the state that is left. A failure of ours (a deadlock, a lock that was not got) is no answer either.

mod api_keys;
mod erasing;
mod first_run;
mod invitations;
mod owners;
mod slugs;

use std::{future::Future, pin::Pin, sync::Arc};

use contract::Code;
use domain::{Error, Result};
use futures::future::join_all;
use testkit::Kit;
use tokio::sync::Barrier;

/// How often each race is run.
const ROUNDS: u32 = 8;

/// What somebody is about to do; nothing of an answer matters but whether it was granted.
type Act = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

fn act<T>(act: impl Future<Output = Result<T>> + Send + 'static) -> Act {
    Box::pin(async move { act.await.map(|_| ()) })
}

/// Lets everybody act at the same moment; gives for each the code of the refusal, or `None` for what was granted.
async fn at_once(acts: Vec<Act>) -> Vec<Option<Code>> {
    let start = Arc::new(Barrier::new(acts.len()));
    let tasks: Vec<_> = acts
        .into_iter()
        .map(|act| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                act.await
            })
        })
        .collect();
    let code = |done: Result<()>| match done {
        Ok(()) => None,
        Err(Error::Refused(problems)) => Some(problems.0[0].code),
        Err(error) => panic!("this failed: {error}"),
    };
    join_all(tasks)
        .await
        .into_iter()
        .map(|done| code(done.expect("nobody panics")))
        .collect()
}

fn granted(codes: &[Option<Code>]) -> usize {
    codes.iter().filter(|code| code.is_none()).count()
}

/// Asserts that one was granted and the others were refused in one of these ways.
fn assert_one(codes: &[Option<Code>], refusals: &[Code]) {
    assert_eq!(granted(codes), 1, "{codes:?}");
    let is_expected = |code: &Code| refusals.contains(code);
    assert!(codes.iter().flatten().all(is_expected), "{codes:?}");
}

/// Ends a round: letters are read, and every organization is whole.
async fn is_whole(kit: &Kit) {
    kit.discards_mail().await;
    assert_eq!(kit.broken().await, None);
}
