//! What an edge promises, for both kinds of it, against a model and by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;
use millpond::edge::{self, Closed, Inlet, Sender};
use proptest::prelude::*;

fn n(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Local,
    Remote,
}

const KINDS: [Kind; 2] = [Kind::Local, Kind::Remote];

fn edge<T>(kind: Kind, capacity: usize) -> (Sender<T>, Inlet<T>) {
    match kind {
        Kind::Local => edge::local(n(capacity)),
        Kind::Remote => {
            let (sender, inlet) = edge::remote(n(capacity));
            (sender.open(), inlet.open())
        }
    }
}

/// A waker that counts.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (Arc::clone(&wakes), Waker::from(Arc::clone(&wakes)))
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Sends if there is room.
fn send<T>(sender: &mut Sender<T>, message: T, waker: &Waker) -> Poll<Result<(), Closed>> {
    sender
        .poll_reserve(&mut Context::from_waker(waker))
        .map_ok(|slot| slot.send(message))
}

fn receive<T>(inlet: &mut Inlet<T>, waker: &Waker) -> Poll<Option<T>> {
    Pin::new(inlet).poll_next(&mut Context::from_waker(waker))
}

#[test]
fn an_edge_takes_its_capacity_and_no_more() {
    for kind in KINDS {
        for capacity in [1, 2, 7, 128, 1000] {
            let (mut sender, mut inlet) = edge(kind, capacity);
            let (_, waker) = Wakes::new();
            for message in 0..capacity {
                assert_eq!(send(&mut sender, message, &waker), Poll::Ready(Ok(())));
            }
            assert!(send(&mut sender, capacity, &waker).is_pending());
            for message in 0..capacity {
                assert_eq!(receive(&mut inlet, &waker), Poll::Ready(Some(message)));
            }
            assert!(receive(&mut inlet, &waker).is_pending());
        }
    }
}

#[test]
fn what_the_inlet_has_fetched_still_counts_against_the_capacity() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 64);
        let (_, waker) = Wakes::new();
        for message in 0..64 {
            assert!(send(&mut sender, message, &waker).is_ready());
        }
        assert!(send(&mut sender, 64, &waker).is_pending());
        // Fetches all 64 and hands out one: an eighth of the capacity must
        // have been handed out before slots come back.
        for message in 0..7 {
            assert_eq!(receive(&mut inlet, &waker), Poll::Ready(Some(message)));
        }
        assert!(send(&mut sender, 64, &waker).is_pending());
        assert_eq!(receive(&mut inlet, &waker), Poll::Ready(Some(7)));
        for message in 64..72 {
            assert!(send(&mut sender, message, &waker).is_ready());
        }
        assert!(send(&mut sender, 72, &waker).is_pending());
    }
}

#[test]
fn a_waiting_sender_is_woken_once_when_slots_come_back() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 8);
        let (sender_wakes, sender_waker) = Wakes::new();
        let (_, waker) = Wakes::new();
        while send(&mut sender, (), &sender_waker).is_ready() {}
        assert_eq!(sender_wakes.count(), 0);
        for _ in 0..8 {
            assert!(receive(&mut inlet, &waker).is_ready());
        }
        assert_eq!(sender_wakes.count(), 1);
    }
}

#[test]
fn a_waiting_inlet_is_woken_once_per_flush() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 8);
        let (inlet_wakes, inlet_waker) = Wakes::new();
        let (_, waker) = Wakes::new();
        assert!(receive(&mut inlet, &inlet_waker).is_pending());
        assert!(send(&mut sender, 1, &waker).is_ready());
        sender.flush();
        assert_eq!(inlet_wakes.count(), 1);
        sender.flush();
        assert_eq!(inlet_wakes.count(), 1);
    }
}

