//! Made-up people, organizations, memberships and invitations, for tests, benchmarks and demonstrations.
//!
//! All that the use cases hold is held here too: an owner in each organization, counts, keys for searching, seats. Everybody
//! has the same password; addresses are of hosts that nobody has (RFC 2606), and no letter is queued.

mod dice;
mod groups;
// A table to be read by columns.
#[rustfmt::skip]
mod names;
mod people;
mod plan;
mod store;
mod unique;

use contract::{Code, Password, Slug, accounts::Username};
use serde_json::json;

pub use plan::Plan;

use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    passwords,
};
use dice::Dice;
use groups::{Group, Workshop};
use people::Person;
use unique::Unique;

/// What was made up.
#[derive(Debug)]
pub struct Seeded {
    pub users: usize,
    pub organizations: usize,
    pub memberships: usize,
    pub invitations: usize,
    /// Everybody's.
    pub password: Password,
    pub largest: Option<Largest>,
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
    let (people, groups) = make_up(&tx, ctx, &plan).await?;
    store::insert_people(&tx, &people, &hash).await?;
    store::insert_groups(&tx, ctx, &groups, &people).await?;
    let seeded = Seeded {
        users: people.len(),
        organizations: groups.len(),
        memberships: groups.iter().map(|group| group.members.len()).sum(),
        invitations: groups.iter().map(|group| group.invitations.len()).sum(),
        password,
        largest: largest(&groups, &people),
    };
    let event = Event::new("installation.seeded", Subject::Installation).with(json!({
        "seed": plan.seed,
        "users": seeded.users,
        "organizations": seeded.organizations,
        "memberships": seeded.memberships,
        "invitations": seeded.invitations,
    }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
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

async fn make_up(tx: &Tx, ctx: &Ctx, plan: &Plan) -> Result<(Vec<Person>, Vec<Group>)> {
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
        now,
    };
    let groups = workshop.groups(&sizes, plan.invitations)?;
    Ok((people, groups))
}

fn largest(groups: &[Group], people: &[Person]) -> Option<Largest> {
    let group = groups.iter().max_by_key(|group| group.members.len())?;
    Some(Largest {
        slug: group.slug.clone(),
        members: group.members.len(),
        owner: people[group.members[0].person].email.to_string(),
    })
}
