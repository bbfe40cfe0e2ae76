//! `/check-inbox` and `/forgot-password/sent`: a letter is on its way.

use std::time::Duration;

use leptos::prelude::*;

use super::api::{RequestPasswordReset, ResendVerification};
use crate::{
    ui::{
        form::{Form, FormProblems, FormState},
        frame::Card,
        send::path_of,
    },
    visit::Visit,
};

/// Seconds before the page offers to send again; the server limits the letters by itself.
const WAIT: u32 = 60;

/// The address of the form before, or none when the page was opened by itself.
fn address() -> Option<String> {
    Visit::current().flash("inbox")?.value("email")
}

#[component]
pub fn CheckInboxPage() -> impl IntoView {
    let email = address();
    let shown = email.clone();
    let lead = move || match shown.clone() {
        Some(email) => view! { "We sent a link to "<strong>{email}</strong>"." }.into_any(),
        None => view! { "We sent you a link." }.into_any(),
    };
    let more = || view! { <p>"Confirmed already? "<a href="/sign-in">"Sign in"</a></p> };
    view! {
        <Card title="Check your inbox" lead more>
            <div class="auth-text">
                <p>"Open it to confirm your address and finish your account. The link works once, for 24 hours."</p>
            </div>
            <div class="note">
                <p>"Nothing after a minute? Check your spam folder first, then have it sent again."</p>
                {match email {
                    Some(email) => view! {
                        <Form to={path_of::<ResendVerification>()} id="resend-verification" class="actions">
                            <FormProblems/>
                            <input type="hidden" name="email" value=email/>
                            <SendAgain/>
                            <a class="btn quiet" href="/sign-up">"Change e-mail"</a>
                        </Form>
                    }.into_any(),
                    None => view! { <div class="actions"><a class="btn" href="/verify-email">"Send again"</a></div> }.into_any(),
                }}
            </div>
        </Card>
    }
}

#[component]
pub fn ResetSentPage() -> impl IntoView {
    let email = address();
    let shown = email.clone();
    let lead = move || match shown.clone() {
        Some(email) => {
            view! { "If an account uses "<strong>{email}</strong>", a link is on its way there." }
                .into_any()
        }
        None => view! { "If an account uses that address, a link is on its way there." }.into_any(),
    };
    let more = || view! { <p>"Remembered it? "<a href="/sign-in">"Sign in"</a></p> };
    view! {
        <Card title="Check your inbox" lead more>
            <div class="auth-text">
                <p>"Open it to set a new password. The link works once, for 30 minutes. Until then your current password stays valid."</p>
            </div>
            <div class="note">
                <p>"Nothing after a minute? Check your spam folder first, then have it sent again."</p>
                {match email {
                    Some(email) => view! {
                        <Form to={path_of::<RequestPasswordReset>()} id="forgot-password" class="actions">
                            <FormProblems/>
                            <input type="hidden" name="email" value=email/>
                            <SendAgain/>
                            <a class="btn quiet" href="/forgot-password">"Change e-mail"</a>
                        </Form>
                    }.into_any(),
                    None => view! { <div class="actions"><a class="btn" href="/forgot-password">"Send again"</a></div> }.into_any(),
                }}
            </div>
        </Card>
    }
}

/// Sends the form again, with a script only after a minute.
#[component]
pub fn SendAgain() -> impl IntoView {
    let is_pending = FormState::current().is_pending;
    let left = RwSignal::new(0_u32);
    Effect::new(move |_| {
        left.set(WAIT);
        let timer = set_interval_with_handle(
            move || {
                left.try_update(|left| *left = left.saturating_sub(1));
            },
            Duration::from_secs(1),
        );
        on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
    });
    let is_waiting = Memo::new(move |_| left.get() > 0);
    let refuse_early = move |event: leptos::ev::MouseEvent| {
        if is_waiting.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <button
            class="btn"
            type="submit"
            aria-disabled=move || is_waiting.get().then_some("true")
            aria-busy=move || is_pending.get().then_some("true")
            on:click=refuse_early
        >
            <span>
                "Send again"
                {move || is_waiting.get().then(|| view! { <span class="num">{move || format!(" in {}:{:02}", left.get() / 60, left.get() % 60)}</span> })}
            </span>
        </button>
    }
}
