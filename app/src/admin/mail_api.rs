//! Server functions about letters that were not sent.

use contract::{admin::QueuedMail, page::Page, time::Moment};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::{
        api::{Desk, paged},
        chosen::{Outcomes, done_saying, page_of, so_many, ticked},
        layout::NOTICE,
    },
    crate::ssr::{self, Done, RequestCtx},
    contract::{
        Code, MailId,
        admin::{MailFilter, MailStatus},
    },
    domain::mail,
};

use crate::{
    problem::Fault,
    ui::{form::Outcome, loading::Packed},
};

/// `/admin/mail`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailView {
    pub page: Page<MailLine>,
    /// How many there are that have failed, which can be tried at once.
    pub failed: u64,
    /// How many the search finds.
    pub found: u64,
}

/// A letter in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailLine {
    pub mail: QueuedMail,
    pub queued: Moment,
    /// When it is tried next; nothing for what was given up.
    pub next: Option<Moment>,
}

/// What `/admin/mail` shows.
#[server(prefix = "/_fn", endpoint = "console-mail")]
pub async fn load_mail(
    #[server(default)] search: String,
    #[server(default)] status: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let view = async {
        let (ctx, desk) = (&request.ctx, Desk::of(&request).await?);
        let filter = MailFilter { search, status };
        let page = mail::page(ctx, &request.actor, &filter, &paged(after, before)).await?;
        Ok(MailView {
            found: mail::count(ctx, &request.actor, &filter).await?,
            failed: mail::count_failed(ctx, &request.actor).await?,
            page: page.map(|mail| mail_line(&desk, mail)),
        })
    };
    ssr::view(&request, view.await)
}

#[cfg(feature = "ssr")]
fn mail_line(desk: &Desk, mail: QueuedMail) -> MailLine {
    let next = (mail.status == MailStatus::Queued).then_some(mail.next_attempt_at);
    MailLine {
        queued: desk.shown(mail.created_at),
        next: desk.shown_if(next),
        mail,
    }
}

/// Tries those that are ticked once more, or takes them out of the queue.
#[server(prefix = "/_fn", endpoint = "console-act-on-mail")]
pub async fn act_on_mail(
    #[server(default)] mails: Vec<String>,
    #[server(default)] act: String,
    #[server(default)] reason: String,
    #[server(default)] back: String,
) -> Result<Outcome, Fault> {
    let (form, page) = ("act-on-mail", page_of(&back, "/admin/mail"));
    let is_discard = act == "discard";
    let kept = [("reason", reason.as_str())];
    ssr::form(form, &page, &kept, async |request| {
        let done = act_on_each(&request, &mails, is_discard, &reason).await;
        let what = if is_discard {
            "discarded"
        } else {
            "on the way again"
        };
        Outcomes::told(done, form, &page, &kept, |count| {
            so_many(count, "e-mail", "e-mails", what)
        })
    })
    .await
}

#[cfg(feature = "ssr")]
async fn act_on_each(
    request: &RequestCtx,
    mails: &[String],
    is_discard: bool,
    reason: &str,
) -> domain::Result<Outcomes> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    let mut outcomes = Outcomes::default();
    for text in ticked(mails)? {
        let id: MailId = text.parse()?;
        let done = if is_discard {
            mail::discard(ctx, actor, id, reason).await
        } else {
            mail::retry(ctx, actor, id, reason).await
        };
        // Sent meanwhile: there is nothing more to do.
        let done = match done {
            Err(error) if error.is_refusal(Code::NotFound) => Ok(()),
            done => done,
        };
        outcomes.note(request, text, done)?;
    }
    Ok(outcomes)
}

/// Tries all letters at once that have failed.
#[server(prefix = "/_fn", endpoint = "console-retry-failed-mail")]
pub async fn retry_failed_mail(#[server(default)] reason: String) -> Result<Outcome, Fault> {
    let page = "/admin/mail";
    ssr::form(
        "retry-failed-mail",
        page,
        &[("reason", &reason)],
        async |request| {
            let done = mail::retry_failed(&request.ctx, &request.actor, &reason).await;
            let count = done.as_ref().ok().copied().unwrap_or_default();
            done_saying(done.map(|_| ()), page, || {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                so_many(count, "e-mail", "e-mails", "on the way again")
            })
        },
    )
    .await
}

/// Sends a letter to whoever asks.
#[server(prefix = "/_fn", endpoint = "console-send-test-mail")]
pub async fn send_test_mail() -> Result<Outcome, Fault> {
    let page = "/admin/mail";
    ssr::form("test-mail", page, &[], async |request| {
        let to = mail::send_test(&request.ctx, &request.actor).await?;
        let notice = format!("A test e-mail is on its way to {to}.");
        Ok(Done::goto_saying(page, NOTICE, &notice))
    })
    .await
}
