//! Lists, by pages, as Relay has them (<https://relay.dev/graphql/connections.htm>).

use async_graphql::{
    Context, Object, OutputType,
    connection::{Connection, Edge, EmptyFields},
};
use contract::{
    Problem,
    page::{End, Page, PageRequest},
};
use domain::{invitations, organizations};

use super::{
    acting::Acting,
    errors::{Field, FieldError},
    loaders::{CountInvitations, CountMembers, Loads},
};

/// A page of a list; how long the whole list is, is read only when it is asked for.
pub(super) type Listed<T> = Connection<String, T, Total, EmptyFields>;

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
    let mut listed = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    let edges = page
        .items
        .iter()
        .map(|(cursor, item)| Edge::new(cursor.clone(), node(item)));
    listed.edges.extend(edges);
    listed
}

/// Of which list the length is told.
#[derive(Debug)]
pub(super) enum Total {
    Members(CountMembers),
    Invitations(CountInvitations),
    OwnMemberships,
    OwnInvitations,
}

/// What a list has beside its page.
#[Object]
impl Total {
    /// How many there are on all pages together.
    async fn total_count(&self, context: &Context<'_>) -> Field<u64> {
        Some(self.count(context).await)
    }
}

impl Total {
    async fn count(&self, context: &Context<'_>) -> Result<u64, FieldError> {
        let acting = Acting::of(context);
        let loads = context.data_unchecked::<Loads>();
        let told = |error| acting.error(&error);
        match self {
            Self::Members(key) => loads.load_one(key.clone()).await?.unwrap_or(Ok(0)),
            Self::Invitations(key) => loads.load_one(key.clone()).await?.unwrap_or(Ok(0)),
            Self::OwnMemberships => organizations::count_own(acting.ctx(), &acting.actor())
                .await
                .map_err(told),
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
