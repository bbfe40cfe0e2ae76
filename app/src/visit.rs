//! What every page knows of the visit: who is signed in, the theme, and what the last form left to say.
//!
//! Made once by the server, carried to the browser in the page, and changed there when a form changes it.

use contract::{
    Problems, Timestamp,
    accounts::{Theme, initials},
    identities::OfferedProvider,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The person that the pages speak to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// The name, or the username where none was given.
    pub name: String,
    pub email: String,
    /// The id of a picture.
    pub avatar: Option<String>,
}

impl Visitor {
    pub fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// Until when staff view the pages as the visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impersonated {
    /// Hours and minutes in UTC: whose time zone counts is not to be guessed.
    pub until: String,
    /// For machines.
    pub iso: String,
}

impl Impersonated {
    pub fn until(at: Timestamp) -> Self {
        let iso = at.to_string();
        let until = format!("{} UTC", iso.get(11..16).unwrap_or_default());
        Self { until, iso }
    }
}

/// What a form without JavaScript has to say on the page that follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The id of the form that it is about.
    pub form: String,
    pub problems: Problems,
    /// What was typed, by field; never a password.
    pub values: Vec<(String, String)>,
    /// Something that went well.
    pub notice: Option<String>,
}

impl Flash {
    /// Says nothing yet about a form.
    pub fn of(form: &str) -> Self {
        Self {
            form: form.to_owned(),
            ..Self::default()
        }
    }

    pub fn value(&self, field: &str) -> Option<String> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
    }
}

/// The facts of a visit as the server tells them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    pub product: String,
    pub visitor: Option<Visitor>,
    /// Whether the visitor looks after everybody's accounts.
    pub is_staff: bool,
    pub impersonated: Option<Impersonated>,
    pub theme: Theme,
    pub may_sign_up: bool,
    /// Whether a link in a letter signs people in.
    pub has_magic_links: bool,
    /// Whether browsers can keep passkeys for this installation.
    pub has_passkeys: bool,
    /// Whose accounts people can sign in with besides.
    pub providers: Vec<OfferedProvider>,
    /// Code points of the shortest password that is taken.
    pub shortest_password: u32,
    pub is_schema_public: bool,
    /// Where browsers reach this installation, without a slash at the end.
    pub origin: String,
    pub flash: Option<Flash>,
}

/// The facts of the visit, in the context of every page.
#[derive(Clone, Debug)]
pub struct Visit {
    pub product: String,
    pub visitor: RwSignal<Option<Visitor>>,
    pub is_staff: bool,
    pub impersonated: Option<Impersonated>,
    pub theme: RwSignal<Theme>,
    pub may_sign_up: bool,
    pub has_magic_links: bool,
    pub has_passkeys: bool,
    pub providers: Vec<OfferedProvider>,
    pub shortest_password: usize,
    pub is_schema_public: bool,
    pub origin: String,
    /// Counts the changes to what the sidebar lists.
    pub places: RwSignal<usize>,
    flash: StoredValue<Option<Flash>>,
    /// The address of the page that the flash belongs to, in the browser.
    #[cfg(feature = "hydrate")]
    first: StoredValue<Option<String>>,
}

impl Visit {
    /// Told by the server; read back from the page by the browser.
    pub fn provide() -> Self {
        let facts = SharedValue::new(|| {
            #[cfg(feature = "ssr")]
            return crate::ssr::facts();
            #[cfg(not(feature = "ssr"))]
            Facts::default()
        })
        .into_inner();
        Self::provide_facts(facts)
    }

    /// The facts as they are, for a page that does not come alive.
    pub(crate) fn provide_facts(facts: Facts) -> Self {
        let visit = Self {
            product: facts.product,
            visitor: RwSignal::new(facts.visitor),
            is_staff: facts.is_staff,
            impersonated: facts.impersonated,
            theme: RwSignal::new(facts.theme),
            may_sign_up: facts.may_sign_up,
            has_magic_links: facts.has_magic_links,
            has_passkeys: facts.has_passkeys,
            providers: facts.providers,
            shortest_password: usize::try_from(facts.shortest_password)
                .unwrap_or(contract::password::SHORTEST),
            is_schema_public: facts.is_schema_public,
            origin: facts.origin,
            places: RwSignal::new(0),
            flash: StoredValue::new(facts.flash),
            #[cfg(feature = "hydrate")]
            first: StoredValue::new(None),
        };
        provide_context(visit.clone());
        visit
    }

    /// The visit of the page that is being built.
    pub fn current() -> Self {
        expect_context()
    }

    /// What is to be said about this form.
    pub fn flash(&self, form: &str) -> Option<Flash> {
        #[cfg(feature = "hydrate")]
        self.forget_elsewhere();
        self.flash.get_value().filter(|flash| flash.form == form)
    }

    /// What is to be said is said on the page that was loaded; a script that turns the page leaves it behind.
    #[cfg(feature = "hydrate")]
    fn forget_elsewhere(&self) {
        let place = leptos_router::hooks::use_location();
        let here = place.pathname.get_untracked() + &place.search.get_untracked();
        match self.first.get_value() {
            None => self.first.set_value(Some(here)),
            Some(first) if first != here => self.flash.set_value(None),
            Some(_) => {}
        }
    }

    /// What went well with this form on the page before.
    pub fn notice(&self, form: &str) -> Option<String> {
        self.flash(form)?.notice
    }
}
