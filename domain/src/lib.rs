//! Every rule, query, e-mail and job of Latchkey. Native only; knows nothing of HTTP, GraphQL or Leptos.
//!
//! A use case is an async function of `(ctx, actor, subject, input)`: it allows, checks, changes, records and announces, in
//! one transaction. Pages, GraphQL, REST and the command line all call it; a rule stands here once.
//!
//! To add an operation:
//! 1. its input and refusals in `contract`, where the browser needs them too;
//! 2. a file named by its verb in the slice's folder, and a line in the slice's `mod.rs`;
//! 3. its queries in the slice's `store`, which alone names entities;
//! 4. `audit::record` before the commit, and `mail::queue` for letters;
//! 5. tests in `tests/it`: granted, invalid, unauthenticated, not allowed, not found, repeated;
//! 6. a resolver in `server/src/graphql` and a server function in `app`, each a few lines that call it.

pub mod accounts;
pub mod actor;
pub mod admin;
pub mod api_keys;
pub mod audit;
pub mod backups;
mod ceremonies;
pub mod context;
mod counting;
pub mod database;
mod entities;
pub mod error;
pub mod first_run;
pub mod identities;
pub mod installation;
pub mod invitations;
pub mod links;
pub mod mail;
pub mod maintenance;
pub mod members;
pub mod metrics;
pub mod organizations;
pub mod own_data;
mod paging;
pub mod passkeys;
mod passwords;
pub mod pictures;
mod runs;
pub mod seal;
mod search;
pub mod second_factors;
mod secret;
pub mod seed;
pub mod sessions;
pub mod settings;
pub mod spans;
mod throttles;
pub mod time;
pub mod tls;
pub mod usage;
pub mod verification;
pub mod vitals;

pub use actor::{Actor, InOrg, KeyCaller};
pub use context::{Ctx, Face, Origin};
pub use error::{Error, Result};
pub use secret::PlainSecret;
