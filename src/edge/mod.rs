//! Bounded links between nodes.
//!
//! An edge has a [`Sender`] in the node before it and an [`Inlet`] in the node
//! after it. The sender first *reserves* a slot and only then takes the
//! message that it will send, so a node never holds a message that it cannot
//! pass on, and cancelling it loses none. The inlet gives slots back as
//! messages are taken; what it holds privately still counts against the
//! capacity.
//!
//! [`local`] edges join two nodes of one worker: no locks, and no atomics but
//! the counters, which are stored to once per chunk.
//! [`remote`] edges join two workers. Both run the same protocol
//! (`protocol.rs`) and differ in how its state is shared (`link.rs`): a
//! `RefCell` or a mutex. Each end keeps a private chunk and exchanges it with
//! the shared state at once, so borrowing, locking and waking are paid per
//! chunk and not per message. A chunk never waits for company: it is flushed
//! before the node that filled it goes to sleep.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::future::poll_fn;
//!
//! use millpond::edge;
//! use millpond::operators::Flow;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let (mut sender, inlet) = edge::local(NonZeroUsize::new(2).unwrap());
//! for number in [1, 2] {
//!     poll_fn(|cx| sender.poll_reserve(cx).map_ok(|slot| slot.send(number))).await.unwrap();
//! }
//! drop(sender); // closes the edge: what was sent still arrives
//!
//! assert_eq!(Flow::native(inlet).collect::<Vec<_>>().await, [1, 2]);
//! # }
//! ```

mod counters;
pub(crate) mod idle;
mod inlet;
mod link;
mod permits;
mod protocol;
mod sender;
mod through;

use std::num::NonZeroUsize;
use std::sync::Arc;

pub use counters::{EdgeCounters, EdgeCounts};
pub use inlet::{Inlet, RemoteInlet};
use link::Link;
use protocol::Shared;
pub use sender::{Closed, RemoteSender, Sender, Slot};

/// How many messages an edge holds unless told otherwise.
pub const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::new(128).unwrap();

/// Makes an edge between two nodes of one worker.
///
/// `capacity` counts messages, those that the inlet has fetched but not yet
/// handed out included.
pub fn local<T>(capacity: NonZeroUsize) -> (Sender<T>, Inlet<T>) {
    local_counted(capacity, Arc::new(EdgeCounters::new(capacity)))
}

/// Makes an edge between two workers; each end is opened on its own.
///
/// `capacity` counts messages, those that the inlet has fetched but not yet
/// handed out included. An end that is dropped unopened closes the edge.
pub fn remote<T>(capacity: NonZeroUsize) -> (RemoteSender<T>, RemoteInlet<T>) {
    remote_counted(capacity, Arc::new(EdgeCounters::new(capacity)))
}

pub(crate) fn local_counted<T>(
    capacity: NonZeroUsize,
    counters: Arc<EdgeCounters>,
) -> (Sender<T>, Inlet<T>) {
    let link = Link::local(Shared::new(capacity, counters));
    (Sender::new(link.clone(), usize::MAX), Inlet::new(link))
}

pub(crate) fn remote_counted<T>(
    capacity: NonZeroUsize,
    counters: Arc<EdgeCounters>,
) -> (RemoteSender<T>, RemoteInlet<T>) {
    let shared = Link::shared(Shared::new(capacity, counters));
    (
        RemoteSender::new(Arc::clone(&shared), capacity),
        RemoteInlet::new(shared),
    )
}
