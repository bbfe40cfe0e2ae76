//! `latchkey audit`.

use clap::Subcommand;
use contract::{
    OrganizationId, Timestamp,
    page::{End, PageRequest},
    text::counted,
};
use domain::{
    Actor, Ctx,
    audit::{self, AuditFilter, Chain, Entry, Head, ListAudit},
    organizations, time,
};
use serde_json::json;

use super::table;
use crate::fault::Fault;

/// Entries that are fetched at once.
const PAGE: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum AuditCommand {
    /// List what was done, newest first
    List {
        /// Only in one organization: the part of its address after /o/, like `acme`
        #[arg(long, value_name = "SLUG")]
        organization: Option<String>,
        /// What was done, like `member.removed`; with a dot at the end, like `invitation.`, everything in that area
        #[arg(long)]
        action: Option<String>,
        /// Not before this day (UTC) or time, like 2026-11-23 or 2026-11-23T10:00:00Z
        #[arg(long, value_parser = moment)]
        since: Option<Timestamp>,
        /// At most this many
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        most: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check the chain of every organization's log; fails if one is not intact
    Verify,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let day = time::day(text, "UTC").map(|(begin, _)| begin);
    day.or_else(|| time::parse(text))
        .ok_or_else(|| "give a day or a time, like 2026-11-23 or 2026-11-23T10:00:00Z".to_owned())
}

pub(super) async fn run(ctx: &Ctx, command: AuditCommand) -> Result<String, Fault> {
    match command {
        AuditCommand::List {
            organization,
            action,
            since,
            most,
            json,
        } => {
            let filter = AuditFilter {
                action: action.unwrap_or_default(),
                from: since,
                ..AuditFilter::default()
            };
            let within = match organization {
                Some(slug) => Some(organizations::id_of(ctx, &Actor::Operator, &slug).await?),
                None => None,
            };
            let entries = list(ctx, within, filter, most).await?;
            Ok(if json {
                as_json(&entries)
            } else {
                as_text(&entries)
            })
        }
        AuditCommand::Verify => {
            let chains = audit::verify(ctx, &Actor::Operator).await?;
            let told = describe(&chains);
            if chains.iter().all(Chain::is_whole) {
                Ok(told)
            } else {
                Err(Fault::said(told.trim_end()))
            }
        }
    }
}

async fn list(
    ctx: &Ctx,
    within: Option<OrganizationId>,
    filter: AuditFilter,
    most: usize,
) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    let mut asked = ListAudit {
        filter,
        page: PageRequest {
            end: Some(End::First),
            ..PageRequest::default()
        },
    };
    while entries.len() < most {
        let size = PAGE.min(most - entries.len());
        asked.page.size = i64::try_from(size).ok();
        let page = audit::page_all(ctx, &Actor::Operator, within, &asked).await?;
        asked.page.after = page.next().map(ToOwned::to_owned);
        entries.extend(page.items.into_iter().map(|(_, entry)| entry));
        if asked.page.after.is_none() {
            break;
        }
    }
    Ok(entries)
}

fn as_text(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "No entries match.\n".to_owned();
    }
    // What others have written does not steer a terminal.
    let plain = |text: String| text.replace(char::is_control, " ");
    let row = |entry: &Entry| {
        [
            entry.at.to_string(),
            plain(who(entry)),
            plain(entry.sentence.to_string()),
            entry.action.clone(),
            entry.ip.clone().unwrap_or_default(),
        ]
    };
    table::aligned(
        ["WHEN", "WHO", "WHAT", "ACTION", "FROM"],
        entries.iter().map(row),
    )
}

fn who(entry: &Entry) -> String {
    match &entry.impersonator {
        Some(by) => format!("{}, impersonated by {}", entry.actor.name, by.name),
        None => entry.actor.name.clone(),
    }
}

