//! The probes, one at a time.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use millpond_operators::testing::{HostileSource, TestSink, TestSource};
use millpond_operators::{Flow, flow};
use tokio::time::{advance, sleep};

const MS: Duration = Duration::from_millis(1);

#[test]
fn items_wait_until_they_are_taken() {
    let (source, items) = TestSource::new();
    let mut sink = TestSink::new(items);
    source.send(1);
    source.send(2);
    sink.request(1);

    assert_eq!(sink.expect_next(), 1);
    assert_eq!(source.waiting(), 1);
}

#[test]
fn an_item_wakes_whoever_waits_for_it() {
    let (source, items) = TestSource::new();
    let mut sink = TestSink::new(items);
    sink.request(1);
    sink.expect_pending();
    assert!(!sink.is_woken());
    source.send(());

    assert!(sink.is_woken());
}

#[test]
fn the_end_comes_behind_the_items() {
    let (source, items) = TestSource::new();
    let mut sink = TestSink::new(items);
    source.end();
    source.send(1);
    sink.request(1);

    assert_eq!(sink.expect_next(), 1);
    sink.expect_end();
}

#[test]
fn polls_and_drives_are_counted() {
    let (source, items) = TestSource::<()>::new();
    let mut sink = TestSink::new(items);
    assert_eq!((source.polls(), source.drives()), (0, 0));
    sink.expect_pending();
    assert_eq!((source.polls(), source.drives()), (0, 1));
    sink.request(1);
    sink.expect_pending();

    assert_eq!((source.polls(), source.drives()), (1, 1));
}

#[test]
fn a_flow_dropped_before_its_end_was_cancelled() {
    let (source, items) = TestSource::<()>::new();
    assert!(!source.is_dropped());
    drop(items);

    assert!(source.is_dropped());
    source.expect_cancelled();
}

#[test]
#[should_panic(expected = "was not dropped")]
fn a_flow_that_is_still_there_was_not_cancelled() {
    let (source, items) = TestSource::<()>::new();
    source.expect_cancelled();
    drop(items);
}

#[test]
#[should_panic(expected = "it ended")]
fn a_flow_that_has_ended_was_not_cancelled() {
    let (source, items) = TestSource::<()>::new();
    source.end();
    TestSink::new(items).expect_end();
    source.expect_cancelled();
}

#[test]
#[should_panic(expected = "none requested")]
fn an_item_needs_demand() {
    TestSink::new(flow([1])).expect_next();
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_demand_of_zero_panics() {
    TestSink::new(flow([1])).request(0);
}

#[test]
#[should_panic(expected = "the flow is pending")]
fn an_item_must_be_there() {
    let mut sink = TestSink::new(flow(stream::pending::<()>()));
    sink.request(1);
    sink.expect_next();
}

#[test]
#[should_panic(expected = "the flow has ended")]
fn the_end_is_no_item() {
    let mut sink = TestSink::new(flow(stream::empty::<()>()));
    sink.request(1);
    sink.expect_next();
}

#[test]
#[should_panic(expected = "nothing was expected, and an item came")]
fn an_item_is_not_nothing() {
    let mut sink = TestSink::new(flow([1]));
    sink.request(1);
    sink.expect_pending();
}

#[test]
#[should_panic(expected = "nothing was expected, and the flow has ended")]
fn the_end_is_not_nothing() {
    let mut sink = TestSink::new(flow(stream::empty::<()>()));
    sink.request(1);
    sink.expect_pending();
}

#[test]
#[should_panic(expected = "the end was expected, and an item came")]
fn an_item_is_not_the_end() {
    TestSink::new(flow([1])).expect_end();
}

#[test]
#[should_panic(expected = "the end was expected, and the flow is pending")]
fn nothing_is_not_the_end() {
    TestSink::new(flow(stream::pending::<()>())).expect_end();
}

#[tokio::test(start_paused = true)]
async fn without_demand_the_flow_is_driven_and_emits_nothing() {
    let done = Rc::new(Cell::new(0));
    let count = Rc::clone(&done);
    let work = move |n| {
        let count = Rc::clone(&count);
        async move {
            sleep(MS).await;
            count.set(count.get() + 1);
            n
        }
    };
    let mut sink = TestSink::new(flow(1..=3).map_async(2, work));
    sink.expect_pending();
    advance(2 * MS).await;
    sink.expect_pending();
    assert_eq!(done.get(), 2);

    sink.request(2);
    assert_eq!((sink.expect_next(), sink.expect_next()), (1, 2));
}

#[test]
fn it_shows_the_operator() {
    let mut sink = TestSink::new(flow(1..=3).batch(2, Duration::MAX));
    assert_eq!(sink.get_pin_mut().take_remainder(), []);
}

#[test]
#[should_panic(expected = "has not woken its task")]
fn a_flow_that_goes_on_without_a_wake_is_found() {
    let polls = Cell::new(0);
    let lost = stream::poll_fn(|_| {
        polls.set(polls.get() + 1);
        if polls.get() == 1 {
            Poll::Pending
        } else {
            Poll::Ready(Some(()))
        }
    });
    let mut sink = TestSink::new(flow(lost));
    sink.request(1);
    sink.expect_pending();
    sink.expect_next();
}

#[test]
#[should_panic(expected = "wakes itself without end")]
fn a_flow_that_spins_is_found() {
    let spins = stream::poll_fn(|cx: &mut Context<'_>| {
        cx.waker().wake_by_ref();
        Poll::<Option<()>>::Pending
    });
    TestSink::new(flow(spins)).expect_end();
}

#[test]
fn the_hostile_source_goes_on_after_its_end_and_a_flow_of_it_does_not() {
    let mut bare = HostileSource::new([1]).then([2]);
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut polls = || Pin::new(&mut bare).poll_next(&mut cx);
    assert_eq!(polls(), Poll::Pending);
    assert_eq!(polls(), Poll::Ready(Some(1)));
    assert_eq!(polls(), Poll::Pending);
    assert_eq!(polls(), Poll::Ready(None));
    assert_eq!(polls(), Poll::Ready(Some(2)));

    let mut sink = TestSink::new(flow(HostileSource::new([1]).then([2])));
    sink.request(1);
    assert_eq!(sink.expect_next(), 1);
    sink.expect_end();
    sink.expect_end();
}

#[tokio::test(start_paused = true)]
async fn operators_bear_the_hostile_source() {
    let hostile = || flow(HostileSource::new(0..10).then(10..20));
    let all: Vec<_> = (0..10).collect();
    assert_eq!(
        hostile()
            .map_async(3, async |n| n)
            .collect::<Vec<_>>()
            .await,
        all
    );
    assert_eq!(
        hostile()
            .chunks(3)
            .flat_map_iter(|chunk| chunk)
            .collect::<Vec<_>>()
            .await,
        all
    );
    let mut batched = Vec::new();
    hostile()
        .batch(4, MS)
        .for_each(|batch| batched.extend(batch))
        .await;
    assert_eq!(batched, all);
    let merged: Vec<_> = hostile().merge(hostile()).collect().await;
    assert_eq!(merged.len(), 20);
}

#[tokio::test]
async fn wakes_of_the_dropped_hostile_source_do_no_harm() {
    let mut some: Flow<_> = flow(HostileSource::new(0..10));
    assert_eq!(StreamExt::next(&mut some).await, Some(0));
    drop(some);
}
