//! What the address of a page asks for: which choices, and which place in a list.

use contract::page::Page;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{hooks::use_location, location::Location, params::ParamsMap};
use serde::de::DeserializeOwned;

use crate::{
    problem::Fault,
    ui::loading::{Loaded, Packed, argument, load, showing},
};

/// The path and the query of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub path: String,
    /// By name, in the order of the form.
    choices: Vec<(&'static str, String)>,
    after: String,
    before: String,
}

/// What is asked for while the page is shown, which its path tells. On the way to another page it stays, so that nothing is fetched
/// for the page that goes.
pub fn wanted(is_shown: fn(&str) -> bool, names: &'static [&'static str]) -> Memo<Wanted> {
    let Location {
        pathname, query, ..
    } = use_location();
    Memo::new(move |previous: Option<&Wanted>| {
        let path = pathname.get();
        let path = path.trim_end_matches('/');
        match previous {
            Some(previous) if !is_shown(path) => previous.clone(),
            _ => query.with(|query| Wanted::of(path, names, query)),
        }
    })
}

/// Loads what is asked for, by the arguments that `query` makes of it, and shows it with that.
pub fn shown<S, V>(
    wanted: Memo<Wanted>,
    query: fn(&Wanted) -> String,
    page: fn(V, Wanted) -> AnyView,
) -> AnyView
where
    S: ServerFn<Output = Packed, Error = Fault> + DeserializeOwned + Send + 'static,
    V: DeserializeOwned + 'static,
{
    let data = load::<S>(move || wanted.with(query));
    let show = showing(move |view: V| page(view, wanted.get_untracked()));
    view! { <Loaded data show/> }.into_any()
}

impl Wanted {
    fn of(path: &str, names: &[&'static str], query: &ParamsMap) -> Self {
        let part = |name: &str| query.get(name).unwrap_or_default();
        Self {
            path: path.to_owned(),
            choices: names.iter().map(|name| (*name, part(name))).collect(),
            after: part("after"),
            before: part("before"),
        }
    }

    /// What was chosen under a name; empty for nothing.
    pub fn get(&self, name: &str) -> String {
        let found = self.choices.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The last part of the path: whose page it is.
    pub fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn is_filtered(&self) -> bool {
        self.choices.iter().any(|(_, value)| !value.is_empty())
    }

    /// The arguments of the server function that loads the page.
    pub fn query(&self) -> String {
        let mut query = String::new();
        for (name, value) in &self.choices {
            argument(&mut query, name, value);
        }
        argument(&mut query, "after", &self.after);
        argument(&mut query, "before", &self.before);
        query
    }

    /// The same for the page of one of many, which its id names.
    pub fn query_of_one(&self) -> String {
        let mut query = self.query();
        argument(&mut query, "id", self.id());
        query
    }

    /// The address with another place in the list.
    pub fn at(&self, place: &str, cursor: &str) -> String {
        self.address(&[(place, cursor)])
    }

    /// The addresses of the pages of the list before and after one.
    pub fn ways<T>(&self, page: &Page<T>) -> (Option<String>, Option<String>) {
        (
            page.previous().map(|cursor| self.at("before", cursor)),
            page.next().map(|cursor| self.at("after", cursor)),
        )
    }

    /// The address as it is, to come back to.
    pub fn here(&self) -> String {
        self.address(&[("after", &self.after), ("before", &self.before)])
    }

    fn address(&self, place: &[(&str, &str)]) -> String {
        let mut query = String::new();
        let choices = self.choices.iter();
        let choices = choices.map(|(name, value)| (*name, value.as_str()));
        for (name, value) in choices.chain(place.iter().copied()) {
            if !value.is_empty() {
                argument(&mut query, name, value);
            }
        }
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

// The router reads arguments with code of the browser where it does not render.
#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn users(query: &[(&'static str, &str)]) -> Wanted {
        let mut map = ParamsMap::new();
        for (name, value) in query {
            map.insert(*name, (*value).to_owned());
        }
        Wanted::of("/admin/users", &["search", "status"], &map)
    }

    #[test]
    fn an_address_says_what_is_chosen_and_nothing_else() {
        let wanted = users(&[("search", "ada+x@"), ("after", "abc"), ("other", "1")]);
        assert_eq!(wanted.here(), "/admin/users?search=ada%2Bx%40&after=abc");
        assert_eq!(
            wanted.at("before", "d"),
            "/admin/users?search=ada%2Bx%40&before=d"
        );
        assert_eq!(
            wanted.query(),
            "search=ada%2Bx%40&status=&after=abc&before="
        );
        assert!(wanted.is_filtered() && !users(&[("after", "abc")]).is_filtered());
        assert_eq!(users(&[]).here(), "/admin/users");
    }

    #[test]
    fn the_page_of_one_is_named_by_the_end_of_its_path() {
        let wanted = Wanted::of("/admin/users/usr_1", &["tab"], &ParamsMap::new());
        assert_eq!(
            (wanted.id(), wanted.query_of_one().as_str()),
            ("usr_1", "tab=&after=&before=&id=usr_1")
        );
    }
}
