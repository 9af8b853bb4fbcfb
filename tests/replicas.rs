//! What replicas promise: order, conservation, bounds, an end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::{Any, ByKey, Order, Outlet, Preserve};
use millpond::message::{Message, Mode, Plain};
use millpond::operators::{Flow, Progress};
use millpond::runtime::{Ending, NodeEnding};
use millpond::stage::{Identified, Stage};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport};
use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

type Seen<T> = Arc<Mutex<Vec<T>>>;

/// A message, how long work on it takes, and how many results it has.
#[derive(Clone, Copy, Debug)]
struct Job {
    number: usize,
    key: u8,
    millis: u64,
    results: usize,
}

/// Which job a result is of, and which of its results.
type Done = (usize, usize);

fn jobs() -> impl Strategy<Value = Vec<Job>> {
    let job = (0_u8..4, 0_u64..20, 0_usize..4);
    prop::collection::vec(job, 0..60).prop_map(|jobs| {
        let jobs = jobs.into_iter().enumerate();
        jobs.map(|(number, (key, millis, results))| Job {
            number,
            key,
            millis,
            results,
        })
        .collect()
    })
}

/// Works on jobs one after the other, and makes several results of one.
fn work<S: Progress<Item = Job>>(jobs: Flow<S>) -> Flow<impl Progress<Item = Done>> {
    jobs.map_async(2, |job: Job| async move {
        sleep(Duration::from_millis(job.millis)).await;
        job
    })
    .flat_map_iter(|job| (0..job.results).map(move |result| (job.number, result)))
}

fn expected(jobs: &[Job]) -> Vec<Done> {
    let done = |job: &Job| {
        let number = job.number;
        (0..job.results).map(move |result| (number, result))
    };
    jobs.iter().flat_map(done).collect()
}

/// Runs a pipeline on the paused clock, for an hour of it at most.
fn run(build: impl FnOnce(Pipeline, Seen<Done>) -> Pipeline) -> (Vec<Done>, RunReport) {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let seen = Seen::default();
    let pipeline = build(Pipeline::named("replicas"), Arc::clone(&seen));
    let report = runtime.block_on(async {
        let run = pipeline.run_local(RunOptions::new());
        let ended = timeout(Duration::from_hours(1), run).await;
        ended.map_err(|_| "the run hangs").unwrap().unwrap()
    });
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (seen, report)
}

