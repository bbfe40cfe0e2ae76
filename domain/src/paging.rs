//! Pages of lists that are sorted by id: ids carry their time (UUID version 7), so that is the order of making.
//!
//! A cursor is the id of a row and a tag over it and over its list (keyed, so nobody can make one up): of another list, of
//! another organization, or changed, it is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::{
    Code, Problem,
    page::{End, Page, PageRequest},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, Order, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::{Ctx, error::Result};

/// Length of an id in base64, without padding.
const ID: usize = 22;

/// A piece of a list that is asked for, its cursors opened.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    scope: String,
    size: u64,
    after: Option<Uuid>,
    before: Option<Uuid>,
    end: End,
    is_newest_first: bool,
}

impl Window {
    /// `scope` names the list: its kind, and whose it is.
    pub(crate) fn open(ctx: &Ctx, scope: String, request: &PageRequest) -> Result<Self> {
        let valid = request.validate()?;
        let opened = |text: Option<String>, field| match text {
            None => Ok(None),
            Some(text) => open(ctx, &scope, &text)
                .map(Some)
                .ok_or_else(|| Problem::new(Code::InvalidCursor).on(field)),
        };
        Ok(Self {
            size: valid.size,
            after: opened(valid.after, "after")?,
            before: opened(valid.before, "before")?,
            end: valid.end,
            is_newest_first: false,
            scope,
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
        self.restrict_among(query, id, Among::default())
    }

    /// The same among some ids.
    pub(crate) fn restrict_among<Q, C>(&self, query: Q, id: C, among: Among) -> Q
    where
        Q: QueryFilter + QueryOrder + QuerySelect,
        C: ColumnTrait,
    {
        let (above, below) = if self.is_newest_first {
            (self.before, self.after)
        } else {
            (self.after, self.before)
        };
        let order = if self.is_ascending() {
            Order::Asc
        } else {
            Order::Desc
        };
        among
            .restrict(query, id, above, below)
            .order_by(id, order)
            .limit(self.size + 1)
    }

    /// Puts rows into the order in which [`Self::restrict`] asks for them.
    pub(crate) fn sort<T>(&self, rows: &mut [T], id: impl Fn(&T) -> Uuid) {
        rows.sort_unstable_by_key(|row| id(row));
        if !self.is_ascending() {
            rows.reverse();
        }
    }

    fn is_ascending(&self) -> bool {
        self.is_newest_first == (self.end == End::Last)
    }

    /// Makes the page of the rows that [`Self::restrict`] let through, in the order of the list. What lies beyond a cursor is
    /// not asked for: the row that the cursor is of lies there, or did.
    pub(crate) fn page<T>(&self, ctx: &Ctx, mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_more = rows.len() > size;
        rows.truncate(size);
        if self.end == End::Last {
            rows.reverse();
        }
        Page {
            items: rows
                .into_iter()
                .map(|row| (cursor(ctx, &self.scope, id(&row)), row))
                .collect(),
            has_next: self.before.is_some() || (is_more && self.end == End::First),
            has_previous: self.after.is_some() || (is_more && self.end == End::Last),
        }
    }
}

/// Ids from one on, and up to before another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Among {
    pub(crate) least: Option<Uuid>,
    pub(crate) end: Option<Uuid>,
}

impl Among {
    /// Restricts a query to these ids, and to those between two others. It has one bound on each side at most: SQLite looks up one,
    /// and reads row by row to where the other lets it begin.
    pub(crate) fn restrict<Q, C>(
        self,
        mut query: Q,
        id: C,
        above: Option<Uuid>,
        below: Option<Uuid>,
    ) -> Q
    where
        Q: QueryFilter,
        C: ColumnTrait,
    {
        query = match (above, self.least) {
            (Some(above), Some(least)) if least > above => query.filter(id.gte(least)),
            (Some(above), _) => query.filter(id.gt(above)),
            (None, Some(least)) => query.filter(id.gte(least)),
            (None, None) => query,
        };
        match [below, self.end].into_iter().flatten().min() {
            Some(end) => query.filter(id.lt(end)),
            None => query,
        }
    }
}

/// The rows of several selects, in one statement, each with the place of its select.
pub(crate) async fn together(
    db: &impl ConnectionTrait,
    selects: impl Iterator<Item = SelectStatement>,
) -> Result<Vec<(usize, QueryResult)>> {
    let parts: Vec<_> = selects.enumerate().collect();
    let mut found = Vec::new();
    // SQLite joins at most 500 selects; each piece also stays far below its limit of 32,766 values.
    for chunk in parts.chunks(100) {
        let mut marked = chunk.iter().map(|(part, select)| marked(*part, select));
        let Some(mut all) = marked.next() else {
            continue;
        };
        for select in marked {
            all.union(UnionType::All, select);
        }
        for row in db.query_all(&all).await? {
            let part: i64 = row.try_get("", PART)?;
            found.push((usize::try_from(part).unwrap_or_default(), row));
        }
    }
    Ok(found)
}

/// The column that tells which select of a union a row is of.
const PART: &str = "part";

/// A select with a limit of its own, as a part of a union can have none, and with its place among the others.
fn marked(part: usize, select: &SelectStatement) -> SelectStatement {
    Query::select()
        .column(Asterisk)
        .expr_as(Expr::cust(format!("CAST({part} AS BIGINT)")), PART)
        .from_subquery(select.clone(), "page")
        .to_owned()
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
