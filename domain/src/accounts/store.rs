//! The tables `users` and `profiles`.

use contract::{
    Code, EmailAddress, Timestamp, User, UserId,
    accounts::{
        Notification, Profile, Theme, UNDELETE_DAYS, Username, ValidPreferences, ValidProfile,
    },
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, SelectTwo,
    sea_query::{Expr, LockType},
};

use super::{Account, Listed};
use crate::{
    Ctx,
    context::Tx,
    entities::{
        profile,
        user::{ActiveModel, Column, Entity, Model},
    },
    error::{Error, Result},
    search,
};

/// A user that is about to be made.
pub(super) struct NewUser<'a> {
    pub(super) email: &'a EmailAddress,
    pub(super) username: &'a str,
    pub(super) name: &'a str,
    pub(super) password_hash: Option<&'a str>,
    pub(super) is_verified: bool,
    pub(super) is_staff: bool,
}

fn both() -> SelectTwo<Entity, profile::Entity> {
    Entity::find().find_also_related(profile::Entity)
}

/// Kinds of letters, as they are stored.
pub(crate) fn muted(text: &str) -> Vec<Notification> {
    let known = Notification::ALL.into_iter();
    known
        .filter(|kind| text.split(' ').any(|name| name == kind.as_str()))
        .collect()
}

fn account((row, profile): (Model, Option<profile::Model>)) -> Result<Account> {
    let profile =
        profile.ok_or_else(|| Error::internal("reading a user", "the user has no profile"))?;
    let profile = Profile {
        time_zone: profile.time_zone,
        language: profile.language,
        theme: Theme::parse(&profile.theme).unwrap_or_default(),
        muted: muted(&profile.muted),
        updated_at: Timestamp(profile.updated_at),
    };
    let user = User {
        id: UserId(row.id),
        email: row.email,
        username: row.username,
        name: row.name,
        phone: row.phone,
        avatar: row.avatar_id.map(|id| id.simple().to_string()),
        email_verified_at: row.email_verified_at.map(Timestamp),
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        profile,
    };
    Ok(Account {
        user,
        password_hash: row.password_hash,
        password_changed_at: row.password_changed_at.map(Timestamp),
        is_staff: row.staff_since_at.is_some(),
        is_suspended: row.suspended_at.is_some(),
        deleted_at: row.deleted_at.map(Timestamp),
    })
}

pub(crate) async fn find(db: &impl ConnectionTrait, id: UserId) -> Result<Option<Account>> {
    both()
        .filter(Column::Id.eq(id.0))
        .one(db)
        .await?
        .map(account)
        .transpose()
}

pub(crate) async fn find_by_email(db: &impl ConnectionTrait, key: &str) -> Result<Option<Account>> {
    both()
        .filter(Column::EmailKey.eq(key))
        .one(db)
        .await?
        .map(account)
        .transpose()
}

/// The account as it stands, held until the transaction ends. (On SQLite a write transaction holds everything.)
pub(crate) async fn lock(tx: &Tx, id: UserId) -> Result<Option<Account>> {
    if tx.db().get_database_backend() == DbBackend::Postgres {
        Entity::find_by_id(id.0)
            .lock(LockType::Update)
            .one(tx.db())
            .await?;
    }
    find(tx.db(), id).await
}

pub(super) async fn find_many(db: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<Account>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows = both()
            .filter(Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await?;
        for row in rows {
            found.push(account(row)?);
        }
    }
    Ok(found)
}

pub(super) async fn is_username_taken(db: &impl ConnectionTrait, username: &str) -> Result<bool> {
    Ok(Entity::find()
        .filter(Column::Username.eq(username))
        .one(db)
        .await?
        .is_some())
}

