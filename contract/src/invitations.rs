//! Invitations: an offer to an address to join an organization.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, InvitationId, OrganizationId, Password, Role, Timestamp,
    problem::{Code, Problem, Problems},
    text::{is_deceptive, one_line},
};

/// How many may be invited at once.
pub const MOST_ADDRESSES: usize = 20;

/// Longest message to those who are invited, in code points.
pub const LONGEST_MESSAGE: usize = 500;

/// How long an invitation is open when nothing else is said, in days; 1 to 30 can be chosen.
pub const DEFAULT_DAYS: i64 = 7;
pub const MOST_DAYS: i64 = 30;

/// Asks to invite people. Addresses may be separated by white space, commas and semicolons.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteMembers {
    pub emails: String,
    pub role: String,
    pub message: String,
    pub days: Option<i64>,
}

/// An [`InviteMembers`] whose form is good; each address is answered for itself.
#[derive(Clone, Debug)]
pub struct ValidInvite {
    /// Each text once, in the order in which it was typed, with the address that it is.
    pub addresses: Vec<(String, Result<EmailAddress, Problem>)>,
    pub role: Role,
    pub message: String,
    pub days: i64,
}

impl InviteMembers {
    pub fn validate(&self) -> Result<ValidInvite, Problems> {
        let mut problems = Problems::default();
        let addresses = problems.take("emails", addresses(&self.emails));
        let role = problems.take("role", Role::parse(&self.role));
        let message = problems.take("message", message(&self.message));
        let days = problems.take("days", days(self.days));
        match (addresses, role, message, days) {
            (Some(addresses), Some(role), Some(message), Some(days)) => Ok(ValidInvite {
                addresses,
                role,
                message,
                days,
            }),
            _ => Err(problems),
        }
    }
}

/// The addresses in a text; what is none is kept with its refusal. The same address twice counts once.
#[expect(clippy::type_complexity, reason = "what was typed, and what it is")]
pub fn addresses(text: &str) -> Result<Vec<(String, Result<EmailAddress, Problem>)>, Problem> {
    let mut seen = HashSet::new();
    let found: Vec<_> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .map(|word| word.trim_matches(['<', '>']))
        .filter(|word| !word.is_empty() && seen.insert(word.to_ascii_lowercase()))
        .map(|word| {
            let shown: String = word
                .chars()
                .filter(|c| !is_deceptive(*c))
                .take(254)
                .collect();
            (shown, EmailAddress::parse(word))
        })
        .collect();
    match found.len() {
        0 => Err(Problem::new(Code::Required)),
        1..=MOST_ADDRESSES => Ok(found),
        _ => Err(Problem::new(Code::TooManyAddresses)),
    }
}

/// A message on one line; line breaks become spaces, because it stands in a letter that we sign.
fn message(text: &str) -> Result<String, Problem> {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line(&joined, LONGEST_MESSAGE)
}

fn days(days: Option<i64>) -> Result<i64, Problem> {
    let days = days.unwrap_or(DEFAULT_DAYS);
    if (1..=MOST_DAYS).contains(&days) {
        Ok(days)
    } else {
        Err(Problem::invitation_days(MOST_DAYS))
    }
}

/// What became of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub email: String,
    /// The invitation, or why there is none.
    pub result: Result<Invitation, Problem>,
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InvitationStatus {
    Pending,
    Expired,
    Accepted,
    Declined,
    Revoked,
}

impl InvitationStatus {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Expired => "Expired",
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Revoked => "Revoked",
        }
    }
}

/// An invitation, as those who may invite see it. Its secret is in the letter alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub organization_id: OrganizationId,
    pub email: String,
    pub role: Role,
    pub status: InvitationStatus,
    /// Who invited, by name; empty when that person is gone.
    pub invited_by: String,
    pub created_at: Timestamp,
    /// When the last letter went.
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An organization that waits for the viewer's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    pub id: InvitationId,
    /// The viewer's own address, as it was invited.
    pub email: String,
    pub organization_name: String,
    pub organization_slug: String,
    pub logo: Option<String>,
    pub role: Role,
    pub invited_by: String,
    pub created_at: Timestamp,
    /// When the last letter went.
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What whoever holds an invitation's secret sees of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationPreview {
    pub id: InvitationId,
    pub organization_name: String,
    pub logo: Option<String>,
    pub invited_by: String,
    pub email: String,
    pub role: Role,
    pub message: String,
    pub status: InvitationStatus,
    pub expires_at: Timestamp,
    /// Whether the secret came by mail and so proves the address; one that was copied from the list proves nothing.
    pub proves_address: bool,
    /// Whether there is a verified account with the address; told only to who reads its mail.
    pub has_account: bool,
}

/// Asks for an account by an invitation, and accepts it. The address is the invited one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinAsNew {
    pub name: String,
    pub password: Password,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<(String, Option<Code>)> {
        addresses(text)
            .expect("there are some")
            .into_iter()
            .map(|(text, result)| (text, result.err().map(|p| p.code)))
            .collect()
    }

    #[test]
    fn addresses_are_separated_by_what_people_type() {
        assert_eq!(
            parsed(" ada@example.test, Grace@Example.test;\n<lin@example.test>\t nonsense,, "),
            [
                ("ada@example.test".to_owned(), None),
                ("Grace@Example.test".to_owned(), None),
                ("lin@example.test".to_owned(), None),
                ("nonsense".to_owned(), Some(Code::InvalidEmail)),
            ]
        );
    }

    #[test]
    fn the_same_address_twice_counts_once() {
        assert_eq!(parsed("ada@example.test ADA@example.TEST").len(), 1);
    }

    #[test]
    fn no_address_and_more_than_twenty_are_refused() {
        let code = |text: &str| addresses(text).err().map(|p| p.code);
        assert_eq!(code(" , ;"), Some(Code::Required));
        let many = (0..21)
            .map(|i| format!("a{i}@example.test "))
            .collect::<String>();
        assert_eq!(code(&many), Some(Code::TooManyAddresses));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let input = InviteMembers {
            role: "king".to_owned(),
            message: "x".repeat(501),
            days: Some(31),
            ..InviteMembers::default()
        };
        let problems = input.validate().expect_err("nothing is right");
        let fields: Vec<_> = problems
            .0
            .iter()
            .filter_map(|p| p.field.as_deref())
            .collect();
        assert_eq!(fields, ["emails", "role", "message", "days"]);
    }
}
