//! What sessions are in the schema: what opened one, and who acts in it.

mod mutations;

use async_graphql::{Enum, ID, SimpleObject};
use contract::{
    identities::Provider,
    sessions::{Impersonation as Told, Method, OwnSession},
};
use domain::{actor::SignedIn, sessions::Opened};

use super::scalars::DateTime;

pub(super) use mutations::SessionMutations;

/// What carries a session.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
enum SessionClient {
    /// A cookie in a browser.
    Browser,
    /// A bearer token in a program.
    Program,
}

/// The first step of a sign-in.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
enum SignInMethod {
    /// The password of the account.
    Password,
    /// A link in an e-mail.
    MagicLink,
    /// A passkey; no second step follows it.
    Passkey,
    /// An account at Google.
    Google,
    /// An account at GitHub.
    #[graphql(name = "GITHUB")]
    GitHub,
    /// An account at the OpenID Connect provider of the operator's choice.
    #[graphql(name = "OPENID_CONNECT")]
    Oidc,
}

impl From<Method> for SignInMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Password => Self::Password,
            Method::MagicLink => Self::MagicLink,
            Method::Passkey => Self::Passkey,
            Method::Social(Provider::Google) => Self::Google,
            Method::Social(Provider::GitHub) => Self::GitHub,
            Method::Social(Provider::Oidc) => Self::Oidc,
        }
    }
}

/// What followed the first step of a sign-in.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "contract::sessions::SecondStep")]
enum SignInSecondStep {
    /// Nothing was asked for.
    None,
    /// A code from the authenticator app.
    App,
    /// A passkey.
    Passkey,
    /// A recovery code in its place.
    RecoveryCode,
    /// The browser was trusted to skip it.
    TrustedBrowser,
}

/// One sign-in of a person. Readable only by that person.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Session {
    /// Begins with `ses_`, and never changes. It gives no access.
    id: ID,
    /// Whether it is the caller's.
    is_current: bool,
    /// What carries it.
    client: SessionClient,
    /// What it runs on, like `Firefox on Linux`, as the program itself says.
    device: String,
    /// The IP address where it started; null if that is not known.
    ip_address: Option<String>,
    /// How its owner proved who they are.
    method: SignInMethod,
    /// What was asked for in addition.
    second_step: SignInSecondStep,
    /// Whether staff act in it as the person. Method and second step are theirs then.
    is_impersonation: bool,
    /// The name of the staff member; null if it is the person.
    impersonator: Option<String>,
    /// When it started.
    created_at: DateTime,
    /// When it was last used, to the minute.
    last_seen_at: DateTime,
    /// When it ends, however much it is used.
    expires_at: DateTime,
}

impl From<&OwnSession> for Session {
    fn from(session: &OwnSession) -> Self {
        Self {
            id: session.id.to_string().into(),
            is_current: session.is_current,
            client: if session.is_program {
                SessionClient::Program
            } else {
                SessionClient::Browser
            },
            device: session.device.clone(),
            ip_address: Some(session.ip.clone()).filter(|ip| !ip.is_empty()),
            method: session.method.into(),
            second_step: session.second_step.into(),
            is_impersonation: session.impersonator.is_some(),
            impersonator: session.impersonator.clone(),
            created_at: session.created_at.into(),
            last_seen_at: session.last_seen_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}

/// Staff act as somebody else.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Impersonation {
    /// The id of the member of staff.
    operator_id: ID,
    /// Their name.
    operator_name: String,
    /// When it ends.
    until: DateTime,
}

impl From<Told> for Impersonation {
    fn from(told: Told) -> Self {
        Self {
            operator_id: told.operator_id.to_string().into(),
            operator_name: told.operator,
            until: told.until.into(),
        }
    }
}

/// The person of a new session, with no more rights than to read.
pub(super) fn owner(opened: &Opened) -> SignedIn {
    SignedIn {
        user_id: opened.user_id,
        session_id: opened.session.id,
        is_staff: false,
        signed_in_at: opened.session.created_at,
        authenticated_at: opened.session.created_at,
        impersonator: None,
    }
}