/// Makes a user and the profile that belongs to it.
pub(super) async fn insert(tx: &Tx, ctx: &Ctx, new: &NewUser<'_>) -> Result<Account> {
    let (id, now) = (ctx.new_id(), ctx.now().0);
    let row = ActiveModel {
        id: Set(id),
        email: Set(new.email.to_string()),
        email_key: Set(new.email.key()),
        username: Set(new.username.to_owned()),
        name: Set(new.name.to_owned()),
        name_key: Set(search::name_key(new.name, new.username)),
        phone: Set(None),
        password_hash: Set(new.password_hash.map(ToOwned::to_owned)),
        password_changed_at: Set(new.password_hash.map(|_| now)),
        email_verified_at: Set(new.is_verified.then_some(now)),
        staff_since_at: Set(new.is_staff.then_some(now)),
        suspended_at: Set(None),
        avatar_id: Set(None),
        deleted_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let preferences = profile::ActiveModel {
        user_id: Set(id),
        time_zone: Set("UTC".to_owned()),
        language: Set("en".to_owned()),
        theme: Set(Theme::System.as_str().to_owned()),
        muted: Set(String::new()),
        updated_at: Set(now),
    };
    let row = Entity::insert(row).exec_with_returning(tx.db()).await?;
    let profile = profile::Entity::insert(preferences)
        .exec_with_returning(tx.db())
        .await?;
    account((row, Some(profile)))
}

/// Whether there is an operator, suspended ones too.
pub(crate) async fn is_anybody_staff(db: &impl ConnectionTrait) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::StaffSinceAt.is_not_null())
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Names the lock of [`hold_staff`] among those of a PostgreSQL database: "lk_staff" in ASCII.
const STAFF_LOCK: i64 = i64::from_be_bytes(*b"lk_staff");

/// Waits for whoever else makes somebody staff, until that is done; taken before any row. (On SQLite a write transaction holds
/// everything.)
pub(crate) async fn hold_staff(tx: &Tx) -> Result<()> {
    if tx.db().get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({STAFF_LOCK})");
        tx.db().execute_unprepared(&lock).await?;
    }
    Ok(())
}

async fn update(tx: &Tx, id: UserId, values: Vec<(Column, Expr)>) -> Result<()> {
    let mut update = Entity::update_many().filter(Column::Id.eq(id.0));
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    let done = update.exec(tx.db()).await?;
    if done.rows_affected == 1 {
        Ok(())
    } else {
        Err(Code::NotFound.into())
    }
}

/// The same password under other costs: not a change that anybody made.
pub(crate) async fn replace_hash(tx: &Tx, id: UserId, hash: &str) -> Result<()> {
    update(tx, id, vec![(Column::PasswordHash, Expr::value(hash))]).await
}

