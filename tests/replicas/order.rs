//! Which order results keep, and how much waits for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::RunReport;
use millpond::graph::{Any, ByKey, Order, Outlet, Preserve};
use millpond::stages::FromIter;
use proptest::prelude::*;
use tokio::time::sleep;

use super::{Done, Job, collected, record, run, work};

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

fn expected(jobs: &[Job]) -> Vec<Done> {
    let done = |job: &Job| {
        let number = job.number;
        (0..job.results).map(move |result| (number, result))
    };
    jobs.iter().flat_map(done).collect()
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
