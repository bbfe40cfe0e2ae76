//! Scalars, and types that look like one of GraphQL's own.

use std::{borrow::Cow, fmt};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value, registry::Registry,
};
use contract::{Password, Timestamp};

/// A point in time: RFC 3339, in UTC, with milliseconds, like `2026-11-23T10:00:00.000Z`.
#[derive(Clone, Copy, Debug)]
pub(super) struct DateTime(pub(super) Timestamp);

/// A point in time: RFC 3339, in UTC, with milliseconds, like `2026-11-23T10:00:00.000Z`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    /// In any offset; what is finer than milliseconds is cut.
    fn parse(value: Value) -> InputValueResult<Self> {
        let at = match &value {
            Value::String(text) => domain::time::parse(text),
            _ => None,
        };
        at.map(Self).ok_or_else(|| {
            InputValueError::custom("a point in time is expected, like \"2026-11-23T10:00:00Z\"")
        })
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(text) if domain::time::parse(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// Any JSON object, whose shape the field describes.
#[derive(Clone, Debug)]
pub(super) struct Json(pub(super) serde_json::Value);

/// Any JSON object, whose shape the field describes.
#[Scalar(
    name = "JSON",
    specified_by_url = "https://the-guild.dev/graphql/scalars/docs/scalars/json"
)]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        let value = value.into_json();
        Ok(Self(value.map_err(|_| {
            InputValueError::custom("JSON is expected")
        })?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// A whole number that may be larger than `Int` holds, and that every reader of JSON keeps exact: of at most 53 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct SafeInt(pub(super) i64);

/// A whole number that may be larger than `Int` holds, and that every reader of JSON keeps exact: of at most 53 bits.
#[Scalar(specified_by_url = "https://the-guild.dev/graphql/scalars/docs/scalars/safe-int")]
impl ScalarType for SafeInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        Self::of(&value)
            .ok_or_else(|| InputValueError::custom("a whole number of at most 53 bits is expected"))
    }

    fn is_valid(value: &Value) -> bool {
        Self::of(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

impl SafeInt {
    /// 2⁵³ − 1
    const MOST: u64 = (1 << 53) - 1;

    fn of(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else {
            return None;
        };
        let number = number.as_i64()?;
        (number.unsigned_abs() <= Self::MOST).then_some(Self(number))
    }
}

/// A `String` of the schema that no log may show: a password, or the secret of a link.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<Secret> for Password {
    fn from(secret: Secret) -> Self {
        Self::new(secret.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl InputType for Secret {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    /// The refusal of another type does not repeat the value.
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(text)),
            _ => Err(InputValueError::custom("a string is expected")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_to_nobody() {
        let secret = Secret::parse(Some(Value::from("hunter2"))).expect("this is a string");
        assert_eq!(
            (
                format!("{secret:?}").as_str(),
                secret.to_value(),
                secret.expose()
            ),
            ("Secret(…)", Value::Null, "hunter2")
        );
        let error = Secret::parse(Some(Value::from(424_242))).expect_err("a number is none");
        assert!(!format!("{error:?}").contains("424242"));
    }

    #[test]
    fn a_moment_is_printed_in_utc_with_milliseconds() {
        assert_eq!(
            ScalarType::to_value(&DateTime(Timestamp(1_795_392_000_123))),
            Value::from("2026-11-23T00:00:00.123Z")
        );
    }
}
