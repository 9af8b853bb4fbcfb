//! Edges that size themselves, in simulated time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use millpond::edge::{self, Capacity, EdgeCounts, Inlet, Sender, Settings, idle};
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use super::support::{Kind, edge};

const TARGET: Duration = Duration::from_secs(100);

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn adaptive() -> Settings<u64> {
    let capacity = Capacity::Adaptive {
        target: TARGET,
        min: 2,
        max: 4_096,
    };
    // A thousandth of a simulated second stands for a microsecond.
    Settings::new(capacity).epoch(Duration::from_secs(5))
}

/// Runs two tasks on a worker as the runtime makes it, its clock simulated.
fn side_by_side(
    send: impl Future<Output = ()> + 'static,
    receive: impl Future<Output = ()> + 'static,
) {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .on_thread_park(idle::parked)
        .on_thread_unpark(idle::unparked)
        .build()
        .unwrap();
    let tasks = LocalSet::new();
    let sending = tasks.spawn_local(send);
    let receiving = tasks.spawn_local(receive);
    tasks.block_on(&runtime, async {
        sending.await.unwrap();
        receiving.await.unwrap();
    });
}

/// Sends for a while, pausing before each message as long as `pause` says.
async fn produce(mut sender: Sender<u64>, time: Duration, mut pause: impl FnMut(u64) -> Duration) {
    let end = Instant::now() + time;
    for message in 0.. {
        let pause = pause(message);
        if !pause.is_zero() {
            sender.flush();
            sleep(pause).await;
        }
        if Instant::now() >= end
            || sender
                .reserve()
                .await
                .map(|slot| slot.send(message))
                .is_err()
        {
            break;
        }
    }
}

async fn next(inlet: &mut Inlet<u64>) -> Option<u64> {
    poll_fn(|cx| Pin::new(&mut *inlet).poll_next(cx)).await
}

/// Takes what there is, at most so many, and uses it all at once.
async fn batches(mut inlet: Inlet<u64>, most: usize, time: impl Fn(usize) -> Duration) {
    while next(&mut inlet).await.is_some() {
        let mut taken = 1;
        while taken < most {
            let next = poll_fn(|cx| {
                let next = Pin::new(&mut inlet).poll_next(cx);
                std::task::Poll::Ready(matches!(next, std::task::Poll::Ready(Some(_))))
            });
            if !next.await {
                break;
            }
            taken += 1;
        }
        sleep(time(taken)).await;
    }
}

/// What an edge came to, after this much simulated time.
fn outcome(
    kind: Kind,
    time: Duration,
    pause: impl FnMut(u64) -> Duration + 'static,
    most: usize,
    used: impl Fn(usize) -> Duration + 'static,
) -> EdgeCounts {
    let (sender, inlet) = edge(kind, adaptive());
    let counters = sender.counters();
    let clock = tokio::sync::oneshot::channel();
    let (tell, told) = clock;
    side_by_side(produce(sender, time, pause), async move {
        tokio::select! {
            () = batches(inlet, most, used) => {}
            // Before the end of the messages, which looks like a slow sender.
            () = sleep(time.saturating_sub(ms(1))) => {}
        }
        assert!(tell.send(counters.counts()).is_ok());
    });
    told.blocking_recv().unwrap()
}

#[test]
fn an_edge_grows_where_both_ends_wait_in_turn() {
    for kind in [Kind::Local, Kind::Remote] {
        // Bursts of 64 messages to an inlet that takes a while for each.
        let counts = outcome(
            kind,
            Duration::from_mins(10),
            |message| if message % 64 == 0 { ms(700) } else { ms(0) },
            1,
            |_| ms(10),
        );
        assert!(counts.capacity >= 48, "{kind:?}: {counts:?}");
    }
}

#[test]
fn an_edge_stays_small_where_the_inlet_is_slow() {
    for kind in [Kind::Local, Kind::Remote] {
        let counts = outcome(kind, Duration::from_mins(10), |_| ms(0), 1, |_| ms(10));
        assert!(counts.capacity <= 4, "{kind:?}: {counts:?}");
        assert!(counts.received > 58_000, "{kind:?}: {counts:?}");
    }
}

#[test]
fn an_edge_grows_to_the_batch_that_its_inlet_would_take() {
    for kind in [Kind::Local, Kind::Remote] {
        let counts = outcome(
            kind,
            Duration::from_secs(400),
            |_| ms(0),
            64,
            |messages| ms(500 + 5 * messages as u64),
        );
        assert!(
            (64..=130).contains(&counts.capacity),
            "{kind:?}: {counts:?}"
        );
    }
}

#[test]
fn an_edge_does_not_grow_where_only_the_sender_is_slow() {
    for kind in [Kind::Local, Kind::Remote] {
        let counts = outcome(kind, Duration::from_mins(10), |_| ms(10), 1, |_| ms(1));
        assert!(counts.capacity <= 8, "{kind:?}: {counts:?}");
    }
}

#[test]
fn an_edge_holds_no_more_than_is_served_within_the_target() {
    let capacity = Capacity::Adaptive {
        target: ms(100),
        min: 2,
        max: 4_096,
    };
    let settings = Settings::new(capacity).epoch(Duration::from_secs(5));
    let (sender, inlet) = edge::remote(settings);
    let (sender, inlet) = (sender.open(), inlet.open());
    let counters = sender.counters();
    // Bursts that would need 64.
    let bursts = |message| if message % 64 == 0 { ms(700) } else { ms(0) };
    side_by_side(
        produce(sender, Duration::from_mins(10), bursts),
        async move {
            batches(inlet, 1, |_| ms(10)).await;
            let counts = counters.counts();
            assert!(counts.capacity <= 11, "{counts:?}");
        },
    );
}

#[test]
fn two_busy_nodes_on_one_worker_do_not_grow_their_edge() {
    let (sender, inlet) = edge::local(adaptive());
    let counters = sender.counters();
    let count = 50_000;
    let send = async move {
        let mut sender = sender;
        for message in 0..count {
            sender.reserve().await.unwrap().send(message);
        }
    };
    side_by_side(send, async move {
        let mut inlet = inlet;
        while next(&mut inlet).await.is_some() {
            // Busy, by the wall clock, while the sender can do nothing.
            tokio::time::advance(ms(1)).await;
        }
        let counts = counters.counts();
        assert_eq!((counts.received, counts.capacity), (count, 8), "{counts:?}");
        assert!(counts.blocked.is_zero() && counts.starved.is_zero());
    });
}
