//! What each action reads like, after the name of who did it: the one table.
//!
//! `{subject}` stands for on whom or what, `{before.…}` and `{after.…}` for what the entry says. What stands in brackets is left
//! out where the entry does not say it (any more). A test walks the source of this crate, so that no action lacks a line here.

use serde_json::Value;

/// Actions by name, in the order of the alphabet.
#[rustfmt::skip]
const SENTENCES: &[(&str, &str)] = &[
    ("api_key.created", "created the API key {subject}"),
    ("api_key.leaked", "reported the API key {subject} as leaked[: {after.source}]"),
    ("api_key.paused", "paused the API key {subject}"),
    ("api_key.resumed", "resumed the API key {subject}"),
    ("api_key.revoked", "revoked the API key {subject}[: {after.reason}]"),
    ("api_key.rotated", "gave the API key {subject} a new secret"),
    ("api_key.rotation_ended", "ended the former secret of the API key {subject}"),
    ("api_key.updated", "changed the API key {subject}"),
    ("audit.exported", "took a copy of the audit log[ as {after.format}]"),
    ("impersonation.ended", "ended the impersonation of {subject}[ by {after.impersonator}]"),
    ("impersonation.started", "started to act as {subject}[: {after.reason}]"),
    ("installation.secret_key_accepted", "accepted another secret key, without the former one"),
    ("installation.secret_key_changed", "changed the secret key"),
    ("installation.seeded", "added made-up people and organizations"),
    ("invitation.accepted", "accepted the invitation[ of {subject}] and joined[ as {after.role}]"),
    ("invitation.asked_again", "asked for another invitation of {subject}"),
    ("invitation.declined", "declined the invitation of {subject}"),
    ("invitation.link_copied", "copied a link to the invitation of {subject}"),
    ("invitation.resent", "sent the invitation of {subject} again"),
    ("invitation.revoked", "revoked the invitation of {subject}"),
    ("invitation.sent", "invited {subject}[ as {after.role}]"),
    ("mail.discarded", "discarded[ {after.letters}] e-mails that were waiting or given up[: {after.reason}]"),
    ("mail.retried", "retried[ {after.letters}] e-mails that had failed[: {after.reason}]"),
    ("mail.tested", "sent a test e-mail"),
    ("member.left", "left"),
    ("member.removed", "removed {subject}[, who was {before.role}]"),
    ("member.role_changed", "changed the role of {subject}[ from {before.role} to {after.role}]"),
    ("organization.created", "created the organization {subject}"),
    ("organization.deleted", "deleted the organization {subject}[: {after.reason}]"),
    ("organization.logo_changed", "changed the logo of {subject}"),
    ("organization.plan_set", "set the plan of {subject}[ to {after.tier}][: {after.reason}]"),
    ("organization.purged", "deleted the organization[ {after.slug}] for good"),
    ("organization.restored", "restored the organization {subject}[: {after.reason}]"),
    ("organization.second_factor_lifted", "stopped asking members of {subject} for a second step"),
    ("organization.second_factor_required", "asked members of {subject} for a second step"),
    ("organization.suspended", "suspended the organization {subject}[: {after.reason}]"),
    ("organization.transferred", "made[ {after.owner}] the primary owner of {subject}"),
    ("organization.unsuspended", "lifted the suspension of the organization {subject}[: {after.reason}]"),
    ("organization.updated", "changed the name or address of {subject}"),
    ("session.all_ended", "ended every session of {subject}[: {after.reason}]"),
    ("session.confirmed", "confirmed being {subject}[ by {after.method}]"),
    ("session.ended", "signed out"),
    ("session.others_ended", "signed out everywhere else"),
    ("session.revoked", "ended a session of {subject}[: {after.reason}]"),
    ("session.started", "signed in[ by {after.method}]"),
    ("user.app_added", "set up an authenticator app[; sessions ended elsewhere: {after.sessions_ended}]"),
    ("user.app_removed", "removed the authenticator app"),
    ("user.avatar_changed", "changed the picture of {subject}"),
    ("user.created", "created the account of {subject}"),
    ("user.data_exported", "took a copy of all data about {subject}"),
    ("user.deleted", "deleted the account of {subject}[: {after.reason}]"),
    ("user.deletion_undone", "undid the deletion of the account of {subject}[: {after.reason}]"),
    ("user.email_change_requested", "asked for another e-mail address"),
    ("user.email_change_undone", "undid the change of the e-mail address of {subject}"),
    ("user.email_changed", "changed the e-mail address of {subject}"),
    ("user.email_verified", "confirmed the e-mail address of {subject}[: {after.reason}]"),
    ("user.erased", "erased the account of {subject}"),
    ("user.identity_linked", "connected an account[ of {after.provider}]"),
    ("user.identity_unlinked", "disconnected an account[ of {after.provider}]"),
    ("user.joined_by_invitation", "created the account of {subject} by an invitation"),
    ("user.made_staff", "became the operator of the installation"),
    ("user.magic_link_requested", "asked for a link to sign in as {subject}"),
    ("user.passkey_added", "added the passkey[ {after.name}][; sessions ended elsewhere: {after.sessions_ended}]"),
    ("user.passkey_removed", "removed the passkey[ {after.name}]"),
    ("user.passkey_renamed", "renamed a passkey[ to {after.name}]"),
    ("user.password_added", "set a first password"),
    ("user.password_changed", "changed the password of {subject}"),
    ("user.password_reset", "set a new password for {subject} with a link"),
    ("user.password_reset_forced", "invalidated the password of {subject}[: {after.reason}]"),
    ("user.password_reset_requested", "asked for a link to set a new password for {subject}"),
    ("user.password_reset_sent", "sent {subject} a link to set a new password[: {after.reason}]"),
    ("user.password_set", "set the password of {subject}"),
    ("user.preferences_updated", "changed the preferences of {subject}"),
    ("user.profile_updated", "changed the profile of {subject}"),
    ("user.recovery_code_used", "used a recovery code"),
    ("user.recovery_codes_replaced", "made new recovery codes"),
    ("user.restored", "let {subject} sign in again[: {after.reason}]"),
    ("user.second_factors_reset", "removed the second factors of {subject}[: {after.reason}]"),
    ("user.signed_up", "signed up as {subject}"),
    ("user.signed_up_again", "signed up as {subject} again"),
    ("user.signed_up_by_provider", "signed up as {subject} with another service"),
    ("user.staff_set", "changed whether {subject} is staff[: {after.reason}]"),
    ("user.suspended", "suspended {subject}[: {after.reason}]"),
    ("user.verification_sent", "asked for another link to confirm the address of {subject}"),
];

