//! What staff do to one organization: its plan, and whether it is open at all.

use contract::{
    Problem,
    admin::OrganizationDetail,
    organizations::{RESTORE_DAYS, SubscriptionTier},
};
use leptos::prelude::*;

use super::{
    act::{Act, LONGEST_REASON, ProveFirst, Words, check_typed},
    organization_acts_api::{ActOnOrganization, SetPlan},
    organizations_api::OrganizationView,
};
use crate::ui::{
    field::Field,
    form::{Form, FormProblems, Submit},
    select::{Choice, Select},
    send::path_of,
};

/// An act on one organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationAct {
    Suspend,
    Unsuspend,
    Delete,
    Restore,
}

impl OrganizationAct {
    pub const ALL: [Self; 4] = [Self::Suspend, Self::Unsuspend, Self::Delete, Self::Restore];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.words().id == text)
    }

    pub const fn words(self) -> Words {
        match self {
            Self::Suspend => Words {
                id: "suspend-organization",
                reason_id: "suspend-organization-reason",
                confirm_id: "suspend-organization-confirm",
                title: "Suspend",
                purpose: "Its keys are refused at once. Members are told, and can do nothing but leave. Owners get an e-mail. Nothing is deleted.",
                is_dangerous: true,
            },
            Self::Unsuspend => Words {
                id: "unsuspend-organization",
                reason_id: "unsuspend-organization-reason",
                confirm_id: "unsuspend-organization-confirm",
                title: "Lift the suspension",
                purpose: "Everything works again as before. Owners get an e-mail.",
                is_dangerous: false,
            },
            Self::Delete => Words {
                id: "delete-organization",
                reason_id: "delete-organization-reason",
                confirm_id: "delete-organization-confirm",
                title: "Delete",
                purpose: "As if an owner deleted it: it can only be read, and its keys are refused. Owners get an e-mail and can restore it for 30 days.",
                is_dangerous: true,
            },
            Self::Restore => Words {
                id: "restore-organization",
                reason_id: "restore-organization-reason",
                confirm_id: "restore-organization-confirm",
                title: "Restore",
                purpose: "Everything works again as before, except for invitations, which stay ended. Owners get an e-mail.",
                is_dangerous: false,
            },
        }
    }

    /// What the button says.
    fn button(self, name: &str) -> String {
        match self {
            Self::Suspend => format!("Suspend {name}"),
            Self::Unsuspend => format!("Lift the suspension of {name}"),
            Self::Delete => format!("Delete {name}"),
            Self::Restore => format!("Restore {name}"),
        }
    }

    /// What the page says afterwards.
    pub fn done(self, name: &str) -> String {
        match self {
            Self::Suspend => format!("{name} is suspended."),
            Self::Unsuspend => format!("{name} is no longer suspended."),
            Self::Delete => {
                format!("{name} is deleted. It can be restored for {RESTORE_DAYS} days.")
            }
            Self::Restore => format!("{name} is restored."),
        }
    }

    /// Whether it would change anything.
    fn is_offered(self, detail: &OrganizationDetail) -> bool {
        let organization = &detail.row.organization;
        match self {
            Self::Suspend => organization.suspended_at.is_none(),
            Self::Unsuspend => organization.suspended_at.is_some(),
            Self::Delete => organization.deleted_at.is_none(),
            Self::Restore => organization.deleted_at.is_some(),
        }
    }

    /// What is to be typed first.
    fn confirm(self, detail: &OrganizationDetail) -> Option<String> {
        (self == Self::Delete).then(|| detail.row.organization.slug.clone())
    }

    /// Whether what was typed says that this organization is meant.
    pub fn check(self, detail: &OrganizationDetail, typed: &str) -> Result<(), Problem> {
        match self.confirm(detail) {
            Some(asked) => check_typed(typed, &asked),
            None => Ok(()),
        }
    }
}

#[component]
pub fn OrganizationActs(view: OrganizationView) -> impl IntoView {
    let detail = view.detail;
    let name = detail.row.organization.name.clone();
    let id = detail.row.organization.id.to_string();
    let acts = OrganizationAct::ALL
        .into_iter()
        .filter(|act| act.is_offered(&detail))
        .map(|act| {
            view! {
                <Act words=act.words() to={path_of::<ActOnOrganization>()} subject=("organization", id.clone()) button=act.button(&name) confirm=act.confirm(&detail)/>
            }
        })
        .collect_view();
    let page = format!("/admin/organizations/{id}");
    view! {
        <section class="card acts" aria-labelledby="acts-title">
            <h2 class="card-title" id="acts-title">"What staff can do"</h2>
            <ProveFirst needs_proof=view.needs_proof page/>
            {acts}
        </section>
    }
    .into_any()
}

/// Tier, quota and seats, as a billing system would set them.
#[component]
pub fn PlanCard(view: OrganizationView) -> impl IntoView {
    let organization = view.detail.row.organization;
    let choices = SubscriptionTier::ALL
        .into_iter()
        .map(|tier| Choice {
            value: tier.as_str().to_owned(),
            label: tier.label().to_owned(),
        })
        .collect();
    let tier = organization.subscription_tier.as_str().to_owned();
    let seats = organization.seats.map(|seats| seats.to_string());
    let id = organization.id.to_string();
    view! {
        <Form to={path_of::<SetPlan>()} id="set-plan" class="card acts" labelled_by="plan-title">
            <h2 class="card-title" id="plan-title">"Plan"</h2>
            <FormProblems/>
            <input type="hidden" name="organization" value=id/>
            <Select name="tier" label="Tier" chosen=tier choices/>
            <Field name="quota_limit" label="Units a month" value=organization.quota_limit.to_string() longest=20/>
            <Field name="seats" label="Seats" value={seats.unwrap_or_default()} is_optional=true longest=10
                help="Leave empty for no limit. Fewer seats than are taken remove nobody."/>
            <Field name="reason" label="Reason" help="One line, for the audit log." longest=LONGEST_REASON/>
            <div class="actions"><Submit class="btn primary">"Set plan"</Submit></div>
        </Form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_has_a_form_of_its_own() {
        for act in OrganizationAct::ALL {
            let words = act.words();
            assert_eq!(OrganizationAct::parse(words.id), Some(act));
            assert_eq!(words.reason_id, format!("{}-reason", words.id));
            assert_eq!(words.confirm_id, format!("{}-confirm", words.id));
        }
        assert_eq!(OrganizationAct::parse("purge"), None);
    }
}
