//! What a run promises: order, counts, errors with names, an end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::{Cost, Placement};
use millpond::runtime::{Cause, Ending, NodeEnding};
use millpond::stages::{FromIter, Queue};
use millpond::{Pipeline, RunError, RunOptions};

type Seen<T> = Arc<Mutex<Vec<T>>>;

fn seen<T>() -> (Seen<T>, impl FnMut(T) + Send)
where
    T: Send + 'static,
{
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    (seen, move |message| record.lock().unwrap().push(message))
}

/// Every placement there is: one worker, and one per node.
fn placements() -> [Placement; 2] {
    [Placement::Inherit, Placement::Own]
}

#[tokio::test]
async fn messages_arrive_in_order_whatever_the_placement() {
    for placement in placements() {
        for capacity in [1, 2, 3, 128] {
            let (seen, record) = seen();
            let report = Pipeline::named("order")
                .edge_capacity(capacity)
                .source(FromIter::new(0..1000_u64))
                .node("double", |numbers| numbers.map(|n| n * 2))
                .on(placement)
                .node("thirds", |numbers| numbers.filter(|n| n % 3 == 0))
                .on(placement)
                .for_each("record", record)
                .run()
                .await
                .unwrap();

            let expected: Vec<_> = (0..1000).map(|n| n * 2).filter(|n| n % 3 == 0).collect();
            assert_eq!(*seen.lock().unwrap(), expected);
            assert_eq!(report.ending, Ending::Completed);
            assert!(report.unaccounted().is_empty(), "{report}");
            assert_eq!(report.node("thirds").received, 1000);
            assert_eq!(report.node("thirds").emitted, 334);
            assert_eq!(report.node("thirds").absorbed(), 666);
            for edge in &report.edges {
                assert!(edge.counts.high_water <= capacity as u64, "{edge:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_broadcast_gives_every_branch_everything() {
    let (left, record_left) = seen();
    let (right, record_right) = seen();
    let pipeline = Pipeline::named("broadcast");
    let [a, b] = pipeline
        .source(FromIter::new(0..500_u32))
        .broadcast::<2>("copy");
    a.for_each("left", record_left);
    b.node("apart", |numbers| numbers)
        .on(Placement::Own)
        .for_each("right", record_right);
    let report = pipeline.run().await.unwrap();

    let all: Vec<_> = (0..500).collect();
    assert_eq!(*left.lock().unwrap(), all);
    assert_eq!(*right.lock().unwrap(), all);
    assert_eq!(report.node("copy").emitted, 1000);
}

#[tokio::test]
async fn a_branch_that_leaves_does_not_stop_the_others() {
    let (right, record_right) = seen();
    let pipeline = Pipeline::named("leaving");
    let [a, b] = pipeline
        .source(FromIter::new(0..5000_u32))
        .broadcast::<2>("copy");
    a.node("first-ten", |numbers| numbers.take(10)).ignore();
    b.for_each("right", record_right);
    let report = pipeline.run().await.unwrap();

    assert_eq!(right.lock().unwrap().len(), 5000);
    assert_eq!(report.node("first-ten").emitted, 10);
    assert!(report.unaccounted().is_empty(), "{report}");
}

#[tokio::test]
async fn a_partition_routes_and_a_merge_joins() {
    let (all, record) = seen();
    let pipeline = Pipeline::named("partition");
    let [even, odd] = pipeline
        .source(FromIter::new(0..1000_u32))
        .partition::<2>("parity", |n| (n % 2) as usize);
    let negated = odd.node("negate", |numbers| numbers.map(|n| n + 10_000));
    even.merge("join", [negated]).for_each("record", record);
    let report = pipeline.run().await.unwrap();

    let mut all = std::mem::take(&mut *all.lock().unwrap());
    all.sort_unstable();
    let mut expected: Vec<_> = (0..1000).map(|n| n + (n % 2) * 10_000).collect();
    expected.sort_unstable();
    assert_eq!(all, expected);
    assert_eq!(report.node("join").received, 1000);
}

#[tokio::test]
async fn a_route_out_of_range_names_the_node() {
    let pipeline = Pipeline::named("partition");
    let [a, b] = pipeline
        .source(FromIter::new(0..10_usize))
        .partition::<2>("route", |n| *n);
    a.ignore();
    b.ignore();
    let error = pipeline.run().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "stage `route`, node `route` panicked: \
         the route named branch 2, but there are 2, counted from 0"
    );
}

#[tokio::test]
async fn dead_letters_go_to_their_outlet_and_say_where_they_come_from() {
    let (good, record_good) = seen();
    let (bad, record_bad) = seen();
    let pipeline = Pipeline::named("dead");
    let (numbers, errors) = pipeline
        .source(FromIter::new(["1", "x", "3", "y"]))
        .try_node("parse", |texts| texts.map(str::parse::<u32>));
    numbers.for_each("good", record_good);
    errors.for_each("bad", record_bad);
    let report = pipeline.run().await.unwrap();

    assert_eq!(*good.lock().unwrap(), [1, 3]);
    let bad = bad.lock().unwrap();
    assert_eq!(
        bad.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["parse: invalid digit found in string"; 2]
    );
    assert_eq!(bad[1].sequence, 2);
    assert_eq!(report.node("parse").dead_lettered, 2);
    assert_eq!(report.node("parse").absorbed(), 0);
}

#[tokio::test]
async fn dead_letters_that_nobody_reads_are_counted() {
    let pipeline = Pipeline::named("dead");
    let (numbers, _errors) = pipeline
        .source(FromIter::new((0..1000).map(|n: u32| n.to_string() + "x")))
        .try_node("parse", |texts| texts.map(|text| text.parse::<u32>()));
    numbers.ignore();
    let report = pipeline.run().await.unwrap();
    assert_eq!(report.node("parse").dead_lettered, 1000);
    assert_eq!(report.discarded(), 0);
    assert!(report.unaccounted().is_empty(), "{report}");
}

#[tokio::test]
async fn a_panic_on_the_thousandth_message_loses_that_one_only() {
    for placement in placements() {
        let (delivered, record) = seen();
        let error = Pipeline::named("panic")
            .source(FromIter::new(1..=10_000_u32))
            .node("risky", |numbers| {
                numbers.map(|n| {
                    assert_ne!(n, 1000, "a number I cannot stand");
                    n
                })
            })
            .on(placement)
            .for_each("record", record)
            .run()
            .await
            .unwrap_err();

        let RunError::Failed(failure) = error else {
            unreachable!("the node failed: {error}")
        };
        assert_eq!(&*failure.first.node, "risky");
        assert!(
            matches!(&failure.first.cause, Cause::Panic(text) if text.contains("cannot stand"))
        );
        assert!(failure.later.is_empty(), "{failure}");
        assert_eq!(*delivered.lock().unwrap(), (1..1000).collect::<Vec<_>>());

        let report = &failure.report;
        let risky = report.node("risky");
        assert_eq!((risky.received, risky.emitted), (1000, 999));
        assert_eq!(risky.ending, NodeEnding::Failed);
        let source = report.node("from-iter");
        assert_eq!(source.emitted, 1000 + report.discarded());
        assert!(source.emitted <= 10_000);
        assert!(report.unaccounted().is_empty(), "{report}");
    }
}

#[tokio::test]
async fn an_error_of_a_sink_ends_the_run_with_its_text() {
    let pipeline = Pipeline::named("error");
    pipeline
        .source(FromIter::new(0..))
        .consume("write", |_: millpond::operators::Flow<_>| async {
            Err::<(), _>(std::io::Error::other("the disk is on fire"))
        });
    let error = pipeline.run().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "stage `write`, node `write` failed: the disk is on fire"
    );
}

#[tokio::test]
async fn a_node_that_cannot_be_made_ends_the_run_with_its_name() {
    let pipeline = Pipeline::named("make");
    pipeline
        .source(FromIter::new(0..))
        .node("odd", |numbers: millpond::operators::Flow<_>| {
            assert!(std::hint::black_box(false), "made wrongly");
            numbers.map(|n: i32| n)
        })
        .ignore();
    let error = pipeline.run().await.unwrap_err().to_string();
    assert_eq!(error, "stage `odd`, node `odd` panicked: made wrongly");
}

#[tokio::test]
async fn a_stop_ends_endless_sources_and_drains_the_rest() {
    let counted = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&counted);
    let handle = Pipeline::named("endless")
        .source(FromIter::new(0_u64..))
        .node("heavy", |numbers| numbers)
        .cost(Cost::Heavy)
        .for_each("count", move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        })
        .start()
        .unwrap();
    while counted.load(Ordering::Relaxed) < 1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(handle.snapshot().ending, Ending::Running);
    handle.stop();
    let report = handle.join().await.unwrap();

    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(report.discarded(), 0, "{report}");
    assert_eq!(
        report.node("count").received,
        counted.load(Ordering::Relaxed)
    );
    assert_eq!(
        report.node("from-iter").emitted,
        report.node("count").received
    );
}

