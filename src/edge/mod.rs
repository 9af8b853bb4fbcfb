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

mod adaptive;
mod capacity;
mod clock;
mod counters;
pub mod idle;
mod inlet;
#[cfg(all(test, millpond_loom))]
mod interleavings;
mod link;
mod overflow;
mod permits;
mod protocol;
mod send;
mod sender;
mod settings;
mod sync;
mod through;

use std::sync::Arc as StdArc;

pub use capacity::{Capacity, CapacityError};
use clock::Clock;
pub use counters::{EdgeCounters, EdgeCounts};
pub use inlet::{Inlet, RemoteInlet};
use link::Link;
pub use overflow::{DropReason, Overflow};
use protocol::Shared;
pub use send::SendError;
pub use sender::{Closed, RemoteSender, Sender, Slot};
pub use settings::Settings;
use sync::Arc;

/// How much an edge holds unless told otherwise.
pub const DEFAULT_CAPACITY: Capacity = Capacity::Fixed(128);

/// Makes an edge between two nodes of one worker.
///
/// Its capacity includes messages that the inlet has fetched but not yet
/// handed out.
///
/// # Panics
///
/// Panics at the call site if the capacity is zero, or adaptive with bounds
/// that contradict each other ([`Capacity::check`]).
#[track_caller]
pub fn local<T>(settings: impl Into<Settings<T>>) -> (Sender<T>, Inlet<T>) {
    let settings = checked(settings.into());
    let counters = StdArc::new(EdgeCounters::new(settings.capacity));
    local_counted(settings, counters)
}

/// Makes an edge between two workers; each end is opened on its own.
///
/// Its capacity includes messages that the inlet has fetched but not yet
/// handed out. An end that is dropped unopened closes the edge.
///
/// # Panics
///
/// Panics at the call site if the capacity is zero, or adaptive with bounds
/// that contradict each other ([`Capacity::check`]).
#[track_caller]
pub fn remote<T>(settings: impl Into<Settings<T>>) -> (RemoteSender<T>, RemoteInlet<T>) {
    let settings = checked(settings.into());
    let counters = StdArc::new(EdgeCounters::new(settings.capacity));
    remote_counted(settings, counters)
}

#[track_caller]
fn checked<T>(settings: Settings<T>) -> Settings<T> {
    let fault = settings.capacity.check().err();
    assert!(
        fault.is_none(),
        "{}",
        fault.map_or_else(String::new, |fault| fault.to_string())
    );
    settings
}

/// Makes a local edge whose capacity has been checked.
pub(crate) fn local_counted<T>(
    settings: impl Into<Settings<T>>,
    counters: StdArc<EdgeCounters>,
) -> (Sender<T>, Inlet<T>) {
    let settings = settings.into();
    let link = Link::local(Shared::new(&settings, Clock::local(), counters));
    (
        Sender::new(link.clone(), settings.singles()),
        Inlet::new(link),
    )
}

/// Makes a remote edge whose capacity has been checked.
pub(crate) fn remote_counted<T>(
    settings: impl Into<Settings<T>>,
    counters: StdArc<EdgeCounters>,
) -> (RemoteSender<T>, RemoteInlet<T>) {
    let settings = settings.into();
    let shared = Link::shared(Shared::new(&settings, Clock::remote(), counters));
    (
        RemoteSender::new(Arc::clone(&shared), settings.singles()),
        RemoteInlet::new(shared),
    )
}
