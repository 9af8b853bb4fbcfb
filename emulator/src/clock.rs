//! What is known to have ended before what: vector clocks over streams.
//!
//! Every operation carries the clock of all that the program ordered before
//! it: its stream's earlier operations, the events it waited for, and what
//! the host had waited for when it enqueued the operation. Two operations on
//! the same memory of which neither clock covers the other are a missing
//! wait, whether or not the timing of this run shows it.

use std::collections::BTreeMap;

/// One operation: the `number`th of its stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    pub(crate) stream: u64,
    pub(crate) number: u64,
}

/// For each stream, how many of its operations are known to come before.
#[derive(Clone, Default, Debug)]
pub(crate) struct Clock(BTreeMap<u64, u64>);

impl Clock {
    /// Adds one operation, and with it all earlier ones of its stream.
    pub(crate) fn add(&mut self, ticket: Ticket) {
        let known = self.0.entry(ticket.stream).or_default();
        *known = ticket.number.max(*known);
    }

    /// Adds all that `other` knows.
    pub(crate) fn join(&mut self, other: &Self) {
        for (&stream, &number) in &other.0 {
            self.add(Ticket { stream, number });
        }
    }

    /// Tells whether the operation is known to come before.
    pub(crate) fn covers(&self, ticket: Ticket) -> bool {
        self.0
            .get(&ticket.stream)
            .is_some_and(|&known| known >= ticket.number)
    }
}
