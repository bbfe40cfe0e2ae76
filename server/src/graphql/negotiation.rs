//! Which media type is answered with, and which is taken.
//!
//! After "GraphQL over HTTP" (draft of August 2026): `application/graphql-response+json` has statuses that mean something;
//! `application/json` is for older clients, which get 200 whenever the request itself was well formed.

use std::cmp::Reverse;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What an answer is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    GraphqlResponse,
    Json,
}

impl MediaType {
    const fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }

    pub(super) const fn content_type(self) -> HeaderValue {
        match self {
            Self::GraphqlResponse => {
                HeaderValue::from_static("application/graphql-response+json; charset=utf-8")
            }
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }

    /// The type that the caller likes best, or `None` where neither will do. Who names no type, and who takes any, gets
    /// `application/json`.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let text = joined(headers, header::ACCEPT);
        if text.trim().is_empty() {
            return Some(Self::Json);
        }
        let ranges: Vec<Range<'_>> = text.split(',').filter_map(Range::parse).collect();
        let ranked = [Self::GraphqlResponse, Self::Json]
            .into_iter()
            .filter_map(|media| Some((media.rank(&ranges)?, media)));
        ranked.max_by_key(|(rank, _)| *rank).map(|(_, media)| media)
    }

    /// How well the ranges speak of this type: quality, then exactness, then how early it was named. The most exact range
    /// decides (RFC 9110 §12.5.1).
    fn rank(self, ranges: &[Range<'_>]) -> Option<(u16, u8, Reverse<usize>)> {
        let exactness = |(at, range): (usize, &Range<'_>)| {
            Some((range.exactness(self)?, Reverse(at), range.quality))
        };
        let (exactness, at, quality) = ranges.iter().enumerate().filter_map(exactness).max()?;
        (quality > 0).then_some((quality, exactness, at))
    }
}

/// Whether a body is said to be JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let text = joined(headers, header::CONTENT_TYPE);
    Range::parse(&text).is_some_and(|range| range.exactness(MediaType::Json) == Some(2))
}

fn joined(headers: &HeaderMap, name: HeaderName) -> String {
    let lines: Vec<&str> = headers
        .get_all(name)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    lines.join(",")
}

/// One entry of `Accept`: `application/json;q=0.9`. The quality is in thousandths.
struct Range<'a> {
    class: &'a str,
    subtype: &'a str,
    quality: u16,
}

impl<'a> Range<'a> {
    /// `None` for what cannot be read, and for a text in another encoding than UTF-8.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (class, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self {
            class,
            subtype,
            quality: 1000,
        };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            if name.eq_ignore_ascii_case("q") {
                range.quality = quality(value)?;
            } else if name.eq_ignore_ascii_case("charset")
                && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            {
                return None;
            }
        }
        Some(range)
    }

    fn exactness(&self, media: MediaType) -> Option<u8> {
        match (self.class, self.subtype) {
            ("*", "*") => Some(0),
            (class, _) if !class.eq_ignore_ascii_case("application") => None,
            (_, "*") => Some(1),
            (_, subtype) => subtype.eq_ignore_ascii_case(media.subtype()).then_some(2),
        }
    }
}

fn quality(text: &str) -> Option<u16> {
    let value: f32 = text.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value lies between 0 and 1,000"
    )]
    (0.0..=1.0)
        .contains(&value)
        .then(|| (value * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(text: &str) -> Option<MediaType> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, text.parse().expect("a header"))]);
        MediaType::accepted(&headers)
    }

    #[test]
    fn the_type_that_is_liked_best_is_answered() {
        use MediaType::{GraphqlResponse, Json};
        for (text, media) in [
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("application/json", Some(Json)),
            ("*/*", Some(Json)),
            ("", Some(Json)),
            ("application/*", Some(Json)),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Some(GraphqlResponse),
            ),
            (
                "application/json;q=0.9, application/graphql-response+json",
                Some(GraphqlResponse),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(Json),
            ),
            (
                "application/graphql-response+json, */*",
                Some(GraphqlResponse),
            ),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("Application/JSON; Charset=\"UTF-8\"", Some(Json)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Json)),
            ("application/json; charset=utf-16", None),
            ("application/json;q=0", None),
            ("text/html", None),
            ("nonsense", None),
        ] {
            assert_eq!(accepted(text), media, "{text}");
        }
        assert_eq!(MediaType::accepted(&HeaderMap::new()), Some(Json));
    }

    #[test]
    fn only_json_in_utf_8_is_taken() {
        let is_taken = |text: &str| {
            is_json(&HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                text.parse().expect("a header"),
            )]))
        };
        for text in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/Json;charset=UTF-8",
        ] {
            assert!(is_taken(text), "{text}");
        }
        for text in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "*/*",
        ] {
            assert!(!is_taken(text), "{text}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
