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
//! [`remote`] edges join two workers. Both run the same protocol (`protocol/`)
//! and differ in how its state is shared (`link.rs`: a `RefCell` or a mutex)
//! and in what a wake costs (`reach.rs`). Each end keeps a private chunk and
//! exchanges it with the shared state at once, so borrowing, locking and waking
//! are paid per chunk and not per message. A chunk never waits for company: it
//! is flushed before the node that filled it goes to sleep.
//!
//! Slots go back in eighths of the capacity. A sender that waits is woken by
//! the first of them on its own worker, and once half of the edge is free on
//! another; an inlet that waits is woken when the sender pauses, or once half
//! of the edge is filled or 512 messages are there. So an end whose node is
//! busy is woken twice at most while as many messages pass as the edge holds,
//! if it holds no more than 1,024, and most often once. Where messages take so
//! long that more wakes cost nothing, the first slots wake a sender on another
//! worker too: room that it does not know of is no buffer.
//!
//! Where a node reads several edges and waits for one, the slots of what it
//! took from the others go back at once on its own worker. Between workers up
//! to half of an edge can stay free unannounced: where branches of a fan-out
//! meet again, and one keeps messages back, the edges of the others must hold
//! twice as many.
//!
//! # How much an edge holds
//!
//! | [`Capacity`] | admits the next message while |
//! | --- | --- |
//! | `Fixed` | fewer messages than that are on the edge |
//! | `Weighted` | what is on the edge weighs less than that |
//! | `Adaptive` | fewer messages are on the edge than have paid for themselves |
//!
//! An adaptive edge grows where its sender was blocked and its inlet starved
//! within the same few milliseconds, and shrinks by three quarters of what
//! never leaves its queue. The inlet sees to that when it gives slots back, on
//! the times at which either end began and ceased to wait: there is no task
//! behind it. Of two busy nodes on one worker each is idle while the other
//! runs, which no buffer would change: on a local edge only time counts in
//! which the whole worker sleeps ([`idle`]).
//!
//! A capacity can be changed while messages pass ([`Inlet::resize`]). Permits
//! that are held when it shrinks become debt, which is paid as slots come
//! back; nothing is dropped.
//!
//! # When it is full
//!
//! An edge blocks its sender, unless its [`Overflow`] says that it drops a
//! message or fails instead. Such an edge takes its messages one at a time, as
//! one does that weighs them. What it drops is counted by reason and handed to
//! [`Settings::on_drop`]; at any time
//! `sent = received + dropped + discarded + depth` ([`EdgeCounts`]).
//!
//! # Examples
//!
//! ```
//! use millpond::edge;
//! use millpond::operators::Flow;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), edge::Closed> {
//! let (mut sender, inlet) = edge::local(2);
//! for number in [1, 2] {
//!     sender.reserve().await?.send(number);
//! }
//! drop(sender); // closes the edge: what was sent still arrives
//!
//! assert_eq!(Flow::native(inlet).collect::<Vec<_>>().await, [1, 2]);
//! # Ok(())
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
mod reach;
mod send;
mod sender;
mod settings;
mod sync;
mod through;

use std::sync::Arc as StdArc;

pub use capacity::{Capacity, CapacityError};
pub use counters::{EdgeCounters, EdgeCounts};
pub use inlet::{Inlet, RemoteInlet};
use link::Link;
pub use overflow::{DropReason, Overflow};
use protocol::Shared;
use reach::Reach;
pub use send::SendError;
pub use sender::{Closed, RemoteSender, Sender, Slot};
pub use settings::Settings;
use sync::Arc;

/// How much an edge within a worker holds unless told otherwise.
///
/// Where nodes take turns, an edge that sizes itself sees no loss and stays
/// small, and they would take turns more often.
pub const DEFAULT_WITHIN_WORKER: Capacity = Capacity::Fixed(128);

/// How much an edge between workers holds unless told otherwise.
pub const DEFAULT_BETWEEN_WORKERS: Capacity = Capacity::adaptive();

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
    let why = fault.map_or_else(String::new, |fault| fault.to_string());
    assert!(fault.is_none(), "{why}");
    settings
}

/// Makes a local edge whose capacity has been checked.
pub(crate) fn local_counted<T>(
    settings: impl Into<Settings<T>>,
    counters: StdArc<EdgeCounters>,
) -> (Sender<T>, Inlet<T>) {
    let settings = settings.into();
    let link = Link::local(Shared::new(&settings, Reach::Local, counters));
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
    let shared = Link::shared(Shared::new(&settings, Reach::Remote, counters));
    (
        RemoteSender::new(Arc::clone(&shared), settings.singles()),
        RemoteInlet::new(shared),
    )
}
