//! `/invitations/accept`: a link of an invitation was opened.

use contract::{Code, accounts::LONGEST_NAME, invitations::InvitationStatus, text::one_line};
use leptos::prelude::*;

use super::api::{
    AcceptInvitation, AcceptView, AskInvitationAgain, DeclineInvitation, Join, LoadInvitation,
    SwitchAccount,
};
use crate::{
    organizations::place::Logo,
    problem::Fault,
    ui::{
        banner::{Banner, Tone},
        field::Field,
        form::{Form, FormProblems, Submit},
        frame::Card,
        loading::{Loaded, load, showing},
        moment::When,
        password::{PasswordField, Use},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn AcceptPage() -> impl IntoView {
    let data = load::<LoadInvitation>(String::new);
    let show = showing(|view: AcceptView| view! { <Known view/> }.into_any());
    view! { <Loaded data show instead=|fault| view! { <Unknown fault/> }.into_any()/> }
}

#[component]
fn Unknown(fault: Fault) -> impl IntoView {
    let title = match fault.problem.code {
        Code::RateLimited => "Too many attempts",
        _ => "This invitation is not valid",
    };
    let text = fault.problem.message.to_string();
    view! {
        <Card title lead=move || text.clone()>
            <div class="auth-text"><p>"Open the newest e-mail again, or ask the person who invited you to send another."</p></div>
            <div class="note"><div class="actions"><a class="btn block" href="/">"Go to the start page"</a></div></div>
        </Card>
    }
}

#[component]
fn Known(view: AcceptView) -> impl IntoView {
    match view.preview.status {
        InvitationStatus::Pending => view! { <Open view/> }.into_any(),
        InvitationStatus::Expired => view! { <Expired view/> }.into_any(),
        status => view! { <Settled view status/> }.into_any(),
    }
}

/// Who invites whom to what.
#[component]
fn Terms(view: AcceptView) -> impl IntoView {
    let preview = view.preview;
    let from = if preview.invited_by.is_empty() {
        "Somebody who has left".to_owned()
    } else {
        preview.invited_by
    };
    view! {
        <div class="terms">
            <div class="person">
                <Logo name=preview.organization_name.clone() logo=preview.logo class="avatar org"/>
                <div>
                    <p class="who-name">{preview.organization_name}</p>
                    <p class="who-mail">{format!("{from} invites you as {}", preview.role.as_str())}</p>
                </div>
            </div>
            {(!preview.message.is_empty()).then(|| view! { <blockquote>{preview.message}</blockquote> })}
            <p class="help">{preview.role.sentence()}" The invitation is for "<strong class="break">{preview.email}</strong>" and expires "<When moment=view.expires/>"."</p>
        </div>
    }
    .into_any()
}

#[component]
fn Open(view: AcceptView) -> impl IntoView {
    let title = format!("Join {}", view.preview.organization_name);
    let is_invited = view
        .signed_in_as
        .as_ref()
        .is_some_and(|email| email.eq_ignore_ascii_case(&view.preview.email));
    let answer = match &view.signed_in_as {
        Some(_) if is_invited => view! { <Accept/> }.into_any(),
        Some(email) => view! { <OtherAccount email=email.clone()/> }.into_any(),
        None if view.preview.has_account => view! { <SignInFirst/> }.into_any(),
        None => view! { <SignUp view=view.clone()/> }.into_any(),
    };
    let may_decline = is_invited || view.preview.proves_address;
    view! {
        <Card title lead=|| "You have been invited.">
            <Terms view/>
            {answer}
            {may_decline.then(|| view! {
                <Form to={path_of::<DeclineInvitation>()} id="decline-invitation" class="form decline">
                    <FormProblems/>
                    <Submit class="btn quiet block">"Decline"</Submit>
                </Form>
            })}
        </Card>
    }
    .into_any()
}

#[component]
fn Accept() -> impl IntoView {
    view! {
        <Form to={path_of::<AcceptInvitation>()} id="accept-invitation">
            <FormProblems/>
            <Submit>"Accept and join"</Submit>
        </Form>
    }
}

#[component]
fn OtherAccount(email: String) -> impl IntoView {
    view! {
        <Form to={path_of::<SwitchAccount>()} id="switch-account">
            <FormProblems/>
            <p>"You are signed in as "<strong class="break">{email}</strong>", and this invitation is for another address."</p>
            <Submit>"Switch account"</Submit>
        </Form>
    }
}

#[component]
fn SignInFirst() -> impl IntoView {
    view! {
        <div class="form">
            <p>"You already have an account with this address. Sign in, and you will come back here."</p>
            <a class="btn primary block" href="/sign-in?next=/invitations/accept">"Sign in to accept"</a>
        </div>
    }
}

/// A new person: the address is the invited one, and proved where the link came by mail.
#[component]
fn SignUp(view: AcceptView) -> impl IntoView {
    let (email, proves) = (view.preview.email, view.preview.proves_address);
    let button = if proves {
        "Create account and join"
    } else {
        "Create account"
    };
    view! {
        <Form to={path_of::<Join>()} id="join">
            <FormProblems/>
            <Field name="name" label="Name" autocomplete="name" is_optional=true longest=LONGEST_NAME check={|text| one_line(text, LONGEST_NAME).map(|_| ())}/>
            <div class="field">
                <label class="label" for="email">"E-mail"</label>
                <input class="input" id="email" type="email" value=email autocomplete="username" readonly=true aria-describedby="email-help"/>
                <p class="help" id="email-help">{if proves { "The address that was invited." } else { "The address that was invited. You confirm it next." }}</p>
            </div>
            <PasswordField name="password" label="Password" purpose=Use::New/>
            <Submit>{button}</Submit>
        </Form>
        {(!proves).then(|| view! { <p class="help">"Have an account? "<a href="/sign-in?next=/invitations/accept">"Sign in"</a></p> })}
    }
    .into_any()
}

#[component]
fn Expired(view: AcceptView) -> impl IntoView {
    let asked = Visit::current().notice("asked-again");
    let name = view.preview.organization_name;
    let lead = format!("It was for {} and is no longer valid.", view.preview.email);
    let from = if view.preview.invited_by.is_empty() {
        name.clone()
    } else {
        view.preview.invited_by
    };
    view! {
        <Card title="This invitation has expired" lead=move || lead.clone()>
            {match asked {
                Some(text) => view! { <Banner tone=Tone::Ok text/> }.into_any(),
                None => view! {
                    <Form to={path_of::<AskInvitationAgain>()} id="ask-again">
                        <FormProblems/>
                        <p>{format!("Ask {from} for a new one. We send them an e-mail about it.")}</p>
                        <Submit>"Ask for a new invitation"</Submit>
                    </Form>
                }
                .into_any(),
            }}
        </Card>
    }
    .into_any()
}

#[component]
fn Settled(view: AcceptView, status: InvitationStatus) -> impl IntoView {
    let name = view.preview.organization_name;
    let (title, text) = match status {
        InvitationStatus::Accepted => (
            "This invitation was accepted",
            format!(
                "The account with {} is a member of {name}.",
                view.preview.email
            ),
        ),
        InvitationStatus::Declined => (
            "This invitation was declined",
            format!("If that was a mistake, ask {name} for a new one."),
        ),
        _ => (
            "This invitation was revoked",
            format!("Ask {name} if you think that this is a mistake."),
        ),
    };
    view! {
        <Card title lead=move || text.clone()>
            <div class="actions"><a class="btn primary block" href="/">"Go to the start page"</a></div>
        </Card>
    }
}
