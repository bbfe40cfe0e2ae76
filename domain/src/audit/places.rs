//! From where staff act is for operators, and not for those in whose log it stands.
//!
//! It is left out when a log is read, and stored as it always was: so operators have it, and the chain holds.

use serde_json::Value;

use super::entries::{Entry, Party};

impl Entry {
    /// The entry as those read it whose log it is.
    #[must_use]
    pub(super) fn without_place_of_staff(self) -> Self {
        if is_of_staff(&self) {
            Self { ip: None, ..self }
        } else {
            self
        }
    }

    fn told(&self, name: &str) -> Option<&Value> {
        self.after.as_ref()?.get(name)
    }
}

/// Whether staff did it, as somebody else or from the console.
fn is_of_staff(entry: &Entry) -> bool {
    if entry.impersonator.is_some() {
        return true;
    }
    match entry.action.as_str() {
        "organization.plan_set" | "organization.suspended" | "organization.unsuspended" => true,
        // Whoever it is about may end it too.
        "impersonation.started" | "impersonation.ended" => entry.actor.party != entry.subject.party,
        // Owners are not asked why.
        "organization.deleted" | "organization.restored" => entry.told("reason").is_some(),
        "api_key.revoked" => match entry.told("by_staff") {
            Some(by_staff) => *by_staff == Value::Bool(true),
            // Entries from before it was written down: whoever is no member may have been staff.
            None => is_no_member(entry),
        },
        _ => false,
    }
}

fn is_no_member(entry: &Entry) -> bool {
    matches!(entry.actor.party, Party::User(_)) && entry.actor.membership.is_none()
}
