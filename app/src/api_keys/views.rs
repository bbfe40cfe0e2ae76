//! What the pages of keys ask for and show.

use contract::{
    api_keys::{ApiKey, KeyHint, OfferedScope, ScopeChoice},
    page::Page,
    time::Moment,
    usage::{UsageRange, UsageSeries},
};
use serde::{Deserialize, Serialize};

use crate::{
    organizations::views::Place,
    ui::loading::{argument, arguments},
};

/// What a page of the list asks for: the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub slug: String,
    pub search: String,
    pub status: String,
    pub after: String,
    pub before: String,
}

impl Wanted {
    /// The address of the list with this search and another place in it.
    pub fn page(&self, place: &str, cursor: &str) -> String {
        let mut query = String::new();
        let parts = [
            ("search", self.search.as_str()),
            ("status", &self.status),
            (place, cursor),
        ];
        for (name, value) in parts {
            if !value.is_empty() {
                argument(&mut query, name, value);
            }
        }
        format!("/o/{}/keys?{query}", self.slug)
    }

    /// The arguments of the server function that loads the page.
    pub fn query(&self) -> String {
        arguments(&[
            ("slug", &self.slug),
            ("search", &self.search),
            ("status", &self.status),
            ("after", &self.after),
            ("before", &self.before),
        ])
    }

    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.status.is_empty()
    }
}

/// A key in the list or on its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub key: ApiKey,
    pub created: Moment,
    pub expires: Option<Moment>,
    pub last_used: Option<Moment>,
    pub hints: Vec<KeyHint>,
    /// Requests, hour by hour over the last day.
    pub line: Vec<i64>,
}

/// `/o/{slug}/keys`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysView {
    pub place: Place,
    pub page: Page<Row>,
    /// How many the search finds.
    pub found: u64,
}

/// `/o/{slug}/keys/new`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeyView {
    pub place: Place,
    pub scopes: Vec<OfferedScope>,
}

/// `/o/{slug}/keys/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    pub place: Place,
    pub row: Row,
    pub scopes: Vec<OfferedScope>,
    pub choice: ScopeChoice,
    /// Where its own quota stands: units and the limit.
    pub used: i64,
    pub revoked: Option<Moment>,
    pub rotation: Option<RotationView>,
    /// Requests by day over the last [`KEY_RANGE`], and what each point is of.
    pub series: UsageSeries,
    pub labels: Vec<String>,
}

/// How far back the page of a key looks.
pub const KEY_RANGE: UsageRange = UsageRange::Month;

/// The secret before the newest, while it works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationView {
    pub rotated: Moment,
    pub expires: Moment,
    pub last_used: Option<Moment>,
}
