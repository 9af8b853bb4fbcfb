use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::{flow, laws};

use super::in_chunks;

// Which items come together is up to the schedule; which items come is not.
laws! {
    ready_chunks: |s| s.ready_chunks(3).flat_map_iter(|chunk| chunk),
    model: |v| v,
    look_ahead: 2,
}

laws! {
    ready_chunks_of_one: |s| s.ready_chunks(1),
    model: |v| in_chunks(v, 1),
}

#[tokio::test]
async fn no_item_waits_for_another() {
    let three_then_silence = stream::iter([1, 2, 3]).chain(stream::pending());
    let mut chunks = flow(three_then_silence).ready_chunks(2);

    assert_eq!(chunks.next().await, Some(vec![1, 2]));
    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![3])));
    assert_eq!(chunks.next().now_or_never(), None);
}

#[tokio::test]
async fn one_vector_has_at_most_128_items() {
    let chunks = flow(stream::iter(0..200)).ready_chunks(usize::MAX);
    let lengths: Vec<_> = chunks.map(|chunk| chunk.len()).collect().await;

    assert_eq!(lengths, [128, 72]);
}

#[tokio::test]
async fn the_hint_counts_full_vectors_at_least_and_single_items_at_most() {
    let mut chunks = flow(stream::iter(0..5)).ready_chunks(2);

    assert_eq!(chunks.size_hint(), (3, Some(5)));
    assert_eq!(chunks.next().await, Some(vec![0, 1]));
    assert_eq!(chunks.size_hint(), (2, Some(3)));
}

#[test]
fn a_panic_of_the_input_loses_no_item() {
    let items = stream::iter([1, 2, 3]).map(|n| {
        assert_ne!(n, 2);
        n
    });
    let mut chunks = flow(items).ready_chunks(3);
    let poll = AssertUnwindSafe(|| chunks.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(chunks.size_hint(), (1, Some(2)));
    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![1, 3])));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).ready_chunks(0));
}
