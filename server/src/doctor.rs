//! `latchkey doctor`: looks at everything that an installation needs, and says what to do where something is not as it should be.
//!
//! Nothing is changed, nothing is sent unless that was asked for, and nobody is called but the database, the mail server and our own
//! listener. Each check is a function that gives findings; to add one: a function in the module of what it looks at, and its line in
//! [`examine`] or, where it looks at what is stored, in `look_at_stored`.

mod backups;
mod clock;
mod configuration;
mod database;
mod files;
pub(crate) mod listener;
mod log;
mod mail;
mod report;
mod secrets;

use contract::EmailAddress;
use domain::Ctx;

use crate::{
    config::{Config, Mistakes},
    fault::Fault,
    lock, open,
};

pub use report::{Finding, Level, Report};

/// Looks at everything; a letter is sent only where an address for it is given. `unlocked` is why the lock beside the database could
/// not be had, if so.
pub async fn examine(
    config: &Config,
    unlocked: Option<&Fault>,
    letter_to: Option<&EmailAddress>,
) -> Report {
    let mut report = Report::default();
    report.add(configuration::choices(config));
    report.add(files::permissions(config));
    report.add(files::owner(config));
    report.add(files::space(config));
    report.add(backups::age(config));
    report.add(listener::answers(config).await);
    report.add(mail::server(config).await);
    report.add(unlocked.map(|fault| Finding::problem("database", fault.to_string())));
    match open::as_it_is(config).await {
        Ok(ctx) => {
            look_at_stored(&mut report, config, &ctx).await;
            if let Some(address) = letter_to {
                report.add(mail::letter(config, &ctx, address).await);
            }
            if let Err(error) = ctx.database().clone().close().await {
                tracing::debug!(%error, "the database could not be closed");
            }
        }
        Err(fault) => report.add([Finding::problem("database", fault.to_string())]),
    }
    report
}

/// What is wrong with a configuration, with which nothing else can be looked at.
pub fn of_mistakes(mistakes: &Mistakes) -> Report {
    Report(configuration::mistakes(mistakes))
}

/// What is stored, if the schema is one that can be looked at.
async fn look_at_stored(report: &mut Report, config: &Config, ctx: &Ctx) {
    report.add(database::engine(ctx).await);
    report.add(database::integrity(ctx).await);
    report.add(database::writing(ctx, config).await);
    let schema = database::schema(ctx).await;
    let can_be_read = schema.iter().all(|finding| finding.level == Level::Ok);
    report.add(schema);
    if !can_be_read {
        return;
    }
    report.add(secrets::fit(ctx).await);
    report.add(secrets::former(ctx).await);
    report.add(clock::agrees(ctx).await);
    report.add(mail::queue(ctx).await);
    report.add(log::chains(ctx).await);
}

/// Who serves a SQLite database, as text for people.
fn server_of(config: &Config) -> Option<String> {
    let file = config.sections.database.database_url.file()?;
    lock::server(&file)
}