/// The names of all actions that have a sentence.
pub fn known_actions() -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().map(|(name, _)| *name)
}

/// A sentence in three pieces, so that the second can be a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    pub before: String,
    /// Whom or what it is about; empty where the sentence does not say.
    pub subject: String,
    pub after: String,
}

impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.before, self.subject, self.after)
    }
}

/// What an entry says, for a sentence.
pub(super) struct Told<'a> {
    pub(super) subject: &'a str,
    pub(super) before: Option<&'a Value>,
    pub(super) after: Option<&'a Value>,
    /// How somebody is called whose id is in the entry.
    pub(super) name: &'a dyn Fn(&str) -> Option<String>,
}

impl Told<'_> {
    fn find(&self, path: &str) -> Option<String> {
        let (side, name) = path.split_once('.')?;
        let side = if side == "before" {
            self.before
        } else {
            self.after
        };
        match side?.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) if text.starts_with("usr_") => (self.name)(text),
            Value::String(text) if name == "role" => Some(with_article(text)),
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

fn with_article(role: &str) -> String {
    let article = if role.starts_with(['a', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {role}")
}

/// The sentence of an entry; of an action that is not known, its bare name.
pub(super) fn sentence(action: &str, told: &Told<'_>) -> Sentence {
    let line = SENTENCES.binary_search_by(|(name, _)| (*name).cmp(action));
    let Ok(line) = line else {
        return Sentence {
            before: action.to_owned(),
            ..Sentence::default()
        };
    };
    let mut sentence = Sentence::default();
    let mut rest = SENTENCES[line].1;
    while let Some((plain, from)) = rest.split_once('[') {
        let (optional, after) = from.split_once(']').unwrap_or((from, ""));
        put(&mut sentence, plain, told);
        let is_told = |piece: &str| piece == "subject" || told.find(piece).is_some();
        if places(optional).all(is_told) {
            put(&mut sentence, optional, told);
        }
        rest = after;
    }
    put(&mut sentence, rest, told);
    sentence
}

/// What stands in braces.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .map(|piece| piece.split('}').next().unwrap_or_default())
}

fn put(sentence: &mut Sentence, text: &str, told: &Told<'_>) {
    let mut rest = text;
    while let Some((plain, from)) = rest.split_once('{') {
        let (place, after) = from.split_once('}').unwrap_or((from, ""));
        add(sentence, plain);
        if place == "subject" {
            told.subject.clone_into(&mut sentence.subject);
        } else {
            add(sentence, &told.find(place).unwrap_or_default());
        }
        rest = after;
    }
    add(sentence, rest);
}

fn add(sentence: &mut Sentence, text: &str) {
    if sentence.subject.is_empty() {
        sentence.before.push_str(text);
    } else {
        sentence.after.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use serde_json::json;

    use super::*;

    fn said(action: &str, before: &Value, after: &Value) -> String {
        let told = Told {
            subject: "Grace",
            before: Some(before),
            after: Some(after),
            name: &|id| (id == "usr_7").then(|| "Mary".to_owned()),
        };
        sentence(action, &told).to_string()
    }

    #[test]
    fn a_sentence_tells_what_the_entry_says() {
        let role = |role: &str| json!({ "role": role });
        assert_eq!(
            said("member.role_changed", &role("member"), &role("admin")),
            "changed the role of Grace from a member to an admin"
        );
        assert_eq!(
            said(
                "organization.transferred",
                &json!(null),
                &json!({ "owner": "usr_7" })
            ),
            "made Mary the primary owner of Grace"
        );
        assert_eq!(
            said("api_key.revoked", &json!(null), &json!({ "reason": "" })),
            "revoked the API key Grace"
        );
        assert_eq!(
            said("mail.retried", &json!(null), &json!({ "letters": 3 })),
            "retried 3 e-mails that had failed"
        );
        let first = json!({ "name": "Laptop", "sessions_ended": 2 });
        assert_eq!(
            said("user.passkey_added", &json!(null), &first),
            "added the passkey Laptop; sessions ended elsewhere: 2"
        );
    }

    #[test]
    fn what_an_entry_does_not_say_any_more_is_left_out() {
        assert_eq!(
            said("member.role_changed", &json!(null), &json!(null)),
            "changed the role of Grace"
        );
        assert_eq!(
            said("invitation.sent", &json!(null), &json!({})),
            "invited Grace"
        );
        assert_eq!(
            said("user.app_added", &json!(null), &json!(null)),
            "set up an authenticator app"
        );
    }

    #[test]
    fn an_action_that_is_not_known_is_told_by_its_name() {
        assert_eq!(
            said("moon.landed", &json!(null), &json!(null)),
            "moon.landed"
        );
    }

    #[test]
    fn text_of_an_entry_is_never_taken_for_a_place() {
        let after = json!({ "reason": "{subject} [x] {after.reason}" });
        assert_eq!(
            said("api_key.revoked", &json!(null), &after),
            "revoked the API key Grace: {subject} [x] {after.reason}"
        );
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(SENTENCES.is_sorted_by(|one, other| one.0 < other.0));
    }

    /// The part of an action's name before its dot that entries have.
    const AREAS: [&str; 10] = [
        "api_key.",
        "audit.",
        "impersonation.",
        "installation.",
        "invitation.",
        "mail.",
        "member.",
        "organization.",
        "session.",
        "user.",
    ];

    /// The names of actions in a source: every text that looks like one, since some are chosen before an event is made of them.
    fn actions(source: &str) -> BTreeSet<String> {
        let is_name = |text: &str| {
            let name = AREAS.iter().find_map(|area| text.strip_prefix(area));
            name.is_some_and(|name| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            })
        };
        let made = source.split("Event::new(").skip(1).filter_map(|rest| {
            let text = rest.trim_start().strip_prefix('"')?;
            text.split('"').next()
        });
        source
            .split('"')
            .filter(|text| is_name(text))
            .chain(made)
            .map(ToOwned::to_owned)
            .collect()
    }

    fn walk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("the source is there") {
            let path = entry.expect("the source can be read").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "audit") {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).expect("the source can be read");
                found.extend(actions(&source));
            }
        }
    }

    #[test]
    fn every_action_of_the_source_has_a_sentence_and_every_sentence_an_action() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = BTreeSet::new();
        walk(&source, &mut found);
        let export = fs::read_to_string(source.join("audit/export.rs"));
        found.extend(actions(&export.expect("the source can be read")));
        let known: BTreeSet<String> = known_actions().map(ToOwned::to_owned).collect();
        let lacking: Vec<_> = found.difference(&known).collect();
        assert!(lacking.is_empty(), "no sentence for {lacking:?}");
        let stale: Vec<_> = known.difference(&found).collect();
        assert!(stale.is_empty(), "nothing does {stale:?}");
    }
}
