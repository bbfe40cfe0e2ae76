//! Lists, by pages, as Relay has them (<https://relay.dev/graphql/connections.htm>).

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};
use contract::{
    Problem,
    page::{End, Page, PageRequest},
};
use domain::{invitations, organizations, sessions};

use super::{
    acting::Acting,
    admin::StaffList,
    errors::{Field, FieldError},
    loaders::{CountAudit, CountInvitations, CountKeys, CountMembers, Loads},
};

/// A page of a list. How long the whole list is, is read only when it is asked for.
#[derive(Debug)]
pub(super) struct Listed<T: OutputType> {
    edges: Vec<Edge<T>>,
    page_info: PageInfo,
    total: Total,
}

/// An item of a list, with its cursor.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub(super) struct Edge<T: OutputType> {
    /// The cursor to continue from: valid for this list only, and opaque.
    cursor: String,
    /// The item.
    node: T,
}

/// The position of a page in its list.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PageInfo {
    /// Whether there are items after it.
    has_next_page: bool,
    /// Whether there are items before it.
    has_previous_page: bool,
    /// The cursor of its first item; null for an empty page.
    start_cursor: Option<String>,
    /// The cursor of its last item; null for an empty page.
    end_cursor: Option<String>,
}

impl<T: OutputType> TypeName for Listed<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list, in the list's order.
#[Object(name_type)]
impl<T: OutputType> Listed<T> {
    /// The items of the page, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The items of the page.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// The position of the page in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of items on all pages together.
    async fn total_count(&self, context: &Context<'_>) -> Field<u64> {
        Some(self.total.count(context).await)
    }
}

/// What `first`, `after`, `last` and `before` ask for.
pub(super) fn asked(
    first: Option<i64>,
    after: Option<String>,
    last: Option<i64>,
    before: Option<String>,
) -> Result<PageRequest, Problem> {
    let end = match (first, last) {
        (Some(_), Some(_)) => return Err(Problem::first_and_last()),
        (Some(_), None) => Some(End::First),
        (None, Some(_)) => Some(End::Last),
        (None, None) => after.as_ref().map(|_| End::First),
    };
    Ok(PageRequest {
        size: first.or(last),
        after,
        before,
        end,
    })
}

/// Gives a page its form in the schema.
pub(super) fn listed<'a, T, U: OutputType>(
    page: &'a Page<T>,
    total: Total,
    node: impl Fn(&'a T) -> U,
) -> Listed<U> {
    let cursor = |item: Option<&(String, T)>| item.map(|(cursor, _)| cursor.clone());
    let page_info = PageInfo {
        has_next_page: page.has_next,
        has_previous_page: page.has_previous,
        start_cursor: cursor(page.items.first()),
        end_cursor: cursor(page.items.last()),
    };
    let edges = page.items.iter().map(|(cursor, item)| Edge {
        cursor: cursor.clone(),
        node: node(item),
    });
    Listed {
        edges: edges.collect(),
        page_info,
        total,
    }
}

/// Of which list the length is told.
#[derive(Debug)]
pub(super) enum Total {
    Members(CountMembers),
    Invitations(CountInvitations),
    Keys(CountKeys),
    Audit(CountAudit),
    OwnMemberships,
    OwnInvitations,
    OwnSessions,
    Staff(StaffList),
}

impl Total {
    async fn count(&self, context: &Context<'_>) -> Result<u64, FieldError> {
        let acting = Acting::of(context);
        let loads = context.data_unchecked::<Loads>();
        let told = |error| acting.error(&error);
        match self {
            Self::Members(key) => loads.load_one(key.clone()).await?.unwrap_or(Ok(0)),
            Self::Invitations(key) => loads.load_one(key.clone()).await?.unwrap_or(Ok(0)),
            Self::Keys(key) => loads.load_one(key.clone()).await?.unwrap_or(Ok(0)),
            Self::Audit(key) => loads.load_one(key.clone()).await?.unwrap_or(Ok(0)),
            Self::OwnMemberships => organizations::count_own(acting.ctx(), &acting.actor())
                .await
                .map_err(told),
            Self::OwnSessions => sessions::count_own(acting.ctx(), &acting.actor())
                .await
                .map_err(told),
            Self::Staff(list) => list.count(acting).await.map_err(told),
            Self::OwnInvitations => invitations::count_open(acting.ctx(), &acting.actor())
                .await
                .map_err(told),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(first: Option<i64>, after: &str, last: Option<i64>, before: &str) -> Option<End> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let page = asked(first, given(after), last, given(before)).expect("one of the two");
        page.validate().map(|page| page.end).ok()
    }

    #[test]
    fn a_page_is_counted_from_the_end_that_is_named() {
        assert_eq!(end(Some(2), "", None, "b"), Some(End::First));
        assert_eq!(end(None, "a", Some(2), ""), Some(End::Last));
        assert_eq!(end(None, "", Some(2), ""), Some(End::Last));
        assert_eq!(end(None, "a", None, "b"), Some(End::First));
        assert_eq!(end(None, "", None, "b"), Some(End::Last));
        assert_eq!(end(None, "", None, ""), Some(End::First));
        assert!(asked(Some(1), None, Some(1), None).is_err());
    }
}
