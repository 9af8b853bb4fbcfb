use std::cell::Cell;
use std::pin::Pin;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::window::ChunksWeighted;
use millpond_operators::{flow, laws};

use super::{cost, cost_or_none, in_chunks, weighted};

laws! {
    chunks_weighted: |s| s.chunks_weighted(3, cost),
    model: |v| weighted(v, cost),
    look_ahead: 2,
    remainder: ChunksWeighted::take_remainder,
}

laws! {
    chunks_weighted_with_items_of_no_cost: |s| s.chunks_weighted(3, cost_or_none),
    model: |v| weighted(v, cost_or_none),
    look_ahead: 3,
    remainder: ChunksWeighted::take_remainder,
}

laws! {
    chunks_weighted_by_count: |s| s.chunks_weighted(3, |_| 1),
    model: |v| in_chunks(v, 3),
    look_ahead: 2,
    remainder: ChunksWeighted::take_remainder,
}

laws! {
    chunks_weighted_all: |s| s.chunks_weighted(1, |_| 0),
    model: |v| in_chunks(v, usize::MAX),
    look_ahead: usize::MAX,
    remainder: ChunksWeighted::take_remainder,
}

laws! {
    chunks_weighted_alone: |s| s.chunks_weighted(1, |_| usize::MAX),
    model: |v| in_chunks(v, 1),
}

#[tokio::test]
async fn a_vector_that_is_full_does_not_wait_for_the_next_item() {
    let two_then_silence = stream::iter([1, 2]).chain(stream::pending());
    let mut chunks = flow(two_then_silence).chunks_weighted(3, |n| *n);

    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![1, 2])));
}

#[tokio::test]
async fn an_item_that_is_too_heavy_leaves_at_once_behind_those_before() {
    let two_then_silence = stream::iter([1, 9]).chain(stream::pending());
    let mut chunks = flow(two_then_silence).chunks_weighted(3, |n| *n);

    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![1])));
    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![9])));
    assert_eq!(chunks.next().now_or_never(), None);
}

#[tokio::test]
async fn costs_are_asked_for_once() {
    let asked = Cell::new(0);
    let items = flow(stream::iter([1, 2, 3, 4, 1]));
    let chunks = items.chunks_weighted(3, |n| {
        asked.set(asked.get() + 1);
        *n
    });
    let chunks: Vec<_> = chunks.collect().await;

    assert_eq!(chunks, [vec![1, 2], vec![3], vec![4], vec![1]]);
    assert_eq!(asked.get(), 5);
}

#[test]
fn after_the_remainder_the_next_item_starts_a_new_vector() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut chunks = flow(receiver).chunks_weighted(3, |n| *n);

    assert_eq!(sender.unbounded_send(2), Ok(()));
    assert_eq!(chunks.next().now_or_never(), None);
    assert_eq!(Pin::new(&mut chunks).get_pin_mut().take_remainder(), [2]);
    assert_eq!(sender.unbounded_send(2), Ok(()));
    assert_eq!(chunks.next().now_or_never(), None);
    assert_eq!(sender.unbounded_send(1), Ok(()));
    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![2, 1])));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_weight_of_zero_panics() {
    drop(flow(stream::empty::<()>()).chunks_weighted(0, |()| 1));
}
