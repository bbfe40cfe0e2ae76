//! What staff do to one person.

use contract::{
    Code, Problem,
    accounts::UNDELETE_DAYS,
    admin::{UserDetail, UserStatus},
};
use leptos::prelude::*;

use super::{
    act::{Act, ProveFirst, Shut, Words, check_typed},
    user_acts_api::ActOnUser,
    users_api::UserView,
};
use crate::ui::send::path_of;

/// An act on one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAct {
    Impersonate,
    Verify,
    SendReset,
    EndSessions,
    ForceReset,
    ResetFactors,
    Suspend,
    Restore,
    Delete,
    Undelete,
}

impl UserAct {
    pub const ALL: [Self; 10] = [
        Self::Impersonate,
        Self::Verify,
        Self::SendReset,
        Self::EndSessions,
        Self::ForceReset,
        Self::ResetFactors,
        Self::Suspend,
        Self::Restore,
        Self::Delete,
        Self::Undelete,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.words().id == text)
    }

    pub const fn words(self) -> Words {
        match self {
            Self::Impersonate => Words {
                id: "impersonate",
                reason_id: "impersonate-reason",
                confirm_id: "impersonate-confirm",
                title: "Impersonate",
                purpose: "You see what the person sees, for an hour. They are told by e-mail, and the logs of their organizations say so. You cannot change how they sign in, change their keys, or take a copy of their data.",
                is_dangerous: false,
            },
            Self::Verify => Words {
                id: "verify-user",
                reason_id: "verify-user-reason",
                confirm_id: "verify-user-confirm",
                title: "Verify the address",
                purpose: "Whoever knows the password can sign in from then on. Make sure that the address is theirs.",
                is_dangerous: false,
            },
            Self::SendReset => Words {
                id: "send-reset",
                reason_id: "send-reset-reason",
                confirm_id: "send-reset-confirm",
                title: "Send a link for a new password",
                purpose: "The password stays as it is until the link is used.",
                is_dangerous: false,
            },
            Self::EndSessions => Words {
                id: "end-all-sessions",
                reason_id: "end-all-sessions-reason",
                confirm_id: "end-all-sessions-confirm",
                title: "Sign out everywhere",
                purpose: "Every session ends, in browsers and in programs, and trusted browsers are no longer trusted.",
                is_dangerous: true,
            },
            Self::ForceReset => Words {
                id: "force-reset",
                reason_id: "force-reset-reason",
                confirm_id: "force-reset-confirm",
                title: "Force a new password",
                purpose: "For a password that others know: it stops working, every session ends, and a link for a new one is sent.",
                is_dangerous: true,
            },
            Self::ResetFactors => Words {
                id: "reset-factors",
                reason_id: "reset-factors-reason",
                confirm_id: "reset-factors-confirm",
                title: "Reset the second step",
                purpose: "The app, passkeys and recovery codes are removed, every session ends, and the person is told. Make sure that it is really this person who asks.",
                is_dangerous: true,
            },
            Self::Suspend => Words {
                id: "suspend-user",
                reason_id: "suspend-user-reason",
                confirm_id: "suspend-user-confirm",
                title: "Suspend",
                purpose: "Every session ends at once, and nobody can sign in until the account is restored. Nothing is deleted.",
                is_dangerous: true,
            },
            Self::Restore => Words {
                id: "restore-user",
                reason_id: "restore-user-reason",
                confirm_id: "restore-user-confirm",
                title: "Restore",
                purpose: "The person can sign in again. Everything that was theirs is still there.",
                is_dangerous: false,
            },
            Self::Delete => Words {
                id: "delete-user",
                reason_id: "delete-user-reason",
                confirm_id: "delete-user-confirm",
                title: "Delete the account",
                purpose: "As if the person did it: sessions end, organizations with nobody else in them are deleted too, and a link that we e-mail them can restore the account for 14 days.",
                is_dangerous: true,
            },
            Self::Undelete => Words {
                id: "undelete-user",
                reason_id: "undelete-user-reason",
                confirm_id: "undelete-user-confirm",
                title: "Undo the deletion",
                purpose: "The account works again as before. Organizations that were deleted with it have to be restored separately.",
                is_dangerous: false,
            },
        }
    }

    /// What the button says.
    fn button(self, name: &str) -> String {
        match self {
            Self::Impersonate => format!("View as {name}"),
            Self::Verify => format!("Verify the address of {name}"),
            Self::SendReset => format!("Send {name} a link"),
            Self::EndSessions => format!("Sign {name} out everywhere"),
            Self::ForceReset => format!("Invalidate the password of {name}"),
            Self::ResetFactors => format!("Reset the second step of {name}"),
            Self::Suspend => format!("Suspend {name}"),
            Self::Restore => format!("Restore {name}"),
            Self::Delete => format!("Delete the account of {name}"),
            Self::Undelete => format!("Undo the deletion of {name}"),
        }
    }

    /// What the page says afterwards.
    pub fn done(self, name: &str) -> String {
        match self {
            Self::Impersonate => format!("You are viewing as {name}."),
            Self::Verify => format!("The address of {name} is verified."),
            Self::SendReset => format!("A link is on its way to {name}."),
            Self::EndSessions => format!("{name} is signed out everywhere."),
            Self::ForceReset => {
                format!(
                    "The password of {name} no longer works. A link for a new one is on its way."
                )
            }
            Self::ResetFactors => format!(
                "The second step of {name} is reset. They are told, and signed out everywhere."
            ),
            Self::Suspend => format!("{name} is suspended, and signed out everywhere."),
            Self::Restore => format!("{name} can sign in again."),
            Self::Delete => format!(
                "The account of {name} is deleted. It can be restored for {UNDELETE_DAYS} days."
            ),
            Self::Undelete => format!("The account of {name} is no longer deleted."),
        }
    }

    /// Whether it would change anything.
    fn is_offered(self, detail: &UserDetail) -> bool {
        let status = detail.row.status;
        let is_open = matches!(status, UserStatus::Active | UserStatus::Unverified);
        match self {
            Self::Impersonate => status == UserStatus::Active,
            Self::Verify => status == UserStatus::Unverified,
            Self::SendReset | Self::ForceReset | Self::Delete => is_open,
            Self::EndSessions => detail.sessions > 0,
            Self::ResetFactors => detail.second_factors.is_any(),
            Self::Suspend => status != UserStatus::Suspended,
            Self::Restore => status == UserStatus::Suspended,
            Self::Undelete => status == UserStatus::Deleted,
        }
    }

    /// Whether staff may not do it to staff: it would shut them out, or let others get round them.
    const fn is_kept_from_staff(self) -> bool {
        !matches!(self, Self::Verify | Self::SendReset | Self::EndSessions)
    }

    /// What is to be typed first.
    fn confirm(self, detail: &UserDetail) -> Option<String> {
        (self == Self::Delete).then(|| detail.row.email.clone())
    }

    /// Whether what was typed says that this person is meant.
    pub fn check(self, detail: &UserDetail, typed: &str) -> Result<(), Problem> {
        match self.confirm(detail) {
            Some(asked) => check_typed(typed, &asked),
            None => Ok(()),
        }
    }
}

