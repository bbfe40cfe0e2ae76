//! The table `pictures`.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::Picture;
use crate::{
    Ctx,
    context::Tx,
    entities::picture::{ActiveModel, Entity},
    error::Result,
};

/// Keeps a picture under a new random id.
pub(crate) async fn insert(tx: &Tx, ctx: &Ctx, picture: &Picture) -> Result<Uuid> {
    let id = uuid::Builder::from_random_bytes(ctx.random_bytes()).into_uuid();
    let row = ActiveModel {
        id: Set(id),
        content_type: Set(picture.content_type.to_owned()),
        bytes: Set(picture.bytes.clone()),
        created_at: Set(ctx.now().0),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(id)
}

/// Deletes the picture of a printed id; does nothing where there is none.
pub(crate) async fn delete(tx: &Tx, id: &str) -> Result<()> {
    if let Ok(id) = Uuid::try_parse(id) {
        Entity::delete_by_id(id).exec(tx.db()).await?;
    }
    Ok(())
}

pub(super) async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Picture>> {
    let row = Entity::find_by_id(id).one(db).await?;
    Ok(row.map(|row| Picture {
        content_type: "image/png",
        bytes: row.bytes,
    }))
}
