//! What is held of a person: their picture, the letters they want, what is exported, and what is erased.

mod deleting;
mod erasing;
mod held;

use std::io::Cursor;

use domain::{maintenance, own_data};
use testkit::{Kit, Person};

const DAY: i64 = 24 * 60 * 60;

pub(crate) fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    image::RgbImage::from_pixel(30, 20, image::Rgb([200, 30, 30]))
        .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
        .expect("memory holds it");
    bytes
}

/// Deletes the account; gives the secret of the letter.
async fn deletes(kit: &Kit, person: &Person) -> String {
    own_data::delete(&kit.ctx(), &person.signed_in().await, &person.email)
        .await
        .expect("nothing stands in the way");
    kit.last_mail_to(&person.email).await.token()
}

async fn sweeps(kit: &Kit) {
    maintenance::sweep(&kit.system())
        .await
        .expect("the database is there");
}
