//! The fields of a key, for making one and for changing it.

use contract::api_keys::{
    ApiKey, LONGEST_NAME, OfferedScope, PRESET_DAYS, ScopeChoice, check_name,
};
use leptos::prelude::*;

use crate::ui::{
    field::{Field, FieldProblem, Verdict},
    form::FormState,
    select::{Choice, Select},
};

#[component]
pub fn KeyFields(
    scopes: Vec<OfferedScope>,
    choice: ScopeChoice,
    key: Option<ApiKey>,
) -> impl IntoView {
    let has_limits = key.as_ref().is_some_and(|key| {
        key.rate_limit.is_some() || key.quota.is_some() || !key.allowed_ips.is_empty()
    });
    let state = FormState::current();
    let has_kept = ["allowed_ips", "rate_limit", "quota"]
        .iter()
        .any(|name| state.kept(name).is_some_and(|text| !text.is_empty()));
    let name = key.as_ref().map(|key| key.name.clone());
    view! {
        <Field name="name" label="Name" value={name.unwrap_or_default()} longest=LONGEST_NAME
            help="What uses it, and where: “Backend, production”." check={|text| check_name(text).map(|_| ())}/>
        <Scopes scopes choice chosen={key.as_ref().map(|key| key.scopes.iter().map(ToString::to_string).collect())}/>
        <Ends key=key.clone()/>
        <details class="more" open=has_limits || has_kept>
            <summary>"Limits"</summary>
            <Limits key/>
        </details>
    }
    .into_any()
}

#[component]
fn Scopes(
    scopes: Vec<OfferedScope>,
    choice: ScopeChoice,
    chosen: Option<Vec<String>>,
) -> impl IntoView {
    let state = FormState::current();
    let problem = Verdict::of(&state, "scopes").problem;
    let kept = state.kept("scopes");
    let kept = kept.map(|text| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>());
    let chosen = kept.or(chosen).unwrap_or_default();
    let (own, product): (Vec<_>, Vec<_>) = scopes.into_iter().partition(|one| one.is_own);
    let boxes = move |offered: Vec<OfferedScope>| {
        offered
            .into_iter()
            .map(|one| {
                let name = one.scope.to_string();
                let (id, label_for) = (format!("scope-{name}"), format!("scope-{name}"));
                let is_chosen = chosen.contains(&name);
                view! {
                    <label class="choice" for=label_for>
                        <input class="check" type="checkbox" id=id name="scopes[]" value=name.clone() checked=is_chosen/>
                        <span><code>{name}</code><span class="choice-text">{one.sentence}</span></span>
                    </label>
                }
            })
            .collect_view()
            .into_any()
    };
    let has_product = !product.is_empty();
    let choices = choices(&product, choice);
    let (product, own) = (boxes(product), boxes(own));
    view! {
        <fieldset class="field scopes" id="scopes" aria-describedby=move || problem.with(Option::is_some).then_some("scopes-error")>
            <legend class="label">"Scopes"</legend>
            {choices}
            {has_product.then(|| view! { <div class="choices">{product}</div> })}
            <FieldProblem name="scopes" problem/>
        </fieldset>
        <details class="more">
            <summary>"Scopes for this server's own API"</summary>
            <div class="choices">{own}</div>
        </details>
    }
    .into_any()
}

/// What can be chosen instead of scope by scope; nothing where that says nothing else.
fn choices(product: &[OfferedScope], choice: ScopeChoice) -> Option<AnyView> {
    let kept = FormState::current().kept("scope_choice");
    let chosen = kept.map_or(choice, |text| ScopeChoice::parse(&text));
    let choices = ScopeChoice::of_use(product);
    if choices.is_empty() {
        return None;
    }
    let cards = choices
        .into_iter()
        .map(|one| {
            let (id, label_for) = (format!("scopes-{}", one.as_str()), format!("scopes-{}", one.as_str()));
            let sentence = match one {
                ScopeChoice::Full => "Everything that is offered today.",
                ScopeChoice::Read => "Only scopes that end in “read”.",
                ScopeChoice::Custom => "Only the scopes you select.",
            };
            view! {
                <label class="radio-card" for=label_for>
                    <input class="radio" type="radio" id=id name="scope_choice" value=one.as_str() checked=one == chosen/>
                    <span class="radio-card-title">{one.label()}</span>
                    <span class="choice-text">{sentence}</span>
                </label>
            }
        })
        .collect_view();
    Some(view! { <div class="radio-cards">{cards}</div> }.into_any())
}

#[component]
fn Ends(key: Option<ApiKey>) -> impl IntoView {
    let state = FormState::current();
    let default = if key.is_some() { "keep" } else { "90" };
    let chosen = state.kept("expiry_choice").unwrap_or(default.to_owned());
    let mut choices = Vec::new();
    let choice = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    if key.is_some() {
        choices.push(choice("keep", "Unchanged"));
    }
    for days in PRESET_DAYS {
        choices.push(choice(&days.to_string(), &format!("In {days} days")));
    }
    choices.push(choice("date", "On a date"));
    choices.push(choice("never", "Never"));
    view! {
        <Select name="expiry_choice" label="Expires" chosen choices help="A key that never expires keeps working until somebody remembers to revoke it."/>
        <Field name="expires_at" label="Last day" kind="date" is_optional=true help="For “On a date”. The key works until the end of that day, in UTC."/>
    }
    .into_any()
}

#[component]
fn Limits(key: Option<ApiKey>) -> impl IntoView {
    let rate = key.as_ref().and_then(|key| key.rate_limit);
    let limit = rate.map(|rate| rate.limit.to_string()).unwrap_or_default();
    let period = rate.map_or(60, |rate| rate.period_seconds);
    let quota = key.as_ref().and_then(|key| key.quota);
    let quota = quota.map(|quota| quota.to_string()).unwrap_or_default();
    let ips = key.map(|key| key.allowed_ips.join(" ")).unwrap_or_default();
    let mut periods = vec![
        (1, "second"),
        (60, "minute"),
        (60 * 60, "hour"),
        (24 * 60 * 60, "day"),
    ]
    .into_iter()
    .map(|(seconds, label)| (seconds, format!("Per {label}")))
    .collect::<Vec<_>>();
    if !periods.iter().any(|(seconds, _)| *seconds == period) {
        periods.push((period, format!("Per {period} seconds")));
    }
    let choices = periods
        .into_iter()
        .map(|(seconds, label)| Choice {
            value: seconds.to_string(),
            label,
        })
        .collect();
    view! {
        <Field name="rate_limit" label="Requests" value=limit is_optional=true longest=9 help="This many at once, and this many again in each period."/>
        <Select name="rate_period" label="Period" chosen=period.to_string() choices/>
        <Field name="quota" label="Units a month" value=quota is_optional=true longest=16 help="A limit for this key, in addition to the organization's quota."/>
        <Field name="allowed_ips" label="Addresses" value=ips is_optional=true longest=4000
            help="Only from these addresses and networks, like 203.0.113.7 or 2001:db8::/32, separated by spaces."/>
    }
    .into_any()
}
