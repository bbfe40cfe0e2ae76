//! Staff look after letters that were not sent. They never read what one says.

use contract::{
    Code, EmailAddress, MailId,
    admin::{MailFilter, QueuedMail},
    page::{Page, PageRequest},
};
use serde_json::json;

use super::{Draft, Letter, queue, store, take_allowance};
use crate::{
    Actor, Ctx, accounts, admin,
    audit::{self, Event, Subject},
    error::Result,
    paging::Window,
    sessions,
};

/// Letters that tell somebody what staff did to them or to what is theirs. Whoever did it could hide it by discarding one.
const TELLS_OF_STAFF: [&str; 7] = [
    sessions::LETTER_OF_IMPERSONATION,
    "account_deleted",
    "api_key_revoked_by_staff",
    "organization_deleted",
    "organization_suspended",
    "reset_by_operator",
    "second_factors_reset",
];

/// Letters that wait or were given up, newest first.
pub async fn page(
    ctx: &Ctx,
    actor: &Actor,
    filter: &MailFilter,
    request: &PageRequest,
) -> Result<Page<QueuedMail>> {
    admin::look(ctx, actor).await?;
    let filter = filter.validate()?;
    let window = Window::open(ctx, "mails".to_owned(), request)?.newest_first();
    let rows = store::page(ctx.read(), &filter, &window).await?;
    Ok(window.page(ctx, rows, |row| row.id.0))
}

/// How many letters a filter lets through.
pub async fn count(ctx: &Ctx, actor: &Actor, filter: &MailFilter) -> Result<u64> {
    admin::look(ctx, actor).await?;
    store::count(ctx.read(), &filter.validate()?).await
}

/// Has one letter that has failed tried at once, whether it was given up or waits for its next try. Refused: `NOT_FOUND`,
/// `MAIL_NOT_DEAD` for one that is being sent or has not failed, and what [`crate::admin`] refuses.
pub async fn retry(ctx: &Ctx, actor: &Actor, id: MailId, reason: &str) -> Result<()> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let letter = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    if store::requeue(&tx, Some(id), ctx.now()).await? == 0 {
        return Err(Code::MailNotDead.into());
    }
    let event = Event::new("mail.retried", Subject::Installation)
        .with(json!({ "reason": reason, "letter": id, "template": letter.template }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.will_mail();
    tx.commit().await
}

/// How many letters [`retry_failed`] would have tried.
pub async fn count_failed(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    admin::look(ctx, actor).await?;
    store::count_failed(ctx.read(), ctx.now()).await
}

/// Has all letters that have failed tried at once, as after an outage of the mail server; gives how many.
pub async fn retry_failed(ctx: &Ctx, actor: &Actor, reason: &str) -> Result<u64> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let count = store::requeue(&tx, None, ctx.now()).await?;
    if count > 0 {
        let event = Event::new("mail.retried", Subject::Installation)
            .with(json!({ "reason": reason, "letters": count }));
        audit::record(&tx, ctx, actor, event).await?;
    }
    tx.will_mail();
    tx.commit().await?;
    Ok(count)
}

/// Takes a letter out of the queue, so that it is never sent. Refused: `NOT_FOUND`, `MAIL_UNDER_WAY`, `STAFF_PROTECTED` for what tells
/// somebody of staff, which only the command line takes, and what [`crate::admin`] refuses.
pub async fn discard(ctx: &Ctx, actor: &Actor, id: MailId, reason: &str) -> Result<()> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let tx = ctx.begin().await?;
    let letter = store::find(tx.db(), id).await?.ok_or(Code::NotFound)?;
    let tells_of_staff = TELLS_OF_STAFF.contains(&letter.template.as_str());
    if tells_of_staff && !matches!(actor, Actor::Operator) {
        return Err(Code::StaffProtected.into());
    }
    if !store::discard(&tx, id, ctx.now()).await? {
        return Err(Code::MailUnderWay.into());
    }
    // The address is not written down: whoever it is of may be gone tomorrow, and this stays.
    let event = Event::new("mail.discarded", Subject::Installation)
        .with(json!({ "reason": reason, "letter": id, "template": letter.template }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await
}

/// Sends a letter to whoever asks, to see whether letters arrive; gives the address. Refused: `RATE_LIMITED`, and what
/// [`admin::look`] refuses; somebody with a shell has no address.
pub async fn send_test(ctx: &Ctx, actor: &Actor) -> Result<String> {
    admin::look(ctx, actor).await?;
    let user_id = actor.signed_in()?.user_id;
    let tx = ctx.begin().await?;
    let account = accounts::find(tx.db(), user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let to = EmailAddress::parse(&account.user.email)?;
    take_allowance(&tx, ctx.now(), &to).await?;
    let letter = test(ctx, &account.user.profile.time_zone)?;
    queue(&tx, ctx, &to, &letter).await?;
    let event = Event::new("mail.tested", Subject::Installation);
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user.email)
}

fn test(ctx: &Ctx, zone: &str) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let draft = Draft {
        template: "test",
        subject: format!("A test e-mail from {product}"),
        heading: "E-mails arrive".to_owned(),
        paragraphs: vec![format!(
            "You asked {product} for this e-mail in its console. If you can read it, e-mail is set up."
        )],
        button: ("Open the console", ctx.settings().page("/admin/mail")),
        aside: None,
        reason: "You get this because you asked for it.".to_owned(),
    };
    draft.finish_in(ctx, zone)
}
