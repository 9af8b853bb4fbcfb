use std::cell::Cell;
use std::iter;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn twice(token: Token) -> impl Iterator<Item = (u32, u8)> {
    let id = token.value();
    // The token is held as long as the iterator.
    (0..2).map(move |n| (id.max(token.id()), n))
}

fn some(token: Token) -> Option<Token> {
    (!token.id().is_multiple_of(3)).then_some(token)
}

fn nothing(_: Token) -> [u32; 0] {
    []
}

laws! {
    flat_map_iter: |s| s.flat_map_iter(twice),
    model: |v| v.into_iter().flat_map(twice).collect(),
    look_ahead: 1,
}

laws! {
    flat_map_iter_after_the_end_of_its_input: |s| s.take(2).flat_map_iter(twice),
    model: |v| v.into_iter().take(2).flat_map(twice).collect(),
    look_ahead: 1,
}

laws! {
    flat_map_iter_that_skips_some: |s| s.flat_map_iter(some),
    model: |v| v.into_iter().filter_map(some).collect(),
    look_ahead: 1,
}

laws! {
    flat_map_iter_of_nothing: |s| s.flat_map_iter(nothing),
    model: |_v| Vec::new(),
}

#[tokio::test]
async fn each_item_is_made_when_it_is_asked_for() {
    let made = Cell::new(0);
    let count = |n| {
        made.set(made.get() + 1);
        n
    };
    let mut items = flow(stream::iter([1, 2])).flat_map_iter(|n| iter::repeat(n).map(count));

    assert_eq!(made.get(), 0);
    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().await, Some(1));
    assert_eq!(made.get(), 2);
}

#[tokio::test]
async fn an_iterator_is_dropped_when_it_is_used_up() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let one_then_silence = stream::iter([held]).chain(stream::pending());
    let mut items = flow(one_then_silence)
        .flat_map_iter(|held| iter::once(()).map(move |()| Arc::strong_count(&held)));

    assert_eq!(items.next().await, Some(2));
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(Arc::strong_count(&resource), 1);
}
