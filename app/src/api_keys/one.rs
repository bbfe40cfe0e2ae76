//! `/o/{slug}/keys/{id}`: one key, and all that can be done to it.

use contract::{
    Permission,
    api_keys::{KeyHint, KeyStatus, LONGEST_REASON, Overlap},
    text::counted,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    acts_api::{EndKeyRotation, PauseKey, RevokeKey, RotateKey, UpdateKey},
    api::LoadKey,
    fields::KeyFields,
    list::{StatusBadge, ends},
    reveal::Reveal,
    views::{KEY_RANGE, KeyView},
};
use crate::{
    organizations::place::{WhyNot, slug_of_page},
    ui::{
        banner::{Banner, Tone},
        copy::Copy,
        field::Field,
        form::{Form, FormProblems, Submit},
        loading::{Loaded, arguments, load, showing},
        moment::When,
        select::{Choice, Select},
        send::path_of,
    },
    usage::{
        chart::{Sparkline, grouped},
        requests::Requests,
    },
    visit::Visit,
};

#[component]
pub fn KeyPage() -> impl IntoView {
    let (slug, params) = (
        slug_of_page(|page, _| page.starts_with("keys/") && page != "keys/new"),
        use_params_map(),
    );
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let data = load::<LoadKey>(move || arguments(&[("slug", &slug.get()), ("id", &id.get())]));
    view! { <Loaded data show=showing(|view: KeyView| view! { <Cards view/> }.into_any())/> }
}

#[component]
fn Cards(view: KeyView) -> impl IntoView {
    let key = view.row.key.clone();
    let (list, organization) = (
        view.place.path("keys"),
        view.place.organization.name.clone(),
    );
    let visit = Visit::current();
    let notice = visit.notice("keys");
    let secret = visit
        .flash("key")
        .filter(|flash| flash.value("id").as_deref() == Some(key.id.to_string().as_str()))
        .and_then(|flash| flash.value("secret"));
    let page = view.place.path(&format!("keys/{}", key.id));
    let is_over = key.status == KeyStatus::Revoked;
    view! {
        <Title text=format!("{} · {organization}", key.name)/>
        <header class="page-head">
            <nav class="crumbs" aria-label="Breadcrumb"><ol><li><a href=list>"API keys"</a></li><li aria-current="page">{key.name.clone()}</li></ol></nav>
            <div><h1>{key.name.clone()}</h1><p><code>{ends(&key)}</code>" "<StatusBadge status=key.status/></p></div>
        </header>
        {notice.map(|text| view! { <Banner tone=Tone::Ok text/> })}
        {secret.map(|secret| view! { <Reveal secret page/> })}
        <Hints view=view.clone()/>
        <Facts view=view.clone()/>
        <Requests series=view.series.clone() labels=view.labels.clone() last=KEY_RANGE.label()/>
        {(!is_over).then(|| view! { <Changes view/> })}
    }
    .into_any()
}

