//! What is shown of a log, made of its entries.

use contract::{Problems, Timestamp, page::PageRequest};
use domain::{
    audit::{self, AuditFilter, Entry, ListAudit, Named, Party, WantedNames},
    time::moment,
};
use serde_json::{Value, json};

use super::api::{Change, Choice, Group, Row, Wanted, Who};
use crate::organizations::views::Place;

/// Entries on one page.
const PAGE: i64 = 25;

/// What is asked of a log, days being those of a time zone.
pub fn asked(wanted: &Wanted, zone: &str) -> domain::Result<ListAudit> {
    let (from, to) = audit::days(&wanted.from, &wanted.to, zone)?;
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    Ok(ListAudit {
        filter: AuditFilter {
            actor: wanted.actor.clone(),
            action: wanted.action.clone(),
            subject: wanted.subject.clone(),
            from,
            to,
        },
        page: PageRequest {
            size: Some(PAGE),
            after: given(&wanted.after),
            before: given(&wanted.before),
            ..PageRequest::default()
        },
    })
}

/// What was asked for wrongly, to be said beside the form, which keeps it.
pub fn why_not(problems: Problems) -> Option<String> {
    let first = problems.0.into_iter().next()?;
    let text = match first.field.as_deref() {
        Some("from" | "to") => "Choose a first day that is not after the last day.",
        Some("after" | "before") => {
            "This place in the log no longer exists. Start from the newest entry."
        }
        Some("organization") => "There is no such organization.",
        _ => "This filter cannot match anything.",
    };
    Some(text.to_owned())
}

/// Somebody to choose.
pub fn choice(named: &Named) -> Choice {
    Choice {
        value: named.party.filter(),
        label: named.name.clone(),
    }
}

/// Also what is chosen already.
pub fn with(mut choices: Vec<Choice>, chosen: Option<&Named>) -> Vec<Choice> {
    let chosen = chosen
        .filter(|named| named.party.id().is_some())
        .map(choice);
    if let Some(chosen) = chosen
        && choices.iter().all(|one| one.value != chosen.value)
    {
        choices.push(chosen);
    }
    choices
}

/// Areas of actions, with what they are about; those that an organization's log has first.
const AREAS: [(&str, &str); 10] = [
    ("member.", "Members"),
    ("invitation.", "Invitations"),
    ("api_key.", "API keys"),
    ("organization.", "Organization"),
    ("audit.", "Audit log"),
    ("impersonation.", "Impersonation"),
    ("user.", "People"),
    ("session.", "Sessions"),
    ("mail.", "Mail"),
    ("installation.", "Installation"),
];

/// How many of them an organization's log has.
const OF_ORGANIZATIONS: usize = 6;

/// Kinds of what is acted on in an organization.
const SUBJECTS: [(&str, &str); 4] = [
    ("user", "People"),
    ("invitation", "Invitations"),
    ("api_key", "API keys"),
    ("organization", "The organization"),
];

/// The same of the installation.
const ALL_SUBJECTS: [(&str, &str); 5] = [
    ("user", "People"),
    ("invitation", "Invitations"),
    ("api_key", "API keys"),
    ("organization", "Organizations"),
    ("installation", "The installation"),
];

/// Actors without an id.
const ACTORS: [(&str, &str); 3] = [
    (
        "operator",
        "Anybody with a shell on the server, and its jobs",
    ),
    ("service", "Programs of the operator"),
    ("anonymous", "Anybody who was not signed in"),
];

fn choices(of: &[(&str, &str)]) -> Vec<Choice> {
    let one = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
    };
    of.iter().map(one).collect()
}

/// Kinds of what is acted on in an organization.
pub fn subjects() -> Vec<Choice> {
    choices(&SUBJECTS)
}

/// The same of the installation.
pub fn all_subjects() -> Vec<Choice> {
    choices(&ALL_SUBJECTS)
}

/// Actors without an id.
pub fn nameless_actors() -> Vec<Choice> {
    choices(&ACTORS)
}

/// What can be done in an organization, by area.
pub fn actions() -> Vec<Group> {
    groups(&AREAS[..OF_ORGANIZATIONS])
}

/// The same of the installation.
pub fn all_actions() -> Vec<Group> {
    groups(&AREAS)
}

fn groups(areas: &[(&str, &str)]) -> Vec<Group> {
    let group = |(area, label): &(&str, &str)| {
        let (area, label) = (*area, *label);
        let all = Choice {
            value: area.to_owned(),
            label: format!("{label}: everything"),
        };
        let known = audit::known_actions().filter(|name| name.starts_with(area));
        let known = known.map(|name| Choice {
            value: name.to_owned(),
            label: format!("{label}: {}", words(&name[area.len()..])),
        });
        Group {
            label: label.to_owned(),
            choices: std::iter::once(all).chain(known).collect(),
        }
    };
    areas.iter().map(group).collect()
}

