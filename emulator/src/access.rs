//! Who touched an allocation last, and whether the program ordered them.

use std::{ops::Range, sync::Arc};

use crate::clock::{Clock, Ticket};

/// So many accesses are remembered for an allocation; older ones are
/// forgotten, and a race with them goes unseen.
const REMEMBERED: usize = 256;

/// One operation's access to a range of an allocation.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// Offsets in the allocation.
    pub(crate) range: Range<usize>,
    pub(crate) write: bool,
    pub(crate) ticket: Ticket,
    /// The operation in words: `kernel add`.
    pub(crate) what: Arc<str>,
}

/// The latest accesses of one allocation.
#[derive(Default, Debug)]
pub(crate) struct Accesses(Vec<Access>);

impl Accesses {
    /// Notes an access of an operation that comes after all that `before`
    /// covers. Returns an earlier access to the same bytes that it conflicts
    /// with: one of the two writes, and nothing orders them.
    pub(crate) fn note(&mut self, access: Access, before: &Clock) -> Option<Access> {
        let apart = |earlier: &&Access| {
            earlier.ticket.stream != access.ticket.stream
                && (earlier.write || access.write)
                && overlap(&earlier.range, &access.range)
                && !before.covers(earlier.ticket)
        };
        let conflict = self.0.iter().find(apart).cloned();
        // Whoever comes after this access comes after those it follows; an
        // earlier write stays until a write replaces it.
        self.0.retain(|earlier| {
            let inside =
                access.range.start <= earlier.range.start && earlier.range.end <= access.range.end;
            let follows =
                earlier.ticket.stream == access.ticket.stream || before.covers(earlier.ticket);
            !(inside && follows && (access.write || !earlier.write))
        });
        if self.0.len() == REMEMBERED {
            self.0.remove(0);
        }
        self.0.push(access);
        conflict
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(stream: u64, write: bool, range: Range<usize>) -> Access {
        Access {
            range,
            write,
            ticket: Ticket { stream, number: 1 },
            what: "kernel".into(),
        }
    }

    #[test]
    fn a_read_after_a_write_of_another_stream_needs_an_order() {
        let mut accesses = Accesses::default();
        assert!(
            accesses
                .note(access(1, true, 0..8), &Clock::default())
                .is_none()
        );
        assert!(
            accesses
                .note(access(2, false, 4..12), &Clock::default())
                .is_some()
        );
        let mut waited = Clock::default();
        waited.add(Ticket {
            stream: 1,
            number: 1,
        });
        assert!(accesses.note(access(3, false, 4..8), &waited).is_none());
    }

    #[test]
    fn reads_and_ranges_apart_do_not_conflict() {
        let mut accesses = Accesses::default();
        assert!(
            accesses
                .note(access(1, false, 0..8), &Clock::default())
                .is_none()
        );
        assert!(
            accesses
                .note(access(2, false, 0..8), &Clock::default())
                .is_none()
        );
        assert!(
            accesses
                .note(access(3, true, 8..16), &Clock::default())
                .is_none()
        );
    }
}