#[test]
fn the_latest_waker_is_the_one_that_is_woken() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 1);
        let (old, old_waker) = Wakes::new();
        let (new, new_waker) = Wakes::new();
        assert!(receive(&mut inlet, &old_waker).is_pending());
        assert!(receive(&mut inlet, &new_waker).is_pending());
        assert!(send(&mut sender, (), &new_waker).is_ready());
        sender.flush();
        assert_eq!((old.count(), new.count()), (0, 1));

        assert!(send(&mut sender, (), &old_waker).is_pending());
        assert!(send(&mut sender, (), &new_waker).is_pending());
        assert!(receive(&mut inlet, &new_waker).is_ready());
        assert_eq!((old.count(), new.count()), (0, 2));
    }
}

#[test]
fn a_dropped_sender_closes_after_what_it_sent() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 8);
        let (wakes, waker) = Wakes::new();
        assert!(receive(&mut inlet, &waker).is_pending());
        assert!(send(&mut sender, 1, &waker).is_ready());
        drop(sender);
        assert!(wakes.count() >= 1);
        assert_eq!(receive(&mut inlet, &waker), Poll::Ready(Some(1)));
        assert_eq!(receive(&mut inlet, &waker), Poll::Ready(None));
        assert_eq!(receive(&mut inlet, &waker), Poll::Ready(None));
    }
}

#[test]
fn a_sender_learns_that_the_inlet_is_gone_while_it_waits_or_idles() {
    for kind in KINDS {
        let (mut sender, inlet) = edge(kind, 1);
        let (wakes, waker) = Wakes::new();
        while send(&mut sender, (), &waker).is_ready() {}
        drop(inlet);
        assert_eq!(wakes.count(), 1);
        assert_eq!(send(&mut sender, (), &waker), Poll::Ready(Err(Closed)));

        let (mut sender, inlet) = edge::<()>(kind, 1);
        let (wakes, waker) = Wakes::new();
        let cx = &mut Context::from_waker(&waker);
        assert!(sender.poll_idle(cx).is_pending());
        drop(inlet);
        assert_eq!(wakes.count(), 1);
        assert_eq!(sender.poll_idle(cx), Poll::Ready(Closed));
    }
}

#[test]
fn an_unopened_end_closes_the_edge() {
    let (sender, inlet) = edge::remote::<u8>(n(1));
    let (_, waker) = Wakes::new();
    drop(sender);
    assert_eq!(receive(&mut inlet.open(), &waker), Poll::Ready(None));

    let (sender, inlet) = edge::remote::<u8>(n(1));
    drop(inlet);
    assert_eq!(
        send(&mut sender.open(), 1, &waker),
        Poll::Ready(Err(Closed))
    );
}

#[test]
fn a_larger_capacity_wakes_and_a_smaller_one_drops_nothing() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 2);
        let (wakes, waker) = Wakes::new();
        assert!(send(&mut sender, 0, &waker).is_ready());
        assert!(send(&mut sender, 1, &waker).is_ready());
        assert!(send(&mut sender, 2, &waker).is_pending());
        inlet.resize(n(4));
        assert_eq!(wakes.count(), 1);
        assert!(send(&mut sender, 2, &waker).is_ready());
        assert!(send(&mut sender, 3, &waker).is_ready());
        assert!(send(&mut sender, 4, &waker).is_pending());

        inlet.resize(n(1));
        for message in 0..3 {
            assert_eq!(receive(&mut inlet, &waker), Poll::Ready(Some(message)));
            assert!(
                send(&mut sender, 4, &waker).is_pending(),
                "{message} came back as debt"
            );
        }
        assert_eq!(receive(&mut inlet, &waker), Poll::Ready(Some(3)));
        assert!(send(&mut sender, 4, &waker).is_ready());
        assert!(send(&mut sender, 5, &waker).is_pending());
    }
}

