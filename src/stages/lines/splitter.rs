use std::io::BufRead;
use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LineFault;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// What is held for a line may be so much longer: by the mark and a `\r`.
const NOT_OF_THE_LINE: usize = BYTE_ORDER_MARK.len() + 1;

/// What becomes of a line that is not UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InvalidUtf8 {
    /// It becomes a dead letter.
    #[default]
    Reject,
    /// It is emitted with U+FFFD in place of what is not UTF-8.
    Replace,
}

/// Cuts bytes that come in chunks into lines.
///
/// A line ends with `\n` or `\r\n`, neither of which is part of it, or with
/// the last byte. A byte order mark before the first line is left out. A line
/// that is too long is counted, and not kept.
#[derive(Debug)]
pub(super) struct Splitter {
    max_bytes: NonZeroUsize,
    invalid: InvalidUtf8,
    /// What is cut next.
    chunk: Vec<u8>,
    /// Up to here the chunk has been cut.
    cut: usize,
    /// The beginning of a line whose end is in a later chunk.
    held: Vec<u8>,
    /// How many bytes of a line that is too long were let go.
    let_go: u64,
    lines: u64,
}

impl Splitter {
    pub(super) fn new(max_bytes: NonZeroUsize, invalid: InvalidUtf8) -> Self {
        Self {
            max_bytes,
            invalid,
            chunk: Vec::new(),
            cut: 0,
            held: Vec::new(),
            let_go: 0,
            lines: 0,
        }
    }

    /// How many lines have been handed out.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Goes on with these bytes. The chunk before must have been cut up.
    pub(super) fn push(&mut self, chunk: Vec<u8>) {
        debug_assert_eq!(self.cut, self.chunk.len(), "a chunk was not cut up");
        self.chunk = chunk;
        self.cut = 0;
    }

    /// Hands out the next line that is whole.
    pub(super) fn next(&mut self) -> Option<Result<String, LineFault>> {
        let mut rest = self.chunk.get(self.cut..)?;
        // Reading from memory does not fail.
        let taken = rest.read_until(b'\n', &mut self.held).unwrap_or_default();
        self.cut += taken;
        if self.held.last() == Some(&b'\n') {
            self.held.pop();
            if self.held.last() == Some(&b'\r') {
                self.held.pop();
            }
            return Some(self.line());
        }
        if self.held.len() > self.max_bytes.get() + NOT_OF_THE_LINE {
            self.let_go();
        }
        None
    }

    /// Counts what is held of a line that is too long, and keeps only what may
    /// be the beginning of its end.
    fn let_go(&mut self) {
        self.leave_out_mark();
        let of_the_end = usize::from(self.held.last() == Some(&b'\r'));
        let of_the_line = self.held.len() - of_the_end;
        self.let_go += of_the_line as u64;
        self.held.drain(..of_the_line);
    }

    fn leave_out_mark(&mut self) {
        if self.lines == 0 && self.let_go == 0 && self.held.starts_with(BYTE_ORDER_MARK) {
            self.held.drain(..BYTE_ORDER_MARK.len());
        }
    }

    /// Hands out the last line, if there is one without an end.
    pub(super) fn finish(&mut self) -> Option<Result<String, LineFault>> {
        let nothing = self.held.is_empty() && self.let_go == 0;
        (!nothing).then(|| self.line())
    }

