use std::fmt;
use std::sync::Arc;

use super::board::Ticket;
use crate::message::{Message, Mode};

/// The mode of the edges inside replicas whose messages keep their order: each
/// message knows its place.
///
/// What is made of a message takes its place, what is made of several takes
/// that of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {}

/// A message and its place among those that went to the replicas.
pub struct Numbered<T> {
    message: T,
    /// None for what was made of nothing, which may come out anywhere.
    ticket: Option<Arc<Ticket>>,
}

/// The place of the last of the messages that wait to be gathered.
#[derive(Debug, Default)]
pub struct LastPlace {
    ticket: Option<Arc<Ticket>>,
}

impl<T> Numbered<T> {
    pub(crate) fn new(message: T, ticket: Arc<Ticket>) -> Self {
        let ticket = Some(ticket);
        Self { message, ticket }
    }

    /// The number at whose turn it comes out; what was made of nothing waits
    /// for none.
    pub(crate) fn number(&self) -> u64 {
        self.ticket.as_ref().map_or(0, |ticket| ticket.number())
    }

    pub(crate) fn into_message(self) -> T {
        self.message
    }

    pub(crate) fn into_parts(self) -> (T, Option<Arc<Ticket>>) {
        (self.message, self.ticket)
    }

    pub(crate) fn from_parts(message: T, ticket: Option<Arc<Ticket>>) -> Self {
        Self { message, ticket }
    }
}

impl Mode for Ordered {
    type Of<T: Message> = Numbered<T>;
    type Place = LastPlace;

    fn map<A: Message, B: Message>(carried: Numbered<A>, f: impl FnOnce(A) -> B) -> Numbered<B> {
        Numbered {
            message: f(carried.message),
            ticket: carried.ticket,
        }
    }

    fn filter_map<A: Message, B: Message>(
        carried: Numbered<A>,
        f: impl FnOnce(A) -> Option<B>,
    ) -> Option<Numbered<B>> {
        let ticket = carried.ticket;
        f(carried.message).map(|message| Numbered { message, ticket })
    }

    fn take_in<A: Message>(place: &mut LastPlace, carried: Numbered<A>) -> A {
        // The number of the one before is done with at once: numbers that are
        // held until a large group is complete would use up the window.
        place.ticket = carried.ticket;
        carried.message
    }

    fn gather<A: Message>(place: LastPlace, message: Vec<A>) -> Numbered<Vec<A>> {
        Numbered::from_parts(message, place.ticket)
    }
}

impl<T: fmt::Debug> fmt::Debug for Numbered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Numbered")
            .field("message", &self.message)
            .field("number", &self.ticket.as_ref().map(|it| it.number()))
            .finish()
    }
}
