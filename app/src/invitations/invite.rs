//! `/o/{slug}/members/invite`

use contract::{
    Role,
    invitations::{LONGEST_MESSAGE, MOST_ADDRESSES, addresses},
};
use leptos::prelude::*;

use super::api::{InviteMembers, InviteView, LoadInvite};
use crate::{
    organizations::place::{PlaceHead, WhyNot, slug_of_page},
    ui::{
        area::Area,
        banner::{Banner, Tone},
        field::Field,
        form::{Form, FormProblems, FormState, Submit},
        loading::{Loaded, arguments, load, showing},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn InvitePage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "members/invite");
    let data = load::<LoadInvite>(move || arguments(&[("slug", &slug.get())]));
    view! { <Loaded data show=showing(|view: InviteView| view! { <Page view/> }.into_any())/> }
}

#[component]
fn Page(view: InviteView) -> impl IntoView {
    let flash = Visit::current().flash("invite").unwrap_or_default();
    let welcome = flash.notice.filter(|_| flash.problems.0.is_empty());
    let purpose = format!(
        "Each gets a letter with a link that is good for a week. Up to {MOST_ADDRESSES} at a time."
    );
    let list = view.place.path("members");
    view! {
        <PlaceHead place=view.place.clone() title="Invite members" purpose/>
        {welcome.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        {match view.why_not.clone() {
            Some(text) => view! { <div class="card"><div class="card-main"><WhyNot text/></div></div> }.into_any(),
            None => view! { <InviteForm view list/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn InviteForm(view: InviteView, list: String) -> impl IntoView {
    let count = RwSignal::new(0_usize);
    let seats = view.seats_left.map(|left| match left {
        0 => "Every seat is taken.".to_owned(),
        1 => "One seat is left.".to_owned(),
        left => format!("{left} seats are left."),
    });
    let own = view.place.role;
    let label = move || match count.get() {
        0 => "Send invitations".to_owned(),
        1 => "Send 1 invitation".to_owned(),
        count => format!("Send {count} invitations"),
    };
    view! {
        <Form to={path_of::<InviteMembers>()} id="invite" class="card">
            <div class="card-main">
                <header>
                    <h2 class="card-title">"People"</h2>
                    <p class="card-purpose">"With or without an account here; both get the same letter. "{seats}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <Recount count/>
                    <input type="hidden" name="organization" value=view.place.organization.slug/>
                    <Area name="emails" label="E-mail addresses" help="Separated by commas, spaces or lines." longest=6000
                        on_input={Callback::new(move |text: String| {
                            count.set(addresses(&text).map(|found| found.len()).unwrap_or_default());
                        })}/>
                    <RoleChoice own/>
                    <Field name="message" label="Message" is_optional=true longest=LONGEST_MESSAGE help="Stands in the letter, in your name."/>
                </div>
            </div>
            <footer class="card-foot">
                <a href=list class="btn quiet">"Not now"</a>
                <Submit class="btn primary">{label}</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

/// After an answer the field holds what is left, which nobody has counted yet.
#[component]
fn Recount(count: RwSignal<usize>) -> impl IntoView {
    let version = FormState::current().version;
    Effect::new(move |_| {
        if version.get() > 0 {
            count.set(0);
        }
    });
}

#[component]
fn RoleChoice(own: Role) -> impl IntoView {
    let chosen = FormState::current()
        .kept("role")
        .unwrap_or_else(|| Role::Member.as_str().to_owned());
    let choices = own
        .up_to()
        .map(|role| {
            let (id, label_for) = (format!("role-{}", role.as_str()), format!("role-{}", role.as_str()));
            view! {
                <label class="choice" for=label_for>
                    <input class="radio" type="radio" id=id name="role" value=role.as_str() checked=chosen == role.as_str()/>
                    <span>{role.label()}<span class="choice-text">{role.sentence()}</span></span>
                </label>
            }
        })
        .collect_view();
    view! { <fieldset class="field"><legend class="label">"Role"</legend><div class="choices">{choices}</div></fieldset> }
}
