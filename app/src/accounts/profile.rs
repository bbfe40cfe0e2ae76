//! `/account/profile`

use contract::{
    EmailAddress,
    accounts::{LONGEST_NAME, Phone, Username},
    text::one_line,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::{LoadProfile, UpdateProfile},
    email_api::RequestEmailChange,
    layout::PageHead,
    views::ProfileView,
};
use crate::{
    ui::{
        avatar::Avatar,
        banner::{Banner, Tone},
        copy::Copy,
        field::Field,
        form::{Form, FormProblems, Saved, Submit},
        loading::{Loaded, load, showing},
        moment::When,
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn ProfilePage() -> impl IntoView {
    let data = load::<LoadProfile>(String::new);
    view! {
        <PageHead title="Profile" purpose="Who you are here, and how we reach you."/>
        <Loaded data show=showing(|view: ProfileView| view! { <Cards view/> }.into_any())/>
    }
}

#[component]
fn Cards(view: ProfileView) -> impl IntoView {
    let user = view.user;
    view! {
        <PictureCard name=user.display_name().to_owned() avatar=user.avatar.clone()/>
        <Form to={path_of::<UpdateProfile>()} id="profile" class="card" labelled_by="profile-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="profile-title">"Name"</h2>
                    <p class="card-purpose">"How people address you, and how they find you."</p>
                </header>
                <div class="card-body">
                    <FormProblems/>
                    <Field name="name" label="Display name" value=user.name autocomplete="name" is_optional=true longest=LONGEST_NAME check={|text| one_line(text, LONGEST_NAME).map(|_| ())}/>
                    <Field name="username" label="Username" value=user.username autocomplete="nickname" longest=Username::LONGEST help="Letters a–z, digits, and single dots, hyphens or underscores between them." check={|text| Username::parse(text).map(|_| ())}/>
                    <Field name="phone" label="Phone" kind="tel" value=user.phone.unwrap_or_default() autocomplete="tel" is_optional=true longest=40 help="With country code, such as +46 8 123 456." check={|text| Phone::parse(text).map(|_| ())}/>
                </div>
            </div>
            <footer class="card-foot">
                <Saved/>
                <Submit class="btn primary">"Save"</Submit>
            </footer>
        </Form>
        <EmailCard email=user.email pending=view.pending_email/>
        <section class="card" aria-labelledby="facts-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="facts-title">"Account"</h2>
                    <p class="card-purpose">"For support requests and API calls."</p>
                </header>
                <div class="card-body">
                    <dl class="facts">
                        <div><dt>"User ID"</dt><dd><Copy value=user.id.to_string() label="Copy user ID"/></dd></div>
                        <div><dt>"Created"</dt><dd><When moment=view.created/></dd></div>
                        <div><dt>"Last changed"</dt><dd><When moment=view.updated/></dd></div>
                    </dl>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// The address, and the way to another one: a link goes there, and nothing changes before it is used.
#[component]
fn EmailCard(email: String, pending: Option<String>) -> impl IntoView {
    let notice = Visit::current().notice("change-email");
    let waits = pending
        .filter(|_| notice.is_none())
        .map(|to| format!("{to} is not confirmed yet: open the link that we sent there."));
    let typed = use_query_map().read_untracked().get("email");
    view! {
        <Form to={path_of::<RequestEmailChange>()} id="change-email" class="card" labelled_by="email-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="email-title">"E-mail"</h2>
                    <p class="card-purpose">"You sign in with it, and we write to it."</p>
                </header>
                <div class="card-body">
                    {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                    {waits.map(|text| view! { <Banner tone=Tone::Info text/> })}
                    <FormProblems/>
                    <p><strong class="break">{email}</strong>" "<span class="badge ok">"Verified"</span></p>
                    <Field name="email" label="New e-mail" kind="email" value=typed.unwrap_or_default() autocomplete="off" help="We send a link there. Nothing changes until you open it." check={|text| EmailAddress::parse(text).map(|_| ())}/>
                </div>
            </div>
            <footer class="card-foot"><Submit class="btn primary">"Send link"</Submit></footer>
        </Form>
    }
    .into_any()
}

/// The picture: a plain form, which browsers send with a script or without.
#[component]
fn PictureCard(name: String, avatar: Option<String>) -> impl IntoView {
    let flash = Visit::current().flash("avatar").unwrap_or_default();
    let has_picture = avatar.is_some();
    let problems = flash.problems.0.into_iter();
    let problems = problems
        .map(|problem| view! { <Banner tone=Tone::Danger text=problem.message.into_owned()/> })
        .collect_view();
    view! {
        <form class="card" id="avatar" method="post" action="/_upload/avatar" enctype="multipart/form-data" aria-labelledby="avatar-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="avatar-title">"Picture"</h2>
                    <p class="card-purpose">"Cropped to a square. PNG, JPEG, WebP or GIF, up to 5 MB. Without a picture, your initials are shown."</p>
                </header>
                <div class="card-body">
                    {problems}
                    {flash.notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
                    <div class="logo-row">
                        <Avatar name avatar class="avatar lg"/>
                        <div class="field">
                            <label class="label" for="avatar-file">"File"</label>
                            <input class="input" type="file" id="avatar-file" name="avatar" accept="image/png,image/jpeg,image/webp,image/gif"/>
                        </div>
                    </div>
                </div>
            </div>
            <footer class="card-foot">
                {has_picture.then(|| view! { <button class="btn quiet" type="submit" name="remove" value="1">"Remove picture"</button> })}
                <button class="btn primary" type="submit">"Upload"</button>
            </footer>
        </form>
    }
    .into_any()
}