#[test]
fn a_hundred_thousand_messages_cross_threads_in_order() {
    const MESSAGES: u64 = 100_000;
    for capacity in [1, 3, 64] {
        let messages = if capacity == 1 {
            MESSAGES / 20
        } else {
            MESSAGES
        };
        let (sender, inlet) = edge::remote::<u64>(n(capacity));
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap()
        };
        let producer = std::thread::spawn(move || {
            runtime().block_on(async move {
                let mut sender = sender.open();
                for message in 0..messages {
                    std::future::poll_fn(|cx| {
                        sender.poll_reserve(cx).map_ok(|slot| slot.send(message))
                    })
                    .await
                    .unwrap();
                }
            });
        });
        let received = runtime().block_on(async move {
            millpond::operators::Flow::native(inlet.open())
                .fold(0, |expected, message| {
                    assert_eq!(message, expected);
                    expected + 1
                })
                .await
        });
        producer.join().unwrap();
        assert_eq!(received, messages);
    }
}

/// One step that a test makes an edge take.
#[derive(Clone, Debug)]
enum Step {
    Send,
    /// Reserves and does not send: what a cancelled send leaves behind.
    Cancel,
    Flush,
    Receive,
    Resize(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Send),
        1 => Just(Step::Cancel),
        1 => Just(Step::Flush),
        4 => Just(Step::Receive),
        1 => (1_usize..20).prop_map(Step::Resize),
    ]
}

proptest! {
    /// Whatever the schedule: order is kept, nothing is lost or doubled, no
    /// more is admitted than fits, and neither end sleeps while it could go on.
    #[test]
    fn an_edge_is_a_bounded_queue(
        remote in any::<bool>(),
        capacity in 1_usize..20,
        steps in proptest::collection::vec(step(), 0..200),
    ) {
        let kind = if remote { Kind::Remote } else { Kind::Local };
        let (mut sender, mut inlet) = edge(kind, capacity);
        let (sender_wakes, sender_waker) = Wakes::new();
        let (inlet_wakes, inlet_waker) = Wakes::new();
        // How often an end had been woken when it last went to sleep.
        let (mut sender_sleeps, mut inlet_sleeps) = (None, None);
        let mut model = VecDeque::new();
        let mut next = 0_u64;
        let (mut now, mut most) = (capacity, capacity);
        for step in steps {
            match step {
                Step::Send => {
                    if send(&mut sender, next, &sender_waker).is_ready() {
                        model.push_back(next);
                        next += 1;
                        let slept = sender_sleeps.take();
                        prop_assert!(slept.is_none_or(|wakes| wakes < sender_wakes.count()));
                    } else {
                        // Full, but for the slots of messages that were handed
                        // out since the inlet last gave some back.
                        prop_assert!(model.len() + (most / 8).max(1) > now);
                        sender_sleeps = Some(sender_wakes.count());
                    }
                    // Slots reserved under a larger capacity outlive a shrink.
                    prop_assert!(model.len() <= most);
                }
                Step::Cancel => {
                    let cx = &mut Context::from_waker(&sender_waker);
                    match sender.poll_reserve(cx) {
                        Poll::Ready(Ok(_slot)) => sender_sleeps = None,
                        Poll::Ready(Err(Closed)) => prop_assert!(false, "nobody closed it"),
                        Poll::Pending => sender_sleeps = Some(sender_wakes.count()),
                    }
                }
                Step::Flush => sender.flush(),
                Step::Receive => match receive(&mut inlet, &inlet_waker) {
                    Poll::Ready(message) => {
                        prop_assert_eq!(message, model.pop_front());
                        let slept = inlet_sleeps.take();
                        prop_assert!(slept.is_none_or(|wakes| wakes < inlet_wakes.count()));
                    }
                    Poll::Pending => inlet_sleeps = Some(inlet_wakes.count()),
                },
                Step::Resize(capacity) => {
                    inlet.resize(n(capacity));
                    now = capacity;
                    most = most.max(capacity);
                }
            }
        }
        drop(sender);
        while let Poll::Ready(Some(message)) = receive(&mut inlet, &inlet_waker) {
            prop_assert_eq!(Some(message), model.pop_front());
        }
        prop_assert!(model.is_empty());
    }
}
