//! `/o/{slug}/settings`

use contract::{
    Permission, Slug,
    organizations::{FORMER_SLUG_DAYS, LONGEST_NAME, check_name},
};
use leptos::prelude::*;

use super::{
    danger::{LeaveCard, OwnerCards},
    place::{Logo, PlaceHead, WhyNot, slug_of_page},
    second_step::SecondStepCard,
    settings_api::{LoadSettings, MoveOrganization, RenameOrganization},
    views::{Place, SettingsView},
};
use crate::{
    ui::{
        banner::{Banner, Tone},
        field::Field,
        form::{Form, FormProblems, Saved, Submit},
        loading::{Loaded, arguments, load, showing},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "settings");
    let data = load::<LoadSettings>(move || arguments(&[("slug", &slug.get())]));
    view! { <Loaded data show=showing(|view: SettingsView| view! { <Cards view/> }.into_any())/> }
}

#[component]
fn Cards(view: SettingsView) -> impl IntoView {
    let place = view.place.clone();
    view! {
        <PlaceHead place=place.clone() title="Settings" purpose="What this organization is called and who owns it."/>
        <NameCard place=place.clone()/>
        <LogoCard place=place.clone()/>
        <AddressCard place/>
        <SecondStepCard view=view.clone()/>
        <LeaveCard view=view.clone()/>
        <OwnerCards view/>
    }
    .into_any()
}

#[component]
fn NameCard(place: Place) -> impl IntoView {
    let why_not = place.why_not(Permission::UpdateOrganization);
    let is_off = why_not.is_some();
    let organization = place.organization;
    let places = Visit::current().places;
    view! {
        <Form to={path_of::<RenameOrganization>()} id="name-form" class="card" labelled_by="name-title"
            on_saved={Callback::new(move |()| places.update(|count| *count += 1))}>
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="name-title">"Name"</h2>
                    <p class="card-purpose">"Shown to members and in e-mails."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input type="hidden" name="organization" value=organization.slug/>
                    <Field name="name" label="Name" value=organization.name autocomplete="organization" longest=LONGEST_NAME is_off check={|text| check_name(text).map(|_| ())}/>
                    {why_not.map(|text| view! { <WhyNot text/> })}
                </div>
            </div>
            {(!is_off).then(|| view! { <footer class="card-foot"><Saved/><Submit class="btn primary">"Save"</Submit></footer> })}
        </Form>
    }
    .into_any()
}

/// A plain form: browsers send files by themselves, with a script or without.
#[component]
fn LogoCard(place: Place) -> impl IntoView {
    let why_not = place.why_not(Permission::UpdateOrganization);
    let is_off = why_not.is_some();
    let flash = Visit::current().flash("logo").unwrap_or_default();
    let organization = place.organization;
    let has_logo = organization.logo.is_some();
    let problems = flash
        .problems
        .0
        .into_iter()
        .map(|problem| view! { <Banner tone=Tone::Danger text=problem.message.into_owned()/> })
        .collect_view();
    view! {
        <form class="card" id="logo" method="post" action="/_upload/organization-logo" enctype="multipart/form-data" aria-labelledby="logo-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="logo-title">"Logo"</h2>
                    <p class="card-purpose">"A square works best. PNG, JPEG, WebP or GIF, up to 5 MB."</p>
                </header>
                <div class="card-body">
                    {problems}
                    {flash.notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                    <input type="hidden" name="slug" value=organization.slug/>
                    <div class="logo-row">
                        <Logo name=organization.name logo=organization.logo class="avatar org lg"/>
                        <div class="field">
                            <label class="label" for="logo-file">"Picture"</label>
                            <input class="input" type="file" id="logo-file" name="logo" accept="image/png,image/jpeg,image/webp,image/gif" disabled=is_off/>
                        </div>
                    </div>
                    {why_not.map(|text| view! { <WhyNot text/> })}
                </div>
            </div>
            {(!is_off).then(|| view! {
                <footer class="card-foot">
                    {has_logo.then(|| view! { <button class="btn quiet" type="submit" name="remove" value="1">"Remove logo"</button> })}
                    <button class="btn primary" type="submit">"Upload"</button>
                </footer>
            })}
        </form>
    }
    .into_any()
}

#[component]
fn AddressCard(place: Place) -> impl IntoView {
    let why_not = place.why_not(Permission::ChangeSlug);
    let is_off = why_not.is_some();
    let organization = place.organization;
    let purpose = format!(
        "Links change with it. Old links redirect for {FORMER_SLUG_DAYS} days, and nobody else can take the old address during that time."
    );
    view! {
        <Form to={path_of::<MoveOrganization>()} id="slug-form" class="card" labelled_by="slug-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="slug-title">"Address"</h2>
                    <p class="card-purpose">{purpose}</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <input type="hidden" name="organization" value=organization.slug.clone()/>
                    <Field name="slug" label="Address" value=organization.slug longest=Slug::LONGEST is_off help="Letters a–z, digits and single hyphens." check={|text| Slug::parse(text).map(|_| ())}/>
                    {why_not.map(|text| view! { <WhyNot text/> })}
                </div>
            </div>
            {(!is_off).then(|| view! { <footer class="card-foot"><Saved/><Submit class="btn primary">"Change address"</Submit></footer> })}
        </Form>
    }
    .into_any()
}
