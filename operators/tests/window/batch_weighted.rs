use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::window::BatchWeighted;
use millpond_operators::{Progress, flow, laws};
use tokio::time::{Instant, sleep};

use super::{bounded, cost, cost_or_none, in_chunks, weighted};

const WAIT: Duration = Duration::from_millis(5);
const NEVER: Duration = Duration::MAX;
const ANY: usize = usize::MAX;

laws! {
    batch_weighted: |s| s.batch_weighted(ANY, 3, NEVER, cost),
    model: |v| weighted(v, cost),
    look_ahead: 4,
    remainder: BatchWeighted::take_remainder,
}

laws! {
    batch_weighted_with_items_of_no_cost: |s| s.batch_weighted(ANY, 3, NEVER, cost_or_none),
    model: |v| weighted(v, cost_or_none),
    look_ahead: 4,
    remainder: BatchWeighted::take_remainder,
}

laws! {
    batch_weighted_by_count: |s| s.batch_weighted(3, ANY, NEVER, |_| 1),
    model: |v| in_chunks(v, 3),
    look_ahead: 3,
    remainder: BatchWeighted::take_remainder,
}

laws! {
    batch_weighted_by_count_and_weight: |s| s.batch_weighted(2, 3, NEVER, cost_or_none),
    model: |v| bounded(v, 2, cost_or_none),
    look_ahead: 2,
    remainder: BatchWeighted::take_remainder,
}

laws! {
    batch_weighted_alone: |s| s.batch_weighted(ANY, 1, NEVER, |_| usize::MAX),
    model: |v| in_chunks(v, 1),
    look_ahead: 1,
    remainder: BatchWeighted::take_remainder,
}

laws! {
    batch_weighted_on_time: |s| s.batch_weighted(ANY, 3, WAIT, cost),
    timed: |arrivals, end| batches_on_time(arrivals, end),
    look_ahead: 4,
    linger: WAIT,
}

/// Says which batches of weight three at most leave, and when.
fn batches_on_time(arrivals: Vec<(Duration, Token)>, end: Duration) -> Vec<(Duration, Vec<Token>)> {
    let mut batches: Vec<(Duration, Vec<Token>)> = Vec::new();
    for (at, token) in arrivals {
        let added = cost(&token);
        let weight = |batch: &[Token]| batch.iter().map(cost).sum::<usize>();
        match batches.last_mut() {
            Some((due, batch)) if at < *due && weight(batch) + added <= 3 => {
                batch.push(token);
                if weight(batch) == 3 {
                    *due = at;
                }
            }
            last => {
                if let Some((due, _)) = last {
                    *due = at.min(*due);
                }
                let due = if added < 3 { at + WAIT } else { at };
                batches.push((due, vec![token]));
            }
        }
    }
    if let Some((due, _)) = batches.last_mut() {
        *due = end.min(*due);
    }
    batches
}

#[tokio::test(start_paused = true)]
async fn costs_are_asked_for_once() {
    let asked = Cell::new(0);
    let batches = flow(stream::iter([1, 2, 3, 4, 1])).batch_weighted(ANY, 3, WAIT, |n| {
        asked.set(asked.get() + 1);
        *n
    });
    let batches: Vec<_> = batches.collect().await;

    assert_eq!(batches, [vec![1, 2], vec![3], vec![4], vec![1]]);
    assert_eq!(asked.get(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_too_heavy_leaves_at_once_behind_those_before() {
    let two_then_silence = stream::iter([1, 9]).chain(stream::pending());
    let mut batches = flow(two_then_silence).batch_weighted(ANY, 3, NEVER, |n| *n);

    assert_eq!(batches.next().now_or_never(), Some(Some(vec![1])));
    assert_eq!(batches.next().now_or_never(), Some(Some(vec![9])));
    assert_eq!(batches.next().now_or_never(), None);
}

#[tokio::test(start_paused = true)]
async fn the_wait_begins_with_the_item_that_did_not_fit() {
    let start = Instant::now();
    let every_4_ms = stream::unfold(1, async |n| {
        sleep(Duration::from_millis(4)).await;
        Some((n, n + 1))
    });
    let mut batches = flow(every_4_ms.boxed_local()).batch_weighted(ANY, 4, WAIT, |n| *n);

    assert_eq!(batches.next().await, Some(vec![1, 2]));
    assert_eq!(start.elapsed(), Duration::from_millis(8 + 1));
    assert_eq!(batches.next().await, Some(vec![3]));
    assert_eq!(start.elapsed(), Duration::from_millis(12 + 4));
    assert_eq!(batches.next().await, Some(vec![4]));
    assert_eq!(start.elapsed(), Duration::from_millis(12 + 4));
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_holds_one_batch_and_the_item_that_did_not_fit() {
    let mut cx = Context::from_waker(Waker::noop());
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    let items = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let mut batches = flow(items).batch_weighted(ANY, 3, WAIT, |n| *n);

    assert_eq!(sender.send(2).await, Ok(()));
    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_pending());
    sleep(2 * WAIT).await;
    for item in [2, 1] {
        assert_eq!(sender.send(item).await, Ok(()));
    }
    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_ready());
    // The third item stayed in the channel.
    assert_eq!(sender.capacity(), 7);
    assert_eq!(batches.next().now_or_never(), Some(Some(vec![2])));
    assert_eq!(batches.next().now_or_never(), Some(Some(vec![2, 1])));
}

#[tokio::test(start_paused = true)]
async fn the_item_that_did_not_fit_comes_last_in_the_remainder() {
    let two_then_silence = stream::iter([2, 3]).chain(stream::pending());
    let mut batches = flow(two_then_silence).batch_weighted(ANY, 4, WAIT, |n| *n);
    let mut cx = Context::from_waker(Waker::noop());

    let _full = Pin::new(&mut batches).poll_progress(&mut cx);
    assert_eq!(batches.size_hint(), (2, Some(2)));
    assert_eq!(Pin::new(batches.get_mut()).take_remainder(), [2, 3]);
    assert_eq!(batches.size_hint(), (0, Some(0)));
}

#[tokio::test(start_paused = true)]
async fn after_the_remainder_the_next_item_starts_a_new_wait() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    let items = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let mut batches = flow(items).batch_weighted(ANY, 3, WAIT, |n| *n);

    assert_eq!(sender.send(1).await, Ok(()));
    assert_eq!(batches.next().now_or_never(), None);
    sleep(Duration::from_millis(3)).await;
    assert_eq!(Pin::new(batches.get_mut()).take_remainder(), [1]);

    let start = Instant::now();
    assert_eq!(sender.send(2).await, Ok(()));
    assert_eq!(batches.next().await, Some(vec![2]));
    assert_eq!(start.elapsed(), WAIT);
}

#[test]
fn an_input_that_is_always_ready_needs_no_runtime() {
    let batches = flow(stream::iter(1..4)).batch_weighted(ANY, 2, WAIT, |_| 1);
    let batches: Option<Vec<_>> = batches.collect().now_or_never();

    assert_eq!(batches, Some(vec![vec![1, 2], vec![3]]));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_items_panics() {
    drop(flow(stream::empty::<()>()).batch_weighted(0, 1, WAIT, |()| 1));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_weight_of_zero_panics() {
    drop(flow(stream::empty::<()>()).batch_weighted(ANY, 0, WAIT, |()| 1));
}
