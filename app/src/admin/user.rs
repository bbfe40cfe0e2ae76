//! `/admin/users/{id}`: one person, what is theirs, and what staff can do.

use contract::{admin::UserStatus, text::counted};
use leptos::prelude::*;

use super::{
    layout::ConsoleHead,
    user_acts::UserActs,
    user_tabs::UserTabs,
    users::UserBadge,
    users_api::{LoadUser, UserView},
    wanted::{Wanted, shown, wanted},
};
use crate::ui::{
    avatar::Avatar,
    banner::{Banner, Tone},
    copy::Copy,
    moment::{When, WhenOr},
};

#[component]
pub fn ConsoleUserPage() -> impl IntoView {
    let wanted = wanted(|path| path.starts_with("/admin/users/"), &["tab"]);
    shown::<LoadUser, UserView>(wanted, Wanted::query_of_one, |view, wanted| {
        view! { <Page view wanted/> }.into_any()
    })
}

#[component]
fn Page(view: UserView, wanted: Wanted) -> impl IntoView {
    let row = view.detail.row.clone();
    let name = row.display_name().to_owned();
    let is_staff = row.is_staff;
    view! {
        <ConsoleHead title=name purpose=row.email.clone() above=("/admin/users", "Users")>
            <UserBadge status=row.status/>
            {is_staff.then(|| view! { <span class="badge plain">"Staff"</span> })}
        </ConsoleHead>
        <State view=view.clone()/>
        <div class="console-two">
            <div>
                <div class="console-side">
                    <Facts view=view.clone()/>
                    <UserActs view=view.clone()/>
                </div>
                <UserTabs view wanted/>
            </div>
        </div>
    }
    .into_any()
}

/// What is out of the ordinary, and until when.
#[component]
fn State(view: UserView) -> impl IntoView {
    match (view.detail.row.status, view.erased, view.suspended) {
        (UserStatus::Deleted, Some(erased), _) => {
            let text = format!(
                "This account is deleted, and will be gone for good {}.",
                erased.relative
            );
            view! { <Banner tone=Tone::Danger text/> }.into_any()
        }
        (UserStatus::Suspended, _, Some(since)) => {
            let text = format!("This account was suspended {}.", since.relative);
            view! { <Banner tone=Tone::Danger text/> }.into_any()
        }
        (UserStatus::Unverified, ..) => {
            view! { <Banner tone=Tone::Info text="The address is not verified, so nobody can sign in."/> }
                .into_any()
        }
        _ => ().into_any(),
    }
}

#[component]
fn Facts(view: UserView) -> impl IntoView {
    let detail = view.detail;
    let row = detail.row;
    let factors = &detail.second_factors;
    let second = match (factors.app_since.is_some(), factors.passkeys) {
        (false, 0) => "None".to_owned(),
        (true, 0) => "App".to_owned(),
        (false, passkeys) => counted(passkeys, "passkey", "passkeys"),
        (true, passkeys) => format!("App, {}", counted(passkeys, "passkey", "passkeys")),
    };
    let codes = factors
        .is_any()
        .then(|| format!("{} left", factors.recovery_codes_left));
    let password = if detail.has_password {
        match view.password_changed {
            Some(moment) => view! { "Set "<When moment/> }.into_any(),
            None => "Set".into_any(),
        }
    } else {
        "None".into_any()
    };
    view! {
        <section class="card console-facts" aria-labelledby="facts-title">
            <header class="person">
                <Avatar name=row.display_name().to_owned() avatar=row.avatar.clone()/>
                <h2 class="card-title" id="facts-title">"Person"</h2>
            </header>
            <dl class="facts">
                <div><dt>"Username"</dt><dd>{row.username}</dd></div>
                {detail.phone.map(|phone| view! { <div><dt>"Phone"</dt><dd>{phone}</dd></div> })}
                <div><dt>"Verified"</dt><dd><WhenOr moment=view.verified none="Not yet"/></dd></div>
                <div><dt>"Joined"</dt><dd><When moment=view.created/></dd></div>
                <div><dt>"Last seen"</dt><dd><WhenOr moment=view.last_seen none="Never"/></dd></div>
                <div><dt>"Changed"</dt><dd><When moment=view.updated/></dd></div>
                <div><dt>"Password"</dt><dd>{password}</dd></div>
                <div><dt>"Second step"</dt><dd>{second}</dd></div>
                {codes.map(|text| view! { <div><dt>"Recovery codes"</dt><dd>{text}</dd></div> })}
                <div><dt>"Connected"</dt><dd>{counted(detail.identities, "account elsewhere", "accounts elsewhere")}</dd></div>
                {view.staff_since.map(|moment| view! { <div><dt>"Staff since"</dt><dd><When moment/></dd></div> })}
                {view.deleted.map(|moment| view! { <div><dt>"Deleted"</dt><dd><When moment/></dd></div> })}
                <div><dt>"Time zone"</dt><dd>{detail.time_zone}</dd></div>
                <div><dt>"Language"</dt><dd>{detail.language}</dd></div>
                <div><dt>"User ID"</dt><dd><Copy value=row.id.to_string() label="Copy user ID"/></dd></div>
            </dl>
        </section>
    }
    .into_any()
}
