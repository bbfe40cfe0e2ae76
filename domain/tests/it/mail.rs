//! The queue of letters: each one goes once, is tried again where that helps, and leaves no text behind.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use contract::{Code, EmailAddress, Password};
use domain::{
    accounts,
    mail::{self, Counts, Letter, SendError, Transport},
    seal::SecretKey,
    sessions,
};
use futures::future::join;
use testkit::{Kit, Person, on_each_database};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::refusals::refusal;

on_each_database! {
    a_letter_goes_once_and_its_text_is_removed,
    a_letter_that_waits_is_sealed,
    a_rolled_back_act_sends_nothing,
    a_letter_that_was_not_taken_is_tried_again_after_growing_waits,
    a_letter_is_given_up_after_many_tries,
    a_letter_that_is_refused_for_good_is_given_up_at_once,
    letters_that_were_given_up_go_when_an_operator_says_so,
    letters_that_wait_for_another_try_go_when_an_operator_says_so,
    the_queue_is_for_operators,
    two_workers_send_a_letter_once,
    a_letter_of_a_worker_that_died_is_taken_by_another,
    a_letter_under_another_secret_key_is_given_up,
    one_bad_letter_does_not_hold_up_the_others,
    a_committed_letter_wakes_the_delivery,
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// Answers as it was told, and takes every letter when that is used up.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<SendError>>,
    ids: Mutex<Vec<String>>,
}

impl Script {
    fn failing(times: usize, is_permanent: bool) -> Self {
        let error = SendError {
            is_permanent,
            message: "451 try again later".to_owned(),
        };
        Self {
            answers: Mutex::new(vec![error; times].into()),
            ids: Mutex::default(),
        }
    }

    /// The ids under which letters were offered, in order.
    fn ids(&self) -> Vec<String> {
        self.ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Transport for Script {
    fn send<'a>(&'a self, id: &'a str, _: &'a EmailAddress, _: &'a Letter) -> Sending<'a> {
        self.ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(id.to_owned());
        let answer = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        Box::pin(async move {
            tokio::task::yield_now().await;
            answer.map_or(Ok(()), Err)
        })
    }
}

/// One queued letter to Ada.
async fn letter(kit: &Kit) -> Person {
    let ada = kit.person("ada").await;
    accounts::request_password_reset(&kit.ctx(), &ada.email)
        .await
        .expect("anybody may ask");
    ada
}

async fn deliver(kit: &Kit, transport: &dyn Transport) -> usize {
    mail::deliver_due(&kit.system(), transport)
        .await
        .expect("the queue can be read")
}

async fn counts(kit: &Kit) -> Counts {
    mail::counts(&kit.system())
        .await
        .expect("the queue can be read")
}

async fn a_letter_goes_once_and_its_text_is_removed(kit: Kit) {
    let ada = letter(&kit).await;
    assert_eq!(counts(&kit).await, Counts { queued: 1, dead: 0 });
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 1);
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 0 });
    assert_eq!(kit.deliver().await, 0);
    assert_eq!(kit.number("SELECT count(*) FROM mails WHERE status = 'sent' AND sealed IS NULL AND finished_at IS NOT NULL").await, 1);
}

async fn a_letter_that_waits_is_sealed(kit: Kit) {
    let ada = letter(&kit).await;
    let stored = kit.everything_stored().await;
    let post = kit.last_mail_to(&ada.email).await;
    for secret in [post.letter.subject.as_str(), post.link(), &post.token()] {
        assert!(
            !stored
                .windows(secret.len())
                .any(|window| window == secret.as_bytes()),
            "{secret}"
        );
    }
}

async fn a_rolled_back_act_sends_nothing(kit: Kit) {
    let ada = kit.person("ada").await;
    ada.signs_in().await;
    sessions::sign_out(&kit.ctx(), &ada.actor())
        .await
        .expect("the session is live");
    let changed = accounts::change_password(
        &kit.ctx(),
        &ada.actor(),
        &ada.password(),
        &Password::new("nine lanterns over the harbour"),
    )
    .await;
    assert_eq!(refusal(changed), Code::Unauthenticated);
    assert_eq!(kit.count("mails").await, 0);
}

