//! `/o/{slug}/members/{id}`: one member, what they are, and removing them.

use contract::Role;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::api::{ChangeRole, LoadMember, MemberView, RemoveMember};
use crate::{
    organizations::place::{WhyNot, slug_of_page},
    ui::{
        copy::Copy,
        form::{Form, FormProblems, Submit},
        loading::{Loaded, arguments, load, showing},
        moment::When,
        rows::{Rows, RowsNotice},
        send::path_of,
    },
};

#[component]
pub fn MemberPage() -> impl IntoView {
    let (slug, params) = (
        slug_of_page(|page, _| page.starts_with("members/")),
        use_params_map(),
    );
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let data = load::<LoadMember>(move || arguments(&[("slug", &slug.get()), ("id", &id.get())]));
    let rows = Rows::new(move || data.refetch());
    view! { <Loaded data show=showing(move |view: MemberView| view! { <Cards view rows/> }.into_any())/> }
}

#[component]
fn Cards(view: MemberView, rows: Rows) -> impl IntoView {
    let member = view.row.member.clone();
    let name = member.person.display_name().to_owned();
    let list = view.place.path("members");
    let (organization, email) = (
        view.place.organization.name.clone(),
        member.person.email.clone(),
    );
    view! {
        <Title text=format!("{name} · {organization}")/>
        <header class="page-head">
            <nav class="crumbs" aria-label="Breadcrumb"><ol><li><a href=list>"Members"</a></li><li aria-current="page">{name.clone()}</li></ol></nav>
            <div><h1>{name}</h1><p>{format!("{} of {organization}", member.role.label())}</p></div>
        </header>
        <RowsNotice rows id="members"/>
        <section class="card" aria-labelledby="facts-title">
            <div class="card-main">
                <header><h2 class="card-title" id="facts-title">"Person"</h2></header>
                <div class="card-body">
                    <dl class="facts">
                        <div><dt>"Username"</dt><dd>{member.person.username}</dd></div>
                        {email.map(|email| view! { <div><dt>"E-mail"</dt><dd>{email}</dd></div> })}
                        <div><dt>"Joined"</dt><dd><When moment=view.row.joined.clone()/></dd></div>
                        {view.row.last_active.clone().map(|moment| view! { <div><dt>"Last active"</dt><dd><When moment/></dd></div> })}
                        {member.has_second_factor.map(|has| view! { <div><dt>"Second step"</dt><dd>{if has { "On" } else { "Off" }}</dd></div> })}
                        <div><dt>"Membership ID"</dt><dd><Copy value=member.id.to_string() label="Copy membership ID"/></dd></div>
                    </dl>
                </div>
            </div>
        </section>
        <RoleCard view=view.clone() rows/>
        {(!view.row.is_self).then(|| view! { <RemoveCard view/> })}
    }
    .into_any()
}

#[component]
fn RoleCard(view: MemberView, rows: Rows) -> impl IntoView {
    let member = view.row.member;
    let why_not = view.row.why_not;
    let is_off = why_not.is_some();
    let choices = Role::ALL
        .iter()
        .rev()
        .map(|role| {
            let (id, label_for) = (format!("role-{}", role.as_str()), format!("role-{}", role.as_str()));
            let is_beyond = !view.roles.contains(role);
            view! {
                <label class="choice" for=label_for>
                    <input class="radio" type="radio" id=id name="role" value=role.as_str() checked=*role == member.role disabled=is_off || is_beyond/>
                    <span>{role.label()}<span class="choice-text">{role.sentence()}</span></span>
                </label>
            }
        })
        .collect_view();
    let to = path_of::<ChangeRole>();
    view! {
        <form class="card" id="role" aria-labelledby="role-title" method="post" action=to on:submit=move |event: SubmitEvent| rows.send(to, &event)>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="role-title">"Role"</h2>
                    <p class="card-purpose">"What this person may do here. They are told by e-mail."</p>
                </header>
                <div class="card-body">
                    <input type="hidden" name="organization" value=view.place.organization.slug/>
                    <input type="hidden" name="member" value=member.id.to_string()/>
                    <input type="hidden" name="back" value="member"/>
                    <fieldset class="choices"><legend class="vh">"Role"</legend>{choices}</fieldset>
                    {why_not.map(|text| view! { <WhyNot text/> })}
                </div>
            </div>
            {(!is_off).then(|| view! { <footer class="card-foot"><button class="btn primary" type="submit">"Save role"</button></footer> })}
        </form>
    }
    .into_any()
}

#[component]
fn RemoveCard(view: MemberView) -> impl IntoView {
    let member = view.row.member;
    let name = member.person.display_name().to_owned();
    let why_not = view.row.why_not;
    let is_off = why_not.is_some();
    view! {
        <Form to={path_of::<RemoveMember>()} id="remove-member" class="card danger" labelled_by="remove-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="remove-title">"Remove"</h2>
                    <p class="card-purpose">{format!("{name} can no longer open {}, starting with the next request. Their account stays.", view.place.organization.name)}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input type="hidden" name="organization" value=view.place.organization.slug/>
                    <input type="hidden" name="member" value=member.id.to_string()/>
                    {why_not.map(|text| view! { <WhyNot text/> })}
                    {(!is_off).then(|| view! { <div class="actions"><Submit class="btn danger">{format!("Remove {name}")}</Submit></div> })}
                </div>
            </div>
        </Form>
    }
    .into_any()
}
