//! The secret key: does it fit the database, and are former ones still needed?

use contract::text::counted;
use domain::{
    Ctx, Result,
    installation::{self, Fit, Needed},
    second_factors,
};

use crate::open;

use super::Finding;

const ABOUT: &str = "secret key";

/// Whether what is stored was sealed under it.
pub(super) async fn fit(ctx: &Ctx) -> Vec<Finding> {
    Finding::of(ABOUT, look(ctx).await)
}

async fn look(ctx: &Ctx) -> Result<Vec<Finding>> {
    let text = match installation::fit(ctx).await? {
        Fit::New => "Nothing has been sealed under any key yet.",
        Fit::Same => "It is the one that this database is used with.",
        Fit::Changed => "It was changed; the next start takes it into use.",
        Fit::Foreign => return Ok(vec![Finding::problem(ABOUT, open::WRONG_KEY)]),
    };
    let mut found = vec![Finding::ok(ABOUT, text)];
    let unreadable = second_factors::count_unreadable(ctx).await?;
    if unreadable > 0 {
        found.push(
            Finding::warning(
                ABOUT,
                format!(
                    "{} sealed under a key that is not given, and cannot be used.",
                    counted(unreadable, "authenticator app was", "authenticator apps were")
                ),
            )
            .advising("Add that key to `former_secret_keys`, or reset the second factors of those people."),
        );
    }
    Ok(found)
}

/// Whether former keys can go.
pub(super) async fn former(ctx: &Ctx) -> Vec<Finding> {
    let count = ctx.settings().former_secret_keys.len();
    if count == 0 {
        return Vec::new();
    }
    let found = installation::needed(ctx).await.map(|needed| {
        vec![if needed == Needed::default() {
            Finding::warning(ABOUT, "No former key is needed any longer.")
                .advising("Remove `former_secret_keys` from the configuration.")
        } else {
            Finding::ok(
                ABOUT,
                format!(
                    "Former keys are needed for {}, until the server has sealed them again, for {}, until they are rotated, and to check \
                     {} of the audit log.",
                    counted(
                        needed.sealed,
                        "authenticator app or e-mail",
                        "authenticator apps and e-mails"
                    ),
                    counted(needed.api_keys, "API key", "API keys"),
                    counted(needed.log_entries, "entry", "entries")
                ),
            )
        }]
    });
    Finding::of(ABOUT, found)
}