pub(super) async fn set_password(tx: &Tx, id: UserId, hash: &str, now: Timestamp) -> Result<()> {
    let values = vec![
        (Column::PasswordHash, Expr::value(hash)),
        (Column::PasswordChangedAt, Expr::value(now.0)),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

/// No password signs in any more, until another is set.
pub(super) async fn clear_password(tx: &Tx, id: UserId, now: Timestamp) -> Result<()> {
    let values = vec![
        (Column::PasswordHash, Expr::value(None::<String>)),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

pub(super) async fn set_name(tx: &Tx, user: &User, name: &str, now: Timestamp) -> Result<()> {
    let values = vec![
        (Column::Name, Expr::value(name)),
        (
            Column::NameKey,
            Expr::value(search::name_key(name, &user.username)),
        ),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, user.id, values).await
}

pub(super) async fn set_verified(tx: &Tx, id: UserId, now: Timestamp) -> Result<()> {
    update(
        tx,
        id,
        vec![
            (Column::EmailVerifiedAt, Expr::value(now.0)),
            (Column::UpdatedAt, Expr::value(now.0)),
        ],
    )
    .await
}

/// Another address, which whoever asks has proved. Refused as a duplicate where somebody else has it.
pub(super) async fn set_email(
    tx: &Tx,
    id: UserId,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<()> {
    let values = vec![
        (Column::Email, Expr::value(email.as_str())),
        (Column::EmailKey, Expr::value(email.key())),
        (Column::EmailVerifiedAt, Expr::value(now.0)),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

/// Takes away an account that nobody ever proved to own; nothing can belong to it. One that is suspended stays, and keeps its address:
/// whoever was kept out is not let in by another way.
pub(super) async fn delete_unverified(tx: &Tx, id: UserId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.eq(id.0))
        .filter(Column::EmailVerifiedAt.is_null())
        .filter(Column::SuspendedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Since when somebody is staff, or not any more.
pub(crate) async fn set_staff(
    tx: &Tx,
    id: UserId,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let values = vec![
        (Column::StaffSinceAt, Expr::value(since.map(|at| at.0))),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

pub(super) async fn set_suspended(
    tx: &Tx,
    id: UserId,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let values = vec![
        (Column::SuspendedAt, Expr::value(at.map(|at| at.0))),
        // Whoever may sign in again keeps the account, and what an operator suspends is not to be erased.
        (Column::DeletedAt, Expr::value(None::<i64>)),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

/// Its owner has deleted it: nobody can sign in, and it waits to be erased.
pub(crate) async fn set_deleted(tx: &Tx, id: UserId, now: Timestamp) -> Result<()> {
    let values = vec![
        (Column::SuspendedAt, Expr::value(now.0)),
        (Column::DeletedAt, Expr::value(now.0)),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

/// Its owner wants it back.
pub(crate) async fn set_undeleted(tx: &Tx, id: UserId, now: Timestamp) -> Result<()> {
    set_suspended(tx, id, None, now).await
}

/// Those that were deleted so long ago that nothing brings them back, oldest first, without so many of the oldest.
pub(crate) async fn find_erasable(
    db: &impl ConnectionTrait,
    now: Timestamp,
    passing: u64,
    most: u64,
) -> Result<Vec<UserId>> {
    let over = now.minus_seconds(UNDELETE_DAYS * 24 * 60 * 60);
    let rows = Entity::find()
        .filter(Column::DeletedAt.lte(over.0))
        .order_by_asc(Column::DeletedAt)
        .order_by_asc(Column::Id)
        .offset(passing)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| UserId(row.id)).collect())
}

/// Takes the row away, and with it all that hangs on it.
pub(crate) async fn erase(tx: &Tx, id: UserId) -> Result<()> {
    Entity::delete_by_id(id.0).exec(tx.db()).await?;
    Ok(())
}

/// Names the picture of a person, or none.
pub(super) async fn set_avatar(
    tx: &Tx,
    id: UserId,
    picture: Option<uuid::Uuid>,
    now: Timestamp,
) -> Result<()> {
    let values = vec![
        (Column::AvatarId, Expr::value(picture)),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    update(tx, id, values).await
}

/// Changes what is given; `user` is as it was.
pub(super) async fn update_profile(
    tx: &Tx,
    user: &User,
    input: &ValidProfile,
    now: Timestamp,
) -> Result<()> {
    let name = input.name.as_deref().unwrap_or(&user.name);
    let username = input.username.as_ref();
    let username = username.map_or(user.username.as_str(), Username::as_str);
    let mut values = vec![
        (Column::Name, Expr::value(name)),
        (Column::Username, Expr::value(username)),
        (
            Column::NameKey,
            Expr::value(search::name_key(name, username)),
        ),
        (Column::UpdatedAt, Expr::value(now.0)),
    ];
    values.extend(input.phone.as_ref().map(|phone| {
        (
            Column::Phone,
            Expr::value(phone.as_ref().map(|phone| phone.as_str().to_owned())),
        )
    }));
    update(tx, user.id, values).await
}

pub(super) async fn update_preferences(
    tx: &Tx,
    id: UserId,
    input: &ValidPreferences,
    now: Timestamp,
) -> Result<()> {
    use profile::Column;
    let mut update = profile::Entity::update_many()
        .filter(Column::UserId.eq(id.0))
        .col_expr(Column::UpdatedAt, Expr::value(now.0));
    if let Some(zone) = &input.time_zone {
        update = update.col_expr(Column::TimeZone, Expr::value(zone.as_str()));
    }
    if let Some(language) = input.language {
        update = update.col_expr(Column::Language, Expr::value(language.tag));
    }
    if let Some(theme) = input.theme {
        update = update.col_expr(Column::Theme, Expr::value(theme.as_str()));
    }
    if let Some(muted) = &input.muted {
        let names: Vec<&str> = muted.iter().map(|kind| kind.as_str()).collect();
        update = update.col_expr(Column::Muted, Expr::value(names.join(" ")));
    }
    update.exec(tx.db()).await?;
    Ok(())
}

/// Users in the order in which they signed up, after the one that `after` names.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    after: Option<(Timestamp, UserId)>,
    most: u64,
) -> Result<Vec<Listed>> {
    let mut select = Entity::find()
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(most);
    if let Some((at, id)) = after {
        let later = Condition::any().add(Column::CreatedAt.gt(at.0)).add(
            Condition::all()
                .add(Column::CreatedAt.eq(at.0))
                .add(Column::Id.gt(id.0)),
        );
        select = select.filter(later);
    }
    let rows = select.all(db).await?;
    let listed = |row: Model| Listed {
        id: UserId(row.id),
        email: row.email,
        username: row.username,
        name: row.name,
        is_verified: row.email_verified_at.is_some(),
        is_staff: row.staff_since_at.is_some(),
        is_suspended: row.suspended_at.is_some(),
        created_at: Timestamp(row.created_at),
    };
    Ok(rows.into_iter().map(listed).collect())
}
