//! `/o/new`

use contract::{
    Slug,
    organizations::{LONGEST_NAME, check_name},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;

use super::{
    api::{CheckSlug, CreateOrganization},
    switcher::{NavLink, Shell},
};
use crate::{
    ui::{
        field::{FieldProblem, Verdict, described_by},
        focus::fill,
        form::{Form, FormProblems, FormState, Outcome, Submit},
        icon::Icon,
        loading::arguments,
        send::{path_of, post},
    },
    visit::Visit,
};

#[component]
pub fn CreatePage() -> impl IntoView {
    let nav = || {
        view! {
            <nav aria-labelledby="nav-account">
                <p class="nav-title" id="nav-account">"Account"</p>
                <ul class="nav"><NavLink href="/account/profile" icon=Icon::User label="Profile"/></ul>
            </nav>
        }
    };
    view! {
        <Shell nav>
            <Title text="Create organization"/>
            <header class="page-head">
                <div><h1>"Create organization"</h1><p>"A place for the people and keys that belong together."</p></div>
            </header>
            <Form to={path_of::<CreateOrganization>()} id="create-organization" class="card">
                <div class="card-main">
                    <header>
                        <h2 class="card-title">"Name and address"</h2>
                        <p class="card-purpose">"Both can be changed later. You invite people next."</p>
                    </header>
                    <div class="card-body">
                        <FormProblems/>
                        <Names/>
                    </div>
                </div>
                <footer class="card-foot">
                    <a class="btn quiet" href="/">"Cancel"</a>
                    <Submit class="btn primary">"Create organization"</Submit>
                </footer>
            </Form>
        </Shell>
    }
}

/// The name, and the address that follows from it until somebody edits it.
#[component]
fn Names() -> impl IntoView {
    let state = FormState::current();
    let slug = RwSignal::new(state.kept("slug").unwrap_or_default());
    let is_own = RwSignal::new(slug.with_untracked(|slug| !slug.is_empty()));
    let on_name = move |text: &str| {
        if !is_own.get_untracked() {
            let proposed = Slug::propose(text);
            fill("#slug", &proposed);
            slug.set(proposed);
        }
    };
    let on_slug = move |text: &str| {
        is_own.set(!text.is_empty());
        slug.set(text.to_owned());
    };
    view! {
        <NameField on_change={Callback::new(move |text: String| on_name(&text))}/>
        <SlugField slug on_change={Callback::new(move |text: String| on_slug(&text))}/>
    }
}

#[component]
fn NameField(#[prop(into)] on_change: Callback<String>) -> impl IntoView {
    let state = FormState::current();
    let verdict = Verdict::of(&state, "name");
    let problem = verdict.problem;
    let judge = |text: &str| check_name(text).err();
    view! {
        <div class="field">
            <label class="label" for="name">"Name"</label>
            <input class="input" id="name" name="name" type="text" autocomplete="organization" maxlength=LONGEST_NAME.to_string() required=true autofocus=!state.is_first_fault("slug")
                value=state.kept("name")
                aria-describedby=described_by("name", false, problem)
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:blur=move |event| verdict.on_leave(judge, &event_target_value(&event))
                on:input=move |event| {
                    let text = event_target_value(&event);
                    verdict.on_type(judge, &text);
                    on_change.run(text);
                }/>
            <FieldProblem name="name" problem/>
        </div>
    }
}

#[component]
fn SlugField(slug: RwSignal<String>, #[prop(into)] on_change: Callback<String>) -> impl IntoView {
    let state = FormState::current();
    let verdict = Verdict::of(&state, "slug");
    let problem = verdict.problem;
    let judge = |text: &str| Slug::parse(text).err();
    let answer = RwSignal::new(None::<(String, Result<String, String>)>);
    let ask = move || {
        let text = slug.get_untracked();
        if Slug::parse(&text).is_err() {
            return;
        }
        spawn_local(async move {
            let found = match post(path_of::<CheckSlug>(), arguments(&[("slug", &text)])).await {
                Ok(Outcome::Said { notice, .. }) => Ok(notice),
                Ok(Outcome::Refused(problems)) => Err(problems
                    .0
                    .into_iter()
                    .map(|problem| problem.message)
                    .collect::<String>()),
                _ => return,
            };
            // Answers may overtake one another: only that of what stands in the field now counts.
            if slug.try_get_untracked().is_some_and(|now| now == text) {
                answer.try_set(Some((text, found)));
            }
        });
    };
    let origin = Visit::current().origin;
    let verdict_text = move || {
        let text = slug.get();
        match answer.get() {
            Some((asked, Ok(free))) if asked == text => {
                view! { <p class="help ok">{free}</p> }.into_any()
            }
            Some((asked, Err(why))) if asked == text => {
                view! { <p class="help warn">{why}</p> }.into_any()
            }
            _ => ().into_any(),
        }
    };
    let preview = move || {
        let text = slug.get();
        format!("{origin}/o/{}", if text.is_empty() { "…" } else { &text })
    };
    view! {
        <div class="field">
            <label class="label" for="slug">"Address"</label>
            <input class="input" id="slug" name="slug" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" autofocus=state.is_first_fault("slug") maxlength=Slug::LONGEST.to_string()
                value=state.kept("slug")
                aria-describedby=described_by("slug", true, problem)
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:focus=move |_| ask()
                on:blur=move |event| { verdict.on_leave(judge, &event_target_value(&event)); ask(); }
                on:input=move |event| {
                    let text = event_target_value(&event);
                    verdict.on_type(judge, &text);
                    on_change.run(text);
                }/>
            <p class="help" id="slug-help"><span class="break">{preview}</span></p>
            <div role="status">{verdict_text}</div>
            <FieldProblem name="slug" problem/>
        </div>
    }
    .into_any()
}
