use std::pin::Pin;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::window::Chunks;
use millpond_operators::{flow, laws};

use super::in_chunks;

laws! {
    chunks: |s| s.chunks(3),
    model: |v| in_chunks(v, 3),
    look_ahead: 2,
    remainder: Chunks::take_remainder,
}

laws! {
    chunks_of_one: |s| s.chunks(1),
    model: |v| in_chunks(v, 1),
}

#[tokio::test]
async fn a_vector_is_emitted_only_when_it_is_full() {
    let three_then_silence = stream::iter([1, 2, 3]).chain(stream::pending());
    let mut chunks = flow(three_then_silence).chunks(2);

    assert_eq!(chunks.next().await, Some(vec![1, 2]));
    assert_eq!(chunks.next().now_or_never(), None);
}

#[test]
fn after_the_remainder_the_next_item_starts_a_new_vector() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut chunks = flow(receiver).chunks(2);

    assert_eq!(sender.unbounded_send(1), Ok(()));
    assert_eq!(chunks.next().now_or_never(), None);
    assert_eq!(Pin::new(&mut chunks).get_pin_mut().take_remainder(), [1]);
    for item in [2, 3] {
        assert_eq!(sender.unbounded_send(item), Ok(()));
    }
    assert_eq!(chunks.next().now_or_never(), Some(Some(vec![2, 3])));
}

#[tokio::test]
async fn a_huge_count_reserves_little() {
    let chunks: Vec<_> = flow(stream::iter([1])).chunks(usize::MAX).collect().await;

    assert_eq!(chunks, [[1]]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).chunks(0));
}
