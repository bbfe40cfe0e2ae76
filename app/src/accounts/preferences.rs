//! `/account/preferences`

use contract::{
    accounts::{Notification, Theme},
    languages::LANGUAGES,
};
use leptos::prelude::*;

use super::{
    api::{LoadPreferences, UpdateLocale, UpdateNotifications, UpdateTheme},
    layout::PageHead,
    views::PreferencesView,
};
use crate::ui::{
    form::{Form, FormProblems, FormState, Saved, Submit},
    loading::{Loaded, load, showing},
    select::{Choice, Select},
    send::path_of,
};

#[component]
pub fn PreferencesPage() -> impl IntoView {
    let data = load::<LoadPreferences>(String::new);
    view! {
        <PageHead title="Preferences" purpose="How Latchkey looks, how it shows times, and which e-mails it sends you."/>
        <Loaded data show=showing(|view: PreferencesView| {
            let chosen = view.user.profile.theme;
            let muted = view.user.profile.muted.clone();
            view! { <ThemeCard chosen/><LocaleCard view/><NotificationsCard muted/> }.into_any()
        })/>
    }
}

#[component]
fn ThemeCard(chosen: Theme) -> impl IntoView {
    view! {
        <Form to={path_of::<UpdateTheme>()} id="theme" class="card" labelled_by="theme-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="theme-title">"Theme"</h2>
                    <p class="card-purpose">"Applies on this device and everywhere you sign in."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <fieldset class="field">
                        <legend class="vh">"Theme"</legend>
                        <div class="radio-cards">
                            {Theme::ALL.map(|theme| view! { <ThemeChoice theme is_chosen=theme == chosen/> }).collect_view()}
                        </div>
                        <ThemeProblem/>
                    </fieldset>
                </div>
            </div>
            <footer class="card-foot">
                <Saved/>
                <Submit class="btn primary">"Save"</Submit>
            </footer>
        </Form>
    }
}

#[component]
fn ThemeProblem() -> impl IntoView {
    let state = FormState::current();
    move || {
        state
            .problem("theme")
            .map(|problem| view! { <p class="error">{problem.message.to_string()}</p> })
    }
}

/// A small picture of the pages in a theme.
const fn picture(theme: Theme) -> &'static str {
    match theme {
        Theme::System => include_str!("theme-system.svg"),
        Theme::Light => include_str!("theme-light.svg"),
        Theme::Dark => include_str!("theme-dark.svg"),
    }
}

#[component]
fn ThemeChoice(theme: Theme, is_chosen: bool) -> impl IntoView {
    let id = format!("theme-{}", theme.as_str());
    let label_for = id.clone();
    let title = match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    view! {
        <label class="radio-card" for=label_for>
            <svg class="picture" viewBox="0 0 144 72" fill="none" aria-hidden="true" inner_html=picture(theme)></svg>
            <input class="radio" type="radio" id=id name="theme" value=theme.as_str() checked=is_chosen/>
            <span class="radio-card-title">{title}</span>
        </label>
    }
}

#[component]
fn LocaleCard(view: PreferencesView) -> impl IntoView {
    let profile = view.user.profile;
    let languages = LANGUAGES
        .iter()
        .map(|language| Choice {
            value: language.tag.to_owned(),
            label: language.name.to_owned(),
        })
        .collect();
    let mut zones = view.zones;
    if !zones.contains(&profile.time_zone) {
        zones.push(profile.time_zone.clone());
    }
    let zones = zones
        .into_iter()
        .map(|zone| Choice {
            label: zone.replace('_', " "),
            value: zone,
        })
        .collect();
    view! {
        <Form to={path_of::<UpdateLocale>()} id="locale" class="card" labelled_by="locale-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="locale-title">"Language and time"</h2>
                    <p class="card-purpose">"Products that use this account follow your language. Dates here follow your time zone."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <Select name="language" label="Language" chosen=profile.language choices=languages/>
                    <Select name="time_zone" label="Time zone" chosen=profile.time_zone choices=zones/>
                </div>
            </div>
            <footer class="card-foot">
                <Saved/>
                <Submit class="btn primary">"Save"</Submit>
            </footer>
        </Form>
    }
}

/// Letters that one may do without.
#[component]
fn NotificationsCard(muted: Vec<Notification>) -> impl IntoView {
    let choice = move |kind: Notification| {
        let id = format!("notify-{}", kind.as_str());
        let label_for = id.clone();
        view! {
            <label class="choice" for=label_for>
                <input class="check" type="checkbox" id=id name="wanted[]" value=kind.as_str() checked=!muted.contains(&kind)/>
                <span>{kind.label()}<span class="choice-text">{kind.sentence()}</span></span>
            </label>
        }
    };
    view! {
        <Form to={path_of::<UpdateNotifications>()} id="notifications" class="card" labelled_by="notifications-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="notifications-title">"E-mails"</h2>
                    <p class="card-purpose">"E-mails about your security and about your own place in an organization are always sent."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <fieldset class="field">
                        <legend class="vh">"E-mails that you want"</legend>
                        {Notification::ALL.map(choice).collect_view()}
                    </fieldset>
                </div>
            </div>
            <footer class="card-foot">
                <Saved/>
                <Submit class="btn primary">"Save"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}
