//! How much is written down and not counted yet.

use contract::Timestamp;
use uuid::Uuid;

use super::{aside, store};
use crate::{Ctx, error::Result};

/// Charges that are not counted yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Backlog {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    /// When the oldest of them was begun.
    pub(crate) oldest_at: Option<Timestamp>,
}

/// Looks how much there is, in files and rows.
pub(crate) async fn backlog(ctx: &Ctx) -> Result<Backlog> {
    let (rows, oldest_row) = store::count_rows(ctx).await?;
    let mut backlog = Backlog {
        rows,
        oldest_at: oldest_row.map(began),
        ..Backlog::default()
    };
    let Some(log) = ctx.gate().log.clone() else {
        return Ok(backlog);
    };
    for (id, bytes) in aside(move || log.sizes()).await? {
        backlog.files += 1;
        backlog.bytes += bytes;
        let at = began(id);
        backlog.oldest_at = Some(backlog.oldest_at.map_or(at, |oldest| oldest.min(at)));
    }
    Ok(backlog)
}

/// Ids are UUIDs of version 7: their first 48 bits are the time.
fn began(id: Uuid) -> Timestamp {
    Timestamp(i64::try_from(id.as_u128() >> 80).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        let id = Uuid::from_u128(0x0199_2f3c_0000_7000_8000_0000_0000_0001);
        assert_eq!(began(id), Timestamp(0x0199_2f3c_0000));
    }
}
