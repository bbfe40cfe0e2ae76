//! Which entries of a log are wanted.

use contract::{
    ApiKeyId, Code, InvitationId, OrganizationId, Problem, Problems, Timestamp, UserId,
    page::PageRequest,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::time;

/// Longest name of an action that can be asked for.
const LONGEST_ACTION: usize = 80;

/// What is asked of a log. What says nothing lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AuditFilter {
    /// Who acted: the id of a person or of a key, or `operator`, `service` or `anonymous`.
    pub actor: String,
    /// What was done, as `member.removed`; with a dot at the end, as `invitation.`, everything of that area.
    pub action: String,
    /// On what: the id of a person, a key, an invitation or an organization, or one of these kinds as `user`, `api_key`,
    /// `invitation`, `organization`.
    pub subject: String,
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The first moment after.
    pub to: Option<Timestamp>,
}

/// A piece of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListAudit {
    pub filter: AuditFilter,
    pub page: PageRequest,
}

/// Something of a kind, or all of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) kind: &'static str,
    pub(super) id: Option<Uuid>,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Exactly(String),
    /// Without its dot.
    Area(String),
}

/// An [`AuditFilter`] in good form.
#[derive(Clone, Debug, Default)]
pub(super) struct ValidFilter {
    pub(super) actor: Option<Wanted>,
    pub(super) action: Option<Action>,
    pub(super) subject: Option<Wanted>,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

impl AuditFilter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refused: `OUT_OF_RANGE` for an actor or a subject of no kind that can be one and a span that ends before it begins,
    /// `INVALID_CHARACTERS` for an action that none can be called.
    pub(super) fn validate(&self) -> Result<ValidFilter, Problems> {
        let mut problems = Problems::default();
        let actor = problems.take("actor", given(&self.actor, actor));
        let action = problems.take("action", given(&self.action, action));
        let subject = problems.take("subject", given(&self.subject, subject));
        let is_span = self.from.zip(self.to).is_none_or(|(from, to)| from < to);
        let span = if is_span {
            Ok(())
        } else {
            Err(Problem::new(Code::OutOfRange))
        };
        let span = problems.take("from", span);
        match (actor, action, subject, span) {
            (Some(actor), Some(action), Some(subject), Some(())) => Ok(ValidFilter {
                actor,
                action,
                subject,
                from: self.from,
                to: self.to,
            }),
            _ => Err(problems),
        }
    }

    /// As it is written down when somebody takes the log away.
    pub(super) fn told(&self) -> Value {
        let mut told = json!({});
        for (name, value) in [
            ("actor", &self.actor),
            ("action", &self.action),
            ("subject", &self.subject),
        ] {
            if !value.is_empty() {
                told[name] = value.as_str().into();
            }
        }
        for (name, at) in [("from", self.from), ("to", self.to)] {
            if let Some(at) = at {
                told[name] = at.to_string().into();
            }
        }
        told
    }
}

/// The span from the first moment of one day to the last of another, in a time zone; days as `2026-11-23`, or empty for no end.
/// Refused: `OUT_OF_RANGE` for what is no day.
pub fn days(
    from: &str,
    to: &str,
    zone: &str,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Problems> {
    let mut problems = Problems::default();
    let day = |text: &str| time::day(text, zone).ok_or(Problem::new(Code::OutOfRange));
    let from = problems.take("from", given(from, day));
    let to = problems.take("to", given(to, day));
    match (from, to) {
        (Some(from), Some(to)) => Ok((from.map(|day| day.0), to.map(|day| day.1))),
        _ => Err(problems),
    }
}

fn given<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, Problem>,
) -> Result<Option<T>, Problem> {
    match text.trim() {
        "" => Ok(None),
        text => read(text).map(Some),
    }
}

fn of_kind(kind: &'static str, id: Uuid) -> Wanted {
    Wanted { kind, id: Some(id) }
}