/// What can be done, and what cannot, with the reason.
#[component]
pub fn UserActs(view: UserView) -> impl IntoView {
    let detail = view.detail;
    let name = detail.row.display_name().to_owned();
    let id = detail.row.id.to_string();
    let offered = UserAct::ALL
        .into_iter()
        .filter(|act| act.is_offered(&detail));
    let (shut, open): (Vec<_>, Vec<_>) =
        offered.partition(|act| detail.is_protected && act.is_kept_from_staff());
    let acts = open
        .into_iter()
        .map(|act| {
            view! {
                <Act words=act.words() to={path_of::<ActOnUser>()} subject=("user", id.clone()) button=act.button(&name) confirm=act.confirm(&detail)/>
            }
        })
        .collect_view();
    let titles = shut.into_iter().map(|act| act.words().title).collect();
    let page = format!("/admin/users/{id}");
    view! {
        <section class="card acts" aria-labelledby="acts-title">
            <h2 class="card-title" id="acts-title">"What staff can do"</h2>
            <ProveFirst needs_proof=view.needs_proof page/>
            {acts}
            <Shut titles why_not={Code::StaffProtected.sentence()}/>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_has_a_form_of_its_own() {
        for act in UserAct::ALL {
            let words = act.words();
            assert_eq!(UserAct::parse(words.id), Some(act));
            assert_eq!(words.reason_id, format!("{}-reason", words.id));
            assert_eq!(words.confirm_id, format!("{}-confirm", words.id));
        }
        assert_eq!(UserAct::parse("make-staff"), None);
    }
}
