//! A mailbox in memory: where letters go on a developer's machine and in tests.
//!
//! In memory on purpose: letters hold secrets that the database must not hold in the clear.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{EmailAddress, Timestamp};

use super::{Letter, SendError, Transport};
use crate::context::Clock;

/// Letters kept; the oldest goes first.
const CAPACITY: usize = 500;

/// A letter that has arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: String,
    pub at: Timestamp,
    pub to: EmailAddress,
    pub letter: Letter,
}

/// Shared by all its clones.
#[derive(Clone)]
pub struct Mailbox {
    letters: Arc<Mutex<VecDeque<Received>>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

impl Mailbox {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            letters: Arc::default(),
            clock,
        }
    }

    /// All letters, newest first.
    pub fn letters(&self) -> Vec<Received> {
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().rev().cloned().collect()
    }

    pub fn find(&self, id: &str) -> Option<Received> {
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().find(|letter| letter.id == id).cloned()
    }

    fn put(&self, received: Received) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        if letters.iter().any(|letter| letter.id == received.id) {
            return;
        }
        if letters.len() == CAPACITY {
            letters.pop_front();
        }
        letters.push_back(received);
    }
}

impl Transport for Mailbox {
    fn send<'a>(
        &'a self,
        id: &'a str,
        to: &'a EmailAddress,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>> {
        self.put(Received {
            id: id.to_owned(),
            at: self.clock.now(),
            to: to.clone(),
            letter: letter.clone(),
        });
        Box::pin(std::future::ready(Ok(())))
    }
}
