//! Letters: that they are delivered, and who has read them.

use std::{
    collections::HashSet,
    sync::{MutexGuard, PoisonError},
};

use contract::EmailAddress;
use domain::mail::{self, Mailbox};

use super::Kit;
use crate::Post;

impl Kit {
    /// Delivers all letters that are due, and those of many that leave one after the other; gives how many.
    pub async fn deliver(&self) -> usize {
        self.sql("UPDATE mails SET next_attempt_at = created_at WHERE attempts = 0")
            .await;
        let mut sum = 0;
        loop {
            match mail::deliver_due(&self.ctx, &self.mailbox)
                .await
                .expect("the queue can be read")
            {
                0 => return sum,
                count => sum += count,
            }
        }
    }

    /// Where letters arrive.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Delivers, and reads the newest letter to an address.
    pub async fn last_mail_to(&self, email: &str) -> Post {
        self.deliver().await;
        let post = self
            .all_to(email)
            .pop()
            .unwrap_or_else(|| panic!("no letter has come to {email}"));
        self.reading().insert(post.id.clone());
        post
    }

    /// Delivers, and reads the letters to an address that were not read before, oldest first.
    pub async fn new_mail_to(&self, email: &str) -> Vec<Post> {
        self.deliver().await;
        let mut read = self.reading();
        self.all_to(email)
            .into_iter()
            .filter(|post| read.insert(post.id.clone()))
            .collect()
    }

    /// Delivers, and throws away what nobody has read.
    pub async fn discards_mail(&self) {
        self.deliver().await;
        let unread = self.unread();
        self.reading()
            .extend(unread.into_iter().map(|post| post.id));
    }

    /// Letters to an address, oldest first: their ids sort by the time at which they were queued.
    fn all_to(&self, email: &str) -> Vec<Post> {
        let to = EmailAddress::parse(email)
            .expect("this is an address")
            .key();
        let mut posts: Vec<Post> = self
            .mailbox
            .letters()
            .into_iter()
            .map(Post::of)
            .filter(|post| post.to.key() == to)
            .collect();
        posts.sort_by(|a, b| a.id.cmp(&b.id));
        posts
    }

    pub(super) fn unread(&self) -> Vec<Post> {
        let read = self.reading();
        self.mailbox
            .letters()
            .into_iter()
            .map(Post::of)
            .filter(|post| !read.contains(&post.id))
            .collect()
    }

    fn reading(&self) -> MutexGuard<'_, HashSet<String>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
