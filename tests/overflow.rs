//! What happens at full edges of a pipeline: who is held up, what is dropped,
//! and who learns of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::edge::{Capacity, DropReason, Overflow};
use millpond::graph::{DeadLetter, Dropped, Outlet, Placement};
use millpond::operators::flow;
use millpond::runtime::{Ending, NodeEnding};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport};
use tokio::time::{Instant, sleep, timeout};

/// Runs on the paused clock, for an hour of it at most.
async fn run(pipeline: Pipeline) -> Result<RunReport, RunError> {
    let run = pipeline.run_local(RunOptions::new());
    timeout(Duration::from_hours(1), run).await.unwrap()
}

/// A number every millisecond.
fn ticks(pipeline: &Pipeline, count: u32) -> Outlet<u32> {
    pipeline.builder().node("ticks", move || {
        flow(futures_util::stream::iter(0..count)).map_async(1, |n| async move {
            sleep(Duration::from_millis(1)).await;
            n
        })
    })
}

/// Reads one message in ten milliseconds.
fn read_slowly(outlet: Outlet<u32>, name: &str) {
    outlet.consume(name, |numbers| async {
        numbers
            .for_each_async(|_| sleep(Duration::from_millis(10)))
            .await;
        Ok::<_, std::io::Error>(())
    });
}

/// Reads nothing, until everybody else has ended.
fn read_never(outlet: Outlet<u32>, name: &str) {
    outlet.consume(name, |numbers| async move {
        sleep(Duration::from_mins(10)).await;
        drop(numbers);
        Ok::<_, std::io::Error>(())
    });
}

/// When the last message came, after the beginning of the test.
fn time_of_last(outlet: Outlet<u32>, name: &str) -> Arc<Mutex<Duration>> {
    let (began, last) = (Instant::now(), Arc::new(Mutex::new(Duration::ZERO)));
    let seen = Arc::clone(&last);
    outlet.for_each(name, move |_| *seen.lock().unwrap() = began.elapsed());
    last
}

