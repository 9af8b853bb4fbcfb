use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

/// Even numbers on the first input, odd ones on the second.
fn number(token: &Token) -> u64 {
    let value = u64::from(token.value());
    2 * (value % 1000) + value / 1000
}

laws! {
    merge_sequence: |a, b| a.merge_sequence(b, number),
    model: |a, b| {
        let mut all: Vec<_> = a.into_iter().chain(b).collect();
        all.sort_by_key(number);
        all
    },
    look_ahead: 1,
}

#[tokio::test]
async fn an_item_whose_turn_it_is_does_not_wait_for_the_other_side() {
    let mut merged = flow(stream::iter([0, 1, 3])).merge_sequence(flow(stream::pending()), |n| *n);

    assert_eq!(merged.next().now_or_never(), Some(Some(0)));
    assert_eq!(merged.next().now_or_never(), Some(Some(1)));
    assert_eq!(merged.next().now_or_never(), None);
}

#[tokio::test]
async fn a_missing_number_is_passed_over_once_both_sides_are_past_it() {
    let one = flow(stream::iter([0, 4]));
    let other = flow(stream::iter([3, 5]).chain(stream::pending()));
    let mut merged = one.merge_sequence(other, |n| *n);

    let first: Vec<_> = std::iter::from_fn(|| merged.next().now_or_never().flatten()).collect();
    assert_eq!(first, [0, 3, 4, 5]);
}

#[tokio::test]
async fn a_number_that_has_been_passed_is_emitted_at_once() {
    let one = flow(stream::iter([5, 2]).chain(stream::pending()));
    let other = flow(stream::iter([7]).chain(stream::pending()));
    let mut merged = one.merge_sequence(other, |n| *n);

    let first: Vec<_> = std::iter::from_fn(|| merged.next().now_or_never().flatten()).collect();
    assert_eq!(first, [5, 2]);
}

#[tokio::test]
async fn after_the_end_of_one_side_the_other_passes() {
    let one = flow(stream::iter([3, 9]).chain(stream::pending()));
    let mut merged = one.merge_sequence(flow(stream::empty()), |n| *n);

    assert_eq!(merged.next().now_or_never(), Some(Some(3)));
    assert_eq!(merged.next().now_or_never(), Some(Some(9)));
}
