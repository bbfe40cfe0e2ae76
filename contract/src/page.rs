//! Cursor paging: which piece of a list is asked for, and the piece.
//!
//! A cursor is opaque and belongs to one list of one organization or person; a page goes on exactly where the one before it
//! ended, whatever was added or removed meanwhile.

use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem, Problems};

/// Asks for a piece of a list: a page at the start or at the end of what lies between two cursors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PageRequest {
    /// How many at most: 1 to 100; 25 when nothing is said.
    pub size: Option<i64>,
    /// Those that follow the one with this cursor.
    pub after: Option<String>,
    /// Those that precede the one with this cursor.
    pub before: Option<String>,
    /// Where the page lies. When nothing is said, next to the cursor that is given; then there is one at most.
    pub end: Option<End>,
}

/// One end of a list, or of a piece of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    First,
    Last,
}

/// A [`PageRequest`] whose size is in range; whether its cursors are good is known to the server alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidPage {
    pub size: u64,
    pub after: Option<String>,
    pub before: Option<String>,
    pub end: End,
}

impl PageRequest {
    pub const DEFAULT: u64 = 25;
    pub const LARGEST: u64 = 100;

    /// The first `size` of a list.
    pub fn first(size: i64) -> Self {
        Self {
            size: Some(size),
            ..Self::default()
        }
    }

    pub fn validate(&self) -> Result<ValidPage, Problems> {
        let given = |cursor: &Option<String>| cursor.clone().filter(|text| !text.is_empty());
        let (after, before) = (given(&self.after), given(&self.before));
        let end = match (self.end, &after, &before) {
            (Some(end), _, _) => end,
            (None, _, None) => End::First,
            (None, None, Some(_)) => End::Last,
            (None, Some(_), Some(_)) => {
                return Err(Problem::new(Code::InvalidCursor).on("before").into());
            }
        };
        Ok(ValidPage {
            size: self.checked_size(end)?,
            after,
            before,
            end,
        })
    }

    fn checked_size(&self, end: End) -> Result<u64, Problem> {
        let Some(size) = self.size else {
            return Ok(Self::DEFAULT);
        };
        let field = match end {
            End::First => "first",
            End::Last => "last",
        };
        u64::try_from(size)
            .ok()
            .filter(|size| (1..=Self::LARGEST).contains(size))
            .ok_or_else(|| Problem::new(Code::InvalidPageSize).on(field))
    }
}

/// A piece of a list, in the list's order, each with the cursor that leads to what follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<(String, T)>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<T> Page<T> {
    pub const fn empty() -> Self {
        Self {
            items: Vec::new(),
            has_next: false,
            has_previous: false,
        }
    }

    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self
                .items
                .into_iter()
                .map(|(cursor, item)| (cursor, change(item)))
                .collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }

    /// The cursor of the first item, when there is something before it.
    pub fn previous(&self) -> Option<&str> {
        let first = self.items.first().filter(|_| self.has_previous)?;
        Some(&first.0)
    }

    /// The cursor of the last item, when there is something after it.
    pub fn next(&self) -> Option<&str> {
        let last = self.items.last().filter(|_| self.has_next)?;
        Some(&last.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_1_to_100_items() {
        let size = |size| {
            PageRequest::first(size)
                .validate()
                .map(|page| page.size)
                .map_err(|problems| problems.0[0].code)
        };
        assert_eq!(PageRequest::default().validate().map(|p| p.size), Ok(25));
        assert_eq!((size(1), size(100)), (Ok(1), Ok(100)));
        for wrong in [0, -1, 101, 1_000_000_000, i64::MIN, i64::MAX] {
            assert_eq!(size(wrong), Err(Code::InvalidPageSize), "{wrong}");
        }
    }

    #[test]
    fn a_page_between_two_cursors_says_at_which_end_it_lies() {
        let both = PageRequest {
            after: Some("a".to_owned()),
            before: Some("b".to_owned()),
            ..PageRequest::default()
        };
        assert!(both.validate().is_err());
        let said = PageRequest {
            end: Some(End::Last),
            ..both
        };
        assert_eq!(said.validate().map(|page| page.end), Ok(End::Last));
    }

    #[test]
    fn a_page_lies_next_to_its_cursor() {
        let end = |after: &str, before: &str| {
            let request = PageRequest {
                after: Some(after.to_owned()),
                before: Some(before.to_owned()),
                ..PageRequest::default()
            };
            request.validate().map(|page| page.end)
        };
        assert_eq!(
            (end("", ""), end("a", ""), end("", "b")),
            (Ok(End::First), Ok(End::First), Ok(End::Last))
        );
    }
}
