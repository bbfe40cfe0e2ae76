//! Server functions about audit logs.

#![allow(
    clippy::too_many_arguments,
    reason = "server functions take what a page's address names one by one"
)]

use contract::{page::Page, time::Moment};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::shown::{self, Within},
    crate::{
        organizations::api::{enter, place, zone},
        ssr,
    },
    contract::Permission,
    domain::{
        Ctx, Error, InOrg,
        audit::{self, AuditFilter, WantedNames},
    },
};

use crate::{
    organizations::views::Place,
    problem::Fault,
    ui::loading::{Packed, argument},
};

/// What a page of the log asks for: the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Whose log; empty for that of the whole installation.
    pub slug: String,
    /// In the log of the installation: of which organization, by its slug or id.
    pub organization: String,
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
    /// What the address of a page asks for.
    pub fn of(slug: String, query: &ParamsMap) -> Self {
        let part = |name: &str| query.get(name).unwrap_or_default();
        Self {
            organization: if slug.is_empty() {
                part("organization")
            } else {
                String::new()
            },
            slug,
            actor: part("actor"),
            action: part("action"),
            subject: part("subject"),
            from: part("from"),
            to: part("to"),
            after: part("after"),
            before: part("before"),
        }
    }

    /// Whether it is the log of the installation.
    pub fn is_everywhere(&self) -> bool {
        self.slug.is_empty()
    }

    const fn filter(&self) -> [(&'static str, &String); 6] {
        [
            ("organization", &self.organization),
            ("actor", &self.actor),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The address of the log, whole.
    pub fn path(&self) -> String {
        if self.is_everywhere() {
            "/admin/audit".to_owned()
        } else {
            format!("/o/{}/audit", self.slug)
        }
    }

    fn address(&self, extension: &str, more: Option<(&str, &str)>) -> String {
        let mut query = String::new();
        let parts = self.filter().map(|(name, value)| (name, value.as_str()));
        for (name, value) in parts.into_iter().chain(more) {
            if !value.is_empty() {
                argument(&mut query, name, value);
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{extension}{mark}{query}", self.path())
    }

    /// The address of the log with this filter and another place in it.
    pub fn page(&self, place: &str, cursor: &str) -> String {
        self.address("", Some((place, cursor)))
    }

    /// The address of a copy of exactly what this filter lets through.
    pub fn copy(&self, extension: &str) -> String {
        self.address(&format!(".{extension}"), None)
    }

    /// The address of the log of one actor, about one subject, or of one organization, beside what is asked for already.
    pub fn narrowed(&self, name: &str, value: &str) -> String {
        let mut narrowed = self.clone();
        let part = match name {
            "actor" => &mut narrowed.actor,
            "organization" => &mut narrowed.organization,
            _ => &mut narrowed.subject,
        };
        value.clone_into(part);
        narrowed.address("", None)
    }

    /// The arguments of the server function that loads the page.
    pub fn query(&self) -> String {
        let mut query = String::new();
        if !self.is_everywhere() {
            argument(&mut query, "slug", &self.slug);
        }
        for (name, value) in self.filter() {
            if self.is_everywhere() || name != "organization" {
                argument(&mut query, name, value);
            }
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
    /// In which organization.
    pub organization: Option<Who>,
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
    pub log: LogView,
}

/// A page of a log, and what the form above it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
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
        organization: String::new(),
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
    let read = async {
        let input = shown::asked(wanted, zone)?;
        let page = audit::page(ctx, found, &input).await?;
        Ok::<_, Error>((page, input.filter))
    };
    let (page, filter, problem) = match read.await {
        Ok((page, filter)) => (page, filter, None),
        Err(Error::Refused(problems)) => (
            Page::empty(),
            AuditFilter::default(),
            shown::why_not(problems),
        ),
        Err(error) => return Err(error),
    };
    let (actor, subject) = audit::wanted(ctx, found, &filter).await?;
    let names = WantedNames {
        organization: None,
        actor,
        subject,
    };
    let actors = audit::actors(ctx, found).await?;
    let actors = actors.iter().map(shown::choice).collect();
    let now = ctx.now();
    let within = Within::Organization(&place);
    let log = LogView {
        page: page.map(|entry| shown::row(within, entry, now, zone)),
        actors: shown::with(actors, names.actor.as_ref()),
        actions: shown::actions(),
        subjects: shown::with(shown::subjects(), names.subject.as_ref()),
        told: shown::told(wanted, &names),
        problem,
    };
    Ok(AuditView { place, log })
}
