//! The format of a file of charges: eight bytes that name it, then record after record.
//!
//! A record is its length and a checksum (CRC-32), four bytes each, little-endian, and then charges as a row of the journal has
//! them. The checksum is also of the length, so that zeros are no record.

use std::{
    io::{self, BufRead, Read},
    sync::Arc,
};

use crate::error::{Error, Result};

/// How a file begins; the digits are the version of the format.
pub(super) const NAME: [u8; 8] = *b"LKCHRG01";

/// Bytes of a length and a checksum.
const HEAD: usize = 8;

/// Charges as they are appended.
pub(in crate::verification) fn record(charges: &[u8]) -> Result<Arc<[u8]>> {
    let length = u32::try_from(charges.len())
        .map_err(|source| Error::internal("encoding charges", source))?
        .to_le_bytes();
    let checksum = checksum(length, charges).to_le_bytes();
    Ok([&length[..], &checksum, charges].concat().into())
}

fn checksum(length: [u8; 4], charges: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(charges);
    hasher.finalize()
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// The last record, from this byte on, was not written to its end.
    Torn(u64),
    /// A record at this byte is not as it was written, and more follows. None of that counts: after loss of power it may be of a
    /// former file, which was counted, and whose place on the disk this one has.
    Damaged(u64),
    /// Somebody else's, whatever its name.
    Foreign,
}

/// Reads what is in the first `length` bytes: `take` is given the charges of each record, and tells whether it understands them.
pub(super) fn read(
    source: impl BufRead,
    length: u64,
    mut take: impl FnMut(&[u8]) -> bool,
) -> io::Result<End> {
    let mut source = source.take(length);
    if let Some(end) = read_name(&mut source)? {
        return Ok(end);
    }
    let mut charges = Vec::new();
    loop {
        let at = length - source.limit();
        if source.limit() == 0 {
            return Ok(End::Whole);
        }
        if source.limit() < HEAD as u64 {
            return Ok(End::Torn(at));
        }
        let mut head = [0; HEAD];
        source.read_exact(&mut head)?;
        let (size, sum) = parts(head);
        charges.clear();
        // All there is, where the length points beyond the end.
        source
            .by_ref()
            .take(u32::from_le_bytes(size).into())
            .read_to_end(&mut charges)?;
        if !is_whole(size, sum, &charges) {
            return broken(at, &head, &charges, &mut source);
        }
        if !take(&charges) {
            return Ok(End::Damaged(at));
        }
    }
}

/// Length and checksum.
fn parts(head: [u8; HEAD]) -> ([u8; 4], u32) {
    let [a, b, c, d, sum @ ..] = head;
    ([a, b, c, d], u32::from_le_bytes(sum))
}

fn is_whole(size: [u8; 4], sum: u32, charges: &[u8]) -> bool {
    charges.len() as u64 == u64::from(u32::from_le_bytes(size)) && checksum(size, charges) == sum
}

/// What a record is that is not as it was written: the last one, which the end of a process has torn off, or one before others. Its
/// length may be what was changed, so others are looked for at every byte.
fn broken(at: u64, head: &[u8], charges: &[u8], source: &mut impl Read) -> io::Result<End> {
    let mut all = [head, charges].concat();
    let rest = all.len();
    source.read_to_end(&mut all)?;
    // Whole pages of zeros are what loss of power leaves at the end of a file.
    let is_last = all[rest..].iter().all(|byte| *byte == 0)
        && !(1..all.len()).any(|place| begins_with_record(&all[place..]));
    Ok(if is_last {
        End::Torn(at)
    } else {
        End::Damaged(at)
    })
}

fn begins_with_record(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk() else {
        return false;
    };
    let (size, sum) = parts(*head);
    let charges = usize::try_from(u32::from_le_bytes(size))
        .ok()
        .and_then(|length| rest.get(..length));
    charges.is_some_and(|charges| is_whole(size, sum, charges))
}

/// How the file ends, when it ends before the first record.
fn read_name(source: &mut impl BufRead) -> io::Result<Option<End>> {
    let mut name = Vec::new();
    source
        .by_ref()
        .take(NAME.len() as u64)
        .read_to_end(&mut name)?;
    if name == NAME {
        return Ok(None);
    }
    let is_begun = NAME.starts_with(&name) || (is_zero(&mut &name[..])? && is_zero(source)?);
    Ok(Some(if is_begun { End::Torn(0) } else { End::Foreign }))
}

