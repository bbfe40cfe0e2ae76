//! Pictures that people upload: logos, and what else stands for somebody.
//!
//! Whatever a file calls itself, it is decoded as what its bytes are, within bounds on pixels and memory, cut to a square
//! and encoded anew: nothing of the file itself (metadata, trailing data, animation) is kept or served.

mod store;

use std::io::Cursor;

use contract::{Code, Problem, UserId};
use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits,
    imageops::{self, FilterType},
    metadata::Orientation,
};
use tokio::sync::Semaphore;

use crate::{
    Ctx,
    error::{Error, Result},
    throttles::Rate,
};

pub(crate) use store::{delete, insert};

/// The largest file that is taken, in bytes.
pub const LARGEST_FILE: usize = 5 * 1024 * 1024;

/// The longest side of a picture that is decoded, in pixels.
const LONGEST_SIDE: u32 = 8_000;

/// Memory that the pixels of one picture may take, in bytes: 8,000 × 8,000 of four bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// Pictures of one person: 30 at once, then one each 10 seconds.
const UPLOADS: Rate = Rate {
    name: "pictures",
    burst: 30,
    period_seconds: 10,
};

/// Pictures that wait to be decoded, or are; each holds its file in memory.
static QUEUE: Semaphore = Semaphore::const_new(16);

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

/// Decodes, cuts and encodes a picture that a person sends; a refusal is about the input `field`.
pub(crate) async fn prepare(
    ctx: &Ctx,
    by: UserId,
    bytes: Vec<u8>,
    field: &'static str,
) -> Result<Picture> {
    if bytes.is_empty() {
        return Err(Problem::no_picture().on(field).into());
    }
    if bytes.len() > LARGEST_FILE {
        return Err(Problem::new(Code::PictureTooLarge).on(field).into());
    }
    let tx = ctx.begin().await?;
    UPLOADS.take(&tx, ctx.now(), &by.to_string()).await?;
    tx.commit().await?;
    let queued = QUEUE.try_acquire().map_err(|_| Problem::busy(5))?;
    let place = WORKERS.acquire().await.expect("the pool is never closed");
    // The places go with the work: it goes on when whoever sent the picture is gone.
    let work = move || {
        let _places = (queued, place);
        convert(&bytes)
    };
    let done = tokio::task::spawn_blocking(work).await;
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
    if !is_whole(bytes) {
        return Err(Code::InvalidPicture);
    }
    let (picture, orientation) = decode(bytes)?;
    let mut square = DynamicImage::from(shrunk(&picture));
    drop(picture);
    square.apply_orientation(orientation);
    let mut encoded = Vec::new();
    square
        .write_to(&mut Cursor::new(&mut encoded), ImageFormat::Png)
        .map_err(|_| Code::InvalidPicture)?;
    Ok(Picture {
        content_type: "image/png",
        bytes: encoded,
    })
}

/// The square in the middle, at the size that we keep. Cut before it is scaled: a picture of one row would grow to gigabytes
/// before it is cut.
fn shrunk(picture: &DynamicImage) -> image::RgbaImage {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let middle = imageops::crop_imm(picture, left, top, side, side);
    imageops::resize(&*middle, SIDE, SIDE, FilterType::CatmullRom)
}

/// Whether a JPEG comes to its end (ITU-T T.81, marker EOI); its decoder takes what was cut off. Those of other formats do not.
fn is_whole(bytes: &[u8]) -> bool {
    const START_OF_SCAN: [u8; 2] = [0xff, 0xda];
    const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return true;
    }
    let marks = |mark: [u8; 2]| bytes.windows(2).rposition(move |pair| pair == mark);
    marks(START_OF_SCAN)
        .zip(marks(END_OF_IMAGE))
        .is_some_and(|(scan, end)| end > scan)
}

