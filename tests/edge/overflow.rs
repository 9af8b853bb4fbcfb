//! What happens to a message that is sent on a full edge.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use millpond::edge::{Capacity, Closed, DropReason, EdgeCounts, Inlet, Overflow, Sender, Settings};
use proptest::prelude::*;

use super::support::{KINDS, Kind, Wakes, edge, receive, receive_all, send, send_each};

const SECOND: Duration = Duration::from_secs(1);

/// The ends of an edge, and what it drops.
type Dropping = (Sender<u32>, Inlet<u32>, Arc<Mutex<Vec<(u32, DropReason)>>>);

fn dropping(kind: Kind, capacity: impl Into<Capacity>, overflow: Overflow) -> Dropping {
    let dropped = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&dropped);
    let settings = Settings::new(capacity)
        .weigh(|message| *message as usize)
        .overflow(overflow)
        .on_drop(move |message, reason| sink.lock().unwrap().push((message, reason)));
    let (sender, inlet) = edge(kind, settings);
    (sender, inlet, dropped)
}

#[test]
fn drop_newest_keeps_what_came_first() {
    for kind in KINDS {
        let (mut sender, mut inlet, dropped) = dropping(kind, 2, Overflow::DropNewest);
        send_each(&mut sender, 1..=5);
        assert_eq!(receive_all(&mut inlet), [1, 2]);
        let expected = [3, 4, 5].map(|message| (message, DropReason::Newest));
        assert_eq!(*dropped.lock().unwrap(), expected);
        assert_eq!(sender.counters().counts().dropped_newest, 3);
        // There is room again.
        send_each(&mut sender, [6]);
        assert_eq!(receive_all(&mut inlet), [6]);
    }
}

#[test]
fn drop_oldest_keeps_what_came_last() {
    for kind in KINDS {
        let (mut sender, mut inlet, dropped) = dropping(kind, 2, Overflow::DropOldest);
        send_each(&mut sender, 1..=5);
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(4)));
        send_each(&mut sender, 6..=7);
        assert_eq!(receive_all(&mut inlet), [6, 7]);
        let expected = [1, 2, 3, 5].map(|message| (message, DropReason::Oldest));
        assert_eq!(*dropped.lock().unwrap(), expected);
        assert_eq!(sender.counters().counts().dropped_oldest, 4);
    }
}

#[test]
fn drop_oldest_makes_room_for_a_heavy_message() {
    for kind in KINDS {
        let capacity = Capacity::Weighted(10);
        let (mut sender, mut inlet, dropped) = dropping(kind, capacity, Overflow::DropOldest);
        // 4 + 4 + 4 is as much as is admitted; dropping one makes room.
        send_each(&mut sender, [4, 4, 4, 9]);
        assert_eq!(dropped.lock().unwrap().len(), 1);
        // 17 of 10: two must go.
        send_each(&mut sender, [1]);
        assert_eq!(dropped.lock().unwrap().len(), 3);
        assert_eq!(receive_all(&mut inlet), [9, 1]);
    }
}

#[test]
fn a_full_edge_that_fails_is_closed_to_its_sender_and_ends_after_what_is_on_it() {
    for kind in KINDS {
        let (mut sender, mut inlet, dropped) = dropping(kind, 2, Overflow::Fail);
        let (wakes, waker) = Wakes::new();
        assert!(receive(&mut inlet, &waker).is_pending());
        send_each(&mut sender, 1..=3);
        assert_eq!(wakes.count(), 1);
        assert_eq!(send(&mut sender, 4, &waker), Poll::Ready(Err(Closed)));
        assert_eq!(receive_all(&mut inlet), [1, 2]);
        assert_eq!(receive(&mut inlet, &waker), Poll::Ready(None));
        assert_eq!(*dropped.lock().unwrap(), [(3, DropReason::Failing)]);
        let counts = sender.counters().counts();
        assert!(counts.has_failed());
        assert_eq!(
            (counts.sent, counts.received, counts.dropped_failing),
            (3, 2, 1)
        );
    }
}

thread_local! {
    /// Of an edge that is looked at while it tells of its failure: an inlet
    /// cannot move into what it calls then.
    static LOOKED_AT: RefCell<Option<Inlet<u32>>> = const { RefCell::new(None) };
}

fn look() -> Poll<Option<u32>> {
    LOOKED_AT.with_borrow_mut(|inlet| receive(inlet.as_mut().unwrap(), Waker::noop()))
}

#[test]
fn an_edge_that_fails_tells_of_it_before_it_ends() {
    for kind in KINDS {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let settings = Settings::new(1).overflow(Overflow::Fail);
        let settings = settings.on_drop(move |_, _| sink.lock().unwrap().extend([look(), look()]));
        let (mut sender, inlet) = edge(kind, settings);
        LOOKED_AT.set(Some(inlet));
        send_each(&mut sender, [1, 2]);
        assert_eq!(*seen.lock().unwrap(), [Poll::Ready(Some(1)), Poll::Pending]);
        assert_eq!(look(), Poll::Ready(None));
    }
}