    fn line(&mut self) -> Result<String, LineFault> {
        self.leave_out_mark();
        let line = std::mem::take(&mut self.held);
        let let_go = std::mem::take(&mut self.let_go);
        self.lines += 1;
        if let_go > 0 || line.len() > self.max_bytes.get() {
            return Err(LineFault::TooLong {
                bytes: let_go + line.len() as u64,
                most: self.max_bytes,
            });
        }
        match (String::from_utf8(line), self.invalid) {
            (Ok(line), _) => Ok(line),
            (Err(error), InvalidUtf8::Replace) => {
                Ok(String::from_utf8_lossy(error.as_bytes()).into_owned())
            }
            (Err(error), InvalidUtf8::Reject) => Err(LineFault::NotUtf8 {
                valid: error.utf8_error().valid_up_to(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Cut = Vec<Result<String, LineFault>>;

    fn cut(max_bytes: usize, chunks: &[&[u8]]) -> Cut {
        cut_with(max_bytes, InvalidUtf8::Reject, chunks)
    }

    fn cut_with(max_bytes: usize, invalid: InvalidUtf8, chunks: &[&[u8]]) -> Cut {
        let mut splitter = Splitter::new(NonZeroUsize::new(max_bytes).unwrap(), invalid);
        let mut lines = Vec::new();
        for chunk in chunks {
            splitter.push(chunk.to_vec());
            lines.extend(std::iter::from_fn(|| splitter.next()));
            let most = max_bytes + NOT_OF_THE_LINE;
            assert!(splitter.held.len() <= most, "it holds what it need not");
        }
        lines.extend(splitter.finish());
        assert_eq!(splitter.lines(), lines.len() as u64);
        lines
    }

    fn texts(lines: &[&str]) -> Cut {
        lines.iter().map(|line| Ok((*line).to_owned())).collect()
    }

    fn too_long(bytes: u64, most: usize) -> Result<String, LineFault> {
        let most = NonZeroUsize::new(most).unwrap();
        Err(LineFault::TooLong { bytes, most })
    }

    #[test]
    fn a_line_ends_with_a_line_feed_or_a_carriage_return_and_one_or_the_last_byte() {
        assert_eq!(cut(9, &[b"a\nb\r\n\nc"]), texts(&["a", "b", "", "c"]));
        assert_eq!(cut(9, &[b"a\n"]), texts(&["a"]));
        assert_eq!(cut(9, &[b"a\rb\r"]), texts(&["a\rb\r"]));
        assert_eq!(cut(9, &[b""]), texts(&[]));
        assert_eq!(cut(9, &[]), texts(&[]));
    }

    #[test]
    fn a_line_may_come_in_pieces() {
        assert_eq!(
            cut(9, &[b"a", b"", b"b\r", b"\nc", b"\n"]),
            texts(&["ab", "c"])
        );
        assert_eq!(
            cut(9, &["é".as_bytes().split_at(1).0, b"\xa9\n"]),
            texts(&["é"])
        );
    }

    #[test]
    fn a_byte_order_mark_is_left_out_before_the_first_line_only() {
        let mark = b"\xef\xbb\xbfa\n\xef\xbb\xbfb";
        assert_eq!(cut(9, &[mark]), texts(&["a", "\u{feff}b"]));
        assert_eq!(
            cut(1, &[&mark[..1], &mark[1..4], b"\r", b"\n"]),
            texts(&["a"])
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_and_not_kept() {
        assert_eq!(cut(3, &[b"abc\r\n"]), texts(&["abc"]));
        assert_eq!(cut(3, &[b"abcd\nx"]), [too_long(4, 3), Ok("x".to_owned())]);
        let chunks: &[&[u8]] = &[b"abcd", b"efgh", b"ij\nx\n"];
        assert_eq!(cut(3, chunks), [too_long(10, 3), Ok("x".to_owned())]);
        assert_eq!(cut(3, &[b"abcdefg"]), [too_long(7, 3)]);
    }

    #[test]
    fn what_is_not_utf_8_is_rejected_or_replaced() {
        let bad = Err(LineFault::NotUtf8 { valid: 1 });
        assert_eq!(cut(9, &[b"a\xff\nb"]), [bad, Ok("b".to_owned())]);
        let replaced = cut_with(9, InvalidUtf8::Replace, &[b"a\xff\nb"]);
        assert_eq!(replaced, texts(&["a\u{fffd}", "b"]));
    }

    proptest! {
        #[test]
        fn it_is_all_one_how_the_bytes_are_cut_into_chunks(
            bytes in prop::collection::vec(prop::sample::select(b"ab\n\r\xc3\xa9\xef\xbb\xbf".as_slice()), 0..40),
            marked in any::<bool>(),
            ends in prop::collection::vec(0_usize..40, 0..8),
            max_bytes in 1_usize..6,
        ) {
            let mark = if marked { BYTE_ORDER_MARK } else { b"" };
            let bytes = [mark, &bytes].concat();
            let mut ends: Vec<_> = ends.into_iter().map(|end| end.min(bytes.len())).collect();
            ends.extend([0, bytes.len()]);
            ends.sort_unstable();
            let chunks: Vec<_> = ends.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            prop_assert_eq!(cut(max_bytes, &chunks), cut(max_bytes, &[&bytes]));
        }
    }
}
