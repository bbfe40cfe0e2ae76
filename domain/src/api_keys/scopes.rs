//! Which scopes there are to choose from.

use contract::{
    Permission, Problem,
    api_keys::{OfferedScope, Scope},
};

use crate::{Ctx, error::Result};

/// The product's scopes, as the operator has listed them, and those of our own API.
pub fn offered(ctx: &Ctx) -> Vec<OfferedScope> {
    let own = Permission::ALL.iter().filter_map(|permission| {
        Some(OfferedScope {
            scope: Scope::parse(permission.scope()?).ok()?,
            sentence: permission.sentence().to_owned(),
            is_own: true,
        })
    });
    ctx.settings()
        .keys
        .scopes
        .iter()
        .cloned()
        .chain(own)
        .collect()
}

/// Refuses a scope that is not to choose from, unless the key has it already: the operator may have taken it off the list.
pub(super) fn require_offered(ctx: &Ctx, scopes: &[Scope], had: &[Scope]) -> Result<()> {
    let offered = offered(ctx);
    let is_good =
        |scope: &Scope| had.contains(scope) || offered.iter().any(|one| one.scope == *scope);
    match scopes.iter().find(|scope| !is_good(scope)) {
        None => Ok(()),
        Some(scope) => Err(Problem::unknown_scope(scope.as_str()).on("scopes").into()),
    }
}
