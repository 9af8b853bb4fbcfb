//! No node, branch or edge holds up another that could go on.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream;
use millpond::graph::{DeadLetter, Placement};
use millpond::operators::flow;
use millpond::runtime::Ending;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions, RunReport};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

const LONG: Duration = Duration::from_hours(1);

/// Runs on the paused clock, for an hour of it at most.
async fn run_local(pipeline: Pipeline) -> RunReport {
    let run = pipeline.run_local(RunOptions::new());
    timeout(LONG, run).await.expect("the run hangs").unwrap()
}

/// Keeps the thread busy, as a computation would.
#[expect(clippy::disallowed_methods, reason = "real time is what is spent here")]
fn spend(time: Duration) {
    let started = std::time::Instant::now();
    while started.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// Counts what has been seen, for those who wait for it.
#[derive(Clone, Default)]
struct Seen {
    count: Arc<AtomicUsize>,
    changed: Arc<Notify>,
}

impl Seen {
    fn add(&self) {
        self.count.fetch_add(1, SeqCst);
        self.changed.notify_one();
    }

    async fn more_than(&self, count: usize) {
        while self.count.load(SeqCst) <= count {
            self.changed.notified().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_with_room_gets_its_messages_while_another_is_full() {
    let pipeline = Pipeline::named("branches");
    let [free, full] = pipeline
        .source(FromIter::new(0..100_usize))
        .broadcast::<2>("copy");
    let seen = Seen::default();
    let add = seen.clone();
    free.for_each("free", move |_| add.add());
    // Takes a message only after the other branch has seen it.
    full.capacity(1).consume("full", |numbers| async move {
        numbers
            .for_each_async(|n| {
                let seen = seen.clone();
                async move { seen.more_than(n).await }
            })
            .await;
        Ok::<_, std::io::Error>(())
    });
    assert_eq!(run_local(pipeline).await.node("full").received, 100);
}

#[tokio::test(start_paused = true)]
async fn values_go_on_while_the_dead_letters_are_full() {
    let pipeline = Pipeline::named("split");
    let halves = |n: usize| if n.is_multiple_of(2) { Ok(n) } else { Err(n) };
    let (even, odd) = pipeline
        .source(FromIter::new(0..100_usize))
        .try_node("halves", move |numbers| numbers.map(halves));
    let seen = Seen::default();
    let add = seen.clone();
    even.for_each("even", move |_| add.add());
    odd.capacity(1).consume("odd", |letters| async move {
        letters
            .for_each_async(|letter: DeadLetter<usize>| {
                let seen = seen.clone();
                async move { seen.more_than(letter.error / 2).await }
            })
            .await;
        Ok::<_, std::io::Error>(())
    });
    assert_eq!(run_local(pipeline).await.node("odd").received, 50);
}

#[tokio::test(start_paused = true)]
async fn a_partition_does_not_keep_messages_from_a_branch_with_room() {
    let pipeline = Pipeline::named("partition");
    let [even, odd] = pipeline
        .source(FromIter::new(0..100_usize))
        .partition::<2>("parity", |n| n % 2);
    let first = Arc::new(Mutex::new(None));
    let (began, seen) = (Instant::now(), Arc::clone(&first));
    even.for_each("even", move |_| {
        seen.lock().unwrap().get_or_insert(began.elapsed());
    });
    odd.capacity(1).consume("odd", |numbers| async {
        numbers
            .for_each_async(|_| sleep(Duration::from_secs(9)))
            .await;
        Ok::<_, std::io::Error>(())
    });
    run_local(pipeline).await;
    assert_eq!(*first.lock().unwrap(), Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_node_ends_when_its_reader_leaves_though_its_dead_letters_are_full() {
    let pipeline = Pipeline::named("leaving");
    let (good, bad) = pipeline
        .source(FromIter::new(0_u64..))
        .try_node("check", |numbers| {
            numbers.map(|n| if n < 3 { Ok(n) } else { Err(n) })
        });
    good.node("three", |numbers| numbers.take(3)).ignore();
    bad.capacity(1).consume("bad", |letters| async {
        letters
            .for_each_async(|_| sleep(Duration::from_mins(1)))
            .await;
        Ok::<_, std::io::Error>(())
    });
    let report = run_local(pipeline).await;
    assert!(report.elapsed <= Duration::from_mins(3), "{report}");
}

/// A source that takes `each` for every message, read from another worker.
fn slow_source(pipeline: &Pipeline, each: Duration, seen: &Seen) {
    let seen = seen.clone();
    let numbers = (0_u64..).inspect(move |_| spend(each));
    pipeline
        .source(FromIter::new(numbers))
        .node("apart", |numbers| numbers)
        .on(Placement::Own)
        .for_each("see", move |_| seen.add());
}

#[tokio::test]
async fn a_source_with_a_faster_reader_sees_a_stop() {
    let (pipeline, seen) = (Pipeline::named("slow"), Seen::default());
    slow_source(&pipeline, Duration::from_millis(2), &seen);
    let handle = pipeline
        .start_with(RunOptions::new().stop_deadline(Duration::from_mins(1)))
        .unwrap();
    seen.more_than(3).await;
    handle.stop();
    assert_eq!(handle.join().await.unwrap().ending, Ending::Stopped);
}

#[tokio::test]
async fn a_source_with_a_faster_reader_does_not_starve_its_neighbours() {
    let (pipeline, seen) = (Pipeline::named("slow"), Seen::default());
    slow_source(&pipeline, Duration::from_micros(100), &Seen::default());
    let add = seen.clone();
    pipeline
        .source(FromIter::new(0..10))
        .for_each("neighbour", move |_| add.add());
    let handle = pipeline.start().unwrap();
    timeout(Duration::from_secs(30), seen.more_than(9))
        .await
        .expect("the neighbour got its turn");
    drop(handle);
}

#[tokio::test]
async fn a_source_of_errors_that_nobody_reads_sees_a_stop() {
    let (pipeline, seen) = (Pipeline::named("errors"), Seen::default());
    let add = seen.clone();
    let (numbers, _errors) = pipeline.builder().try_node("errors", || {
        flow(stream::repeat("no number")).map(move |text| {
            add.add();
            text.parse::<u8>()
        })
    });
    numbers.ignore();
    let handle = pipeline
        .start_with(RunOptions::new().stop_deadline(Duration::from_mins(1)))
        .unwrap();
    seen.more_than(1000).await;
    handle.stop();
    assert_eq!(handle.join().await.unwrap().ending, Ending::Stopped);
}

#[tokio::test]
async fn timers_keep_time_beside_a_busy_chain() {
    let (pipeline, ticks) = (Pipeline::named("busy"), Arc::new(AtomicU64::new(0)));
    let tick = Arc::clone(&ticks);
    pipeline
        .source(FromIter::new(0_u64..))
        .node("work", |numbers| {
            numbers.inspect(|_| spend(Duration::from_micros(200)))
        })
        .ignore();
    pipeline
        .builder()
        .node("ticks", || {
            flow(stream::repeat(())).map_async(1, |()| sleep(Duration::from_millis(10)))
        })
        .for_each("count", move |()| {
            tick.fetch_add(1, SeqCst);
        });
    let handle = pipeline.start().unwrap();
    // Left to itself the chain would move 128 messages, 26 ms of work, in each
    // of 61 turns before a timer is looked at: no tick within a second.
    sleep(Duration::from_secs(2)).await;
    let seen = ticks.load(SeqCst);
    drop(handle);
    assert!(seen >= 10, "{seen} ticks of 10 ms in two seconds");
}
