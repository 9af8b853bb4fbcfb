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

impl<T> Numbered<T> {
    pub(crate) fn new(message: T, ticket: Arc<Ticket>) -> Self {
        let ticket = Some(ticket);
        Self { message, ticket }
    }

    /// Whether it is the turn of this message when `first` is the number that
    /// is waited for.
    pub(crate) fn is_due(&self, first: u64) -> bool {
        let ticket = self.ticket.as_ref();
        ticket.is_none_or(|ticket| ticket.number() <= first)
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

    fn gather<A: Message>(carried: Vec<Numbered<A>>) -> Numbered<Vec<A>> {
        let mut last = None;
        let place = |carried: Numbered<A>| {
            last = carried.ticket;
            carried.message
        };
        let message = carried.into_iter().map(place).collect();
        let ticket = last;
        Numbered { message, ticket }
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
