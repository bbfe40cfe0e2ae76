//! People: what they type to get, keep and shape an account, and what is shown of it.

mod phone;
mod username;

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, Password, Timestamp, UserId,
    languages::Language,
    problem::{Code, Problem, Problems},
    text::one_line,
};

pub use phone::Phone;
pub use username::Username;

/// Longest name of a person, in code points.
pub const LONGEST_NAME: usize = 100;

/// How the pages are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .ok_or(Problem::new(Code::InvalidTheme))
    }
}

/// Asks for an account. The name may be left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: Password,
}

/// A [`SignUp`] that has passed the rules that both sides know.
#[derive(Clone, Debug)]
pub struct ValidSignUp {
    pub name: String,
    pub email: EmailAddress,
    pub password: Password,
}

impl SignUp {
    pub fn validate(self, shortest_password: usize) -> Result<ValidSignUp, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", one_line(&self.name, LONGEST_NAME));
        let email = problems.take("email", EmailAddress::parse(&self.email));
        let password = problems.take("password", self.password.check_new(shortest_password));
        match (name, email, password) {
            (Some(name), Some(email), Some(())) => Ok(ValidSignUp {
                name,
                email,
                password: self.password,
            }),
            _ => Err(problems),
        }
    }
}

/// Changes what is given and leaves the rest; an empty phone number removes it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateProfile {
    pub name: Option<String>,
    pub username: Option<String>,
    pub phone: Option<String>,
}

/// An [`UpdateProfile`] that has passed the rules that both sides know.
#[derive(Clone, Debug)]
pub struct ValidProfile {
    pub name: Option<String>,
    pub username: Option<Username>,
    pub phone: Option<Option<Phone>>,
}

impl UpdateProfile {
    pub fn validate(&self) -> Result<ValidProfile, Problems> {
        let mut problems = Problems::default();
        let name = self
            .name
            .as_deref()
            .and_then(|text| problems.take("name", one_line(text, LONGEST_NAME)));
        let username = self
            .username
            .as_deref()
            .and_then(|text| problems.take("username", Username::parse(text)));
        let phone = self
            .phone
            .as_deref()
            .and_then(|text| problems.take("phone", Phone::parse(text)));
        problems.refuse_if_any()?;
        Ok(ValidProfile {
            name,
            username,
            phone,
        })
    }
}

/// Changes what is given and leaves the rest. Whether a time zone exists is known to the server alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdatePreferences {
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub theme: Option<String>,
    /// The letters that are not wanted.
    pub muted: Option<Vec<Notification>>,
}

/// An [`UpdatePreferences`] whose language and theme exist.
#[derive(Clone, Debug)]
pub struct ValidPreferences {
    pub time_zone: Option<String>,
    pub language: Option<&'static Language>,
    pub theme: Option<Theme>,
    pub muted: Option<Vec<Notification>>,
}

impl UpdatePreferences {
    pub fn validate(&self) -> Result<ValidPreferences, Problems> {
        let mut problems = Problems::default();
        let language = self
            .language
            .as_deref()
            .and_then(|tag| problems.take("language", Language::parse(tag)));
        let theme = self
            .theme
            .as_deref()
            .and_then(|text| problems.take("theme", Theme::parse(text)));
        problems.refuse_if_any()?;
        Ok(ValidPreferences {
            time_zone: self.time_zone.clone(),
            language,
            theme,
            muted: self.muted.clone(),
        })
    }
}

/// Letters that somebody may do without. Those about the security of an account, and about what one can do in an organization,
/// are none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notification {
    KeyExpiry,
    Usage,
    InvitationAnswers,
}

impl Notification {
    pub const ALL: [Self; 3] = [Self::KeyExpiry, Self::Usage, Self::InvitationAnswers];

    /// As it is stored, and named in a form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyExpiry => "key_expiry",
            Self::Usage => "usage",
            Self::InvitationAnswers => "invitation_answers",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::KeyExpiry => "API keys that are about to expire",
            Self::Usage => "Quotas that are nearly used up",
            Self::InvitationAnswers => "Answers to invitations that you sent",
        }
    }

    pub const fn sentence(self) -> &'static str {
        match self {
            Self::KeyExpiry => "To owners of an organization, a week before.",
            Self::Usage => "To owners of an organization, at 80% and at 100%.",
            Self::InvitationAnswers => "When somebody joins or declines.",
        }
    }
}

/// Days in which a deleted account can be had back.
pub const UNDELETE_DAYS: i64 = 14;

/// What deleting an account would do to organizations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionPreview {
    /// Those with other members, of whom none is an owner who can sign in: hand them over or delete them first.
    pub blocking: Vec<crate::Organization>,
    /// Those with nobody else in them: deleted as well.
    pub deleted: Vec<crate::Organization>,
}

/// A person with an account, as shown to that person and to operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub username: String,
    /// May be empty.
    pub name: String,
    pub phone: Option<String>,
    /// The id of a picture.
    pub avatar: Option<String>,
    pub email_verified_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub profile: Profile,
}

impl User {
    /// The name, or the username where none was given.
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.username
        } else {
            &self.name
        }
    }
}

/// How a person likes things; made together with the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// A name of the IANA time zone database.
    pub time_zone: String,
    /// A tag of [`crate::languages::LANGUAGES`].
    pub language: String,
    pub theme: Theme,
    /// The letters that are not wanted.
    pub muted: Vec<Notification>,
    pub updated_at: Timestamp,
}

/// Up to two letters to stand for a person where there is no picture.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next();
    let last = words.next_back();
    let letters: String = [first, last]
        .into_iter()
        .flatten()
        .filter_map(|word| word.chars().next())
        .collect();
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_up_names_every_fault_at_once() {
        let problems = SignUp::default()
            .validate(15)
            .map(|_| ())
            .map_err(|p| p.0)
            .expect_err("nothing was filled in");
        let faults: Vec<_> = problems
            .iter()
            .map(|p| (p.field.as_deref(), p.code))
            .collect();
        assert_eq!(
            faults,
            [
                (Some("email"), Code::Required),
                (Some("password"), Code::Required)
            ]
        );
    }

    #[test]
    fn initials_are_the_first_and_the_last_word() {
        assert_eq!(initials("Augusta Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials("ada.lovelace"), "AL");
        assert_eq!(initials(" — "), "");
    }
}
