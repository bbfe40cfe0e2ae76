//! What staff do to several of a list: the rows are ticked, and one reason is given for all. It works without a script.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::layout::NOTICE,
    crate::{
        organizations::api::confirmed,
        ssr::{Done, RequestCtx},
        ui::loading::for_router,
        visit::Flash,
    },
    contract::{Code, Problem, Problems, admin::MOST_AT_ONCE, text::own_path},
    domain::Error,
};

use super::act::LONGEST_REASON;
use crate::ui::{
    field::Field,
    form::{Form, FormProblems},
};

/// The box of a row.
#[component]
pub fn Pick(
    /// The name of the argument, with `[]`.
    name: &'static str,
    #[prop(into)] value: String,
    /// What is chosen by it, for who does not see the row.
    label: String,
    #[prop(optional)] is_off: bool,
) -> impl IntoView {
    view! {
        <label class="choice pick">
            <input class="check" type="checkbox" name=name value=value disabled=is_off/>
            <span class="vh">{label}</span>
        </label>
    }
    .into_any()
}

/// A list whose rows can be ticked, with what is done to them below it.
#[component]
pub fn Chosen(
    to: &'static str,
    id: &'static str,
    /// Names what is done.
    title: &'static str,
    /// What comes of it.
    purpose: &'static str,
    /// Where to come back to.
    back: String,
    /// The buttons.
    #[prop(into)]
    buttons: ViewFn,
    /// The list.
    children: Children,
) -> impl IntoView {
    view! {
        <Form to id class="chosen">
            <FormProblems/>
            <input type="hidden" name="back" value=back/>
            {children()}
            <fieldset class="card chosen-foot">
                <legend class="vh">{title}</legend>
                <p class="card-title" aria-hidden="true">{title}</p>
                <p class="muted">{purpose}</p>
                <Field name="reason" label="Reason" help="One line for all of them, for the audit log." longest=LONGEST_REASON/>
                <div class="actions">{buttons.run()}</div>
            </fieldset>
        </Form>
    }
    .into_any()
}

/// Why a proof is asked for before an act.
#[cfg(feature = "ssr")]
pub const PROOF: &str = "Confirm that it is you before you change anything.";

/// A page of ours, and none but those at and beneath a path.
#[cfg(feature = "ssr")]
pub fn page_of(back: &str, path: &str) -> String {
    let is_there = back
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '/']));
    if is_there && own_path(back) == back {
        back.to_owned()
    } else {
        path.to_owned()
    }
}

/// Leads on to the page, which says what was done; or to proving first who acts.
#[cfg(feature = "ssr")]
pub fn done_saying(
    done: domain::Result<()>,
    page: &str,
    notice: impl FnOnce() -> String,
) -> domain::Result<Done> {
    Ok(match confirmed(done, &for_router(page), PROOF)? {
        Err(leads) => leads,
        Ok(()) => Done::goto_saying(page, NOTICE, &notice()),
    })
}

/// What was ticked, at least one and not too many.
#[cfg(feature = "ssr")]
pub fn ticked(ids: &[String]) -> Result<&[String], Problem> {
    if ids.is_empty() {
        return Err(Problem {
            message: "Select at least one in the list.".into(),
            ..Problem::new(Code::Required)
        });
    }
    if ids.len() > MOST_AT_ONCE {
        return Err(Problem::out_of_range(1, MOST_AT_ONCE as u64));
    }
    Ok(ids)
}

/// What came of several, one after the other.
#[cfg(feature = "ssr")]
#[derive(Debug, Default)]
pub struct Outcomes {
    done: usize,
    refused: Problems,
}

#[cfg(feature = "ssr")]
impl Outcomes {
    /// Notes what came of one; `name` says of which. What is refused of all of them alike ends it.
    pub fn note<T>(
        &mut self,
        request: &RequestCtx,
        name: &str,
        done: domain::Result<T>,
    ) -> domain::Result<()> {
        let Err(error) = done else {
            self.done += 1;
            return Ok(());
        };
        if is_of_all(&error) {
            return Err(error);
        }
        let Problems(problems) = error.tell(&request.ctx.origin().trace_id);
        let named = problems.into_iter().map(|problem| Problem {
            message: format!("{name}: {}", problem.message).into(),
            field: None,
            ..problem
        });
        self.refused.0.extend(named);
        Ok(())
    }

    /// Leads on to the page, which says how many were done (`said` makes a sentence of the number), and of each other why not; or to
    /// proving first who acts.
    pub fn told(
        done: domain::Result<Self>,
        form: &str,
        page: &str,
        kept: &[(&str, &str)],
        said: impl FnOnce(usize) -> String,
    ) -> domain::Result<Done> {
        let outcomes = match confirmed(done, &for_router(page), PROOF)? {
            Err(leads) => return Ok(leads),
            Ok(outcomes) => outcomes,
        };
        if outcomes.refused.0.is_empty() {
            return Ok(Done::goto_saying(page, NOTICE, &said(outcomes.done)));
        }
        let values = kept
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let flash = Flash {
            notice: (outcomes.done > 0).then(|| said(outcomes.done)),
            problems: outcomes.refused,
            values: values.collect(),
            ..Flash::of(form)
        };
        Ok(Done::Goto(page.to_owned(), Some(flash)))
    }
}

/// Whether the next one would be refused alike: for want of a proof, of a good reason, or of a console.
#[cfg(feature = "ssr")]
fn is_of_all(error: &Error) -> bool {
    let has_no_reason =
        matches!(error, Error::Refused(problems) if problems.of("reason").is_some());
    has_no_reason
        || error.is_refusal(Code::StepUpRequired)
        || error.is_refusal(Code::StaffFactorMissing)
}

/// "1 key is revoked.", "3 keys are revoked."
#[cfg(feature = "ssr")]
pub fn so_many(count: usize, one: &str, many: &str, what: &str) -> String {
    if count == 1 {
        format!("1 {one} is {what}.")
    } else {
        format!("{count} {many} are {what}.")
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_its_list_and_nowhere_else() {
        let list = "/admin/users";
        for back in [
            "/admin/users",
            "/admin/users?search=ada%2Bx",
            "/admin/users/usr_1?tab=keys",
        ] {
            assert_eq!(page_of(back, list), back);
        }
        for back in [
            "",
            "/admin/usersearch",
            "/sign-out",
            "//evil.example",
            "/admin/users?a b",
        ] {
            assert_eq!(page_of(back, list), list, "{back}");
        }
    }

    #[test]
    fn nothing_ticked_is_refused_beside_no_field() {
        let refused = ticked(&[]).map_err(|problem| (problem.code, problem.field));
        assert_eq!(refused, Err((Code::Required, None)));
        let many = vec![String::new(); MOST_AT_ONCE + 1];
        assert!(ticked(&many).is_err() && ticked(&many[1..]).is_ok());
    }

    #[test]
    fn one_and_several_are_told_of_in_words() {
        assert_eq!(so_many(1, "key", "keys", "revoked"), "1 key is revoked.");
        assert_eq!(so_many(3, "key", "keys", "revoked"), "3 keys are revoked.");
    }
}
