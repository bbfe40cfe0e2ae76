//! `/admin/mail`: letters that wait or were given up.

use contract::admin::MailStatus;
use leptos::prelude::*;

use super::{
    act::LONGEST_REASON,
    chosen::{Chosen, Pick},
    filters::{Choose, Filters, NothingFound, counted},
    layout::ConsoleHead,
    mail_api::{ActOnMail, LoadMail, MailLine, MailView, RetryFailedMail, SendTestMail},
    wanted::{Wanted, shown, wanted},
};
use crate::{
    members::table::Pager,
    ui::{
        field::Field,
        form::{Form, FormProblems, Submit},
        icon::Icon,
        moment::{When, WhenOr},
        send::path_of,
    },
    visit::Visit,
};

#[component]
pub fn ConsoleMailPage() -> impl IntoView {
    let wanted = wanted(|path| path == "/admin/mail", &["search", "status"]);
    shown::<LoadMail, MailView>(wanted, Wanted::query, |view, wanted| {
        view! { <Page view wanted/> }.into_any()
    })
}

#[component]
fn Page(view: MailView, wanted: Wanted) -> impl IntoView {
    let failed = view.failed;
    let count = counted(view.found, "e-mail", "e-mails");
    let choices = wanted.clone();
    let options = [("", "Waiting and given up")]
        .into_iter()
        .chain(MailStatus::ALL.map(|status| (status.as_str(), status.label())))
        .collect();
    view! {
        <ConsoleHead title="Mail" purpose="E-mails that have not been sent yet: to whom, what about, and what went wrong. Never what they say.">
            <TestLetter/>
        </ConsoleHead>
        <Filters wanted=wanted.clone() label="Search e-mails" placeholder="Address" count>
            <Choose wanted=choices name="status" label="State" options/>
        </Filters>
        <Table view wanted/>
        <RetryAll failed/>
    }
    .into_any()
}

/// A letter to oneself, to see whether letters arrive.
#[component]
fn TestLetter() -> impl IntoView {
    view! {
        <Form to={path_of::<SendTestMail>()} id="test-mail" class="form console-test">
            <FormProblems/>
            <Submit class="btn">"Send a test e-mail to yourself"</Submit>
        </Form>
    }
}

#[component]
fn Table(view: MailView, wanted: Wanted) -> impl IntoView {
    let page = view.page;
    if page.items.is_empty() {
        return view! { <NothingFound wanted icon=Icon::Mail none="All e-mails have been sent"/> }
            .into_any();
    }
    let (previous, next) = wanted.ways(&page);
    let rows = page
        .items
        .into_iter()
        .map(|(_, line)| view! { <Letter line/> })
        .collect_view();
    let buttons = || {
        view! {
            <button class="btn primary" type="submit" name="act" value="retry">"Try selected again"</button>
            <button class="btn danger" type="submit" name="act" value="discard">"Discard selected"</button>
        }
    };
    view! {
        <Chosen to={path_of::<ActOnMail>()} id="act-on-mail" title="Try again or discard" back=wanted.here() buttons
            purpose="E-mails that failed are retried right away; all others are sent automatically. Discarded ones are never sent.">
            <div class="table-wrap">
                <table class="table console-mail">
                    <caption class="vh">"E-mails"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"To"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"About"</th>
                            <th scope="col">"Attempts"</th>
                            <th scope="col">"Queued"</th>
                            <th scope="col">"Next attempt"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Pager previous next/>
        </Chosen>
    }
    .into_any()
}

#[component]
fn Letter(line: MailLine) -> impl IntoView {
    let MailLine { mail, queued, next } = line;
    let label = format!(
        "Select the e-mail to {} about {}",
        mail.recipient, mail.template
    );
    let class = match mail.status {
        MailStatus::Queued => "badge info",
        MailStatus::Dead => "badge danger",
    };
    let error = mail
        .last_error
        .map(|text| view! { <span class="cell-below break">{text}</span> });
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Pick name="mails[]" value=mail.id.to_string() label/>
                    <span class="cell-name break">{mail.recipient}</span>
                </span>
            </th>
            <td class="status"><span class=class>{mail.status.label()}</span></td>
            <td data-label="About"><code>{mail.template}</code></td>
            <td data-label="Attempts"><span>{mail.attempts}{error}</span></td>
            <td data-label="Queued"><When moment=queued/></td>
            <td data-label="Next attempt"><WhenOr moment=next none="None"/></td>
        </tr>
    }
    .into_any()
}

/// All that have failed, however many pages of them there are.
#[component]
fn RetryAll(failed: u64) -> impl IntoView {
    let is_open = Visit::current().flash("retry-failed-mail").is_some();
    (failed > 0).then(|| {
        let title = format!(
            "Retry {}",
            counted(failed, "e-mail that failed", "e-mails that failed")
        );
        view! {
            <section class="card acts" aria-label="All e-mails that failed">
                <details class="act" open=is_open>
                    <summary>{title}</summary>
                    <Form to={path_of::<RetryFailedMail>()} id="retry-failed-mail">
                        <FormProblems/>
                        <Field name="reason" id="retry-failed-mail-reason" label="Reason" help="One line, for the audit log." longest=LONGEST_REASON/>
                        <div class="actions"><Submit class="btn primary">"Try all again"</Submit></div>
                    </Form>
                </details>
            </section>
        }
    })
}