#[test]
fn an_inlet_that_waits_is_woken_when_its_edge_fails() {
    for kind in KINDS {
        let (mut sender, mut inlet, _dropped) = dropping(kind, 1, Overflow::Fail);
        let (wakes, waker) = Wakes::new();
        send_each(&mut sender, [1]);
        assert_eq!(receive_all(&mut inlet), [1]);
        send_each(&mut sender, [2]);
        assert!(receive(&mut inlet, &waker).is_ready());
        assert!(receive(&mut inlet, &waker).is_pending());
        send_each(&mut sender, [3, 4]);
        assert_eq!(wakes.count(), 1);
    }
}

#[test]
fn an_edge_that_drops_never_makes_its_sender_wait() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        for kind in KINDS {
            let (mut sender, _inlet, _dropped) = dropping(kind, 1, overflow);
            let (wakes, waker) = Wakes::new();
            for message in 0..100 {
                assert!(send(&mut sender, message, &waker).is_ready());
            }
            assert_eq!(wakes.count(), 0);
        }
    }
}

fn in_simulated_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(test);
}

#[test]
fn the_time_in_queue_is_that_of_messages_which_arrive() {
    for kind in KINDS {
        in_simulated_time(async move {
            let (mut sender, mut inlet, _dropped) = dropping(kind, 2, Overflow::DropOldest);
            // Three come while one is taken; it has waited for a second or two.
            for turn in 0..5_000 {
                tokio::time::sleep(SECOND).await;
                send_each(&mut sender, [turn]);
                if turn % 3 == 0 {
                    assert!(receive(&mut inlet, Waker::noop()).is_ready());
                }
            }
            let time = sender.counters().counts().time_in_queue.unwrap();
            assert!(time <= 2 * SECOND, "{kind:?}: {time:?}");
        });
    }
}

#[test]
fn the_time_for_which_a_dropping_edge_was_full_counts_as_blocked() {
    in_simulated_time(async {
        let (mut sender, mut inlet, _dropped) = dropping(Kind::Remote, 1, Overflow::DropNewest);
        send_each(&mut sender, 1..=2);
        tokio::time::sleep(SECOND).await;
        assert_eq!(receive_all(&mut inlet), [1]);
        send_each(&mut sender, [3]);
        assert_eq!(sender.counters().counts().blocked, SECOND);
    });
}

#[test]
fn a_panic_of_who_is_handed_what_is_dropped_harms_nobody_else() {
    for kind in KINDS {
        let settings = Settings::new(1)
            .overflow(Overflow::DropOldest)
            .on_drop(|_, _| panic!("it does not want it"));
        let (mut sender, mut inlet) = edge(kind, settings);
        send_each(&mut sender, [1]);
        let sending = std::panic::AssertUnwindSafe(|| send_each(&mut sender, [2]));
        assert!(std::panic::catch_unwind(sending).is_err());
        assert_eq!(receive_all(&mut inlet), [2]);
        assert_eq!(sender.counters().counts().dropped_oldest, 1);
        // Unwinding calls nobody: a second panic would end the process.
        let unwinding = std::panic::AssertUnwindSafe(move || {
            send_each(&mut sender, [3]);
            assert!(send(&mut sender, 4, Waker::noop()).is_ready());
            panic!("with a message that drops another one");
        });
        assert!(std::panic::catch_unwind(unwinding).is_err());
        assert_eq!(receive_all(&mut inlet), [4]);
    }
}

fn gone(counts: &EdgeCounts) -> u64 {
    counts.received + counts.dropped() + counts.discarded
}

proptest! {
    /// sent = received + dropped + discarded, whatever the policy; what is
    /// received is in order, and what is dropped is handed over.
    #[test]
    fn nothing_is_unaccounted_for(
        remote in any::<bool>(),
        weighted in any::<bool>(),
        overflow in proptest::sample::select(vec![
            Overflow::Block, Overflow::DropNewest, Overflow::DropOldest, Overflow::Fail,
        ]),
        capacity in 1_usize..6,
        receives in proptest::collection::vec(0_usize..4, 0..40),
        inlet_leaves in any::<bool>(),
    ) {
        let kind = if remote { Kind::Remote } else { Kind::Local };
        let capacity = if weighted { Capacity::Weighted(capacity) } else { capacity.into() };
        let (mut sender, mut inlet, dropped) = dropping(kind, capacity, overflow);
        let counters = sender.counters();
        let mut received = Vec::new();
        let mut sent = 0;
        for (message, receives) in (1..).zip(receives) {
            sent += u64::from(send(&mut sender, message, Waker::noop()) == Poll::Ready(Ok(())));
            for _ in 0..receives {
                if let Poll::Ready(Some(message)) = receive(&mut inlet, Waker::noop()) {
                    received.push(message);
                }
            }
        }
        if inlet_leaves {
            drop(inlet);
            drop(sender);
        } else {
            drop(sender);
            received.extend(receive_all(&mut inlet));
        }
        let counts = counters.counts();
        prop_assert!(received.is_sorted());
        prop_assert_eq!(counts.sent, sent);
        prop_assert_eq!(counts.received, received.len() as u64);
        prop_assert_eq!(counts.dropped(), dropped.lock().unwrap().len() as u64);
        prop_assert_eq!(gone(&counts), counts.sent);
        prop_assert_eq!(counts.depth(), 0);
        prop_assert!(inlet_leaves || counts.discarded == 0);
    }
}