#[tokio::test(start_paused = true)]
async fn a_slow_or_dead_branch_that_drops_does_not_hold_up_the_others() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        let pipeline = Pipeline::named("branches");
        let [fast, slow, dead] = ticks(&pipeline, 100).broadcast::<3>("copy");
        let last = time_of_last(fast, "fast");
        read_slowly(slow.capacity(2).overflow(overflow), "slow");
        read_never(dead.capacity(2).overflow(overflow), "dead");
        let report = run(pipeline).await.unwrap();

        assert_eq!(*last.lock().unwrap(), Duration::from_millis(100));
        assert_eq!(report.node("fast").received, 100);
        assert!((10..20).contains(&report.node("slow").received), "{report}");
        assert_eq!(report.node("dead").received, 0);
        assert!(report.unaccounted().is_empty(), "{report}");
        assert_eq!(report.ending, Ending::Completed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_blocks_holds_up_the_others() {
    let pipeline = Pipeline::named("branches");
    let [fast, slow] = ticks(&pipeline, 100).broadcast::<2>("copy");
    let last = time_of_last(fast, "fast");
    read_slowly(slow.capacity(2), "slow");
    let report = run(pipeline).await.unwrap();

    assert!(*last.lock().unwrap() > Duration::from_millis(900));
    assert_eq!(report.node("slow").received, 100);
    assert_eq!(report.dropped(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_branch_of_a_partition_that_drops_does_not_hold_up_the_others() {
    let pipeline = Pipeline::named("branches");
    let [even, odd] = ticks(&pipeline, 100).partition::<2>("parity", |n| (n % 2) as usize);
    let last = time_of_last(even, "even");
    read_never(odd.capacity(4).overflow(Overflow::DropNewest), "odd");
    let report = run(pipeline).await.unwrap();

    assert_eq!(*last.lock().unwrap(), Duration::from_millis(99));
    assert_eq!(report.node("even").received, 50);
    assert_eq!(report.dropped(), 46);
    assert_eq!(report.discarded(), 4);
}

#[tokio::test(start_paused = true)]
async fn drops_are_counted_by_reason_and_written_into_the_report() {
    let pipeline = Pipeline::named("reasons");
    let [newest, oldest] = ticks(&pipeline, 50).broadcast::<2>("copy");
    read_never(newest.capacity(5).overflow(Overflow::DropNewest), "newest");
    read_never(oldest.capacity(5).overflow(Overflow::DropOldest), "oldest");
    let report = run(pipeline).await.unwrap();

    let counts = |to: &str| {
        let edge = report
            .edges
            .iter()
            .find(|edge| edge.to.as_deref() == Some(to));
        edge.unwrap().counts
    };
    assert_eq!(counts("newest").dropped_newest, 45);
    assert_eq!(counts("newest").dropped_oldest, 0);
    assert_eq!(counts("oldest").dropped_oldest, 45);
    assert_eq!(report.dropped(), 90);
    let text = report.to_string();
    assert!(
        text.contains("copy -> newest dropped 45 (45 newest)"),
        "{text}"
    );
    assert!(
        text.contains("copy -> oldest dropped 45 (45 oldest)"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_goes_to_the_outlet_that_was_asked_for() {
    let pipeline = Pipeline::named("letters");
    let numbers = ticks(&pipeline, 10).node("pass", |numbers| numbers);
    let (kept, dropped) = numbers.capacity(3).overflow_to(Overflow::DropOldest);
    read_never(kept, "dead");
    let letters = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&letters);
    dropped.for_each("letters", move |letter: DeadLetter<Dropped<u32>>| {
        seen.lock().unwrap().push(letter);
    });
    let report = run(pipeline).await.unwrap();

    let letters = letters.lock().unwrap();
    let messages: Vec<_> = letters.iter().map(|it| it.error.message).collect();
    assert_eq!(messages, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(letters[0].error.reason, DropReason::Oldest);
    assert_eq!(letters[6].sequence, 7);
    assert_eq!(
        letters[0].to_string(),
        "pass/dropped: dropped: it waited for longest on a full edge"
    );
    assert_eq!(report.node("pass/dropped").dead_lettered, 7);
    assert!(report.unaccounted().is_empty(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_may_go_unread() {
    let pipeline = Pipeline::named("letters");
    let (kept, _dropped) = ticks(&pipeline, 10)
        .capacity(3)
        .overflow_to(Overflow::DropNewest);
    read_never(kept, "dead");
    let report = run(pipeline).await.unwrap();
    assert_eq!((report.dropped(), report.discarded()), (7, 3));
    assert_eq!(report.node("ticks/dropped").ending, NodeEnding::Finished);
    assert!(report.unaccounted().is_empty(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_reader_of_what_is_dropped() {
    let pipeline = Pipeline::named("letters");
    let [fast, slow] = ticks(&pipeline, 1000).broadcast::<2>("copy");
    let last = time_of_last(fast, "fast");
    let (kept, dropped) = slow.capacity(1).overflow_to(Overflow::DropNewest);
    read_never(kept, "dead");
    dropped
        .capacity(1)
        .consume("letters", |letters| async move {
            sleep(Duration::from_mins(10)).await;
            letters.for_each(drop).await;
            Ok::<_, std::io::Error>(())
        });
    let report = run(pipeline).await.unwrap();

    assert_eq!(*last.lock().unwrap(), Duration::from_secs(1));
    assert_eq!(report.dropped(), 999);
    assert!(
        (128..140).contains(&report.node("letters").received),
        "{report}"
    );
}

#[tokio::test]
async fn an_edge_that_fails_when_it_is_full_fails_the_run_and_names_itself() {
    for placement in [Placement::Inherit, Placement::Own] {
        let pipeline = Pipeline::named("fail");
        let [kept, failing] = pipeline
            .source(FromIter::new(0_u32..))
            .broadcast::<2>("copy");
        kept.ignore();
        let failing = failing.capacity(3).overflow(Overflow::Fail);
        failing
            .node("dead", |numbers| {
                numbers.map_async(1, |_| std::future::pending::<u32>())
            })
            .on(placement)
            .ignore();
        let options = RunOptions::new().stop_deadline(Duration::from_millis(50));
        let Err(RunError::Failed(failure)) = pipeline.run_with(options).await else {
            unreachable!("the edge fails")
        };

        assert_eq!(
            failure.first.to_string(),
            "stage `copy`, node `copy` failed: the edge to `dead` was full, \
             and it was set to fail when it is"
        );
        assert!(failure.report.unaccounted().is_empty(), "{failure:?}");
        assert_eq!(failure.report.dropped(), 1);
        assert_eq!(failure.report.node("copy").ending, NodeEnding::Finished);
    }
}

#[tokio::test(start_paused = true)]
async fn a_weighted_edge_asks_what_its_messages_weigh() {
    let pipeline = Pipeline::named("weights");
    let texts = pipeline.source(FromIter::new((0..10).map(|n| "x".repeat(n))));
    let texts = texts.capacity(Capacity::Weighted(12)).weigh(String::len);
    texts.consume("dead", |texts| async move {
        sleep(Duration::from_mins(1)).await;
        drop(texts);
        Ok::<_, std::io::Error>(())
    });
    let report = run(pipeline).await.unwrap();
    // 1 for the empty text, then 1, 2, 3, 4, and 5 while 11 are on the edge.
    assert_eq!(report.edges[0].counts.discarded, 6);
    assert_eq!(report.edges[0].counts.capacity, 12);
}
