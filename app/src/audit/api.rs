//! Server functions about audit logs.

use contract::{page::Page, time::Moment};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{
        organizations::api::{enter, place, zone},
        ssr,
    },
    contract::{Permission, Timestamp, page::PageRequest},
    domain::{
        Ctx, InOrg,
        audit::{self, AuditFilter, Entry, ListAudit, Named, Party},
        time::moment,
    },
    serde_json::{Value, json},
};

use crate::{
    organizations::views::Place,
    problem::Fault,
    ui::loading::{Packed, argument, arguments},
};

/// Entries on one page.
#[cfg(feature = "ssr")]
const PAGE: i64 = 25;

/// What a page of the log asks for: the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub slug: String,
    pub actor: String,
    pub action: String,
    pub subject: String,
    /// Days in the visitor's time zone, as `2026-11-23`.
    pub from: String,
    pub to: String,
    pub after: String,
    pub before: String,
}

impl Wanted {
    const fn filter(&self) -> [(&'static str, &String); 5] {
        [
            ("actor", &self.actor),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    fn address(&self, page: &str, more: Option<(&str, &str)>) -> String {
        let mut query = String::new();
        let parts = self.filter().map(|(name, value)| (name, value.as_str()));
        for (name, value) in parts.into_iter().chain(more) {
            if !value.is_empty() {
                argument(&mut query, name, value);
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/o/{}/{page}{mark}{query}", self.slug)
    }

    /// The address of the log with this filter and another place in it.
    pub fn page(&self, place: &str, cursor: &str) -> String {
        self.address("audit", Some((place, cursor)))
    }

    /// The address of a copy of exactly what this filter lets through.
    pub fn copy(&self, extension: &str) -> String {
        self.address(&format!("audit.{extension}"), None)
    }

    /// The address of the log of one actor, or about one subject, beside what is asked for already.
    pub fn narrowed(&self, name: &str, value: &str) -> String {
        let mut narrowed = self.clone();
        match name {
            "actor" => value.clone_into(&mut narrowed.actor),
            _ => value.clone_into(&mut narrowed.subject),
        }
        narrowed.address("audit", None)
    }

    /// The arguments of the server function that loads the page.
    pub fn query(&self) -> String {
        let mut query = arguments(&[("slug", &self.slug)]);
        for (name, value) in self.filter() {
            argument(&mut query, name, value);
        }
        argument(&mut query, "after", &self.after);
        argument(&mut query, "before", &self.before);
        query
    }

    pub fn is_filtered(&self) -> bool {
        self.filter().iter().any(|(_, value)| !value.is_empty())
    }
}

/// Something to choose in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// Choices under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub label: String,
    pub choices: Vec<Choice>,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub name: String,
    pub picture: Option<String>,
    pub kind: String,
    /// What a filter asks for to find it.
    pub value: String,
    pub href: Option<String>,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub id: String,
    pub at: Moment,
    pub who: Who,
    /// How staff are called who acted as them.
    pub impersonator: Option<String>,
    /// The sentence, in three pieces: before its subject, that, and after it.
    pub sentence: (String, String, String),
    pub subject: Who,
    pub action: String,
    pub through: String,
    pub ip: Option<String>,
    pub trace_id: String,
    pub seq: Option<i64>,
    pub is_erased: bool,
    pub changes: Vec<Change>,
    /// All of it, for reading.
    pub json: String,
}

/// `/o/{slug}/audit`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    pub place: Place,
    pub page: Page<Row>,
    pub actors: Vec<Choice>,
    pub actions: Vec<Group>,
    pub subjects: Vec<Choice>,
    /// Why the filter cannot be asked for.
    pub problem: Option<String>,
    /// What the filter says, in words.
    pub told: String,
}

/// What `/o/{slug}/audit` shows.
#[server(prefix = "/_fn", endpoint = "load-audit")]
#[allow(
    clippy::too_many_arguments,
    reason = "they are those of the page's address"
)]
pub async fn load_audit(
    slug: String,
    #[server(default)] actor: String,
    #[server(default)] action: String,
    #[server(default)] subject: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] after: String,
    #[server(default)] before: String,
) -> Result<Packed, Fault> {
    let request = ssr::request()?;
    let wanted = Wanted {
        slug,
        actor,
        action,
        subject,
        from,
        to,
        after,
        before,
    };
    let view = async {
        let found = enter(&request, &wanted.slug, "audit").await?;
        found.require(Permission::ReadAudit)?;
        let zone = zone(&request).await?;
        let place = place(&request, &found, &zone).await?;
        view(&request.ctx, &found, place, &wanted, &zone).await
    };
    ssr::view(&request, view.await)
}

#[cfg(feature = "ssr")]
async fn view(
    ctx: &Ctx,
    found: &InOrg,
    place: Place,
    wanted: &Wanted,
    zone: &str,
) -> domain::Result<AuditView> {
    let (page, filter, problem) = match page(ctx, found, wanted, zone).await {
        Ok((page, filter)) => (page, filter, None),
        // What was asked for wrongly is said beside the form, which keeps it.
        Err(domain::Error::Refused(problems)) => {
            let first = problems.0.into_iter().next();
            let told = first.map(|problem| match problem.field.as_deref() {
                Some("from" | "to") => "Choose a first day that is not after the last.".to_owned(),
                Some("after" | "before") => {
                    "This place of the log is gone. Begin at the newest entry.".to_owned()
                }
                _ => "Nothing in this log can be found so.".to_owned(),
            });
            (Page::empty(), AuditFilter::default(), told)
        }
        Err(error) => return Err(error),
    };
    let (actor, subject) = audit::wanted(ctx, found, &filter).await?;
    let now = ctx.now();
    let actors = audit::actors(ctx, found).await?;
    let row = |entry| row(&place, entry, now, zone);
    Ok(AuditView {
        page: page.map(row),
        actors: with(actors.iter().map(choice).collect(), actor.as_ref()),
        actions: actions(),
        subjects: with(subjects(), subject.as_ref()),
        told: told(wanted, actor.as_ref(), subject.as_ref()),
        problem,
        place,
    })
}

#[cfg(feature = "ssr")]
async fn page(
    ctx: &Ctx,
    found: &InOrg,
    wanted: &Wanted,
    zone: &str,
) -> domain::Result<(Page<Entry>, AuditFilter)> {
    let (from, to) = audit::days(&wanted.from, &wanted.to, zone)?;
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let input = ListAudit {
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
    };
    let page = audit::page(ctx, found, &input).await?;
    Ok((page, input.filter))
}

#[cfg(feature = "ssr")]
fn choice(named: &Named) -> Choice {
    Choice {
        value: named.party.filter(),
        label: named.name.clone(),
    }
}

/// Also what is chosen already.
#[cfg(feature = "ssr")]
fn with(mut choices: Vec<Choice>, chosen: Option<&Named>) -> Vec<Choice> {
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

/// Areas of actions that an organization's log has, with what they are about.
#[cfg(feature = "ssr")]
const AREAS: [(&str, &str); 6] = [
    ("member.", "Members"),
    ("invitation.", "Invitations"),
    ("api_key.", "API keys"),
    ("organization.", "Organization"),
    ("audit.", "Audit log"),
    ("impersonation.", "Impersonation"),
];

#[cfg(feature = "ssr")]
const SUBJECTS: [(&str, &str); 4] = [
    ("user", "People"),
    ("invitation", "Invitations"),
    ("api_key", "API keys"),
    ("organization", "The organization"),
];

#[cfg(feature = "ssr")]
fn subjects() -> Vec<Choice> {
    let one = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    SUBJECTS.into_iter().map(one).collect()
}

#[cfg(feature = "ssr")]
fn actions() -> Vec<Group> {
    let group = |(area, label): (&str, &str)| {
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
    AREAS.into_iter().map(group).collect()
}

/// `role_changed` as people write it.
#[cfg(feature = "ssr")]
fn words(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(feature = "ssr")]
fn told(wanted: &Wanted, actor: Option<&Named>, subject: Option<&Named>) -> String {
    let mut parts = Vec::new();
    parts.extend(actor.map(|named| format!("by {}", named.name)));
    if !wanted.action.is_empty() {
        let area = AREAS.iter().find(|(area, _)| *area == wanted.action);
        let what = area.map_or_else(
            || format!("“{}”", wanted.action),
            |(_, label)| format!("in “{label}”"),
        );
        parts.push(what);
    }
    let kind = SUBJECTS.iter().find(|(kind, _)| *kind == wanted.subject);
    match (kind, subject) {
        (Some((_, label)), _) => parts.push(format!("about “{label}”")),
        (None, Some(named)) => parts.push(format!("about {}", named.name)),
        (None, None) => {}
    }
    if !wanted.from.is_empty() {
        parts.push(format!("from {} on", wanted.from));
    }
    if !wanted.to.is_empty() {
        parts.push(format!("until {}", wanted.to));
    }
    parts.join(", ")
}

#[cfg(feature = "ssr")]
fn who(place: &Place, named: &Named) -> Who {
    let href = match named.party {
        Party::User(_) => named
            .membership
            .map(|id| place.path(&format!("members/{id}"))),
        Party::ApiKey(id) => named.is_there.then(|| place.path(&format!("keys/{id}"))),
        Party::Invitation(_) => named
            .is_there
            .then(|| place.path("members?tab=invitations")),
        Party::Organization(_) => named.is_there.then(|| place.path("settings")),
        _ => None,
    };
    Who {
        name: named.name.clone(),
        picture: named.picture.clone(),
        kind: named.party.kind().to_owned(),
        value: named.party.filter(),
        href,
    }
}

#[cfg(feature = "ssr")]
fn row(place: &Place, entry: Entry, now: Timestamp, zone: &str) -> Row {
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
        who: who(place, &entry.actor),
        impersonator: entry.impersonator.map(|by| by.name),
        subject: who(place, &entry.subject),
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

#[cfg(feature = "ssr")]
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