/// `role_changed` as people write it.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// What a filter says, in words.
pub fn told(wanted: &Wanted, names: &WantedNames) -> String {
    let (actor, subject) = (names.actor.as_ref(), names.subject.as_ref());
    let mut parts = Vec::new();
    if let Some(named) = &names.organization {
        parts.push(format!("in {}", named.name));
    }
    parts.extend(actor.map(|named| format!("by {}", named.name)));
    if !wanted.action.is_empty() {
        let area = AREAS.iter().find(|(area, _)| *area == wanted.action);
        let what = area.map_or_else(
            || format!("“{}”", wanted.action),
            |(_, label)| format!("in “{label}”"),
        );
        parts.push(what);
    }
    let kinds: &[(&str, &str)] = if wanted.is_everywhere() {
        &ALL_SUBJECTS
    } else {
        &SUBJECTS
    };
    let kind = kinds.iter().find(|(kind, _)| *kind == wanted.subject);
    match (kind, subject) {
        (Some((_, label)), _) => parts.push(format!("about “{label}”")),
        (None, Some(named)) => parts.push(format!("about {}", named.name)),
        (None, None) => {}
    }
    if !wanted.from.is_empty() {
        parts.push(format!("from {}", wanted.from));
    }
    if !wanted.to.is_empty() {
        parts.push(format!("until {}", wanted.to));
    }
    parts.join(", ")
}

/// Where a log is read, by which its names lead to pages.
#[derive(Clone, Copy, Debug)]
pub enum Within<'a> {
    Organization(&'a Place),
    Console,
}

impl Within<'_> {
    fn href(self, named: &Named) -> Option<String> {
        match self {
            Self::Organization(place) => in_organization(place, named),
            Self::Console => in_console(named),
        }
    }
}

fn in_organization(place: &Place, named: &Named) -> Option<String> {
    let is_there = named.is_there;
    match named.party {
        Party::User(_) => {
            let id = named.membership?;
            Some(place.path(&format!("members/{id}")))
        }
        Party::ApiKey(id) => is_there.then(|| place.path(&format!("keys/{id}"))),
        Party::Invitation(_) => is_there.then(|| place.path("members?tab=invitations")),
        Party::Organization(_) => is_there.then(|| place.path("settings")),
        _ => None,
    }
}

fn in_console(named: &Named) -> Option<String> {
    let path = match named.party {
        Party::User(id) => format!("/admin/users/{id}"),
        Party::ApiKey(id) => format!("/admin/keys?status=all&search={id}"),
        Party::Organization(id) => format!("/admin/organizations/{id}"),
        _ => return None,
    };
    named.is_there.then_some(path)
}

fn who(within: Within<'_>, named: &Named) -> Who {
    Who {
        name: named.name.clone(),
        picture: named.picture.clone(),
        kind: named.party.kind().to_owned(),
        value: named.party.filter(),
        href: within.href(named),
    }
}

/// An entry, its moment in the reader's time zone.
pub fn row(within: Within<'_>, entry: Entry, now: Timestamp, zone: &str) -> Row {
    let through = match entry.face.as_str() {
        "page" => "A page in a browser",
        "graphql" => "GraphQL",
        "rest" => "REST",
        "command_line" => "The command line",
        _ => "The server itself",
    };
    let json = json!({
        "id": entry.id,
        "at": entry.at.to_string(),
        "organization": entry.organization_id,
        "action": entry.action,
        "actor": { "kind": entry.actor.party.kind(), "id": entry.actor.party.id() },
        "impersonator": entry.impersonator.as_ref().map(|by| by.party.id()),
        "subject": { "kind": entry.subject.party.kind(), "id": entry.subject.party.id() },
        "before": entry.before,
        "after": entry.after,
        "through": entry.face,
        "ip": entry.ip,
        "traceId": entry.trace_id,
        "seq": entry.seq,
    });
    Row {
        id: entry.id.to_string(),
        at: moment(entry.at, now, zone),
        who: who(within, &entry.actor),
        impersonator: entry.impersonator.map(|by| by.name),
        subject: who(within, &entry.subject),
        organization: entry.organization.as_ref().map(|named| who(within, named)),
        changes: changes(entry.before.as_ref(), entry.after.as_ref()),
        sentence: (
            entry.sentence.before,
            entry.sentence.subject,
            entry.sentence.after,
        ),
        action: entry.action,
        through: through.to_owned(),
        ip: entry.ip,
        trace_id: entry.trace_id,
        seq: entry.seq,
        is_erased: entry.is_erased,
        json: format!("{json:#}"),
    }
}

fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let names = |side: Option<&Value>| -> Vec<String> {
        let fields = side.and_then(Value::as_object);
        fields
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let mut all = names(before);
    all.extend(names(after));
    all.sort_unstable();
    all.dedup();
    let text = |side: Option<&Value>, name: &str| match side?.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let change = |name: String| Change {
        before: text(before, &name),
        after: text(after, &name),
        name: words(&name),
    };
    all.into_iter().map(change).collect()
}
