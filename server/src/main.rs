//! The `latchkey` binary. What it does stands in [`server`].

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Resolving GraphQL allocates much and often, which async-graphql's own benchmark shows: it ran a third faster with another
/// allocator than the system's (async-graphql #132).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::cli::main()
}
