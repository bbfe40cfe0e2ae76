//! Whether letters can leave, and whether they did.

use contract::{EmailAddress, text::counted};
use domain::{
    Ctx,
    mail::{self, Smtp, Transport as _},
};

use crate::{config::Config, serve::use_ring};

use super::Finding;

const ABOUT: &str = "mail";

/// Connects to the mail server, greets and signs in; nothing is sent.
pub(super) async fn server(config: &Config) -> Vec<Finding> {
    let Some(url) = &config.sections.mail.smtp_url else {
        let text = "No mail server is set; e-mails are caught at /dev/mailbox.";
        return vec![Finding::ok(ABOUT, text)];
    };
    use_ring();
    let greeted = match Smtp::new(&url.0, &config.mail_from().to_string()) {
        Ok(smtp) => smtp.greet().await,
        Err(error) => Err(error.to_string()),
    };
    vec![match greeted {
        Ok(()) => Finding::ok(ABOUT, format!("The mail server {url:?} answers and accepts our sign-in.")),
        Err(error) => Finding::problem(ABOUT, format!("The mail server {url:?} cannot be used: {error}."))
            .advising("Check `smtp_url`: host, port, `?tls=required` or `smtps://`, user and password. Meanwhile, e-mails wait."),
    }]
}

/// Sends a letter that says what it is.
pub(super) async fn letter(config: &Config, ctx: &Ctx, to: &EmailAddress) -> Vec<Finding> {
    let Some(url) = &config.sections.mail.smtp_url else {
        let text = "An e-mail cannot be sent without a mail server.";
        return vec![Finding::problem(ABOUT, text).advising("Set `smtp_url`.")];
    };
    use_ring();
    let sent = async {
        let smtp = Smtp::new(&url.0, &config.mail_from().to_string()).map_err(|e| e.to_string())?;
        let letter = mail::trial(ctx).map_err(|e| e.to_string())?;
        let id = ctx
            .random_bytes::<16>()
            .map(|byte| format!("{byte:02x}"))
            .concat();
        smtp.send(&id, to, &letter)
            .await
            .map_err(|error| error.message)
    };
    vec![match sent.await {
        Ok(()) => Finding::ok(
            ABOUT,
            format!("The mail server accepted an e-mail to {to}. Check that it arrives."),
        ),
        Err(error) => Finding::problem(
            ABOUT,
            format!("The e-mail to {to} was not accepted: {error}."),
        )
        .advising("The mail server says why. Often it does not accept `mail_from` as a sender."),
    }]
}

/// Letters that were given up, or wait.
pub(super) async fn queue(ctx: &Ctx) -> Vec<Finding> {
    let found = mail::counts(ctx).await.map(|counts| {
        let text = format!(
            "{}, {}.",
            counted(counts.queued, "e-mail is waiting", "e-mails are waiting"),
            counted(counts.dead, "was given up", "were given up")
        );
        vec![if counts.dead > 0 {
            Finding::warning(ABOUT, text).advising(
                "`latchkey mail list` says why, and `latchkey mail retry` queues them again.",
            )
        } else {
            Finding::ok(ABOUT, text)
        }]
    });
    Finding::of(ABOUT, found)
}
