//! `/o/{slug}/members/invite`, and the same as a dialog over the list of members.

use contract::{
    Role,
    invitations::{LONGEST_MESSAGE, MOST_ADDRESSES, addresses},
};
use leptos::{html, prelude::*};

use super::api::{InviteMembers, InviteView, LoadInvite};
use crate::{
    organizations::place::{PlaceHead, WhyNot, slug_of_page},
    ui::{
        area::Area,
        banner::{Banner, Tone},
        field::Field,
        focus::focus,
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
    let purpose = purpose();
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
    let seats = seats(&view);
    view! {
        <Form to={path_of::<InviteMembers>()} id="invite" class="card">
            <div class="card-main">
                <header>
                    <h2 class="card-title">"People"</h2>
                    <p class="card-purpose">"With or without an account here: both get the same e-mail. "{seats}</p>
                </header>
                <div class="card-body"><InviteFields view count/></div>
            </div>
            <footer class="card-foot">
                <a href=list class="btn quiet">"Not now"</a>
                <Send count/>
            </footer>
        </Form>
    }
    .into_any()
}

/// The same over the page that one is on, for who has scripts; `on_sent` is called when it is closed after something was sent.
#[component]
pub fn InviteDialog(
    slug: String,
    is_open: RwSignal<bool>,
    #[prop(into)] on_sent: Callback<()>,
) -> impl IntoView {
    let data = load::<LoadInvite>(move || arguments(&[("slug", &slug)]));
    let (dialog, is_sent) = (NodeRef::<html::Dialog>::new(), RwSignal::new(false));
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    });
    let close = Callback::new(move |()| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    });
    let after = move |_| {
        is_open.set(false);
        if is_sent.get_untracked() {
            on_sent.run(());
        }
    };
    let show = showing(move |view: InviteView| {
        request_animation_frame(|| focus("#emails"));
        view! { <DialogForm view close is_sent/> }.into_any()
    });
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="invite-title" on:close=after>
            <Loaded data show/>
        </dialog>
    }
    .into_any()
}

#[component]
fn DialogForm(view: InviteView, close: Callback<()>, is_sent: RwSignal<bool>) -> impl IntoView {
    let count = RwSignal::new(0_usize);
    let purpose = format!("{} {}", purpose(), seats(&view).unwrap_or_default());
    view! {
        <Form to={path_of::<InviteMembers>()} id="invite" class="dialog-form">
            <header class="dialog-head"><h2 id="invite-title">"Invite members"</h2><p>{purpose}</p></header>
            <div class="dialog-body"><InviteFields view count is_sent/></div>
            <footer class="dialog-foot">
                <button class="btn quiet" type="button" on:click=move |_| close.run(())>"Not now"</button>
                <Send count/>
            </footer>
        </Form>
    }
    .into_any()
}

fn purpose() -> String {
    format!(
        "Each gets an e-mail with a link that is valid for a week. Up to {MOST_ADDRESSES} at a time."
    )
}

/// How many more can be invited, where that is limited.
fn seats(view: &InviteView) -> Option<String> {
    view.seats_left.map(|left| match left {
        0 => "Every seat is taken.".to_owned(),
        1 => "One seat is left.".to_owned(),
        left => format!("{left} seats are left."),
    })
}

#[component]
fn InviteFields(
    view: InviteView,
    count: RwSignal<usize>,
    #[prop(optional)] is_sent: Option<RwSignal<bool>>,
) -> impl IntoView {
    view! {
        <FormProblems/>
        <Recount count is_sent/>
        <input type="hidden" name="organization" value=view.place.organization.slug/>
        <Area name="emails" label="E-mail addresses" help="Separated by commas, spaces or lines." longest=6000
            on_input={Callback::new(move |text: String| {
                count.set(addresses(&text).map(|found| found.len()).unwrap_or_default());
            })}/>
        <RoleChoice own=view.place.role/>
        <Field name="message" label="Message" is_optional=true longest=LONGEST_MESSAGE help="Appears in the e-mail, in your name."/>
    }
    .into_any()
}

/// The button, which says how many it sends.
#[component]
fn Send(count: RwSignal<usize>) -> impl IntoView {
    let label = move || match count.get() {
        0 => "Send invitations".to_owned(),
        1 => "Send 1 invitation".to_owned(),
        count => format!("Send {count} invitations"),
    };
    view! { <Submit class="btn primary">{label}</Submit> }
}

/// After an answer the field holds what is left, which nobody has counted yet.
#[component]
fn Recount(count: RwSignal<usize>, is_sent: Option<RwSignal<bool>>) -> impl IntoView {
    let version = FormState::current().version;
    Effect::new(move |_| {
        if version.get() > 0 {
            count.set(0);
            if let Some(is_sent) = is_sent {
                is_sent.set(true);
            }
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
