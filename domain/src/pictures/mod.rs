//! Pictures that people upload: logos, and what else stands for somebody.
//!
//! Whatever a file calls itself, it is decoded as what its bytes are, within bounds on pixels and memory, cut to a square
//! and encoded anew: nothing of the file itself (metadata, trailing data, animation) is kept or served.

mod store;

use std::io::Cursor;

use contract::{Code, Problem};
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, imageops::FilterType,
    metadata::Orientation,
};
use tokio::sync::Semaphore;

use crate::{
    Ctx,
    error::{Error, Result},
};

pub(crate) use store::{delete, insert};

/// The largest file that is taken, in bytes.
pub const LARGEST_FILE: usize = 5 * 1024 * 1024;

/// The longest side of a picture that is decoded, in pixels.
const LONGEST_SIDE: u32 = 8_000;

/// Memory that decoding one picture may take, in bytes: 8,000 × 8,000 pixels of four bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// The side of the square that is kept, in pixels: twice the largest that is shown.
const SIDE: u32 = 256;

/// Pictures that are decoded at the same time.
static WORKERS: Semaphore = Semaphore::const_new(1);

/// A picture as we keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Decodes, cuts and encodes a picture; a refusal is about the input `field`.
pub(crate) async fn prepare(bytes: Vec<u8>, field: &'static str) -> Result<Picture> {
    if bytes.is_empty() {
        return Err(Problem::no_picture().on(field).into());
    }
    if bytes.len() > LARGEST_FILE {
        return Err(Problem::new(Code::PictureTooLarge).on(field).into());
    }
    let place = WORKERS.acquire().await.expect("the pool is never closed");
    let done = tokio::task::spawn_blocking(move || convert(&bytes)).await;
    drop(place);
    let converted = done.map_err(|source| Error::internal("decoding a picture", source))?;
    Ok(converted.map_err(|code| Problem::new(code).on(field))?)
}

/// The picture of an id, whoever asks: the id is random and known only to who was shown it.
pub async fn get(ctx: &Ctx, id: &str) -> Result<Picture> {
    let id = uuid::Uuid::try_parse(id).map_err(|_| Code::NotFound)?;
    store::find(ctx.read(), id)
        .await?
        .ok_or_else(|| Code::NotFound.into())
}

fn convert(bytes: &[u8]) -> Result<Picture, Code> {
    let square = decode(bytes)?.resize_to_fill(SIDE, SIDE, FilterType::CatmullRom);
    let mut encoded = Vec::new();
    square
        .to_rgba8()
        .write_to(&mut Cursor::new(&mut encoded), ImageFormat::Png)
        .map_err(|_| Code::InvalidPicture)?;
    Ok(Picture {
        content_type: "image/png",
        bytes: encoded,
    })
}

/// The first frame, turned as the camera was held.
fn decode(bytes: &[u8]) -> Result<DynamicImage, Code> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Code::InvalidPicture)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| code(&error))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| code(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn code(error: &image::ImageError) -> Code {
    match error {
        image::ImageError::Limits(_) => Code::PictureTooLarge,
        _ => Code::InvalidPicture,
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbaImage::from_pixel(width, height, Rgba([200, 30, 30, 255]));
        let mut bytes = Vec::new();
        DynamicImage::from(picture)
            .to_rgb8()
            .write_to(&mut Cursor::new(&mut bytes), format)
            .expect("memory holds it");
        bytes
    }

    #[test]
    fn every_format_becomes_a_square_png() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let picture = convert(&encoded(300, 100, format)).expect("this is a picture");
            let back = image::load_from_memory(&picture.bytes).expect("we have encoded it");
            assert_eq!((back.width(), back.height()), (SIDE, SIDE), "{format:?}");
            assert!(picture.bytes.starts_with(b"\x89PNG"));
        }
    }

    #[test]
    fn what_follows_or_accompanies_the_pixels_is_gone() {
        let mut bytes = encoded(20, 20, ImageFormat::Png);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let picture = convert(&bytes).expect("the pixels are good");
        assert!(!picture.bytes.windows(8).any(|part| part == b"<script>"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = encoded(64, 64, ImageFormat::Png);
        for bytes in [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
            b"<html>",
            b"GIF89a",
            &png[..40],
            b"\0\0\0\0",
        ] {
            assert_eq!(convert(bytes), Err(Code::InvalidPicture));
        }
    }

    #[test]
    fn a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() {
        let mut header = encoded(1, 1, ImageFormat::Png);
        // Width and height stand at 16 to 24 of a PNG; the checksum of its header follows at 29.
        header[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        header[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        let checksum = crc32fast::hash(&header[12..29]);
        header[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert_eq!(convert(&header), Err(Code::PictureTooLarge));
    }
}