fn actor(text: &str) -> Result<Wanted, Problem> {
    if let Ok(id) = text.parse::<UserId>() {
        return Ok(of_kind("user", id.0));
    }
    if let Ok(id) = text.parse::<ApiKeyId>() {
        return Ok(of_kind("api_key", id.0));
    }
    kind(text, &["operator", "service", "anonymous"])
}

fn subject(text: &str) -> Result<Wanted, Problem> {
    if let Ok(id) = text.parse::<InvitationId>() {
        return Ok(of_kind("invitation", id.0));
    }
    if let Ok(id) = text.parse::<OrganizationId>() {
        return Ok(of_kind("organization", id.0));
    }
    match actor(text) {
        Ok(Wanted { id: None, .. }) | Err(_) => kind(
            text,
            &[
                "user",
                "api_key",
                "invitation",
                "organization",
                "installation",
            ],
        ),
        found => found,
    }
}

fn kind(text: &str, kinds: &[&'static str]) -> Result<Wanted, Problem> {
    let known = kinds.iter().copied().find(|kind| *kind == text);
    known
        .map(|kind| Wanted { kind, id: None })
        .ok_or(Problem::new(Code::OutOfRange))
}

fn action(text: &str) -> Result<Action, Problem> {
    if text.len() > LONGEST_ACTION {
        return Err(Problem::too_long(LONGEST_ACTION));
    }
    let is_name = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.'));
    if !is_name {
        return Err(Problem::new(Code::InvalidCharacters));
    }
    Ok(match text.strip_suffix('.') {
        Some(area) => Action::Area(area.to_owned()),
        None => Action::Exactly(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(actor: &str, action: &str, subject: &str) -> Result<ValidFilter, Problems> {
        let filter = AuditFilter {
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            ..AuditFilter::default()
        };
        filter.validate()
    }

    #[test]
    fn actors_and_subjects_are_ids_or_kinds() {
        let (user, key) = (UserId(Uuid::from_u128(1)), ApiKeyId(Uuid::from_u128(2)));
        let valid = filter(&user.to_string(), "", &key.to_string()).expect("both are ids");
        let (actor, subject) = valid.actor.zip(valid.subject).expect("both are given");
        assert_eq!((actor.kind, actor.id), ("user", Some(user.0)));
        assert_eq!((subject.kind, subject.id), ("api_key", Some(key.0)));
        let valid = filter("operator", "", "invitation").expect("both are kinds");
        assert_eq!(valid.actor.map(|one| one.kind), Some("operator"));
        assert_eq!(valid.subject.map(|one| one.kind), Some("invitation"));
        for (actor, subject, field) in [
            ("user", "", "actor"),
            ("usr_0OIl", "", "actor"),
            ("", "operator", "subject"),
            ("", "mem_11111111111111111111", "subject"),
        ] {
            let refused = filter(actor, "", subject).expect_err("it is neither");
            assert_eq!(refused.0[0].field.as_deref(), Some(field));
        }
    }

    #[test]
    fn an_action_is_a_name_or_an_area() {
        let action = |text: &str| filter("", text, "").map(|valid| valid.action);
        assert!(
            matches!(action("member.left"), Ok(Some(Action::Exactly(name))) if name == "member.left")
        );
        assert!(
            matches!(action("invitation."), Ok(Some(Action::Area(name))) if name == "invitation")
        );
        for wrong in ["Member.left", "member left", "%", "é", &"a".repeat(81)] {
            assert!(action(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_span_begins_before_it_ends() {
        let span = |from, to| {
            let filter = AuditFilter {
                from,
                to,
                ..AuditFilter::default()
            };
            filter.validate().is_ok()
        };
        let (one, two) = (Some(Timestamp(1)), Some(Timestamp(2)));
        assert!(span(one, two) && span(one, None) && span(None, one));
        assert!(!span(two, one) && !span(one, one));
    }
}
