//! `/o/{slug}/keys/new`

use contract::{Permission, api_keys::ScopeChoice};
use leptos::prelude::*;

use super::{acts_api::CreateKey, api::LoadNewKey, fields::KeyFields, views::NewKeyView};
use crate::{
    organizations::place::{PlaceHead, WhyNot, slug_of_page},
    ui::{
        form::{Form, FormProblems, Submit},
        loading::{Loaded, arguments, load, showing},
        send::path_of,
    },
};

#[component]
pub fn NewKeyPage() -> impl IntoView {
    let slug = slug_of_page(|page, _| page == "keys/new");
    let data = load::<LoadNewKey>(move || arguments(&[("slug", &slug.get())]));
    view! { <Loaded data show=showing(|view: NewKeyView| view! { <Page view/> }.into_any())/> }
}

#[component]
fn Page(view: NewKeyView) -> impl IntoView {
    let list = view.place.path("keys");
    let slug = view.place.organization.slug.clone();
    let why_not = view.place.why_not(Permission::CreateKeys);
    view! {
        <PlaceHead place=view.place title="Create key" purpose="Its secret is shown once, on the next page."/>
        {match why_not {
            Some(text) => view! { <div class="card"><div class="card-main"><WhyNot text/></div></div> }.into_any(),
            None => view! {
                <Form to={path_of::<CreateKey>()} id="create-key" class="card">
                    <div class="card-main">
                        <header>
                            <h2 class="card-title">"The key"</h2>
                            <p class="card-purpose">"Everything except the secret can be changed later."</p>
                        </header>
                        <div class="card-body">
                            <FormProblems/>
                            <input type="hidden" name="organization" value=slug/>
                            <KeyFields scopes=view.scopes choice=ScopeChoice::default() key=None/>
                        </div>
                    </div>
                    <footer class="card-foot">
                        <a href=list class="btn quiet">"Cancel"</a>
                        <Submit class="btn primary">"Create key"</Submit>
                    </footer>
                </Form>
            }
            .into_any(),
        }}
    }
    .into_any()
}
