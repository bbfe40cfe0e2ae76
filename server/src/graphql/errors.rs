//! From a failure to what a caller reads of it.
//!
//! Refusals of what was asked for stand in `userErrors`. Refusals of the caller (`UNAUTHENTICATED`, `FORBIDDEN`,
//! `SECOND_FACTOR_REQUIRED`, `ORGANIZATION_SUSPENDED`, `STAFF_FACTOR_MISSING`) and our own failures are errors with `extensions { code traceId }`. The feature
//! `custom-error-conversion` of async-graphql keeps any other error type from becoming an answer.

use std::borrow::Cow;

use async_graphql::{ErrorExtensionValues, Pos, ServerError, SimpleObject};
use contract::{Code, Problem};

/// A field that may be null with an error for that field alone: what every resolver that can fail gives. (`Result<T>` would
/// leave the field out of the answer: async-graphql 7.2, `do_resolve_container`.)
pub(super) type Field<T> = Option<Result<T, FieldError>>;

/// Something that was asked for and refused. Correct it and ask again.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct UserError {
    /// The stable code of the refusal, like `PASSWORD_TOO_SHORT`. Programs can rely on it; it is never renamed.
    code: String,
    /// A sentence for people. The words may change.
    message: String,
    /// The field of `input` to correct, if it is a single one.
    field: Option<String>,
    /// Seconds after which the same request may succeed; only with `RATE_LIMITED`.
    retry_after_seconds: Option<u32>,
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code.as_str().to_owned(),
            message: problem.message.into_owned(),
            field: problem.field.map(Cow::into_owned),
            retry_after_seconds: problem.retry_after_seconds,
        }
    }
}

/// Whether a refusal is about the caller or about us, and not about what was asked for.
pub(super) const fn is_error(code: Code) -> bool {
    matches!(
        code,
        Code::Unauthenticated
            | Code::Forbidden
            | Code::SecondFactorRequired
            | Code::OrganizationSuspended
            | Code::StaffFactorMissing
            | Code::Busy
            | Code::Unavailable
            | Code::Timeout
            | Code::Internal
    )
}

/// What may be told of the failure of a field.
#[derive(Clone, Debug)]
pub(super) struct FieldError {
    problem: Problem,
    trace_id: String,
}

impl FieldError {
    pub(super) const fn new(problem: Problem, trace_id: String) -> Self {
        Self { problem, trace_id }
    }

    /// Logs the source of a failure of ours.
    pub(super) fn of(error: &domain::Error, trace_id: &str) -> Self {
        let first = error.tell(trace_id).0.into_iter().next();
        Self::new(
            first.unwrap_or(Problem::new(Code::Internal)),
            trace_id.to_owned(),
        )
    }
}

impl From<FieldError> for async_graphql::Error {
    fn from(FieldError { problem, trace_id }: FieldError) -> Self {
        let mut extensions = labels(problem.code, &trace_id);
        if let Some(seconds) = problem.retry_after_seconds {
            extensions.set("retryAfterSeconds", seconds);
        }
        Self {
            message: problem.message.into_owned(),
            source: None,
            extensions: Some(extensions),
        }
    }
}

fn labels(code: Code, trace_id: &str) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    extensions.set("traceId", trace_id);
    extensions
}

/// Why a request is not executed.
#[derive(Clone, Debug)]
pub(super) struct Rejection {
    pub(super) code: Code,
    pub(super) message: Cow<'static, str>,
    pub(super) locations: Vec<Pos>,
    /// The request could be read; its document, its variables or its cost are at fault. Older clients get 200 then.
    pub(super) is_well_formed: bool,
    /// The methods that would be taken.
    pub(super) allow: Option<&'static str>,
}

impl Rejection {
    /// By its code's own sentence.
    pub(super) const fn plain(code: Code) -> Self {
        Self {
            code,
            message: Cow::Borrowed(code.sentence()),
            locations: Vec::new(),
            is_well_formed: false,
            allow: None,
        }
    }

    pub(super) fn method(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::plain(Code::MethodNotAllowed)
        }
    }

    /// The request cannot be read.
    pub(super) fn request(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            ..Self::plain(Code::BadRequest)
        }
    }

    /// The document or its variables are at fault.
    pub(super) fn document(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            is_well_formed: true,
            ..Self::request(message)
        }
    }

    /// The document asks for too much.
    pub(super) fn too_complex(message: String) -> Self {
        Self {
            is_well_formed: true,
            message: message.into(),
            ..Self::plain(Code::QueryTooComplex)
        }
    }

    pub(super) fn timeout() -> Self {
        Self {
            is_well_formed: true,
            ..Self::plain(Code::Timeout)
        }
    }

    pub(super) fn into_error(self, trace_id: &str) -> ServerError {
        let mut error = ServerError::new(self.message, None);
        error.locations = self.locations;
        error.extensions = Some(labels(self.code, trace_id));
        error
    }
}

/// Errors of one answer; a document can be wrong in very many places.
const MOST_ERRORS: usize = 20;

/// Gives the errors that async-graphql made itself a code, and lets no other error type out: one with a source was
/// converted from something of ours.
pub(super) fn seal(errors: &mut Vec<ServerError>, trace_id: &str) {
    errors.truncate(MOST_ERRORS);
    for error in errors.iter_mut().filter(|error| code_of(error).is_none()) {
        let code = if error.source.is_some() {
            Code::Internal
        } else {
            Code::BadRequest
        };
        if code == Code::Internal {
            tracing::error!(trace_id, error = error.message, "failed");
            code.sentence().clone_into(&mut error.message);
        }
        error.extensions = Some(labels(code, trace_id));
    }
}

/// Whether a document or its variables were at fault, as far as async-graphql tells: of some values it notices only while it
/// executes.
pub(super) fn is_invalid(errors: &[ServerError]) -> bool {
    errors
        .iter()
        .any(|error| code_of(error) == Some(Code::BadRequest.as_str()))
}

/// The code in the extensions of an error.
pub(super) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_internal_failure_tells_nothing_but_its_code_and_trace() {
        let failure = domain::Error::internal("reading users", "no such table: users");
        let error = async_graphql::Error::from(FieldError::of(&failure, "trace-1"));
        assert!(error.message.starts_with(Code::Internal.sentence()));
        let json = serde_json::to_string(&error).expect("an error is plain data");
        assert!(
            json.contains(r#""code":"INTERNAL""#)
                && json.contains(r#""traceId":"trace-1""#)
                && !json.contains("users"),
            "{json}"
        );
    }

    #[test]
    fn errors_of_the_library_get_a_code_and_foreign_ones_lose_their_words() {
        let mut foreign = ServerError::new("/var/lib/secret", None);
        foreign.source = Some(Arc::new(7));
        let mut errors = vec![ServerError::new("Unknown field \"x\"", None), foreign];
        seal(&mut errors, "trace-1");
        assert_eq!(
            [code_of(&errors[0]), code_of(&errors[1])],
            [Some("BAD_REQUEST"), Some("INTERNAL")]
        );
        assert_eq!(errors[0].message, "Unknown field \"x\"");
        assert_eq!(errors[1].message, Code::Internal.sentence());
    }

    #[test]
    fn an_answer_holds_twenty_errors_at_most() {
        let mut errors = vec![ServerError::new("x", None); 1000];
        seal(&mut errors, "");
        assert_eq!(errors.len(), MOST_ERRORS);
    }
}
