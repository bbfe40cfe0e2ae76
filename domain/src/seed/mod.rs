//! Made-up people, organizations, memberships, invitations and keys, for tests, benchmarks and demonstrations.
//!
//! All that the use cases hold is held here too: an owner in each organization, counts, keys for searching, seats. Everybody
//! has the same password; addresses are of hosts that nobody has (RFC 2606), and no letter is queued.

mod dice;
mod groups;
mod keys;
// A table to be read by columns.
#[rustfmt::skip]
mod names;
mod people;
mod plan;
mod store;
mod unique;
mod usage;

use std::{cmp::Reverse, collections::HashSet};

use contract::{
    ApiKeyId, Code, OrganizationId, Password, Slug, UserId,
    accounts::Username,
    api_keys::{RateLimit, Scope},
};
use serde_json::json;

pub use plan::Plan;

use crate::{
    Actor, Ctx, PlainSecret,
    api_keys::{self, Minted},
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    passwords, sessions, verification,
};
use dice::Dice;
use groups::{Group, Workshop};
use keys::Key;
use people::Person;
use unique::Unique;
use usage::Count;

/// What was made up.
#[derive(Debug)]
pub struct Seeded {
    pub users: usize,
    pub organizations: usize,
    pub memberships: usize,
    pub invitations: usize,
    pub keys: Vec<SeededKey>,
    pub sessions: Vec<SeededSession>,
    /// Everybody's.
    pub password: Password,
    pub largest: Option<Largest>,
}

/// A key with its secret, which is nowhere else.
#[derive(Debug)]
pub struct SeededKey {
    pub id: ApiKeyId,
    /// The slug of its organization.
    pub organization: String,
    /// `active`, `paused`, `revoked` or `expired`.
    pub status: &'static str,
    /// Units a month of its own.
    pub quota: Option<i64>,
    pub rate_limit: Option<RateLimit>,
    pub secret: PlainSecret,
}

/// A program's session.
#[derive(Debug)]
pub struct SeededSession {
    /// The address of the person who is signed in.
    pub email: String,
    pub token: PlainSecret,
}

/// The organization with the most members.
#[derive(Clone, Debug)]
pub struct Largest {
    pub slug: String,
    pub members: usize,
    /// The address of its primary owner.
    pub owner: String,
}

/// How many users there are before anybody is made up; for operators.
pub async fn count_users(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    actor.operator()?;
    store::count_users(ctx.read()).await
}