async fn a_letter_that_was_not_taken_is_tried_again_after_growing_waits(kit: Kit) {
    letter(&kit).await;
    let script = Script::failing(4, false);
    for seconds in [15, 30, 60, 120] {
        assert_eq!(deliver(&kit, &script).await, 1);
        assert_eq!(counts(&kit).await, Counts { queued: 1, dead: 0 });
        kit.clock.advance(seconds - 2);
        assert_eq!(deliver(&kit, &script).await, 0, "{seconds} s are not over");
        kit.clock.advance(2);
    }
    let unsent = mail::list_unsent(&kit.system(), &kit.operator())
        .await
        .expect("operators may");
    assert_eq!(
        (unsent[0].attempts, unsent[0].last_error.as_deref()),
        (4, Some("451 try again later"))
    );
    assert_eq!(
        (unsent[0].template.as_str(), unsent[0].recipient.as_str()),
        ("reset_password", "ada@example.test")
    );
    assert_eq!(deliver(&kit, &script).await, 1);
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 0 });
    let ids = script.ids();
    assert!(
        ids.len() == 5 && ids.iter().all(|id| *id == ids[0]),
        "every try has the same id: {ids:?}"
    );
}

async fn a_letter_is_given_up_after_many_tries(kit: Kit) {
    letter(&kit).await;
    let script = Script::failing(100, false);
    let mut tries = 0;
    while counts(&kit).await.queued > 0 {
        tries += deliver(&kit, &script).await;
        kit.clock.advance(6 * 60 * 60);
    }
    assert_eq!(tries, 14);
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 1 });
    assert_eq!(deliver(&kit, &script).await, 0);
}

async fn a_letter_that_is_refused_for_good_is_given_up_at_once(kit: Kit) {
    letter(&kit).await;
    assert_eq!(deliver(&kit, &Script::failing(1, true)).await, 1);
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 1 });
    let unsent = mail::list_unsent(&kit.system(), &kit.operator())
        .await
        .expect("operators may");
    assert_eq!((unsent[0].status.as_str(), unsent[0].attempts), ("dead", 1));
}

async fn letters_that_were_given_up_go_when_an_operator_says_so(kit: Kit) {
    let ada = letter(&kit).await;
    deliver(&kit, &Script::failing(1, true)).await;
    assert_eq!(
        mail::retry_failed(&kit.system(), &kit.operator(), "the server is back")
            .await
            .ok(),
        Some(1)
    );
    assert_eq!(counts(&kit).await, Counts { queued: 1, dead: 0 });
    accounts::check_reset_link(&kit.ctx(), &kit.last_mail_to(&ada.email).await.token())
        .await
        .expect("it is the letter it was");
    assert_eq!(
        mail::retry_failed(&kit.system(), &kit.operator(), "the server is back")
            .await
            .ok(),
        Some(0)
    );
}

async fn letters_that_wait_for_another_try_go_when_an_operator_says_so(kit: Kit) {
    letter(&kit).await;
    let retry = async || {
        let (ctx, operator) = (kit.system(), kit.operator());
        let failed = mail::count_failed(&ctx, &operator).await;
        let retried = mail::retry_failed(&ctx, &operator, "the server is back").await;
        let retried = retried.expect("operators may");
        assert_eq!(failed.ok(), Some(retried));
        retried
    };
    assert_eq!(retry().await, 0, "it has not failed");
    let script = Script::failing(9, false);
    for wait in [6 * 60 * 60; 8] {
        assert_eq!(deliver(&kit, &script).await, 1);
        kit.clock.advance(wait);
    }
    assert_eq!(deliver(&kit, &script).await, 1);
    assert_eq!(deliver(&kit, &script).await, 0, "it waits for long");
    assert_eq!(retry().await, 1);
    assert_eq!(retry().await, 0, "it is due");
    assert_eq!(deliver(&kit, &script).await, 1);
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 0 });
}

async fn the_queue_is_for_operators(kit: Kit) {
    let staff = kit.person("grace").staff().await;
    staff.signs_in().await;
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (staff.actor(), Code::StaffFactorMissing),
    ] {
        assert_eq!(refusal(mail::list_unsent(&kit.ctx(), &actor).await), code);
        assert_eq!(
            refusal(mail::retry_failed(&kit.ctx(), &actor, "why not").await),
            code
        );
        assert_eq!(refusal(mail::count_failed(&kit.ctx(), &actor).await), code);
    }
}