#[tokio::test]
async fn what_does_not_drain_in_time_is_aborted_and_counted() {
    let pipeline = Pipeline::named("slow");
    pipeline
        .source(FromIter::new(0_u64..))
        .consume("never", |flow| async move {
            let _held = flow;
            std::future::pending::<Result<(), std::io::Error>>().await
        });
    let options = RunOptions::new().stop_deadline(Duration::from_millis(50));
    let handle = pipeline.start_with(options).unwrap();
    while handle.snapshot().node("from-iter").emitted < 128 {
        tokio::task::yield_now().await;
    }
    handle.stop();
    let report = handle.join().await.unwrap();
    assert_eq!(report.ending, Ending::Aborted);
    assert_eq!(report.discarded(), 128);
    assert!(report.unaccounted().is_empty(), "{report}");
    assert!(report.left_behind.is_empty());
}

#[tokio::test]
async fn a_worker_stuck_in_user_code_is_named_and_left_behind() {
    let stuck = Arc::new(AtomicU64::new(0));
    let tell = Arc::clone(&stuck);
    let handle = Pipeline::named("stuck")
        .source(FromIter::new(0_u64..))
        .node("spin", move |numbers| {
            numbers.inspect(move |_| {
                tell.store(1, Ordering::SeqCst);
                while tell.load(Ordering::SeqCst) == 1 {
                    std::hint::spin_loop();
                }
            })
        })
        .ignore_and_start(Duration::from_millis(50));
    while stuck.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    handle.stop();
    let report = handle.join().await.unwrap();
    stuck.store(2, Ordering::SeqCst);

    assert_eq!(report.ending, Ending::Aborted);
    assert_eq!(report.left_behind.len(), 1);
    assert_eq!(report.left_behind[0].node.as_deref(), Some("spin"));
    assert!(report.to_string().contains("stuck in spin"), "{report}");
}

