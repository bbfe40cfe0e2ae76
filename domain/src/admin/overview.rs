//! How the installation fares, on one page.

use contract::admin::{DaySignUps, Overview, ShownSetting, Totals};

use super::{look, store::overview as store};
use crate::{Actor, Ctx, accounts, api_keys, error::Result, invitations, mail, sessions, time};

/// Days of which sign-ups are told.
const DAYS: usize = 30;

/// The zone of who has none.
const UTC: &str = "UTC";

/// What there is, who signed up lately, and how mail and jobs fare.
pub async fn overview(ctx: &Ctx, actor: &Actor) -> Result<Overview> {
    look(ctx, actor).await?;
    let time_zone = time_zone(ctx, actor).await?;
    Ok(Overview {
        totals: totals(ctx).await?,
        sign_ups: sign_ups(ctx, &time_zone).await?,
        time_zone,
        mails: mail::counts(ctx).await?,
        jobs: ctx.runs().all(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Every setting in effect, secrets hidden, and where it was given.
pub async fn configuration(ctx: &Ctx, actor: &Actor) -> Result<Vec<ShownSetting>> {
    look(ctx, actor).await?;
    Ok(ctx.settings().shown.clone())
}

async fn time_zone(ctx: &Ctx, actor: &Actor) -> Result<String> {
    let Ok(user) = actor.signed_in() else {
        return Ok(UTC.to_owned());
    };
    let account = accounts::find(ctx.read(), user.user_id).await?;
    Ok(account.map_or_else(|| UTC.to_owned(), |account| account.user.profile.time_zone))
}

async fn totals(ctx: &Ctx) -> Result<Totals> {
    let (db, now) = (ctx.read(), ctx.now());
    Ok(Totals {
        sessions: sessions::count_live(db, now).await?,
        active_keys: api_keys::count_usable(db, now).await?,
        open_invitations: invitations::count_all_pending(db, now).await?,
        ..store::totals(db).await?
    })
}

async fn sign_ups(ctx: &Ctx, time_zone: &str) -> Result<Vec<DaySignUps>> {
    let days = time::last_days(ctx.now(), time_zone, DAYS);
    let begins: Vec<_> = days.iter().map(|(_, began_at)| *began_at).collect();
    let counts = store::sign_ups(ctx.read(), &begins).await?;
    let day = |((date, began_at), count)| DaySignUps {
        date,
        began_at,
        count,
    };
    Ok(days.into_iter().zip(counts).map(day).collect())
}
