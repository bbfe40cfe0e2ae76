//! The audit log: are the chains of organizations whole?

use contract::text::counted;
use domain::{Actor, Ctx, Result, audit};

use super::Finding;

const ABOUT: &str = "audit log";

/// Organizations that are named; the others are counted.
const NAMED: usize = 5;

pub(super) async fn chains(ctx: &Ctx) -> Vec<Finding> {
    Finding::of(ABOUT, look(ctx).await)
}

async fn look(ctx: &Ctx) -> Result<Vec<Finding>> {
    let chains = audit::verify(ctx, &Actor::Operator).await?;
    let entries: u64 = chains.iter().map(|chain| chain.entries).sum();
    let mut broken = Vec::new();
    for chain in chains.iter().filter(|chain| !chain.is_whole()) {
        let id = chain.organization.to_string();
        broken.push(chain.slug.clone().unwrap_or(id));
    }
    if broken.is_empty() {
        let text = format!(
            "The chains of {} are intact, with {}.",
            counted(chains.len(), "organization", "organizations"),
            counted(entries, "entry", "entries")
        );
        return Ok(vec![Finding::ok(ABOUT, text)]);
    }
    let count = broken.len();
    broken.truncate(NAMED);
    let text = format!(
        "The chains of {} are not intact, including {}.",
        counted(count, "organization", "organizations"),
        broken.join(", ")
    );
    Ok(vec![Finding::problem(ABOUT, text).advising(
        "Run `latchkey audit verify` to see what is wrong with each, and compare with a backup: somebody may have changed the log in the database.",
    )])
}
