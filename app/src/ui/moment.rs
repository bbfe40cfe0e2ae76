//! A moment in a page: how long ago, with the exact time as a tooltip and for machines.

use contract::time::Moment;
use leptos::prelude::*;

/// "2 hours ago".
#[component]
pub fn When(moment: Moment) -> impl IntoView {
    view! { <time datetime=moment.iso title=moment.text>{moment.relative}</time> }
}

/// The same, or a word where there is no moment.
#[component]
pub fn WhenOr(moment: Option<Moment>, none: &'static str) -> impl IntoView {
    match moment {
        Some(moment) => view! { <When moment/> }.into_any(),
        None => none.into_any(),
    }
}
