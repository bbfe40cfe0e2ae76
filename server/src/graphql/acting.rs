//! Who acts in a request, and in which context: what every resolver begins with.

use std::sync::{Arc, Mutex, PoisonError};

use app::cookies::{self, Keep, Name};
use async_graphql::Context;
use axum::http::header;
use contract::Code;
use domain::{
    Actor, Ctx, Result,
    sessions::{Kind, Opened},
};

use super::errors::{Field, FieldError, UserError, is_error};

/// The caller of one request. A mutation that ends or renews the session changes who acts in the mutations after it.
#[derive(Debug)]
pub(super) struct Acting {
    ctx: Ctx,
    actor: Mutex<Actor>,
    /// The session came as a cookie.
    has_cookie: bool,
    /// What was refused, for the log.
    refused: Mutex<Vec<Code>>,
}

/// What a mutation made, or why it did not.
#[derive(Debug)]
pub(super) struct Settled<T> {
    pub(super) made: Option<T>,
    pub(super) user_errors: Vec<UserError>,
}

impl Acting {
    pub(super) fn new(ctx: Ctx, actor: Actor, has_cookie: bool) -> Self {
        Self {
            ctx,
            actor: Mutex::new(actor),
            has_cookie,
            refused: Mutex::default(),
        }
    }

    /// The endpoint puts one into every request.
    pub(super) fn of<'a>(context: &Context<'a>) -> &'a Self {
        context.data_unchecked::<Arc<Self>>()
    }

    pub(super) const fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    pub(super) fn actor(&self) -> Actor {
        self.actor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn becomes(&self, actor: Actor) {
        *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = actor;
    }

    /// What was refused in the request so far.
    pub(super) fn refused(&self) -> Vec<Code> {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What may be told of a failure.
    pub(super) fn error(&self, error: &domain::Error) -> FieldError {
        FieldError::of(error, &self.ctx.origin().trace_id)
    }

    /// Gives what was found; what cannot be seen is null, like what does not exist.
    pub(super) fn seen<T>(&self, outcome: Result<T>) -> Field<T> {
        match outcome {
            Ok(found) => Some(Ok(found)),
            Err(error)
                if error.is_refusal(Code::NotFound) || error.is_refusal(Code::Unauthenticated) =>
            {
                None
            }
            Err(error) => Some(Err(self.error(&error))),
        }
    }

    /// Sorts the outcome of a use case: made, refused to the person who typed, or an error.
    pub(super) fn settle<T>(&self, outcome: Result<T>) -> Result<Settled<T>, FieldError> {
        let problems = match outcome {
            Ok(made) => {
                return Ok(Settled {
                    made: Some(made),
                    user_errors: Vec::new(),
                });
            }
            Err(domain::Error::Refused(problems)) => problems.0,
            Err(error) => return Err(self.error(&error)),
        };
        if let Some(problem) = problems.iter().find(|problem| is_error(problem.code)) {
            return Err(FieldError::new(
                problem.clone(),
                self.ctx.origin().trace_id.clone(),
            ));
        }
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(problems.iter().map(|problem| problem.code));
        Ok(Settled {
            made: None,
            user_errors: problems.into_iter().map(UserError::from).collect(),
        })
    }

    /// Hands a session's new token to its owner: a program reads it in the answer, a browser gets its cookie. What comes after it
    /// in the request is as fresh as the session is now, and no fresher.
    pub(super) fn renewed(&self, context: &Context<'_>, opened: &Opened) -> Option<String> {
        if let Actor::User(mut user) = self.actor() {
            user.authenticated_at = opened.authenticated_at;
            self.becomes(Actor::User(user));
        }
        if opened.kind == Kind::Program {
            return Some(opened.token.expose().to_owned());
        }
        self.keep(context, opened);
        None
    }

    fn keep(&self, context: &Context<'_>, opened: &Opened) {
        let keep = match opened.kind {
            Kind::Program | Kind::Browser => Keep::UntilClosed,
            Kind::Remembered => Keep::Seconds(opened.kind.longest_seconds()),
        };
        self.set_cookie(context, opened.token.expose(), keep);
    }

    /// The browser goes on with another session, or with none: nobody acts from here on.
    pub(super) fn handed_back(&self, context: &Context<'_>, session: Option<&Opened>) {
        match session {
            Some(opened) => {
                self.becomes(Actor::Anonymous);
                self.keep(context, opened);
            }
            None => self.signed_out(context),
        }
    }

    /// The session is over: nobody acts from here on.
    pub(super) fn signed_out(&self, context: &Context<'_>) {
        self.becomes(Actor::Anonymous);
        if self.has_cookie {
            self.set_cookie(context, "", Keep::No);
        }
    }

    fn set_cookie(&self, context: &Context<'_>, value: &str, keep: Keep) {
        let is_https = self.ctx.settings().public_url.scheme() == "https";
        context.append_http_header(
            header::SET_COOKIE,
            cookies::set(Name::Session, value, keep, is_https),
        );
    }
}
