use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use millpond_operators::{Flow, Progress};
use pin_project::pin_project;

use super::board::Ticket;
use super::ordered::Numbered;
use crate::edge::Inlet;

/// What a replica's operators read when messages keep their order: one
/// message, and then the end.
#[derive(Debug)]
pub struct Turn<T> {
    message: Option<T>,
}

// Messages are never pinned.
impl<T> Unpin for Turn<T> {}

impl<T> Stream for Turn<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(self.message.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.message.is_some());
        (left, Some(left))
    }
}

impl<T> FusedStream for Turn<T> {
    fn is_terminated(&self) -> bool {
        self.message.is_none()
    }
}

/// It holds no work, only a message that waits to be taken.
impl<T> Progress for Turn<T> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

/// Runs each message through operators that are made for it.
///
/// Whatever the operators do, their end tells that nothing more comes of the
/// message. No other sign would: an operator that is silent may have filtered
/// it out, or be working on it.
#[pin_project]
pub(crate) struct Turns<T, F, P> {
    inlet: Inlet<Numbered<T>>,
    make: F,
    #[pin]
    current: Option<Current<P>>,
}

/// The operators that work on a message, and its place.
#[pin_project]
struct Current<P> {
    #[pin]
    flow: P,
    ticket: Option<Arc<Ticket>>,
}

impl<T, F, P> Turns<T, F, P> {
    pub(crate) fn new(inlet: Inlet<Numbered<T>>, make: F) -> Self {
        Self {
            inlet,
            make,
            current: None,
        }
    }
}

impl<T, F, P> Stream for Turns<T, F, P>
where
    F: FnMut(Flow<Turn<T>>) -> P,
    P: Progress,
{
    type Item = Numbered<P::Item>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            if let Some(current) = this.current.as_mut().as_pin_mut() {
                let current = current.project();
                match ready!(current.flow.poll_next(cx)) {
                    Some(message) => {
                        let ticket = current.ticket.clone();
                        return Poll::Ready(Some(Numbered::from_parts(message, ticket)));
                    }
                    None => this.current.set(None),
                }
            }
            let Some(next) = ready!(Pin::new(&mut *this.inlet).poll_next(cx)) else {
                return Poll::Ready(None);
            };
            let (message, ticket) = next.into_parts();
            let turn = Turn {
                message: Some(message),
            };
            let flow = (this.make)(Flow::native(turn));
            this.current.set(Some(Current { flow, ticket }));
        }
    }
}

impl<T, F, P> Progress for Turns<T, F, P>
where
    F: FnMut(Flow<Turn<T>>) -> P,
    P: Progress,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().current.as_pin_mut() {
            Some(current) => current.project().flow.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<T, F, P> fmt::Debug for Turns<T, F, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns")
            .field("working", &self.current.is_some())
            .finish_non_exhaustive()
    }
}
