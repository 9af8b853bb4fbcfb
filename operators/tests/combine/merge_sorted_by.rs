use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

/// Puts the tokens of both inputs between each other.
fn rank(token: &Token) -> u32 {
    token.value() % 1000
}

laws! {
    merge_sorted_by: |a, b| a.merge_sorted_by(b, |a, b| rank(a).cmp(&rank(b))),
    model: |a, b| {
        let mut all: Vec<_> = a.into_iter().chain(b).collect();
        all.sort_by_key(rank);
        all
    },
    look_ahead: 1,
    panics_change_the_rest,
}

#[tokio::test]
async fn of_equal_items_that_of_this_stream_comes_first() {
    let one = flow(stream::iter([(1, 'a'), (2, 'a')]));
    let other = flow(stream::iter([(1, 'b'), (2, 'b')]));
    let sorted: String = one
        .merge_sorted_by(other, |a, b| a.0.cmp(&b.0))
        .map(|item| item.1)
        .collect()
        .await;

    assert_eq!(sorted, "abab");
}

#[tokio::test]
async fn a_silent_side_stalls_the_other() {
    let mut sorted = flow(stream::iter([1])).merge_sorted_by(flow(stream::pending()), Ord::cmp);

    assert_eq!(sorted.next().now_or_never(), None);
}

#[tokio::test]
async fn after_the_end_of_one_side_the_other_passes() {
    let one = flow(stream::iter([5, 4]).chain(stream::pending()));
    let mut sorted = one.merge_sorted_by(flow(stream::empty()), Ord::cmp);

    assert_eq!(sorted.next().now_or_never(), Some(Some(5)));
    assert_eq!(sorted.next().now_or_never(), Some(Some(4)));
    assert_eq!(sorted.next().now_or_never(), None);
}
