use std::cell::Cell;
use std::pin::Pin;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::window::ChunksBy;
use millpond_operators::{flow, laws};

use super::in_chunks;

fn third(token: &Token) -> u32 {
    token.value() / 3
}

fn neighbours(items: Vec<Token>) -> Vec<Vec<Token>> {
    let mut groups: Vec<Vec<Token>> = Vec::new();
    for item in items {
        match groups.last_mut() {
            Some(group) if third(&group[0]) == third(&item) => group.push(item),
            _ => groups.push(vec![item]),
        }
    }
    groups
}

laws! {
    chunks_by: |s| s.chunks_by(third),
    model: |v| neighbours(v),
    look_ahead: 3,
    remainder: ChunksBy::take_remainder,
}

laws! {
    chunks_by_one_key: |s| s.chunks_by(|_| ()),
    model: |v| in_chunks(v, usize::MAX),
    look_ahead: usize::MAX,
    remainder: ChunksBy::take_remainder,
}

laws! {
    chunks_by_keys_that_equal_none: |s| s.chunks_by(|_| f32::NAN),
    model: |v| in_chunks(v, 1),
    look_ahead: 1,
    remainder: ChunksBy::take_remainder,
}

#[tokio::test]
async fn a_vector_leaves_with_the_first_item_of_another_key() {
    let four_then_silence = stream::iter([1, 3, 2, 4]).chain(stream::pending());
    let mut groups = flow(four_then_silence).chunks_by(|n| n % 2);

    assert_eq!(groups.next().await, Some(vec![1, 3]));
    assert_eq!(groups.next().now_or_never(), None);
}

#[tokio::test]
async fn keys_are_asked_for_once() {
    let asked = Cell::new(0);
    let items = flow(stream::iter([1, 3, 2, 5]));
    let groups = items.chunks_by(|n| {
        asked.set(asked.get() + 1);
        n % 2
    });
    let groups: Vec<_> = groups.collect().await;

    assert_eq!(groups, [vec![1, 3], vec![2], vec![5]]);
    assert_eq!(asked.get(), 4);
}

#[test]
fn after_the_remainder_the_next_item_starts_a_new_vector() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut groups = flow(receiver).chunks_by(|n| n % 2);

    assert_eq!(sender.unbounded_send(1), Ok(()));
    assert_eq!(groups.next().now_or_never(), None);
    assert_eq!(Pin::new(&mut groups).get_pin_mut().take_remainder(), [1]);
    for item in [3, 5, 2] {
        assert_eq!(sender.unbounded_send(item), Ok(()));
    }
    assert_eq!(groups.next().now_or_never(), Some(Some(vec![3, 5])));
}