async fn two_workers_send_a_letter_once(kit: Kit) {
    for n in 0..6 {
        let person = kit.person(&format!("person{n}")).await;
        accounts::request_password_reset(&kit.ctx(), &person.email)
            .await
            .expect("anybody may ask");
    }
    let (script, here, there) = (
        Script::default(),
        kit.system(),
        kit.started_again(|_| {}).await,
    );
    let (one, two) = join(
        mail::deliver_due(&here, &script),
        mail::deliver_due(&there, &script),
    )
    .await;
    one.and(two).expect("the queue can be read");
    let mut ids = script.ids();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((script.ids().len(), ids.len()), (6, 6));
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 0 });
}

/// Takes a letter in hand and never comes to an end.
struct Hanging {
    has_begun: Notify,
}

impl Transport for Hanging {
    fn send<'a>(&'a self, _: &'a str, _: &'a EmailAddress, _: &'a Letter) -> Sending<'a> {
        self.has_begun.notify_one();
        Box::pin(std::future::pending())
    }
}

async fn a_letter_of_a_worker_that_died_is_taken_by_another(kit: Kit) {
    let ada = letter(&kit).await;
    let (hanging, ctx) = (
        Hanging {
            has_begun: Notify::new(),
        },
        kit.system(),
    );
    tokio::select! {
        _ = mail::deliver_due(&ctx, &hanging) => panic!("this transport never ends"),
        () = hanging.has_begun.notified() => {}
    }
    kit.clock.advance(100);
    assert_eq!(kit.deliver().await, 0, "the letter is claimed");
    kit.clock.advance(20);
    assert_eq!(
        kit.deliver().await,
        1,
        "after two minutes the claim is void"
    );
    assert_eq!(kit.new_mail_to(&ada.email).await.len(), 1);
}

async fn a_letter_under_another_secret_key_is_given_up(kit: Kit) {
    letter(&kit).await;
    let rekeyed = kit
        .started_again(|settings| {
            settings.secret_key = SecretKey::new("another secret key of 32 characters");
        })
        .await;
    mail::deliver_due(&rekeyed, kit.mailbox())
        .await
        .expect("the queue can be read");
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 1 });
    let unsent = mail::list_unsent(&kit.system(), &kit.operator())
        .await
        .expect("operators may");
    assert!(
        unsent[0]
            .last_error
            .as_deref()
            .is_some_and(|error| error.contains("secret key"))
    );
}

async fn one_bad_letter_does_not_hold_up_the_others(kit: Kit) {
    for handle in ["ada", "grace", "joan"] {
        let person = kit.person(handle).await;
        accounts::request_password_reset(&kit.ctx(), &person.email)
            .await
            .expect("anybody may ask");
    }
    assert_eq!(deliver(&kit, &Script::failing(1, true)).await, 3);
    assert_eq!(counts(&kit).await, Counts { queued: 0, dead: 1 });
}

/// Tells of every letter it takes.
struct Telling(mpsc::UnboundedSender<String>);

impl Transport for Telling {
    fn send<'a>(&'a self, _: &'a str, to: &'a EmailAddress, _: &'a Letter) -> Sending<'a> {
        let told = self.0.send(to.to_string());
        Box::pin(std::future::ready(told.map_err(|_| SendError {
            is_permanent: true,
            message: "nobody listens".to_owned(),
        })))
    }
}

async fn a_committed_letter_wakes_the_delivery(kit: Kit) {
    let (sender, mut taken) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let ctx = kit.system();
    let running = tokio::spawn(async move {
        mail::run(ctx, &Telling(sender), async { drop(stopped.await) }).await;
    });
    letter(&kit).await;
    let to = tokio::time::timeout(Duration::from_secs(30), taken.recv())
        .await
        .expect("it was woken");
    assert_eq!(to.as_deref(), Some("ada@example.test"));
    stop.send(()).expect("it is running");
    running.await.expect("it ends when it is told to");
    assert_eq!(
        counts(&kit).await,
        Counts { queued: 0, dead: 0 },
        "the letter in hand was finished"
    );
}
