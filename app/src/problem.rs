//! Failures across the wire between a page and its server functions.

use contract::{Code, Problem};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why a server function gave no answer. Refusals of what was typed are not failures: they come as
/// [`crate::ui::form::Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub problem: Problem,
    /// Ties what is shown to the log.
    pub trace_id: String,
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self {
            problem: Problem::new(code),
            trace_id: String::new(),
        }
    }
}

impl FromServerFnError for Fault {
    type Encoder = JsonEncoding;

    /// Nothing of the inner text goes on: it names types and paths.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Code::BadRequest.into(),
            ServerFnErrorErr::Request(_) => Code::Unavailable.into(),
            _ => Code::Internal.into(),
        }
    }
}
