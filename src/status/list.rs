//! The bits: bit 0 is the highest bit of the first byte.

use std::io::{Read, Write};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};

use super::StatusError;

/// The fewest entries a list may have (Bitstring Status List §2.2): the herd to hide in.
pub const MIN_ENTRIES: usize = 131_072;

/// The fewest entries that a list of a kind before Bitstring Status List 1.0 may have: such lists
/// were published, and hide nobody worse than a list of today by much.
pub const MIN_OLD_ENTRIES: usize = 100_000;

/// The largest list that is unpacked, in bytes: 8 MiB, 67,108,864 bits.
pub const MAX_BYTES: usize = crate::config::limits::STATUS_LIST_BYTES;

/// A list of bits, all unset at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    bytes: Vec<u8>,
}

impl List {
    /// A list of at least `entries` bits, and at least [`MIN_ENTRIES`]; at most 8 × [`MAX_BYTES`].
    #[must_use]
    pub fn new(entries: usize) -> List {
        let bytes = entries.max(MIN_ENTRIES).div_ceil(8).min(MAX_BYTES);
        List {
            bytes: vec![0; bytes],
        }
    }

    /// A list of these bytes, as [`List::as_bytes`] gave them.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> List {
        List { bytes }
    }

    /// The bits, eight to a byte, highest first.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bits there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a list is never empty")]
    pub fn len(&self) -> usize {
        self.bytes.len() * 8
    }

    /// The bit at `index`.
    ///
    /// # Errors
    /// [`StatusError::Range`] past the end.
    pub fn get(&self, index: usize) -> Result<bool, StatusError> {
        let byte = self.bytes.get(index / 8).ok_or(StatusError::Range)?;
        Ok(byte & mask(index) != 0)
    }

    /// Sets or unsets the bit at `index`.
    ///
    /// # Errors
    /// [`StatusError::Range`] past the end.
    pub fn set(&mut self, index: usize, to: bool) -> Result<(), StatusError> {
        let byte = self.bytes.get_mut(index / 8).ok_or(StatusError::Range)?;
        if to {
            *byte |= mask(index);
        } else {
            *byte &= !mask(index);
        }
        Ok(())
    }

    /// The number of `size` bits (1 to 32) at entry `index`, highest bit first.
    ///
    /// # Errors
    /// [`StatusError::Length`] if the list has fewer than [`MIN_ENTRIES`] entries of that size;
    /// [`StatusError::Range`] past the end.
    pub fn value(&self, index: u64, size: u32) -> Result<u32, StatusError> {
        self.value_among(index, size, MIN_ENTRIES)
    }

    /// [`List::value`] of a list that has at least `least` entries.
    pub(super) fn value_among(
        &self,
        index: u64,
        size: u32,
        least: usize,
    ) -> Result<u32, StatusError> {
        let width = size.clamp(1, 32) as usize;
        let entries = self.len() / width;
        if entries < least {
            return Err(StatusError::Length(entries));
        }
        let index = usize::try_from(index).map_err(|_| StatusError::Range)?;
        if index >= entries {
            return Err(StatusError::Range);
        }
        (index * width..(index + 1) * width)
            .try_fold(0, |value, bit| Ok((value << 1) | u32::from(self.get(bit)?)))
    }

    /// The `encodedList`: `u`, then base64url without padding of the gzip of the bits. The same
    /// bits always give the same text from the same build; compare lists unpacked.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut gzip = GzEncoder::new(Vec::with_capacity(1024), Compression::best());
        // Writing to a `Vec` does not fail.
        let _ = gzip.write_all(&self.bytes);
        let bytes = gzip.finish().unwrap_or_default();
        let mut text = String::from("u");
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        text
    }

    /// Reads an `encodedList` of at most [`MAX_BYTES`] unpacked. Its length is checked by
    /// [`List::value`].
    ///
    /// # Errors
    /// [`StatusError::List`] for anything but one whole gzip member in strict base64url behind a
    /// `u` (threats E1, E2, E10).
    pub fn decode(text: &str) -> Result<List, StatusError> {
        let body = text
            .strip_prefix('u')
            .ok_or(StatusError::List("is not base64url, beginning with u"))?;
        List::decode_bare(body)
    }

    /// [`List::decode`] of a Status List 2021, which has no `u` in front.
    pub(super) fn decode_bare(body: &str) -> Result<List, StatusError> {
        let packed = URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| StatusError::List("is not base64url without padding"))?;
        let mut gzip = GzDecoder::new(packed.as_slice());
        let mut bytes = Vec::with_capacity(said_length(&packed).min(MAX_BYTES + 1));
        // One byte more than allowed, so that a longer list is seen to be longer and not cut.
        (&mut gzip)
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| StatusError::List("is not gzip"))?;
        if bytes.len() > MAX_BYTES {
            return Err(StatusError::List("unpacks to more than 8 MiB"));
        }
        if !gzip.into_inner().is_empty() {
            return Err(StatusError::List("has more behind its gzip"));
        }
        Ok(List { bytes })
    }
}

/// How long a gzip member says at its end that it is (RFC 1952 §2.3.1): true or not, a list need not
/// grow step by step then.
fn said_length(packed: &[u8]) -> usize {
    let last = packed.last_chunk::<4>().copied().unwrap_or_default();
    usize::try_from(u32::from_le_bytes(last)).unwrap_or(usize::MAX)
}

fn mask(index: usize) -> u8 {
    0x80 >> (index % 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e4_bit_order() {
        for (index, byte, value) in [
            (0, 0, 0x80),
            (7, 0, 0x01),
            (8, 1, 0x80),
            (131_071, 16_383, 0x01),
        ] {
            let mut list = List::new(MIN_ENTRIES);
            list.set(index, true).expect("in range");
            assert_eq!(list.as_bytes()[byte], value);
            assert_eq!(list.as_bytes().iter().filter(|b| **b != 0).count(), 1);
            assert_eq!(list.get(index), Ok(true));
            list.set(index, false).expect("in range");
            assert_eq!(list, List::new(0));
        }
        let mut list = List::new(MIN_ENTRIES);
        assert_eq!(list.len(), MIN_ENTRIES);
        assert_eq!(list.get(MIN_ENTRIES), Err(StatusError::Range));
        assert_eq!(list.set(MIN_ENTRIES, true), Err(StatusError::Range));
        assert_eq!(List::new(MIN_ENTRIES + 1).len(), MIN_ENTRIES + 8);
        assert_eq!(List::new(usize::MAX).as_bytes().len(), MAX_BYTES);
    }

    #[test]
    fn wide_entries_are_numbers() {
        let mut list = List::new(8 * MIN_ENTRIES);
        for bit in [8, 15] {
            list.set(bit, true).expect("in range");
        }
        assert_eq!(list.value(1, 8), Ok(0x81));
        assert_eq!(list.value(4, 2), Ok(2));
        assert_eq!(list.value(131_071, 8), Ok(0));
        assert_eq!(list.value(131_072, 8), Err(StatusError::Range));
        assert_eq!(list.value(0, 16), Err(StatusError::Length(MIN_ENTRIES / 2)));
    }

    #[test]
    fn e3_huge_indexes_are_out_of_range() {
        let list = List::new(8 * MIN_ENTRIES);
        for index in [1 << 61, u64::MAX] {
            assert_eq!(list.value(index, 8), Err(StatusError::Range));
            assert_eq!(list.value(index, 1), Err(StatusError::Range));
        }
    }
}
