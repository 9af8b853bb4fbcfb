use std::sync::Arc;

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
    flatten: |s| s.map(twice).flatten(),
    model: |v| pairs(v),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    flatten_after_the_end_of_its_input: |s| s.take(2).map(twice).flatten(),
    model: |v| pairs(v.into_iter().take(2).collect()),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    flatten_of_nothing: |s| s.map(nothing).flatten(),
    model: |_v| Vec::new(),
}

#[tokio::test]
async fn a_stream_is_dropped_as_soon_as_it_ends() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let one_then_silence = stream::iter([held])
        .chain(stream::pending())
        .map(|held| flow(stream::iter([held])).map(|held| Arc::strong_count(&held)));
    let mut items = flow(one_then_silence).flatten();

    assert_eq!(items.next().await, Some(2));
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn a_stream_may_be_without_an_end() {
    let endless = flow(stream::repeat(1));
    let mut items = flow(stream::iter([endless])).flatten();

    for _ in 0..1_000 {
        assert_eq!(items.next().await, Some(1));
    }
}

#[tokio::test]
async fn the_next_stream_is_taken_only_when_the_one_before_has_ended() {
    let taken = std::cell::Cell::new(0);
    let streams = stream::iter([1, 2]).map(|n| {
        taken.set(n);
        flow(stream::iter([n]))
    });
    let mut items = flow(streams).flatten();

    assert_eq!(items.next().await, Some(1));
    assert_eq!(taken.get(), 1);
    assert_eq!(items.next().await, Some(2));
}