/// Whether this is a JPEG in several scans (ITU-T T.81, marker SOF2).
fn is_progressive(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(&[0xff, 0xd8]) else {
        return false;
    };
    while let [0xff, mark, more @ ..] = rest {
        match (*mark, more) {
            (0xc2, _) => return true,
            // The first scan; frames stand before it.
            (0xda, _) => return false,
            // A byte that fills up.
            (0xff, _) => rest = &rest[1..],
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = more.get(length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    false
}

/// The first frame, and how it is to be turned.
fn decode(bytes: &[u8]) -> Result<(DynamicImage, Orientation), Code> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Code::InvalidPicture)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| code(&error))?;
    // What a progressive one says of each sample stands as two bytes until all of it is read.
    let times = if is_progressive(bytes) { 3 } else { 1 };
    if decoder.total_bytes().saturating_mul(times) > MOST_MEMORY {
        return Err(Code::PictureTooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| code(&error))?;
    Ok((picture, orientation))
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
    fn what_is_cut_off_is_refused_in_every_format() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let whole = noise(96, format);
            convert(&whole).expect("all of it is a picture");
            for tenths in [1, 5, 9] {
                let part = &whole[..whole.len() * tenths / 10];
                assert_eq!(
                    convert(part),
                    Err(Code::InvalidPicture),
                    "{tenths}/10 of {format:?}"
                );
            }
        }
    }

    /// Something that no encoder makes small.
    fn noise(side: u32, format: ImageFormat) -> Vec<u8> {
        let mut state = 7_u32;
        let picture = image::RgbImage::from_fn(side, side, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = state.to_be_bytes();
            image::Rgb([a, b, c])
        });
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), format)
            .expect("memory holds it");
        bytes
    }

    #[test]
    fn a_picture_of_one_row_or_column_takes_no_more_than_any_other() {
        for (width, height) in [(LONGEST_SIDE, 1), (1, LONGEST_SIDE), (1, 1)] {
            let picture = convert(&encoded(width, height, ImageFormat::Png));
            let picture = picture.expect("this is a picture");
            let back = image::load_from_memory(&picture.bytes).expect("we have encoded it");
            assert_eq!((back.width(), back.height()), (SIDE, SIDE));
        }
    }

    #[test]
    fn a_camera_that_was_held_sideways_is_told_from_the_metadata_which_are_gone() {
        // Left red, right blue; "turn by 90° clockwise" (6) puts red on top.
        let picture = image::RgbImage::from_fn(64, 64, |x, _| {
            image::Rgb(if x < 32 { [255, 0, 0] } else { [0, 0, 255] })
        });
        let mut plain = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut plain), ImageFormat::Jpeg)
            .expect("memory holds it");
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0secret place";
        let mut bytes = plain[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        let length = u16::try_from(exif.len() + 2).expect("it is short");
        bytes.extend(length.to_be_bytes());
        bytes.extend(exif);
        bytes.extend(&plain[2..]);
        let kept = convert(&bytes).expect("this is a picture").bytes;
        let back = image::load_from_memory(&kept)
            .expect("we have encoded it")
            .to_rgb8();
        let (top, bottom) = (back.get_pixel(128, 20), back.get_pixel(128, 236));
        assert!(top[0] > 200 && top[2] < 60, "{top:?}");
        assert!(bottom[2] > 200 && bottom[0] < 60, "{bottom:?}");
        assert!(!kept.windows(6).any(|part| part == b"secret"));
    }

    /// The header of a JPEG whose frame is of this kind, and the beginning of a scan.
    fn jpeg_header(width: u16, height: u16, frame: u8) -> Vec<u8> {
        let mut bytes = encoded(16, 16, ImageFormat::Jpeg);
        let at = bytes
            .windows(2)
            .position(|pair| pair == [0xff, 0xc0])
            .expect("the encoder writes a baseline frame");
        bytes[at + 1] = frame;
        bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
        bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
        bytes
    }

    #[test]
    fn a_progressive_jpeg_may_take_no_more_memory_than_another() {
        let large = jpeg_header(8_000, 8_000, 0xc2);
        assert!(is_progressive(&large));
        assert_eq!(convert(&large), Err(Code::PictureTooLarge));
        let small = jpeg_header(16, 16, 0xc0);
        assert!(!is_progressive(&small));
        convert(&small).expect("this is a picture");
        for cut in 0..large.len().min(64) {
            is_progressive(&large[..cut]);
        }
    }

    fn header_of(width: u32, height: u32, bits: u8, color: u8) -> Vec<u8> {
        let mut header = encoded(1, 1, ImageFormat::Png);
        // Width, height, depth and colour stand at 16 to 26 of a PNG; the checksum of its header follows at 29.
        header[16..20].copy_from_slice(&width.to_be_bytes());
        header[20..24].copy_from_slice(&height.to_be_bytes());
        (header[24], header[25]) = (bits, color);
        let checksum = crc32fast::hash(&header[12..29]);
        header[29..33].copy_from_slice(&checksum.to_be_bytes());
        header
    }

    #[test]
    fn a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() {
        for (width, height) in [(30_000, 30_000), (40_000, 2), (2, 40_000)] {
            let header = header_of(width, height, 8, 2);
            assert_eq!(convert(&header), Err(Code::PictureTooLarge));
        }
        // Eight bytes for each pixel.
        let deep = header_of(LONGEST_SIDE, LONGEST_SIDE, 16, 6);
        assert_eq!(convert(&deep), Err(Code::PictureTooLarge));
    }
}
