//! Which keys of an organization are wanted.

use contract::{
    Code, Problem, Problems,
    api_keys::{KeyStatus, LONGEST_NAME},
    page::PageRequest,
    text::one_line,
};

/// What is asked of the list of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyFilter {
    /// `""` for all that are not revoked, `all`, or a [`KeyStatus`].
    pub status: String,
    /// Part of the name or of the maker's name or username, or the first characters of the key.
    pub search: String,
}

/// A piece of the list of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListKeys {
    pub filter: KeyFilter,
    pub page: PageRequest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// All but the revoked.
    Present,
    All,
    Of(KeyStatus),
}

/// A [`KeyFilter`] in good form.
#[derive(Clone, Debug)]
pub(super) struct ValidKeyFilter {
    pub(super) shown: Shown,
    pub(super) search: String,
}

impl KeyFilter {
    pub(super) fn validate(&self) -> Result<ValidKeyFilter, Problems> {
        let search =
            one_line(&self.search, LONGEST_NAME).map_err(|problem| problem.on("search"))?;
        let shown = match self.status.as_str() {
            "" => Shown::Present,
            "all" => Shown::All,
            text => KeyStatus::parse(text)
                .map(Shown::Of)
                .ok_or(Problem::new(Code::OutOfRange).on("status"))?,
        };
        Ok(ValidKeyFilter { shown, search })
    }
}
