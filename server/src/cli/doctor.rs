//! `latchkey doctor`.

use clap::Args;
use contract::EmailAddress;

use crate::{
    config::{Config, Mistakes},
    doctor::{self, Report},
    fault::Fault,
    lock::DatabaseLock,
};

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Also send an e-mail to this address
    #[arg(long, value_name = "ADDRESS")]
    pub send_test: Option<String>,
}

pub(super) async fn run(config: &Config, args: DoctorArgs) -> Result<String, Fault> {
    let address = args.send_test.as_deref().map(EmailAddress::parse);
    let address = address.transpose().map_err(domain::Error::from)?;
    let file = config.sections.database.database_url.file();
    let (_lock, unlocked) = DatabaseLock::to_look(file.as_deref())?;
    let report = doctor::examine(config, unlocked.as_ref(), address.as_ref()).await;
    told(&report, &args)
}

/// What is wrong with a configuration, with which there is nothing else to look at.
pub(super) fn of_mistakes(mistakes: &Mistakes, args: &DoctorArgs) -> Result<String, Fault> {
    told(&doctor::of_mistakes(mistakes), args)
}

fn told(report: &Report, args: &DoctorArgs) -> Result<String, Fault> {
    let text = if args.json {
        report.as_json()
    } else {
        report.as_text()
    };
    if report.is_well() {
        Ok(text)
    } else {
        Err(Fault::Unwell(text))
    }
}