fn as_json(entries: &[Entry]) -> String {
    let entry = |entry: &Entry| {
        json!({
            "id": entry.id,
            "at": entry.at.to_string(),
            "organization": entry.organization_id,
            "actor": { "kind": entry.actor.party.kind(), "id": entry.actor.party.id(), "name": entry.actor.name },
            "impersonator": entry.impersonator.as_ref().map(|by| json!({ "id": by.party.id(), "name": by.name })),
            "action": entry.action,
            "sentence": entry.sentence.to_string(),
            "subject": { "kind": entry.subject.party.kind(), "id": entry.subject.party.id(), "name": entry.subject.name },
            "before": entry.before,
            "after": entry.after,
            "through": entry.face,
            "ip": entry.ip,
            "traceId": entry.trace_id,
            "seq": entry.seq,
        })
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    format!("{:#}\n", serde_json::Value::from(entries))
}

/// What is wrong with a chain, in sentences; empty where nothing is.
fn faults(chain: &Chain) -> String {
    let mut faults = Vec::new();
    if let Some(seq) = chain.broken {
        faults.push(format!("Entry {seq} differs from what was written."));
    }
    if let Some(seq) = chain.first_missing {
        faults.push(format!(
            "{} missing, the first at {seq}.",
            entries(chain.missing)
        ));
    }
    if !chain.is_begun {
        faults.push("The creation of the organization is missing: its log was deleted, or the beginning of it.".to_owned());
    }
    if chain.strays > 0 {
        faults.push(format!("{} outside the chain.", entries(chain.strays)));
    }
    if chain.unchecked > 0 {
        faults.push(format!(
            "{} bound under a key that is no longer configured.",
            entries(chain.unchecked)
        ));
    }
    let head = match chain.head {
        Head::Fits => None,
        Head::Missing => Some("It has no head."),
        Head::Differs => Some("Its head points to another end."),
        Head::Unchecked => Some("Its head is bound under a key that is no longer configured."),
    };
    faults.extend(head.map(ToOwned::to_owned));
    faults.join(" ")
}

fn entries(count: u64) -> String {
    counted(count, "entry is", "entries are")
}

fn name(chain: &Chain) -> String {
    let id = || chain.organization.to_string();
    chain.slug.clone().unwrap_or_else(id)
}

fn describe(chains: &[Chain]) -> String {
    let entries: u64 = chains.iter().map(|chain| chain.entries).sum();
    let erased: u64 = chains.iter().map(|chain| chain.erased).sum();
    let faulty: Vec<&Chain> = chains.iter().filter(|chain| !chain.is_whole()).collect();
    let looked = format!(
        "{} of {} checked; {} lost something when a person was erased.",
        counted(entries, "entry", "entries"),
        counted(chains.len(), "organization", "organizations"),
        erased,
    );
    if faulty.is_empty() {
        return format!("{looked}\nEvery log is intact.\n");
    }
    let row = |chain: &&Chain| [name(chain), chain.entries.to_string(), faults(chain)];
    let table = table::aligned(
        ["ORGANIZATION", "ENTRIES", "WHAT IS WRONG"],
        faulty.iter().map(row),
    );
    format!("Not every log is intact. {looked}\n{table}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Chain {
        Chain {
            organization: OrganizationId::NOTHING,
            slug: Some("acme".to_owned()),
            entries: 12,
            erased: 1,
            unchecked: 0,
            broken: None,
            missing: 0,
            first_missing: None,
            strays: 0,
            is_begun: true,
            head: Head::Fits,
        }
    }

    #[test]
    fn whole_chains_are_told_in_two_lines() {
        assert_eq!(
            describe(&[chain()]),
            "12 entries of 1 organization checked; 1 lost something when a person was erased.\nEvery log is intact.\n"
        );
    }

    #[test]
    fn a_log_without_its_beginning_is_told() {
        let deleted = Chain {
            entries: 0,
            is_begun: false,
            ..chain()
        };
        assert_eq!(
            faults(&deleted),
            "The creation of the organization is missing: its log was deleted, or the beginning of it."
        );
        assert!(!deleted.is_whole());
    }

    #[test]
    fn what_is_wrong_is_told_by_organization() {
        let faulty = Chain {
            broken: Some(4),
            missing: 2,
            first_missing: Some(7),
            head: Head::Differs,
            ..chain()
        };
        let told = describe(&[chain(), faulty]);
        assert!(
            told.ends_with(
                "acme          12       Entry 4 differs from what was written. 2 entries are missing, the first at 7. \
                 Its head points to another end.\n"
            ),
            "{told}"
        );
    }
}
