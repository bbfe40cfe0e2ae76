//! Signing in: what is typed, and what a session shows of itself.

use serde::{Deserialize, Serialize};

use crate::{EmailAddress, Password, SessionId, Timestamp, problem::Problems};

/// Asks for a session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignIn {
    pub email: String,
    pub password: Password,
    /// Keep me signed in.
    pub remember: bool,
}

/// A [`SignIn`] with an address that could exist and a password that could be one.
#[derive(Clone, Debug)]
pub struct ValidSignIn {
    pub email: EmailAddress,
    pub password: Password,
    pub remember: bool,
}

impl SignIn {
    pub fn validate(self) -> Result<ValidSignIn, Problems> {
        let mut problems = Problems::default();
        let email = problems.take("email", EmailAddress::parse(&self.email));
        let password = problems.take("password", self.password.check_given());
        match (email, password) {
            (Some(email), Some(())) => Ok(ValidSignIn {
                email,
                password: self.password,
                remember: self.remember,
            }),
            _ => Err(problems),
        }
    }
}

/// One sign-in of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}
