//! Signing in: what is typed, and what a session shows of itself.

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, Password, SessionId, Timestamp, UserId, identities::Provider, problem::Problems,
};

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

/// The first step of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    Password,
    /// A link in a letter.
    MagicLink,
    /// Which proves who somebody is without a second step.
    Passkey,
    /// An account elsewhere.
    Social(Provider),
}

impl Method {
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::MagicLink,
        Self::Passkey,
        Self::Social(Provider::Google),
        Self::Social(Provider::GitHub),
        Self::Social(Provider::Oidc),
    ];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::MagicLink => "magic_link",
            Self::Passkey => "passkey",
            Self::Social(provider) => provider.as_str(),
        }
    }

    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::MagicLink => "e-mail link",
            Self::Passkey => "passkey",
            Self::Social(provider) => provider.label(),
        }
    }
}

/// What came after the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecondStep {
    /// Nothing was asked for.
    None,
    App,
    Passkey,
    RecoveryCode,
    /// The browser was trusted to skip it.
    TrustedBrowser,
}

impl SecondStep {
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::App,
        Self::Passkey,
        Self::RecoveryCode,
        Self::TrustedBrowser,
    ];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::App => "app",
            Self::Passkey => "passkey",
            Self::RecoveryCode => "recovery_code",
            Self::TrustedBrowser => "trusted_browser",
        }
    }

    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// What stands after the first step's label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "",
            Self::App => " and app",
            Self::Passkey => " and passkey",
            Self::RecoveryCode => " and recovery code",
            Self::TrustedBrowser => " in a trusted browser",
        }
    }
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    pub id: SessionId,
    /// It is the one that asks.
    pub is_current: bool,
    /// It is a program's, with a bearer token, and no browser's.
    pub is_program: bool,
    /// What it runs on, like "Firefox on Linux"; as it says itself.
    pub device: String,
    /// Where it began; empty where that is not known.
    pub ip: String,
    pub method: Method,
    pub second_step: SecondStep,
    /// How staff are called who act in it as the person. Method and second step are theirs then.
    pub impersonator: Option<String>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Staff act as somebody else: who, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impersonation {
    pub operator_id: UserId,
    /// How they are called.
    pub operator: String,
    pub until: Timestamp,
}
