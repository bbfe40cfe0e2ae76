//! Pages of lists that are sorted by id: ids carry their time (UUID version 7), so that is the order of making.
//!
//! A cursor is the id of a row and a tag over it and over its list (keyed, so nobody can make one up): of another list, of
//! another organization, or changed, it is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::{
    Code, Problem,
    page::{From, Page, PageRequest},
};
use sea_orm::{ColumnTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{Ctx, error::Result};

/// Length of an id in base64, without padding.
const ID: usize = 22;

/// A piece of a list that is asked for, its cursor opened.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    scope: String,
    size: u64,
    after: Option<Uuid>,
    before: Option<Uuid>,
    is_newest_first: bool,
}

impl Window {
    /// `scope` names the list: its kind, and whose it is.
    pub(crate) fn open(ctx: &Ctx, scope: String, request: &PageRequest) -> Result<Self> {
        let valid = request.validate()?;
        let opened = |text: &str, field| {
            open(ctx, &scope, text).ok_or_else(|| Problem::new(Code::InvalidCursor).on(field))
        };
        let (after, before) = match &valid.from {
            From::Start => (None, None),
            From::After(text) => (Some(opened(text, "after")?), None),
            From::Before(text) => (None, Some(opened(text, "before")?)),
        };
        Ok(Self {
            scope,
            size: valid.size,
            after,
            before,
            is_newest_first: false,
        })
    }

    #[must_use]
    pub(crate) fn newest_first(mut self) -> Self {
        self.is_newest_first = true;
        self
    }

    /// Restricts a query to the rows of the page and one more, which tells whether there are others.
    pub(crate) fn restrict<Q, C>(&self, query: Q, id: C) -> Q
    where
        Q: QueryFilter + QueryOrder + QuerySelect,
        C: ColumnTrait,
    {
        let is_ascending = self.is_ascending();
        let query = match (self.after.or(self.before), is_ascending) {
            (None, _) => query,
            (Some(from), true) => query.filter(id.gt(from)),
            (Some(from), false) => query.filter(id.lt(from)),
        };
        let order = if is_ascending {
            Order::Asc
        } else {
            Order::Desc
        };
        query.order_by(id, order).limit(self.size + 1)
    }

    /// Puts rows into the order in which [`Self::restrict`] asks for them.
    pub(crate) fn sort<T>(&self, rows: &mut [T], id: impl Fn(&T) -> Uuid) {
        rows.sort_unstable_by_key(|row| id(row));
        if !self.is_ascending() {
            rows.reverse();
        }
    }

    fn is_ascending(&self) -> bool {
        self.is_newest_first == self.before.is_some()
    }

    /// Makes the page of the rows that [`Self::restrict`] let through, in the order of the list.
    pub(crate) fn page<T>(&self, ctx: &Ctx, mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_more = rows.len() > size;
        rows.truncate(size);
        if self.before.is_some() {
            rows.reverse();
        }
        Page {
            items: rows
                .into_iter()
                .map(|row| (cursor(ctx, &self.scope, id(&row)), row))
                .collect(),
            has_next: self.before.is_some() || is_more,
            has_previous: if self.before.is_some() {
                is_more
            } else {
                self.after.is_some()
            },
        }
    }
}

fn cursor(ctx: &Ctx, scope: &str, id: Uuid) -> String {
    let tag = ctx
        .sealer()
        .tag(&[b"cursor", scope.as_bytes(), id.as_bytes()]);
    URL_SAFE_NO_PAD.encode(id.as_bytes()) + &tag
}

fn open(ctx: &Ctx, scope: &str, text: &str) -> Option<Uuid> {
    let (id, tag) = text.split_at_checked(ID)?;
    let id = Uuid::from_slice(&URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    ctx.sealer()
        .is_tag(&[b"cursor", scope.as_bytes(), id.as_bytes()], tag)
        .then_some(id)
}
