use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::{combine, flow, laws};

laws! {
    merge: |a, b| a.merge(b),
    model: |a, b| a.into_iter().chain(b).collect(),
    unordered,
}

laws! {
    merge_all: |a, b, c| combine::merge([a, b, c]),
    model: |a, b, c| a.into_iter().chain(b).chain(c).collect(),
    unordered,
}

laws! {
    order_of_one_side: |a, b| a.merge(b).filter(|token| token.id() < 1000),
    model: |a, _b| a,
}

laws! {
    order_of_one_of_many: |a, b, c| {
        combine::merge(vec![a, b, c]).filter(|token| (1000..2000).contains(&token.id()))
    },
    model: |_a, b, _c| b,
}

#[tokio::test]
async fn sides_that_are_ready_take_turns() {
    let merged = flow(stream::repeat('a')).merge(flow(stream::repeat('b')));
    let items: String = merged.take(6).collect().await;

    assert_eq!(items, "ababab");
}

#[tokio::test]
async fn many_that_are_ready_take_turns() {
    let flows = ["a", "b", "c"].map(|name| flow(stream::repeat(name)));
    let items: String = combine::merge(flows).take(7).collect().await;

    assert_eq!(items, "abcabca");
}

#[tokio::test]
async fn turns_go_on_when_one_ends() {
    let flows = [("a", 3), ("b", 1), ("c", 3)];
    let flows = flows.map(|(name, count)| flow(stream::repeat(name).take(count)));
    let items: String = combine::merge(flows).collect().await;

    assert_eq!(items, "abcacac");
}

#[tokio::test]
async fn a_side_is_dropped_as_soon_as_it_ends() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let ends = stream::iter([1]).inspect(move |_| drop(Arc::clone(&held)));
    let mut merged = flow(ends).merge(flow(stream::pending()));

    assert_eq!(merged.next().await, Some(1));
    assert_eq!(merged.next().now_or_never(), None);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn without_any_input_it_ends_at_once() {
    let none = Vec::from([flow(stream::repeat(1))]).into_iter().skip(1);

    assert_eq!(combine::merge(none).next().await, None);
}