/// What is worth a look, each with what to do about it: pausing at once, since that loses nothing; or the way to the form.
#[component]
fn Hints(view: KeyView) -> impl IntoView {
    let may = view.place.may(Permission::ManageKeys);
    let is_paused = view.row.key.status == KeyStatus::Paused;
    let is_rotating = view.row.key.rotation.is_some();
    let lead = |to: &'static str, text: &'static str| {
        view! { <a class="btn" href=to>{text}</a> }.into_any()
    };
    let act = move |hint: KeyHint| match hint {
        KeyHint::NeverUsed | KeyHint::Idle if is_paused => Some(lead("#revoke-key", "Revoke it")),
        KeyHint::NeverUsed | KeyHint::Idle => Some(
            view! { <button class="btn" type="submit" form="pause-key">"Pause it"</button> }
                .into_any(),
        ),
        KeyHint::NeverExpires => Some(lead("#expiry_choice", "Set a date")),
        KeyHint::MakerLeft if is_rotating => None,
        KeyHint::MakerLeft => Some(lead("#rotate-key", "Rotate it")),
    };
    let hints = view.row.hints.into_iter();
    hints
        .map(|hint| {
            let act = act(hint).filter(|_| may);
            view! { <div class="hint"><Banner tone=Tone::Info text=hint.sentence()/>{act}</div> }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Facts(view: KeyView) -> impl IntoView {
    let key = view.row.key;
    let scopes = if key.scopes.is_empty() {
        "None".to_owned()
    } else {
        let names: Vec<String> = key.scopes.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let used = view.row.last_used.map(|moment| {
        let from = key.last_used_ip.map(|ip| format!(", from {ip}"));
        view! { <span><When moment/>{from}</span> }
    });
    let quota = key.quota.map(|limit| {
        format!(
            "{} of {} units this month",
            grouped(view.used),
            grouped(limit)
        )
    });
    let rate = key.rate_limit.map(|rate| {
        format!(
            "{} in {}",
            grouped(rate.limit.into()),
            counted(rate.period_seconds, "second", "seconds")
        )
    });
    let ips = (!key.allowed_ips.is_empty()).then(|| key.allowed_ips.join(", "));
    let revoked = view.revoked.map(|moment| {
        let reason = (!key.revoke_reason.is_empty()).then(|| format!(": {}", key.revoke_reason));
        view! { <span><When moment/>{reason}</span> }
    });
    view! {
        <section class="card" aria-labelledby="facts-title">
            <div class="card-main">
                <header><h2 class="card-title" id="facts-title">"Key"</h2></header>
                <div class="card-body">
                    <dl class="facts">
                        <div><dt>"Scopes"</dt><dd>{scopes}</dd></div>
                        <div><dt>"Last used"</dt><dd>{match used { Some(used) => used.into_any(), None => "Never".into_any() }}</dd></div>
                        <div><dt>"Requests, 24 h"</dt><dd><Sparkline line=view.row.line/></dd></div>
                        <div><dt>"Expires"</dt><dd>{match view.row.expires { Some(moment) => view! { <When moment/> }.into_any(), None => "Never".into_any() }}</dd></div>
                        {quota.map(|text| view! { <div><dt>"Quota"</dt><dd>{text}</dd></div> })}
                        {rate.map(|text| view! { <div><dt>"Requests"</dt><dd>{text}</dd></div> })}
                        {ips.map(|text| view! { <div><dt>"Addresses"</dt><dd>{text}</dd></div> })}
                        <div><dt>"Created"</dt><dd><span><When moment=view.row.created/>{(!key.created_by.is_empty()).then(|| format!(" by {}", key.created_by))}</span></dd></div>
                        {revoked.map(|text| view! { <div><dt>"Revoked"</dt><dd>{text}</dd></div> })}
                        <div><dt>"Key ID"</dt><dd><Copy value=key.id.to_string() label="Copy key ID"/></dd></div>
                    </dl>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// The hidden fields of every form about the key.
#[component]
fn Which(slug: String, id: String) -> impl IntoView {
    view! {
        <FormProblems/>
        <input type="hidden" name="organization" value=slug/>
        <input type="hidden" name="key" value=id/>
    }
}

#[component]
fn Changes(view: KeyView) -> impl IntoView {
    let why_not = view.place.why_not(Permission::ManageKeys);
    if let Some(text) = why_not {
        return view! { <div class="card"><div class="card-main"><WhyNot text/></div></div> }
            .into_any();
    }
    let (slug, id) = (
        view.place.organization.slug.clone(),
        view.row.key.id.to_string(),
    );
    let is_alive = view.row.key.is_alive();
    let (key, scopes, choice) = (view.row.key.clone(), view.scopes.clone(), view.choice);
    let others =
        is_alive.then(|| view! { <RotateCard view=view.clone()/><PauseCard view=view.clone()/> });
    view! {
        <Form to={path_of::<UpdateKey>()} id="update-key" class="card" labelled_by="update-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="update-title">"Change"</h2>
                    <p class="card-purpose">"Takes effect with the next request."</p>
                </header>
                <div class="card-body">
                    <Which slug=slug.clone() id=id.clone()/>
                    <KeyFields scopes choice key=Some(key)/>
                </div>
            </div>
            <footer class="card-foot"><Submit class="btn primary">"Save changes"</Submit></footer>
        </Form>
        {others}
        <RevokeCard view/>
    }
    .into_any()
}

#[component]
fn RotateCard(view: KeyView) -> impl IntoView {
    let (slug, id) = (
        view.place.organization.slug.clone(),
        view.row.key.id.to_string(),
    );
    let rotation = view.row.key.rotation.zip(view.rotation);
    if let Some((former, shown)) = rotation {
        let ends = format!("{}…{}", former.start, former.last4);
        let from = former.last_used_ip.map(|ip| format!(", from {ip}"));
        return view! {
            <Form to={path_of::<EndKeyRotation>()} id="end-rotation" class="card" labelled_by="rotate-title">
                <div class="card-main">
                    <header>
                        <h2 class="card-title" id="rotate-title">"Rotation"</h2>
                        <p class="card-purpose">"Two secrets work at the moment. Switch your programs to the new one, then end the former one."</p>
                    </header>
                    <div class="card-body">
                        <Which slug id/>
                        <dl class="facts">
                            <div><dt>"Former secret"</dt><dd><code>{ends}</code></dd></div>
                            <div><dt>"Last used"</dt><dd>{match shown.last_used {
                                Some(moment) => view! { <span><When moment/>{from}</span> }.into_any(),
                                None => "Never".into_any(),
                            }}</dd></div>
                            <div><dt>"Replaced"</dt><dd><When moment=shown.rotated/></dd></div>
                            <div><dt>"Ends"</dt><dd><When moment=shown.expires/></dd></div>
                        </dl>
                        <div class="actions"><Submit class="btn">"End the former secret now"</Submit></div>
                    </div>
                </div>
            </Form>
        }
        .into_any();
    }
    let choices = Overlap::ALL
        .into_iter()
        .map(|overlap| Choice {
            value: overlap.as_str().to_owned(),
            label: overlap.label().to_owned(),
        })
        .collect();
    view! {
        <Form to={path_of::<RotateKey>()} id="rotate-key" class="card" labelled_by="rotate-title">
            <div class="card-main">
                <header>
                    <h2 class="card-title" id="rotate-title">"Rotate"</h2>
                    <p class="card-purpose">"A new secret for the same key. Its name, scopes, limits and history stay."</p>
                </header>
                <div class="card-body">
                    <Which slug id/>
                    <Select name="overlap" label="The current secret keeps working for" chosen=Overlap::default().as_str().to_owned() choices/>
                    <div class="actions"><Submit class="btn">"Rotate key"</Submit></div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

#[component]
fn PauseCard(view: KeyView) -> impl IntoView {
    let is_paused = view.row.key.status == KeyStatus::Paused;
    let (title, purpose, button) = if is_paused {
        (
            "Resume",
            "The key is refused until it is resumed.",
            "Resume key",
        )
    } else {
        (
            "Pause",
            "The key is refused until somebody resumes it. Nothing is lost.",
            "Pause key",
        )
    };
    let (slug, id) = (
        view.place.organization.slug.clone(),
        view.row.key.id.to_string(),
    );
    view! {
        <Form to={path_of::<PauseKey>()} id="pause-key" class="card" labelled_by="pause-title">
            <div class="card-main">
                <header><h2 class="card-title" id="pause-title">{title}</h2><p class="card-purpose">{purpose}</p></header>
                <div class="card-body">
                    <Which slug id/>
                    {is_paused.then(|| view! { <input type="hidden" name="resume" value="1"/> })}
                    <div class="actions"><Submit class="btn">{button}</Submit></div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

#[component]
fn RevokeCard(view: KeyView) -> impl IntoView {
    let name = view.row.key.name.clone();
    let (slug, id) = (
        view.place.organization.slug.clone(),
        view.row.key.id.to_string(),
    );
    let purpose = match view.row.last_used {
        Some(moment) => format!(
            "{name} was last used {}. Programs that use it are refused immediately and permanently.",
            moment.relative
        ),
        None => format!("{name} was never used. It is refused immediately and permanently."),
    };
    view! {
        <Form to={path_of::<RevokeKey>()} id="revoke-key" class="card danger" labelled_by="revoke-title">
            <div class="card-main">
                <header><h2 class="card-title" id="revoke-title">"Revoke"</h2><p class="card-purpose">{purpose}</p></header>
                <div class="card-body">
                    <Which slug id/>
                    <Field name="reason" label="Reason" is_optional=true longest=LONGEST_REASON/>
                    <div class="actions"><Submit class="btn danger">{format!("Revoke {name}")}</Submit></div>
                </div>
            </div>
        </Form>
    }
    .into_any()
}
