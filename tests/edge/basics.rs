//! What an edge promises, for both kinds of it, by hand.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use millpond::edge::{self, Capacity, CapacityError, Closed, Inlet, Sender, Settings};
use millpond::operators::Progress;

use super::support::{KINDS, Kind, Wakes, edge, n, receive, send};

const SECOND: Duration = Duration::from_secs(1);

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

#[test]
fn a_capacity_that_no_edge_can_have_is_refused_where_it_is_given() {
    let adaptive = |target, min, max| Capacity::Adaptive { target, min, max };
    let refused = [
        (Capacity::Fixed(0), CapacityError::Zero),
        (Capacity::Weighted(0), CapacityError::Zero),
        (adaptive(SECOND, 0, 1), CapacityError::Zero),
        (
            adaptive(SECOND, 3, 2),
            CapacityError::Bounds { min: 3, max: 2 },
        ),
        (adaptive(Duration::ZERO, 1, 2), CapacityError::Target),
    ];
    for (capacity, error) in refused {
        assert_eq!(capacity.check(), Err(error));
        let made = catch_unwind(|| edge::local::<u8>(capacity)).map(drop);
        let told = made.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(*told, error.to_string());
    }
    for capacity in [
        edge::DEFAULT_WITHIN_WORKER,
        Capacity::adaptive(),
        Capacity::interactive(),
    ] {
        assert_eq!(capacity.check(), Ok(()));
    }
}

#[test]
fn an_adaptive_edge_begins_with_room_for_eight_messages_within_its_bounds() {
    for (min, max, begins) in [(2, 100, 8), (20, 100, 20), (1, 3, 3)] {
        let (mut sender, _inlet) = edge::local(Capacity::Adaptive {
            target: SECOND,
            min,
            max,
        });
        let room =
            (0..100).take_while(|message| send(&mut sender, *message, Waker::noop()).is_ready());
        assert_eq!(room.count(), begins);
        assert_eq!(sender.counters().counts().capacity, begins as u64);
    }
}