#[tokio::test]
async fn dropping_the_run_future_aborts_the_run() {
    struct Dropped(Arc<AtomicU64>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let drops = Arc::new(AtomicU64::new(0));
    let held = Dropped(Arc::clone(&drops));
    let run = Pipeline::named("dropped")
        .source(FromIter::new(0_u64..))
        .node("hold", move |numbers| {
            numbers.inspect(move |_| {
                let _ = &held;
            })
        })
        .for_each("ignore", drop)
        .run();
    tokio::time::timeout(Duration::from_millis(50), run)
        .await
        .unwrap_err();
    for _ in 0..1000 {
        if drops.load(Ordering::SeqCst) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    unreachable!("the node's state was not dropped within five seconds");
}

#[tokio::test(start_paused = true)]
async fn a_local_run_follows_the_callers_clock() {
    let report = Pipeline::named("local")
        .source(FromIter::new(0..10_u64))
        .node("slow", |numbers| {
            numbers.map_async(1, |n| async move {
                tokio::time::sleep(Duration::from_mins(1)).await;
                n
            })
        })
        .for_each("ignore", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.elapsed, Duration::from_mins(10));
}

trait IgnoreAndStart {
    fn ignore_and_start(self, deadline: Duration) -> millpond::RunHandle;
}

impl<T: millpond::message::Message> IgnoreAndStart for millpond::graph::Outlet<T> {
    fn ignore_and_start(self, deadline: Duration) -> millpond::RunHandle {
        self.for_each("ignore", drop)
            .start_with(RunOptions::new().stop_deadline(deadline))
            .unwrap()
    }
}

/// What a node and the one behind it do, in the order in which they do it.
async fn steps(cost: Cost) -> Vec<String> {
    let (steps, mut record) = seen();
    let made = {
        let steps = Arc::clone(&steps);
        move |n| steps.lock().unwrap().push(format!("made {n}"))
    };
    Pipeline::named("prompt")
        .source(FromIter::new(0..3))
        .node("make", move |numbers| numbers.inspect(move |n| made(*n)))
        .cost(cost)
        .for_each("take", move |n: i32| record(format!("took {n}")))
        .run_local(RunOptions::new())
        .await
        .unwrap();
    std::mem::take(&mut *steps.lock().unwrap())
}

#[tokio::test]
async fn a_heavy_node_hands_each_message_on_before_it_takes_the_next() {
    let one_by_one = ["made 0", "took 0", "made 1", "took 1", "made 2", "took 2"];
    assert_eq!(steps(Cost::Heavy).await, one_by_one);
    assert_eq!(steps(Cost::Blocking).await, one_by_one);
    let together = ["made 0", "made 1", "made 2", "took 0", "took 1", "took 2"];
    assert_eq!(steps(Cost::Light).await, together);
}

#[tokio::test]
async fn an_aborted_local_run_counts_what_it_dropped() {
    let pipeline = Pipeline::named("local").edge_capacity(16);
    pipeline
        .source(FromIter::new(0_u64..))
        .node("panic", |numbers| {
            numbers.inspect(|n| assert_ne!(*n, 5, "no five"))
        })
        .consume("never", |flow| async move {
            let _held = flow;
            std::future::pending::<Result<(), std::io::Error>>().await
        });
    let options = RunOptions::new().stop_deadline(Duration::from_millis(20));
    let error = pipeline.run_local(options).await.unwrap_err();
    let RunError::Failed(failure) = error else {
        unreachable!("the node failed: {error}")
    };
    assert_eq!(failure.report.ending, Ending::Aborted);
    assert_eq!(failure.report.node("from-iter").emitted, 16);
    assert_eq!(failure.report.discarded(), (16 - 6) + 5);
    assert!(failure.report.unaccounted().is_empty(), "{failure}");
}

#[tokio::test]
async fn a_stop_lets_out_what_a_queue_had_accepted() {
    let (seen, record) = seen();
    let (sender, queue) = Queue::bounded(NonZeroUsize::new(64).unwrap());
    for n in 0..40 {
        sender.send(n).await.unwrap();
    }
    let handle = Pipeline::named("queue")
        .source(queue)
        .for_each("record", record)
        .start()
        .unwrap();
    handle.stop();
    let report = handle.join().await.unwrap();
    assert_eq!(report.node("record").received, 40);
    assert_eq!(*seen.lock().unwrap(), (0..40).collect::<Vec<_>>());
    assert!(sender.send(40).await.is_err());
}

#[tokio::test]
async fn an_outlet_that_outlives_the_start_does_no_harm() {
    let pipeline = Pipeline::named("outlived");
    let (numbers, errors) = pipeline
        .source(FromIter::new(["1"]))
        .try_node("parse", |texts| texts.map(str::parse::<u32>));
    let started = numbers.for_each("ignore", drop).start().unwrap();
    errors.for_each("too-late", |_| unreachable!("nothing runs here"));
    let report = started.join().await.unwrap();
    assert_eq!(report.nodes.len(), 3);
}

#[tokio::test]
async fn an_error_ends_the_run_where_that_was_asked_for() {
    let pipeline = Pipeline::named("stop");
    let (numbers, errors) =
        pipeline
            .source(FromIter::new(0..10_u64))
            .try_node("halve", |numbers| {
                numbers.map(|n| {
                    if n < 4 {
                        Ok(n / 2)
                    } else {
                        Err(format!("{n} is too much"))
                    }
                })
            });
    errors.ignore();
    let pipeline = numbers
        .on_error(millpond::graph::OnError::Stop)
        .for_each("keep", drop);

    let error = pipeline.run().await.unwrap_err();

    let RunError::Failed(failed) = &error else {
        panic!("{error}");
    };
    assert_eq!(&*failed.first.node, "halve");
    assert_eq!(failed.first.cause.to_string(), "failed: 4 is too much");
    assert_eq!(failed.report.node("keep").received, 4);
}

#[tokio::test(start_paused = true)]
async fn a_single_message_of_a_slow_source_passes_all_edges_at_once() {
    for placement in placements() {
        let began = tokio::time::Instant::now();
        let (seen, mut record) = seen();
        let pipeline = Pipeline::named("single");
        let mut numbers = pipeline.builder().node("slow", || {
            let numbers = futures_util::stream::iter(1..=3_u64);
            millpond::operators::flow(numbers).map_async(1, |n| async move {
                tokio::time::sleep(Duration::from_hours(1)).await;
                n
            })
        });
        for name in ["a", "b", "c", "d"] {
            numbers = numbers.node(name, |numbers| numbers).on(placement);
        }
        numbers
            .replicate(2, millpond::graph::Preserve)
            .node("e", |numbers| numbers)
            .for_each("record", move |n| record((n, began.elapsed())))
            .run_local(RunOptions::new())
            .await
            .unwrap();
        let hours = |n| Duration::from_hours(n);
        assert_eq!(
            *seen.lock().unwrap(),
            [(1, hours(1)), (2, hours(2)), (3, hours(3))]
        );
    }
}

#[tokio::test]
async fn a_message_waits_for_no_second_one_on_its_way_across_workers() {
    let (sender, queue) = Queue::bounded(NonZeroUsize::MIN);
    let (tell, mut arrived) = tokio::sync::mpsc::channel(1);
    let handle = Pipeline::named("single")
        .source(queue)
        .node("first", |numbers| numbers)
        .on(Placement::Own)
        .node("second", |numbers| numbers)
        .on(Placement::Own)
        .for_each("tell", move |n: u32| tell.try_send(n).unwrap())
        .start()
        .unwrap();
    // The next one is sent only when the one before has come out.
    for n in 0..100 {
        sender.send(n).await.unwrap();
        assert_eq!(arrived.recv().await, Some(n));
    }
    handle.stop();
    assert_eq!(handle.join().await.unwrap().node("tell").received, 100);
}

#[tokio::test(start_paused = true)]
async fn what_a_join_took_from_one_branch_makes_room_while_it_waits_for_the_other() {
    let numbers = Pipeline::named("join")
        .edge_capacity(128)
        .source(FromIter::new(0..1000_u64));
    let builder = numbers.graph().clone();
    let [all, late] = numbers.broadcast("both");
    let pairs = builder.node_between("pair", (all, late), |(all, late)| all.zip(late.skip(120)));
    let run = pairs
        .for_each("check", |(first, second)| assert_eq!(first + 120, second))
        .run_local(RunOptions::new());
    let ended = tokio::time::timeout(Duration::from_hours(1), run).await;
    let report = ended.unwrap().unwrap();
    assert_eq!(report.node("check").received, 880);
}
