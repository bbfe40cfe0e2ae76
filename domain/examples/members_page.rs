//! How long a page of members takes in an organization of 100,000, on SQLite: the rules with their queries, without HTTP.
//!
//!     cargo run --release --package latchkey-domain --example members_page
//!
//! Another number of members can be given as an argument.

#![expect(
    clippy::print_stdout,
    reason = "a program that answers on its standard output"
)]

use std::time::{Duration, Instant};

use contract::{
    Role,
    members::{ListMembers, MemberFilter},
    page::PageRequest,
};
use domain::{Ctx, InOrg, members};
use testkit::{Backend, Kit};

/// Rows of a page, as the interface asks for them.
const PAGE: i64 = 50;

/// How often each request is timed.
const TIMES: usize = 200;

#[tokio::main]
async fn main() {
    let count = std::env::args().nth(1).map_or(100_000, |text| {
        text.parse().expect("the argument is a number of members")
    });
    let kit = Kit::new(Backend::Sqlite).await;
    let (owner, member) = filled(&kit, count).await;
    println!("{count} members, {TIMES} times each        rows      p50      p99");
    let middle = middle(&kit.ctx(), &owner, count).await;
    let (after, before) = (
        PageRequest {
            after: Some(middle.clone()),
            ..PageRequest::first(PAGE)
        },
        PageRequest {
            before: Some(middle),
            ..PageRequest::first(PAGE)
        },
    );
    let last = format!("person-{}", count - 2);
    let first = || PageRequest::first(PAGE);
    for (name, viewer, search, role, page) in [
        ("first page", &owner, "", "", first()),
        ("a page in the middle", &owner, "", "", after),
        ("the page before it", &owner, "", "", before),
        ("search that finds nobody", &owner, "nobody", "", first()),
        ("the same by a plain member", &member, "nobody", "", first()),
        (
            "search that finds one, the last",
            &owner,
            last.as_str(),
            "",
            first(),
        ),
        ("search that finds few", &owner, "person 4242", "", first()),
        ("search that finds everybody", &owner, "person", "", first()),
        ("search of one letter", &owner, "q", "", first()),
        ("owners", &owner, "", "owner", first()),
        ("admins, one in a thousand", &owner, "", "admin", first()),
        ("plain members", &owner, "", "member", first()),
        ("admins and a search", &owner, "999", "admin", first()),
    ] {
        let filter = MemberFilter {
            search: search.to_owned(),
            role: role.to_owned(),
        };
        let input = ListMembers { filter, page };
        let list = async || members::list(&kit.ctx(), viewer, &input).await;
        time(name, async || {
            list().await.expect("members may").items.len() as u64
        })
        .await;
    }
    for (name, viewer, text) in [
        ("counting a search", &owner, "person 42"),
        ("the same by a plain member", &member, "person 42"),
    ] {
        let filter = MemberFilter {
            search: text.to_owned(),
            role: String::new(),
        };
        let count = async || members::count(&kit.ctx(), viewer, &filter).await;
        time(name, async || count().await.expect("members may")).await;
    }
    kit.finish().await;
}

/// The organization, seen by its owner and by a plain member.
async fn filled(kit: &Kit, count: u32) -> (InOrg, InOrg) {
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Member).await;
    acme.with_crowd(1..count - 1).await;
    kit.sql("UPDATE memberships SET role = 'admin' WHERE search_key LIKE '%999@%'")
        .await;
    (acme.seen_by(&ada).await, acme.seen_by(&mary).await)
}

async fn middle(ctx: &Ctx, viewer: &InOrg, count: u32) -> String {
    let mut page = PageRequest::first(100);
    for _ in 0..count / 200 {
        let input = ListMembers {
            page: page.clone(),
            ..ListMembers::default()
        };
        let found = members::list(ctx, viewer, &input).await;
        page.after = found.expect("owners may").next().map(ToOwned::to_owned);
    }
    page.after.expect("there is more than half")
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is the time of the machine"
)]
async fn time(name: &str, act: impl AsyncFn() -> u64) {
    let (mut times, mut rows) = (Vec::with_capacity(TIMES), 0);
    for _ in 0..TIMES {
        let start = Instant::now();
        rows = act().await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |part: usize| millis(times[TIMES * part / 100]);
    println!("{name:<42} {rows:>6} {:>8} {:>8}", at(50), at(99));
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