fn record(outlet: Outlet<Done>, seen: Seen<Done>) -> Pipeline {
    outlet.for_each("record", move |done| seen.lock().unwrap().push(done))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn preserve_keeps_the_order_whatever_replicas_filter_make_and_take(
        jobs in jobs(),
        replicas in 1_usize..5,
        capacity in 1_usize..4,
    ) {
        let (seen, report) = run(|pipeline, seen| {
            let replicas = pipeline
                .edge_capacity(capacity)
                .source(FromIter::new(jobs.clone()))
                .replicate(replicas, Preserve)
                .capacity(capacity);
            record(replicas.node("work", work), seen)
        });
        prop_assert_eq!(seen, expected(&jobs));
        prop_assert!(report.unaccounted().is_empty(), "{}", report);
        prop_assert_eq!(report.discarded(), 0);
    }

    #[test]
    fn any_loses_none_and_doubles_none(
        jobs in jobs(),
        replicas in 1_usize..5,
        capacity in 1_usize..4,
    ) {
        let (mut seen, report) = run(|pipeline, seen| {
            let replicas = pipeline
                .edge_capacity(capacity)
                .source(FromIter::new(jobs.clone()))
                .replicate(replicas, Any)
                .capacity(capacity);
            record(replicas.node("work", work), seen)
        });
        seen.sort_unstable();
        prop_assert_eq!(seen, expected(&jobs));
        prop_assert!(report.unaccounted().is_empty(), "{}", report);
    }

    #[test]
    fn by_key_keeps_the_order_of_each_key_and_a_key_at_one_replica(
        jobs in jobs(),
        replicas in 1_usize..5,
        capacity in 1_usize..4,
    ) {
        let homes = Arc::new(Mutex::new(HashMap::<u8, Vec<usize>>::new()));
        let (seen, _) = run(|pipeline, seen| {
            let homes = Arc::clone(&homes);
            let done = pipeline
                .edge_capacity(capacity)
                .source(FromIter::new(jobs.clone()))
                .replicate(replicas, ByKey(|job: &Job| job.key))
                .capacity(capacity)
                .module("work", move |replica, jobs| {
                    let homes = Arc::clone(&homes);
                    jobs.node("work", move |jobs| {
                        work(jobs.inspect(move |job| {
                            homes.lock().unwrap().entry(job.key).or_default().push(replica);
                        }))
                    })
                });
            record(done, seen)
        });
        for home in homes.lock().unwrap().values_mut() {
            home.dedup();
            prop_assert_eq!(home.len(), 1);
        }
        for key in 0..4 {
            let of_key = |done: &Done| jobs[done.0].key == key;
            let seen: Vec<_> = seen.iter().copied().filter(of_key).collect();
            let expected: Vec<_> = expected(&jobs).into_iter().filter(of_key).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}

/// Jobs of which every other one takes long.
fn uneven(count: usize) -> Vec<Job> {
    let job = |number| Job {
        number,
        key: 0,
        millis: if number % 2 == 0 { 10 } else { 1 },
        results: 1,
    };
    (0..count).map(job).collect()
}

fn run_uneven<O: Order<Job>>(order: O) -> (Vec<Done>, RunReport) {
    run(|pipeline, seen| {
        let jobs = pipeline.source(FromIter::new(uneven(60)));
        record(jobs.replicate(3, order).node("work", work), seen)
    })
}

#[test]
fn replicas_that_keep_no_order_are_caught_by_the_check_of_order() {
    let expected = expected(&uneven(60));
    assert_eq!(run_uneven(Preserve).0, expected);
    assert_ne!(run_uneven(Any).0, expected);
}

#[test]
fn replicas_share_the_work_whatever_each_message_takes() {
    // 30 jobs of 10 ms and 30 of 1 ms: 330 ms for one replica that does one
    // after the other, as it must to keep the order, and 165 ms for one that
    // does two at once.
    let elapsed = run_uneven(Preserve).1.elapsed.as_millis();
    assert!((110..140).contains(&elapsed), "{elapsed} ms");
    let elapsed = run_uneven(Any).1.elapsed.as_millis();
    assert!((55..110).contains(&elapsed), "{elapsed} ms");
}

// === what is replicated ===

/// A stage of two nodes that handles one message at a time.
#[derive(Clone)]
struct Halves;

impl Identified for Halves {
    const ID: &'static str = "halves";
}

impl<M: Mode> Stage<u32, M> for Halves {
    type Out = u32;

    fn build(self, numbers: Outlet<u32, M>) -> Outlet<u32, M> {
        numbers.filter(|n: &u32| n.is_multiple_of(2)).map(|n| n / 2)
    }
}

/// A stage that reshapes the stream: it drops what repeats.
#[derive(Clone)]
struct Changes;

impl Identified for Changes {
    const ID: &'static str = "changes";
}

impl Stage<u32> for Changes {
    type Out = u32;

    fn build(self, numbers: Outlet<u32>) -> Outlet<u32> {
        numbers.node(Self::ID, Flow::dedup)
    }
}

async fn collected<T: Message>(build: impl FnOnce(Outlet<u32>) -> Outlet<T>, count: u32) -> Vec<T> {
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    let numbers = Pipeline::named("collected").source(FromIter::new(0..count));
    build(numbers)
        .for_each("record", move |n| record.lock().unwrap().push(n))
        .run()
        .await
        .unwrap();
    std::mem::take(&mut *seen.lock().unwrap())
}

#[tokio::test]
async fn a_stage_of_several_nodes_keeps_the_order_though_it_filters() {
    let halves = collected(
        |numbers| numbers.replicate(3, Preserve).stage(Halves),
        20_000,
    )
    .await;
    assert_eq!(halves, (0..10_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stage_that_reshapes_the_stream_works_on_the_messages_of_its_keys() {
    let numbers = |numbers: Outlet<u32>| {
        let tens = numbers.map(|n| n / 10);
        tens.replicate(3, ByKey(|n: &u32| *n)).stage(Changes)
    };
    let mut seen = collected(numbers, 5_000).await;
    seen.sort_unstable();
    assert_eq!(seen, (0..500).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_made_of_several_messages_takes_the_place_of_the_last() {
    let sums = |numbers: Outlet<u32>| {
        let pairs = numbers
            .replicate(2, Preserve)
            .module("pairs", |_, numbers| {
                numbers.batch(2, Duration::from_hours(1))
            });
        pairs.node("check", |last| last)
    };
    let pairs = collected(sums, 1000).await;
    let last = pairs.iter().map(|pair| pair.last().copied());
    assert!(last.is_sorted(), "{pairs:?}");
    let mut all: Vec<_> = pairs.concat();
    all.sort_unstable();
    assert_eq!(all, (0..1000).collect::<Vec<_>>());
}

#[test]
fn a_batch_may_be_larger_than_what_is_under_way_beside_it() {
    let (seen, report) = run(|pipeline, seen| {
        let numbers = pipeline.source(FromIter::new(0..4_000_usize));
        let batches = numbers
            .replicate(2, Preserve)
            .module("batches", |_, numbers| {
                numbers
                    .batch(2_000, Duration::from_hours(2))
                    .map(|batch| (batch.len(), 0))
            });
        record(batches, seen)
    });
    assert_eq!(seen, [(2_000, 0), (2_000, 0)]);
    assert!(report.elapsed < Duration::from_secs(1), "{report}");
}

#[tokio::test]
async fn a_hundred_thousand_messages_cross_threads_in_order() {
    let numbers = |numbers: Outlet<u32>| {
        numbers.replicate(3, Preserve).node("mix", |numbers| {
            numbers
                .filter(|n| n % 3 != 0)
                .flat_map_iter(|n| [n; 2].into_iter().take((n % 4) as usize))
        })
    };
    let expected = (0..100_000_u32).filter(|n| n % 3 != 0);
    let expected = expected.flat_map(|n| [n; 2].into_iter().take((n % 4) as usize));
    assert_eq!(
        collected(numbers, 100_000).await,
        expected.collect::<Vec<_>>()
    );
}

#[test]
fn replicas_are_numbered_and_later_stages_keep_clear_of_them() {
    let pipeline = Pipeline::named("names");
    let numbers = pipeline.source(FromIter::new(0..3_u32));
    let numbers = numbers.replicate(3, Any).stage(Changes);
    let numbers = numbers.stage(Changes).replicate(1, Preserve).stage(Halves);
    numbers.replicate(1, Any).stage(Changes).ignore();
    let graph = pipeline.graph();
    assert_eq!(millpond::graph::check(&graph), []);
    let names: Vec<_> = graph.nodes.iter().map(|node| &*node.name).collect();
    assert_eq!(
        names,
        [
            "from-iter",
            "changes/split",
            "changes.0",
            "changes.1",
            "changes.2",
            "changes/join",
            "changes.3",
            "halves/split",
            "halves.0/filter",
            "halves.0/map",
            "halves/join",
            "changes.4/split",
            "changes.4.0",
            "changes.4/join",
            "ignore",
        ]
    );
    let replicas = graph
        .nodes
        .iter()
        .filter_map(|node| node.replica_of.as_deref());
    let replicas: Vec<_> = replicas.collect();
    assert_eq!(
        replicas,
        ["changes", "changes", "changes", "halves", "changes.4"]
    );
    assert!(
        graph.nodes[2..5]
            .iter()
            .all(|node| &*node.stage == "changes")
    );
}

#[test]
fn no_replicas_at_all_and_too_many_are_refused() {
    for (replicas, remedy) in [(0, "at least 1"), (usize::MAX, "at most 1024")] {
        let pipeline = Pipeline::named("none");
        let numbers = pipeline.source(FromIter::new(0..3_u32));
        numbers
            .replicate(replicas, Any)
            .node("work", |numbers| numbers)
            .ignore();
        let error = pipeline.start().unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "pipeline `none` cannot start\n  \
                 P0006: stage `work`: it shall have {replicas} replicas: ask for {remedy}"
            )
        );
    }
}

#[test]
fn an_outlet_of_another_pipeline_is_no_replica() {
    let pipeline = Pipeline::named("own");
    let other = Pipeline::named("other");
    let numbers = pipeline.source(FromIter::new(0..3_u32));
    let joined = numbers.replicate(2, Any).module("work", |_, numbers| {
        numbers.ignore();
        other.source(FromIter::new(0..3_u32))
    });
    joined.ignore();
    let error = pipeline.start().unwrap_err().to_string();
    assert!(error.contains("work/join"), "{error}");
    assert!(error.contains("P0004"), "{error}");
}

// === bounds ===

#[test]
fn behind_a_message_that_takes_long_waits_what_the_edges_hold_and_no_more() {
    for filtered in [false, true] {
        let (_, report) = run(|pipeline, seen| {
            let jobs = (0..).map_while(move |number: usize| {
                (number < 10_000).then_some(Job {
                    number,
                    key: 0,
                    millis: if number == 0 { 1_000_000 } else { 0 },
                    results: usize::from(!filtered || number == 0),
                })
            });
            let jobs = pipeline.edge_capacity(4).source(FromIter::new(jobs));
            let late = Arc::new(AtomicU64::new(0));
            let tell = Arc::clone(&late);
            let jobs = jobs.node("count", move |jobs| {
                let began = tokio::time::Instant::now();
                jobs.inspect(move |_| {
                    if began.elapsed() < Duration::from_mins(15) {
                        tell.fetch_add(1, SeqCst);
                    }
                })
            });
            let done = jobs.replicate(3, Preserve).capacity(4).node("work", work);
            record(done, seen)
                .builder()
                .node("bound", move || {
                    millpond::operators::flow(futures_util::stream::once(async move {
                        sleep(Duration::from_secs(950)).await;
                        let under_way = late.load(SeqCst);
                        // Edges and replicas, or the window if all is filtered.
                        let bound = if filtered {
                            3 * (4 + 512) + 8
                        } else {
                            3 * (4 + 4 + 4) + 8
                        };
                        assert!(under_way <= bound, "{under_way} under way");
                    }))
                })
                .for_each("bounded", drop)
        });
        assert_eq!(report.node("count").emitted, 10_000);
    }
}

// === ends ===

async fn failing<O: Order<u32>>(order: O) -> Box<millpond::runtime::RunFailure>
where
    O::Input: Progress<Item = u32>,
{
    let numbers = Pipeline::named("failing").source(FromIter::new(0..10_000_u32));
    let done = numbers.replicate(3, order).node("risky", |numbers| {
        numbers.map(|n| {
            assert_ne!(n, 1000, "a number I cannot stand");
            n
        })
    });
    let last = Arc::new(AtomicU64::new(0));
    let ended = timeout(
        Duration::from_mins(1),
        done.for_each("ordered", move |n| {
            last.fetch_max(n.into(), SeqCst);
        })
        .run(),
    )
    .await;
    let Err(RunError::Failed(failure)) = ended.unwrap() else {
        unreachable!("a replica fails")
    };
    failure
}

#[tokio::test]
async fn a_replica_that_fails_ends_the_run_with_its_name_and_loses_nothing_uncounted() {
    for failure in [
        failing(Preserve).await,
        failing(Any).await,
        failing(ByKey(|n: &u32| *n)).await,
    ] {
        let name = failure.first.node.to_string();
        assert!(
            ["risky.0", "risky.1", "risky.2"].contains(&&*name),
            "{name}"
        );
        assert_eq!(&*failure.first.stage, "risky");
        assert!(failure.later.is_empty(), "{failure}");
        let report = &failure.report;
        assert!(report.unaccounted().is_empty(), "{report}");
        assert_eq!(report.node("risky/join").ending, NodeEnding::Finished);
    }
}

#[tokio::test]
async fn after_a_replica_failed_what_comes_out_is_still_in_order() {
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    let numbers = Pipeline::named("failing").source(FromIter::new(0..10_000_u32));
    let error = numbers
        .replicate(3, Preserve)
        .node("risky", |numbers| numbers.inspect(|n| assert_ne!(*n, 1000)))
        .for_each("record", move |n| record.lock().unwrap().push(n))
        .run()
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Failed(_)));
    let seen = seen.lock().unwrap();
    assert!(seen.is_sorted() && seen.len() >= 1000, "{}", seen.len());
}

#[tokio::test]
async fn a_stop_lets_replicas_work_off_what_is_under_way() {
    let counted = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&counted);
    let numbers = Pipeline::named("stopped").source(FromIter::new(0_u32..));
    let handle = numbers
        .replicate(2, Preserve)
        .node("work", |numbers| numbers)
        .for_each("count", move |_| {
            count.fetch_add(1, SeqCst);
        })
        .start()
        .unwrap();
    while counted.load(SeqCst) < 1000 {
        tokio::task::yield_now().await;
    }
    handle.stop();
    let report = handle.join().await.unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(report.discarded(), 0, "{report}");
    assert_eq!(
        report.node("from-iter").emitted,
        report.node("count").received
    );
}

#[tokio::test]
async fn replicas_end_when_the_reader_behind_them_leaves() {
    for wide in [false, true] {
        let numbers = Pipeline::named("left").source(FromIter::new(0_u32..));
        let done = numbers.replicate(3, Preserve).node("work", move |numbers| {
            // The window fills up: the first number is never done.
            numbers.filter_map(move |n| (!wide || n < 5).then_some(n))
        });
        let first = done.node("first", |numbers| numbers.take(5));
        let run = first.for_each("ignore", drop).run();
        let report = timeout(Duration::from_mins(1), run).await.unwrap().unwrap();
        assert_eq!(report.node("ignore").received, 5);
        assert!(report.unaccounted().is_empty(), "{report}");
    }
}

#[tokio::test]
async fn an_abort_ends_replicas_that_wait_for_their_turn() {
    let numbers = Pipeline::named("aborted").source(FromIter::new(0_u32..));
    let handle = numbers
        .replicate(3, Preserve)
        .node("work", |numbers| {
            numbers.map_async(1, |n| async move {
                if n == 0 {
                    std::future::pending::<()>().await;
                }
                n
            })
        })
        .for_each("ignore", drop)
        .start()
        .unwrap();
    while handle.snapshot().node("work.1").received < 5 {
        tokio::task::yield_now().await;
    }
    // They wait for the first: once that is dropped, it has no turn any more.
    assert_eq!(handle.snapshot().node("ignore").received, 0);
    handle.abort();
    let report = handle.join().await.unwrap();
    assert_eq!(report.ending, Ending::Aborted);
    assert!(report.left_behind.is_empty());
    assert!(report.unaccounted().is_empty(), "{report}");
}

#[tokio::test]
async fn state_in_the_maker_of_a_node_lasts_from_message_to_message() {
    let numbered = |numbers: Outlet<u32>| {
        let mut count = 0;
        numbers
            .replicate(1, Preserve)
            .node("count", move |numbers| {
                count += 1;
                numbers.map(move |_| count)
            })
    };
    assert_eq!(collected(numbered, 5).await, [1, 2, 3, 4, 5]);
}

/// The mode of an edge is part of its type: this would not compile otherwise.
#[test]
fn behind_replicas_the_edge_is_plain_again() {
    let numbers = Pipeline::named("plain").source(FromIter::new(0..3_u32));
    let joined: Outlet<u32, Plain> = numbers.replicate(2, Preserve).stage(Halves);
    joined.stage(Changes).ignore();
}
