//! Many rows of several tables at once.

use std::collections::HashSet;

use contract::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, QuerySelect,
};

use super::{
    groups::{Answer, Group, Offer, Place},
    keys::{Key, State},
    people::Person,
    usage::{self, Count},
};
use crate::{
    Ctx,
    api_keys::{self, Minted},
    context::Tx,
    entities::{
        self, api_key, invitation, key_secret, key_use, membership, organization, profile, quota,
        slug, user,
    },
    error::Result,
    invitations, search,
};

/// Rows of one statement; with the columns of the widest table far below SQLite's limit of 32,766 values.
const AT_ONCE: usize = 500;

pub(super) async fn count_users(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(user::Entity::find().count(db).await?)
}

/// Usernames and local parts of addresses, in lower case, that somebody has.
pub(super) async fn handles(tx: &Tx) -> Result<HashSet<String>> {
    let rows: Vec<(String, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Username, user::Column::EmailKey])
        .into_tuple()
        .all(tx.db())
        .await?;
    let both = |(username, email_key): (String, String)| {
        let local_part = email_key.split('@').next().unwrap_or_default().to_owned();
        [username, local_part]
    };
    Ok(rows.into_iter().flat_map(both).collect())
}

/// Slugs that an organization has or had.
pub(super) async fn slugs(tx: &Tx) -> Result<HashSet<String>> {
    let rows: Vec<String> = slug::Entity::find()
        .select_only()
        .column(slug::Column::Slug)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().collect())
}

async fn insert<A>(tx: &Tx, rows: impl Iterator<Item = A>) -> Result<()>
where
    A: ActiveModelTrait,
{
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let some = rows.by_ref().take(AT_ONCE);
        A::Entity::insert_many(some)
            .exec_without_returning(tx.db())
            .await?;
    }
    Ok(())
}

/// Makes verified accounts that share a password.
pub(super) async fn insert_people(tx: &Tx, people: &[Person], hash: &str) -> Result<()> {
    insert(tx, people.iter().map(|person| account(person, hash))).await?;
    insert(tx, people.iter().map(preferences)).await
}

fn account(person: &Person, hash: &str) -> user::ActiveModel {
    let at = person.created_at.0;
    user::ActiveModel {
        id: Set(person.id),
        email: Set(person.email.to_string()),
        email_key: Set(person.email.key()),
        username: Set(person.username.clone()),
        name: Set(person.name.clone()),
        name_key: Set(search::name_key(&person.name, &person.username)),
        phone: Set(person.phone.clone()),
        password_hash: Set(Some(hash.to_owned())),
        password_changed_at: Set(Some(at)),
        email_verified_at: Set(Some(at)),
        staff_since_at: Set(None),
        suspended_at: Set(None),
        avatar_id: Set(None),
        deleted_at: Set(None),
        created_at: Set(at),
        updated_at: Set(at),
    }
}

fn preferences(person: &Person) -> profile::ActiveModel {
    profile::ActiveModel {
        user_id: Set(person.id),
        time_zone: Set(person.time_zone.to_owned()),
        language: Set(person.language.to_owned()),
        theme: Set(person.theme.as_str().to_owned()),
        muted: Set(String::new()),
        updated_at: Set(person.created_at.0),
    }
}

/// Makes organizations with their slugs, members and invitations.
pub(super) async fn insert_groups(
    tx: &Tx,
    ctx: &Ctx,
    groups: &[Group],
    people: &[Person],
) -> Result<()> {
    insert(tx, groups.iter().map(|group| organization(group, people))).await?;
    insert(tx, groups.iter().map(current_slug)).await?;
    let all = groups.iter().flat_map(|group| {
        let member = |place| membership(group, place, people);
        group.members.iter().map(member)
    });
    insert(tx, all).await?;
    let all = groups.iter().flat_map(|group| {
        let offer = |offer| invitation(ctx, group, offer, people);
        group.invitations.iter().map(offer)
    });
    insert(tx, all).await
}

/// Makes keys, each with the secret of its place. Other processes see by the time of the change that they are new.
pub(super) async fn insert_keys(
    tx: &Tx,
    ctx: &Ctx,
    keys: &[Key],
    minted: &[Minted],
    groups: &[Group],
    people: &[Person],
) -> Result<()> {
    let now = ctx.now();
    let rows = keys.iter().map(|key| api_key(key, groups, people, now));
    insert(tx, rows).await?;
    let both = || keys.iter().zip(minted);
    let uses = both().filter_map(|(key, minted)| {
        Some(key_use::ActiveModel {
            hash: Set(minted.hash.to_vec()),
            used_at: Set(key.used_at?.0),
            ip: Set("203.0.113.7".to_owned()),
        })
    });
    insert(tx, uses).await?;
    let now = ctx.now();
    insert(tx, both().map(|(key, minted)| secret(key, minted, now))).await
}

/// Makes counts of requests, and what they have used of the quotas of the running month.
pub(super) async fn insert_counts(tx: &Tx, counts: &[Count], now: Timestamp) -> Result<()> {
    let units = usage::units(counts, now);
    insert(tx, counts.iter().map(count)).await?;
    let quotas = units.into_iter().map(|(subject, used)| quota::ActiveModel {
        subject_id: Set(subject),
        month: Set(now.month()),
        used: Set(used),
        told_percent: Set(0),
    });
    insert(tx, quotas).await
}

