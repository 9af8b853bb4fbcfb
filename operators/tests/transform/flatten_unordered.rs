use std::cell::Cell;
use std::sync::Arc;
use std::task::Poll;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, Progress, flow, laws};

/// A stream of two items, the first of which takes as long as the token says.
fn twice(token: Token) -> Flow<impl Progress<Item = (u32, u8)>> {
    flow(stream::iter([token]))
        .then(Token::work)
        .flat_map_iter(|token| (0..2).map(move |n| (token.id(), n)))
}

fn nothing(_: Token) -> Flow<Foreign<stream::Empty<Token>>> {
    flow(stream::empty())
}

fn pairs(tokens: Vec<Token>) -> Vec<(u32, u8)> {
    let pair = |token: Token| [(token.id(), 0), (token.id(), 1)];
    tokens.into_iter().flat_map(pair).collect()
}

laws! {
    flatten_unordered: |s| s.map(twice).flatten_unordered(3),
    model: |v| pairs(v),
    look_ahead: 3,
    in_flight: 3,
    unordered,
}

laws! {
    flatten_unordered_keeps_the_order_of_each_stream: |s| s.map(twice).flatten_unordered(3),
    model: |v| pairs(v),
    look_ahead: 3,
    in_flight: 3,
    keyed: |&(id, _)| id,
}

laws! {
    flatten_unordered_one_at_a_time: |s| s.map(twice).flatten_unordered(1),
    model: |v| pairs(v),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    flatten_unordered_with_room_for_a_flood: |s| s.map(twice).flatten_unordered(500),
    model: |v| pairs(v),
    look_ahead: 500,
    in_flight: 500,
    unordered,
}

laws! {
    flatten_unordered_of_nothing: |s| s.map(nothing).flatten_unordered(2),
    model: |_v| Vec::new(),
}

#[tokio::test]
async fn streams_that_are_always_ready_take_turns() {
    let endless = (0..4).map(|n| flow(stream::repeat(n)));
    let items: Vec<_> = flow(stream::iter(endless))
        .flatten_unordered(3)
        .take(9)
        .collect()
        .await;

    assert_eq!(items, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
}

#[tokio::test]
async fn a_stream_is_polled_only_after_it_was_woken() {
    let polls = Cell::new(0);
    let idle = stream::poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::<Option<u8>>::Pending
    });
    let streams = [idle.left_stream(), stream::iter(0..100).right_stream()];
    let mut items = flow(stream::iter(streams)).map(flow).flatten_unordered(2);

    while items.next().now_or_never().flatten().is_some() {}
    assert_eq!(polls.get(), 1);
}

#[tokio::test]
async fn the_place_of_a_stream_that_has_ended_goes_to_the_next() {
    let streams = [
        stream::pending().left_stream(),
        stream::iter([1]).right_stream(),
    ];
    let streams = stream::iter(streams).chain(stream::iter([stream::iter([2]).right_stream()]));
    let mut items = flow(streams).map(flow).flatten_unordered(2);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().await, Some(2));
    assert_eq!(items.next().now_or_never(), None);
}

#[tokio::test]
async fn dropping_the_output_drops_all_live_streams() {
    let resource = Arc::new(());
    let silent = |held: Arc<()>| stream::pending::<()>().inspect(move |()| drop(Arc::clone(&held)));
    let streams = [silent(Arc::clone(&resource)), silent(Arc::clone(&resource))];
    let mut items = flow(stream::iter(streams)).map(flow).flatten_unordered(2);

    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(Arc::strong_count(&resource), 3);
    drop(items);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let streams = stream::empty::<Flow<Foreign<stream::Empty<()>>>>();
    drop(flow(streams).flatten_unordered(0));
}