/// Makes up what the plan says, in one transaction; for operators. Refused where there are users, unless the plan adds to
/// them.
pub async fn seed(ctx: &Ctx, actor: &Actor, plan: Plan) -> Result<Seeded> {
    actor.operator()?;
    plan.validate()?;
    let password = plan
        .password
        .clone()
        .unwrap_or_else(|| random_password(ctx));
    let hash = hash(ctx, &password).await?;
    let tx = ctx.begin().await?;
    if !plan.adds && store::count_users(tx.db()).await? > 0 {
        return Err(Code::NotEmpty.into());
    }
    let MadeUp {
        people,
        groups,
        keys,
        counts,
    } = make_up(&tx, ctx, &plan).await?;
    store::insert_people(&tx, &people, &hash).await?;
    store::insert_groups(&tx, ctx, &groups, &people).await?;
    let minted: Vec<Minted> = keys.iter().map(|_| ctx.keys().mint(ctx.random())).collect();
    let sessions = sign_in(&tx, ctx, signed_in(&people, &groups, plan.sessions)).await?;
    store::insert_keys(&tx, ctx, &keys, &minted, &groups, &people).await?;
    store::insert_counts(&tx, &counts, ctx.now()).await?;
    let hashes: Vec<_> = minted.iter().map(|minted| minted.hash).collect();
    let seeded = Seeded {
        users: people.len(),
        organizations: groups.len(),
        memberships: groups.iter().map(|group| group.members.len()).sum(),
        invitations: groups.iter().map(|group| group.invitations.len()).sum(),
        keys: told(&keys, minted, &groups),
        sessions,
        password,
        largest: largest(&groups, &people),
    };
    let makings = groups.iter().map(|group| {
        let subject = Subject::Organization(OrganizationId(group.id));
        let told = json!({ "name": group.name, "slug": group.slug });
        Event::new("organization.created", subject).with(told)
    });
    audit::begin_logs(&tx, ctx, actor, makings.collect()).await?;
    let event = Event::new("installation.seeded", Subject::Installation).with(json!({
        "seed": plan.seed,
        "users": seeded.users,
        "organizations": seeded.organizations,
        "memberships": seeded.memberships,
        "invitations": seeded.invitations,
        "keys": seeded.keys.len(),
        "sessions": seeded.sessions.len(),
    }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    for hash in &hashes {
        verification::learn(ctx, hash);
    }
    Ok(seeded)
}

/// Letters in words of five, at least four words: not to be guessed, and typed without looking twice.
fn random_password(ctx: &Ctx) -> Password {
    let shortest = ctx.settings().passwords.shortest;
    let count = (shortest + 1).div_ceil(6).max(4);
    let word = |_| {
        let bytes = ctx.random_bytes::<5>();
        String::from_iter(bytes.map(|byte| char::from(b'a' + byte % 26)))
    };
    Password::new((0..count).map(word).collect::<Vec<_>>().join("-"))
}

async fn hash(ctx: &Ctx, password: &Password) -> Result<String> {
    let settings = ctx.settings();
    let context = passwords::Context {
        product_name: &settings.product_name,
        ..passwords::Context::default()
    };
    passwords::check(password, settings.passwords.shortest, &context)
        .map_err(|problem| problem.on("password"))?;
    let permit = ctx.hasher().permit().await?;
    ctx.hasher().hash(permit, ctx.random(), password).await
}

/// What has no secrets yet.
struct MadeUp {
    people: Vec<Person>,
    groups: Vec<Group>,
    keys: Vec<Key>,
    counts: Vec<Count>,
}

async fn make_up(tx: &Tx, ctx: &Ctx, plan: &Plan) -> Result<MadeUp> {
    let now = ctx.now();
    let mut dice = Dice::seeded(plan.seed);
    let is_username = |text: &str| Username::parse(text).is_ok();
    let mut handles = Unique::new(store::handles(tx).await?, "", 24, is_username);
    let is_slug = |text: &str| Slug::parse(text).is_ok();
    let mut slugs = Unique::new(store::slugs(tx).await?, "-", 30, is_slug);
    let people = people::people(&mut dice, &mut handles, plan.users, now)?;
    let sizes = plan.sizes(&mut dice);
    let mut workshop = Workshop {
        dice: &mut dice,
        handles: &mut handles,
        slugs: &mut slugs,
        people: &people,
        quota: plan.quota.and_then(|quota| i64::try_from(quota).ok()),
        now,
    };
    let groups = workshop.groups(&sizes, plan.invitations)?;
    let offered = api_keys::offered(ctx);
    let scopes: Vec<Scope> = offered.into_iter().map(|one| one.scope).collect();
    let most = usize::try_from(api_keys::MOST_KEYS).unwrap_or(usize::MAX);
    let keys = keys::keys(&mut dice, &groups, &scopes, plan.keys, most, now);
    let counts = usage::counts(&mut dice, &keys, &groups, plan.usage, now);
    Ok(MadeUp {
        people,
        groups,
        keys,
        counts,
    })
}

fn told(keys: &[Key], minted: Vec<Minted>, groups: &[Group]) -> Vec<SeededKey> {
    let told = |(key, minted): (&Key, Minted)| SeededKey {
        id: ApiKeyId(key.id),
        organization: groups[key.group].slug.clone(),
        status: key.state.as_str(),
        quota: key.quota,
        rate_limit: key.rate_limit,
        secret: minted.secret,
    };
    keys.iter().zip(minted).map(told).collect()
}

/// Who is signed in: the owners of organizations, those of the largest first, then others.
fn signed_in<'a>(people: &'a [Person], groups: &[Group], count: u32) -> Vec<&'a Person> {
    let mut largest: Vec<&Group> = groups.iter().collect();
    largest.sort_by_key(|group| Reverse(group.members.len()));
    let owners = largest.iter().map(|group| group.members[0].person);
    let mut seen = HashSet::new();
    owners
        .chain(0..people.len())
        .filter(|place| seen.insert(*place))
        .take(count as usize)
        .map(|place| &people[place])
        .collect()
}

async fn sign_in(tx: &Tx, ctx: &Ctx, people: Vec<&Person>) -> Result<Vec<SeededSession>> {
    let mut sessions = Vec::with_capacity(people.len());
    for person in people {
        sessions.push(SeededSession {
            email: person.email.to_string(),
            token: sessions::begin_for_program(tx, ctx, UserId(person.id)).await?,
        });
    }
    Ok(sessions)
}

fn largest(groups: &[Group], people: &[Person]) -> Option<Largest> {
    let group = groups.iter().max_by_key(|group| group.members.len())?;
    Some(Largest {
        slug: group.slug.clone(),
        members: group.members.len(),
        owner: people[group.members[0].person].email.to_string(),
    })
}
