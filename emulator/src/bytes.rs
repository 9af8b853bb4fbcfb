//! The bytes of one allocation, shared by all streams.
//!
//! They are kept in atomic words, so that streams running at once may touch
//! them without a lock and without undefined behaviour: a race of the program
//! under test shows as a wrong value, as on a device.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

/// What fresh memory holds.
pub(crate) const POISON: u8 = 0xCD;

const WORD: usize = 4;
/// All bytes of a word are written.
const ALL: u8 = 0xF;

/// A fixed number of bytes, and for each whether it was ever written.
#[derive(Debug)]
pub(crate) struct Bytes {
    words: Box<[AtomicU32]>,
    /// One bit per byte, four to a word.
    written: Box<[AtomicU8]>,
    len: usize,
}

impl Bytes {
    /// Makes `len` bytes of [`POISON`], none of them written.
    pub(crate) fn poisoned(len: usize) -> Self {
        let words = len.div_ceil(WORD);
        Self {
            words: (0..words)
                .map(|_| AtomicU32::new(u32::from_ne_bytes([POISON; WORD])))
                .collect(),
            written: (0..words).map(|_| AtomicU8::new(0)).collect(),
            len,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Reads from `offset`; the range must lie inside.
    pub(crate) fn read(&self, offset: usize, into: &mut [u8]) {
        if is_words(offset, into.len()) {
            let (parts, _) = into.as_chunks_mut::<WORD>();
            for (part, word) in parts.iter_mut().zip(&self.words[offset / WORD..]) {
                *part = word.load(Relaxed).to_ne_bytes();
            }
            return;
        }
        for (index, from, part) in pieces(offset, into.len()) {
            let word = self.words[index].load(Relaxed).to_ne_bytes();
            into[part.clone()].copy_from_slice(&word[from..from + part.len()]);
        }
    }

    /// Writes from `offset`; the range must lie inside.
    pub(crate) fn write(&self, offset: usize, from: &[u8]) {
        if is_words(offset, from.len()) {
            let (parts, _) = from.as_chunks::<WORD>();
            let places = self.words[offset / WORD..]
                .iter()
                .zip(&self.written[offset / WORD..]);
            for (part, (word, written)) in parts.iter().zip(places) {
                word.store(u32::from_ne_bytes(*part), Relaxed);
                written.store(ALL, Relaxed);
            }
            return;
        }
        for (index, start, part) in pieces(offset, from.len()) {
            self.put(index, start, &from[part]);
        }
    }

    /// Returns the offset of the first byte in the range that nothing wrote.
    pub(crate) fn first_unwritten(&self, offset: usize, len: usize) -> Option<usize> {
        if is_words(offset, len) {
            let written = &self.written[offset / WORD..(offset + len) / WORD];
            if written.iter().all(|written| written.load(Relaxed) == ALL) {
                return None;
            }
        }
        pieces(offset, len).find_map(|(index, start, part)| {
            let missing = !self.written[index].load(Relaxed) & mask(start, part.len());
            (missing != 0).then(|| index * WORD + missing.trailing_zeros() as usize)
        })
    }

    fn put(&self, index: usize, start: usize, from: &[u8]) {
        let merged = |word: u32| {
            let mut bytes = word.to_ne_bytes();
            bytes[start..start + from.len()].copy_from_slice(from);
            u32::from_ne_bytes(bytes)
        };
        self.words[index].update(Relaxed, Relaxed, merged);
        self.written[index].fetch_or(mask(start, from.len()), Relaxed);
    }
}

/// Tells whether a range is whole words, as almost all are.
fn is_words(offset: usize, len: usize) -> bool {
    offset.is_multiple_of(WORD) && len.is_multiple_of(WORD)
}

/// Cuts a range into the parts that lie in one word each: the word's index,
/// where in the word the part starts, and which part of the range it is.
fn pieces(
    offset: usize,
    len: usize,
) -> impl Iterator<Item = (usize, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done;
        let part = (WORD - at % WORD).min(len - done);
        let range = done..done + part;
        done += part;
        (part > 0).then_some((at / WORD, at % WORD, range))
    })
}

fn mask(start: usize, len: usize) -> u8 {
    (ALL >> (WORD - len)) << start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_bytes_are_poison_and_unwritten() {
        let bytes = Bytes::poisoned(7);
        let mut read = [0; 7];
        bytes.read(0, &mut read);
        assert_eq!(read, [POISON; 7]);
        assert_eq!(bytes.first_unwritten(2, 5), Some(2));
    }

    #[test]
    fn a_range_across_words_keeps_its_neighbours() {
        let bytes = Bytes::poisoned(12);
        bytes.write(3, &[1, 2, 3, 4, 5, 6]);
        let mut read = [0; 12];
        bytes.read(0, &mut read);
        assert_eq!(read, [0xCD, 0xCD, 0xCD, 1, 2, 3, 4, 5, 6, 0xCD, 0xCD, 0xCD]);
        assert_eq!(bytes.first_unwritten(3, 6), None);
        assert_eq!(bytes.first_unwritten(4, 4), None);
        assert_eq!(bytes.first_unwritten(4, 8), Some(9));
        assert_eq!(bytes.first_unwritten(3, 7), Some(9));
    }

    #[test]
    fn whole_words_are_read_as_they_were_written() {
        let bytes = Bytes::poisoned(16);
        bytes.write(4, &[1, 2, 3, 4, 5, 6, 7, 8]);
        let mut read = [0; 8];
        bytes.read(4, &mut read);
        assert_eq!(read, [1, 2, 3, 4, 5, 6, 7, 8]);
        let mut across = [0; 4];
        bytes.read(6, &mut across);
        assert_eq!(across, [3, 4, 5, 6]);
    }
}