fn count(count: &Count) -> entities::usage::ActiveModel {
    entities::usage::ActiveModel {
        key_id: Set(count.key_id),
        interval: Set(count.interval.number()),
        began_at: Set(count.began_at.0),
        verdict: Set(count.verdict.number()),
        organization_id: Set(count.organization_id),
        requests: Set(count.requests),
        units: Set(count.units()),
    }
}

fn api_key(key: &Key, groups: &[Group], people: &[Person], now: Timestamp) -> api_key::ActiveModel {
    let (paused_at, revoked_at) = match key.state {
        State::Paused(at) => (Some(at.0), None),
        State::Revoked(at) => (None, Some(at.0)),
        State::Good | State::Expired => (None, None),
    };
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    api_key::ActiveModel {
        id: Set(key.id),
        organization_id: Set(groups[key.group].id),
        name: Set(key.name.clone()),
        name_key: Set(search::folded(&key.name)),
        scopes: Set(api_keys::joined(&key.scopes)),
        allowed_ips: Set(String::new()),
        rate_limit: Set(key.rate_limit.map(|rate| number(rate.limit))),
        rate_period: Set(key.rate_limit.map(|rate| number(rate.period_seconds))),
        quota: Set(key.quota),
        created_by: Set(Some(people[key.maker].id)),
        created_at: Set(key.created_at.0),
        updated_at: Set(now.0),
        expires_at: Set(key.expires_at.map(|at| at.0)),
        expiry_told_at: Set(None),
        paused_at: Set(paused_at),
        revoked_at: Set(revoked_at),
        revoke_reason: Set(String::new()),
    }
}

fn secret(key: &Key, minted: &Minted, now: Timestamp) -> key_secret::ActiveModel {
    key_secret::ActiveModel {
        hash: Set(minted.hash.to_vec()),
        key_id: Set(key.id),
        pepper: Set(minted.pepper.clone()),
        start: Set(minted.start.clone()),
        last4: Set(minted.last4.clone()),
        created_at: Set(now.0),
        expires_at: Set(None),
    }
}

fn owner(group: &Group, people: &[Person]) -> uuid::Uuid {
    people[group.members[0].person].id
}

fn organization(group: &Group, people: &[Person]) -> organization::ActiveModel {
    organization::ActiveModel {
        id: Set(group.id),
        slug: Set(group.slug.clone()),
        name: Set(group.name.clone()),
        name_key: Set(search::folded(&group.name)),
        logo_id: Set(None),
        owner_id: Set(owner(group, people)),
        subscription_tier: Set(group.tier.as_str().to_owned()),
        quota_limit: Set(group.quota_limit),
        seats: Set(group.seats),
        member_count: Set(i64::try_from(group.members.len()).unwrap_or(i64::MAX)),
        created_at: Set(group.created_at.0),
        updated_at: Set(group.created_at.0),
        deleted_at: Set(None),
        second_factor_from: Set(None),
        second_factor_told: Set(None),
        suspended_at: Set(None),
    }
}

fn current_slug(group: &Group) -> slug::ActiveModel {
    slug::ActiveModel {
        slug: Set(group.slug.clone()),
        organization_id: Set(group.id),
        retired_at: Set(None),
    }
}

fn membership(group: &Group, place: &Place, people: &[Person]) -> membership::ActiveModel {
    let person = &people[place.person];
    membership::ActiveModel {
        id: Set(place.id),
        organization_id: Set(group.id),
        user_id: Set(person.id),
        role: Set(place.role.as_str().to_owned()),
        name_key: Set(search::name_key(&person.name, &person.username)),
        email_key: Set(person.email.key()),
        joined_at: Set(place.joined_at.0),
        last_active_at: Set(place.last_active_at.map(|at| at.0)),
    }
}

/// The hash is of a secret that nobody knows: no letter went.
fn invitation(
    ctx: &Ctx,
    group: &Group,
    offer: &Offer,
    people: &[Person],
) -> invitation::ActiveModel {
    let email_key = offer.email.key();
    let open_key = invitations::open_key(contract::OrganizationId(group.id), &email_key);
    let at = |is: Option<Timestamp>| Set(is.map(|at| at.0));
    let (open_key, declined_at, revoked_at) = match offer.answer {
        Answer::Open => (Some(open_key), None, None),
        Answer::Declined(at) => (None, Some(at), None),
        Answer::Revoked(at) => (None, None, Some(at)),
    };
    invitation::ActiveModel {
        id: Set(offer.id),
        organization_id: Set(group.id),
        email: Set(offer.email.to_string()),
        email_key: Set(email_key),
        open_key: Set(open_key),
        role: Set(offer.role.as_str().to_owned()),
        message: Set(offer.message.to_owned()),
        token_hash: Set(ctx.random_bytes::<32>().to_vec()),
        link_hash: Set(None),
        invited_by: Set(Some(owner(group, people))),
        created_at: Set(offer.created_at.0),
        sent_at: Set(offer.created_at.0),
        expires_at: Set(offer.expires_at.0),
        accepted_at: Set(None),
        declined_at: at(declined_at),
        revoked_at: at(revoked_at),
    }
}