#[test]
fn a_sender_on_another_worker_is_woken_once_half_of_the_edge_is_free() {
    for (kind, taken) in [(Kind::Local, 8), (Kind::Remote, 32)] {
        let (mut sender, mut inlet) = edge(kind, 64);
        let (wakes, waker) = Wakes::new();
        while send(&mut sender, (), &waker).is_ready() {}
        for _ in 1..taken {
            assert!(receive(&mut inlet, Waker::noop()).is_ready());
        }
        assert_eq!(wakes.count(), 0, "{kind:?}");
        assert!(receive(&mut inlet, Waker::noop()).is_ready());
        assert_eq!(wakes.count(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sender_on_another_worker_is_woken_sooner_where_messages_take_long() {
    let (mut sender, mut inlet) = edge(Kind::Remote, 64);
    let (wakes, waker) = Wakes::new();
    while send(&mut sender, (), &waker).is_ready() {}
    for _ in 0..32 {
        assert!(receive(&mut inlet, Waker::noop()).is_ready());
    }
    // 64 messages would take 512 µs: twice what makes an eighth worth a wake.
    tokio::time::advance(Duration::from_micros(256)).await;
    while send(&mut sender, (), &waker).is_ready() {}
    for woken in [2, 3] {
        for _ in 0..7 {
            assert!(receive(&mut inlet, Waker::noop()).is_ready());
            assert_eq!(wakes.count(), woken - 1);
        }
        assert!(receive(&mut inlet, Waker::noop()).is_ready());
        assert_eq!(wakes.count(), woken);
        tokio::time::advance(Duration::from_micros(64)).await;
        while send(&mut sender, (), &waker).is_ready() {}
    }
}

#[test]
fn an_inlet_on_another_worker_is_woken_once_half_of_the_edge_is_filled() {
    for (capacity, enough) in [(64, 32), (1_024, 512), (4_096, 512)] {
        let (mut sender, mut inlet) = edge(Kind::Remote, capacity);
        let (wakes, waker) = Wakes::new();
        assert!(receive(&mut inlet, &waker).is_pending());
        for _ in 0..enough {
            assert!(send(&mut sender, (), Waker::noop()).is_ready());
            assert_eq!(wakes.count(), 0);
        }
        // The next one finds its chunk full, and exchanges it.
        assert!(send(&mut sender, (), Waker::noop()).is_ready());
        assert_eq!(wakes.count(), 1);
    }
}

#[test]
fn what_was_exchanged_without_a_wake_is_announced_before_the_sender_pauses() {
    let idle = |sender: &mut Sender<()>| {
        let cx = &mut Context::from_waker(Waker::noop());
        assert!(sender.poll_idle(cx).is_pending());
    };
    let pauses: [fn(&mut Sender<()>); 2] = [Sender::flush, idle];
    for pause in pauses {
        let (mut sender, mut inlet) = edge(Kind::Remote, 64);
        let (wakes, waker) = Wakes::new();
        assert!(receive(&mut inlet, &waker).is_pending());
        for _ in 0..16 {
            assert!(send(&mut sender, (), Waker::noop()).is_ready());
        }
        // Exchanges the sixteen, and gets a slot that it does not use.
        assert!(
            sender
                .poll_reserve(&mut Context::from_waker(Waker::noop()))
                .is_ready()
        );
        assert_eq!(wakes.count(), 0);
        pause(&mut sender);
        assert_eq!(wakes.count(), 1);
        pause(&mut sender);
        assert_eq!(wakes.count(), 1);
    }
}

#[test]
fn the_largest_numbers_are_numbers_like_any_other() {
    let adaptive = Capacity::Adaptive {
        target: Duration::MAX,
        min: usize::MAX,
        max: usize::MAX,
    };
    for kind in KINDS {
        for capacity in [
            Capacity::Fixed(usize::MAX),
            Capacity::Weighted(usize::MAX),
            adaptive,
        ] {
            let settings = Settings::new(capacity)
                .weigh(|_| usize::MAX)
                .epoch(Duration::MAX);
            let (mut sender, mut inlet) = edge(kind, settings);
            for message in 0..10_000 {
                assert!(send(&mut sender, message, Waker::noop()).is_ready());
                sender.flush();
                let received = receive(&mut inlet, Waker::noop());
                assert_eq!(received, Poll::Ready(Some(message)));
            }
        }
    }
}

/// Takes up to `limit` messages at once.
fn take_many(inlet: &mut Inlet<u32>, limit: usize) -> (Vec<u32>, Poll<Option<usize>>) {
    let mut taken = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    let polled = Pin::new(inlet).poll_many(&mut cx, limit, |message| taken.push(message));
    (taken, polled)
}

/// A full edge of 16 messages, counted from 0.
fn full(kind: Kind) -> (Sender<u32>, Inlet<u32>) {
    let (mut sender, inlet) = edge(kind, 16);
    for message in 0..16 {
        assert!(send(&mut sender, message, Waker::noop()).is_ready());
    }
    assert!(send(&mut sender, 16, Waker::noop()).is_pending());
    (sender, inlet)
}

#[test]
fn many_are_handed_out_in_order_and_up_to_the_limit() {
    for kind in KINDS {
        let (sender, mut inlet) = full(kind);
        drop(sender);
        assert_eq!(take_many(&mut inlet, 0), (vec![], Poll::Ready(Some(0))));
        let mut all = Vec::new();
        for limit in (1..4).cycle() {
            let (taken, polled) = take_many(&mut inlet, limit);
            if polled == Poll::Ready(None) {
                break;
            }
            assert_eq!(polled, Poll::Ready(Some(taken.len())));
            assert!((1..=limit).contains(&taken.len()));
            all.extend(taken);
        }
        assert_eq!(all, (0..16).collect::<Vec<_>>());
    }
}

#[test]
fn many_are_those_that_are_ready_and_no_more_are_waited_for() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 16);
        assert!(send(&mut sender, 7, Waker::noop()).is_ready());
        sender.flush();
        assert_eq!(take_many(&mut inlet, 5), (vec![7], Poll::Ready(Some(1))));
        assert_eq!(take_many(&mut inlet, 5), (vec![], Poll::Pending));
    }
}

#[test]
fn between_workers_slots_go_back_while_many_are_handed_out() {
    let (mut sender, mut inlet) = full(Kind::Remote);
    let (taken, _) = take_many(&mut inlet, 16);
    assert_eq!(taken, [0, 1]);
    assert!(send(&mut sender, 16, Waker::noop()).is_ready());
}

#[test]
fn a_panic_while_many_are_handed_out_loses_the_one_message() {
    for kind in KINDS {
        let (sender, mut inlet) = full(kind);
        let counters = sender.counters();
        let mut cx = Context::from_waker(Waker::noop());
        let take = |message| assert_ne!(message, 1, "as the test wants it");
        let handing = || Pin::new(&mut inlet).poll_many(&mut cx, 16, take);
        assert!(catch_unwind(AssertUnwindSafe(handing)).is_err());
        assert_eq!(take_many(&mut inlet, 1), (vec![2], Poll::Ready(Some(1))));
        drop(inlet);
        let counts = counters.counts();
        assert_eq!((counts.received, counts.discarded), (3, 13));
    }
}
