//! The second step that an organization asks of its members.

use contract::{
    Code, Permission,
    organizations::{GRACE_DAYS, USUAL_GRACE_DAYS},
};
use leptos::prelude::*;

use super::{
    place::WhyNot,
    settings_api::{LiftSecondFactor, RequireSecondFactor},
    views::{Place, SecondStepView, SettingsView},
};
use crate::ui::{
    form::{Form, FormProblems, Submit},
    moment::When,
    select::{Choice, Select},
    send::path_of,
};

/// What is asked for, of whom it asks something, and for owners how to change it.
#[component]
pub fn SecondStepCard(view: SettingsView) -> impl IntoView {
    let SettingsView {
        place, second_step, ..
    } = view;
    let organization = place.organization.slug.clone();
    let lift = (second_step.from.is_some() && place.may(Permission::RequireSecondFactor)).then(|| {
        view! {
            <Form to={path_of::<LiftSecondFactor>()} id="lift-second-factor" class="card-foot">
                <p class="card-note">"Everybody gets in again, with or without a second step."</p>
                <FormProblems/>
                <input type="hidden" name="organization" value=organization/>
                <Submit class="btn">"Stop asking for it"</Submit>
            </Form>
        }
    });
    view! {
        <section class="card" aria-labelledby="second-step-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="second-step-title">"Second step"</h2>
                    <p class="card-purpose">"With a second step at sign-in, a stolen password alone lets nobody in here."</p>
                </header>
                <div class="card-body">
                    <State second_step=second_step.clone()/>
                    <Preview place=place.clone() lacking=second_step.lacking/>
                    <Asking place second_step/>
                </div>
            </div>
            {lift}
        </section>
    }
    .into_any()
}

#[component]
fn State(second_step: SecondStepView) -> impl IntoView {
    let SecondStepView { from, is_due, .. } = second_step;
    let Some(from) = from else {
        return view! { <p>"Members do not need one."</p> }.into_any();
    };
    if is_due {
        view! { <p>"Every member needs one. Asked for since "<When moment=from/>"; members without one are kept out until they set one up."</p> }
            .into_any()
    } else {
        let text = format!(
            "Every member needs one from {} on. Members without one are then kept out until they set one up.",
            from.text
        );
        view! { <p>{text}</p> }.into_any()
    }
}

/// Of how many members it asks something, and who they are.
#[component]
fn Preview(place: Place, lacking: Option<u64>) -> impl IntoView {
    let lacking = lacking?;
    let text = match (lacking, place.organization.member_count) {
        (0, 1) => "You have one.".to_owned(),
        (0, _) => "Every member has one.".to_owned(),
        (1, all) => format!("1 of {all} members does not have one yet."),
        (lacking, all) => format!("{lacking} of {all} members do not have one yet."),
    };
    let link = (lacking > 0).then(|| {
        view! { " "<a href=place.path("members?second=without")>"See who"</a> }
    });
    Some(view! { <p>{text}{link}</p> })
}

/// The choice of an owner, or why there is none.
#[component]
fn Asking(place: Place, second_step: SecondStepView) -> impl IntoView {
    let refusal = place.why_not(Permission::RequireSecondFactor);
    if let Some(text) = refusal {
        return view! { <WhyNot text/> }.into_any();
    }
    if !second_step.has_own {
        return view! {
            <WhyNot text=Code::SecondFactorMissing.sentence()/>
            <div class="actions"><a class="btn" href="/account/security">"Set up your own"</a></div>
        }
        .into_any();
    }
    view! { <Choose place is_asked=second_step.from.is_some()/> }.into_any()
}

#[component]
fn Choose(place: Place, is_asked: bool) -> impl IntoView {
    let choices: Vec<Choice> = GRACE_DAYS
        .into_iter()
        .map(|days| Choice {
            value: days.to_string(),
            label: match days {
                0 => "None: from now on".to_owned(),
                days => format!("{days} days"),
            },
        })
        .collect();
    let button = if is_asked {
        "Set this time"
    } else {
        "Ask for a second step"
    };
    view! {
        <Form to={path_of::<RequireSecondFactor>()} id="require-second-factor" labelled_by="second-step-title">
            <FormProblems/>
            <input type="hidden" name="organization" value=place.organization.slug/>
            <Select name="grace_days" label="Time to set one up" chosen=USUAL_GRACE_DAYS.to_string() choices
                help="Members without one are told by e-mail. When the time is over, they are kept out until they set one up. Nobody is removed."/>
            <div class="actions"><Submit class="btn primary">{button}</Submit></div>
        </Form>
    }
    .into_any()
}
