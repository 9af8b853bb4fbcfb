//! Ends of both kinds, polled by hand with wakers that count.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;
use millpond::edge::{self, Closed, Inlet, Sender, Settings};

pub(crate) fn n(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Local,
    Remote,
}

pub(crate) const KINDS: [Kind; 2] = [Kind::Local, Kind::Remote];

pub(crate) fn edge<T>(kind: Kind, settings: impl Into<Settings<T>>) -> (Sender<T>, Inlet<T>) {
    match kind {
        Kind::Local => edge::local(settings),
        Kind::Remote => {
            let (sender, inlet) = edge::remote(settings);
            (sender.open(), inlet.open())
        }
    }
}

/// A waker that counts.
#[derive(Default)]
pub(crate) struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (Arc::clone(&wakes), Waker::from(Arc::clone(&wakes)))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Sends if there is room.
pub(crate) fn send<T>(
    sender: &mut Sender<T>,
    message: T,
    waker: &Waker,
) -> Poll<Result<(), Closed>> {
    sender
        .poll_reserve(&mut Context::from_waker(waker))
        .map_ok(|slot| slot.send(message))
}

pub(crate) fn receive<T>(inlet: &mut Inlet<T>, waker: &Waker) -> Poll<Option<T>> {
    Pin::new(inlet).poll_next(&mut Context::from_waker(waker))
}

/// Everything that can be had without waiting.
pub(crate) fn receive_all<T>(inlet: &mut Inlet<T>) -> Vec<T> {
    let receive = || match receive(inlet, Waker::noop()) {
        Poll::Ready(message) => message,
        Poll::Pending => None,
    };
    std::iter::from_fn(receive).collect()
}

/// Sends all of them, each in a flush of its own, as long as there is room.
pub(crate) fn send_each<T>(sender: &mut Sender<T>, messages: impl IntoIterator<Item = T>) {
    for message in messages {
        assert_eq!(send(sender, message, Waker::noop()), Poll::Ready(Ok(())));
        sender.flush();
    }
}