/// Whether nothing but zeros follows.
fn is_zero(source: &mut impl BufRead) -> io::Result<bool> {
    for byte in source.bytes() {
        if byte? != 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with records of these charges.
    fn file(records: &[&[u8]]) -> Vec<u8> {
        let mut bytes = NAME.to_vec();
        for charges in records {
            bytes.extend(&*record(charges).expect("it is short"));
        }
        bytes
    }

    fn read_all(bytes: &[u8]) -> (Vec<Vec<u8>>, End) {
        let mut found = Vec::new();
        let end = read(bytes, bytes.len() as u64, |charges| {
            found.push(charges.to_vec());
            true
        });
        (found, end.expect("memory can be read"))
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read_all(&file(&[])), (vec![], End::Whole));
        let (found, end) = read_all(&file(&[b"one", b"", b"three"]));
        assert_eq!(end, End::Whole);
        assert_eq!(found, [&b"one"[..], b"", b"three"]);
    }

    #[test]
    fn wherever_it_is_cut_off_only_the_last_record_is_lost() {
        let whole = file(&[b"one", b"two", b"three"]);
        let ends = [
            file(&[]).len(),
            file(&[b"one"]).len(),
            file(&[b"one", b"two"]).len(),
        ];
        for length in 0..whole.len() {
            let (found, end) = read_all(&whole[..length]);
            let before = ends.iter().filter(|end| **end <= length).count();
            assert_eq!(found.len(), before.saturating_sub(1), "{length}");
            let expected = match ends.iter().rev().find(|end| **end <= length) {
                None => End::Torn(0),
                Some(end) if *end == length => End::Whole,
                Some(end) => End::Torn(*end as u64),
            };
            assert_eq!(end, expected, "{length}");
        }
    }

    #[test]
    fn a_changed_byte_ends_the_reading_before_its_record() {
        let (first, second) = (file(&[b"one"]), file(&[b"one", b"two"]));
        let whole = file(&[b"one", b"two", b"three"]);
        for at in first.len() + 4..second.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let damaged = End::Damaged(first.len() as u64);
            assert_eq!(read_all(&changed), (vec![b"one".to_vec()], damaged), "{at}");
        }
        for at in second.len() + 4..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let (found, end) = read_all(&changed);
            assert_eq!(
                (found.len(), end),
                (2, End::Torn(second.len() as u64)),
                "{at}"
            );
        }
    }

    #[test]
    fn a_length_that_points_beyond_the_end_is_a_torn_record() {
        let first = file(&[b"one"]);
        let mut changed = file(&[b"one", b"two"]);
        changed[first.len() + 3] = 0xff;
        assert_eq!(read_all(&changed).1, End::Torn(first.len() as u64));
    }

    #[test]
    fn a_changed_length_hides_no_record_behind_it() {
        let (first, second) = (file(&[b"one"]), file(&[b"one", b"two"]));
        let whole = file(&[b"one", b"two", b"three"]);
        let damaged = End::Damaged(first.len() as u64);
        for at in first.len()..first.len() + 4 {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                let found = read_all(&changed);
                assert_eq!(found, (vec![b"one".to_vec()], damaged), "{at}, {bit}");
            }
        }
        // Just to the end of the file.
        let mut changed = whole.clone();
        let rest = whole.len() - first.len() - HEAD;
        changed[first.len()] = u8::try_from(rest).expect("it is short");
        assert_eq!(read_all(&changed).1, damaged);
        // Of the last one nobody can tell.
        let mut last = whole.clone();
        last[second.len() + 2] ^= 1;
        assert_eq!(read_all(&last).1, End::Torn(second.len() as u64));
    }

    #[test]
    fn zeros_are_no_record() {
        let whole = file(&[b"one"]);
        let mut padded = whole.clone();
        padded.extend([0; 4096]);
        let torn = End::Torn(whole.len() as u64);
        assert_eq!(read_all(&padded), (vec![b"one".to_vec()], torn));
        assert_eq!(read_all(&[0; 4096]), (vec![], End::Torn(0)));
    }

    #[test]
    fn a_file_of_another_kind_is_seen() {
        for other in [&b"SQLite format 3\0"[..], b"LKCHRG99", b"x"] {
            assert_eq!(read_all(other), (vec![], End::Foreign));
        }
        let mut zeros = file(&[b"one"]);
        zeros[..8].fill(0);
        assert_eq!(read_all(&zeros).1, End::Foreign);
    }

    #[test]
    fn what_is_beyond_the_length_is_not_read() {
        let (one, two) = (file(&[b"one"]), file(&[b"one", b"two"]));
        let mut found = 0;
        let end = read(&two[..], one.len() as u64, |_| {
            found += 1;
            true
        });
        assert_eq!((end.ok(), found), (Some(End::Whole), 1));
    }

    #[test]
    fn charges_that_nobody_understands_end_the_reading() {
        let bytes = file(&[b"one", b"two"]);
        let end = read(&bytes[..], bytes.len() as u64, |charges| charges == b"one");
        let damaged = End::Damaged(file(&[b"one"]).len() as u64);
        assert_eq!(end.ok(), Some(damaged));
    }
}
