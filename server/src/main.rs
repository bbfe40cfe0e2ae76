//! The `latchkey` binary. What it does stands in [`server`].

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Resolving GraphQL allocates much and often, which async-graphql's own benchmark shows: it ran a third faster with another
/// allocator than the system's (async-graphql #132).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    use_small_pages();
    server::cli::main()
}

/// A huge page stays in memory as a whole while anything in it is used, which was a quarter of what the process took.
#[cfg(target_os = "linux")]
fn use_small_pages() {
    // Where a sandbox refuses it, it takes more.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
fn use_small_pages() {}
