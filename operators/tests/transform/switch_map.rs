use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Progress, flow, laws};
use tokio::time::sleep;

/// A stream of two items, the first of which takes as long as the token says.
fn twice(token: Token) -> Flow<impl Progress<Item = (u32, u8)>> {
    let id = token.value();
    flow(stream::iter([token]))
        .then(Token::work)
        .flat_map_iter(move |token| (0..2).map(move |n| (id.max(token.id()), n)))
}

/// Streams come in order, each from its start, and the last one whole.
fn may_come(tokens: &[Token], out: &[(u32, u8)]) -> bool {
    let mut of_each: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    for &(id, n) in out {
        of_each.entry(id).or_default().push(n);
    }
    let from_the_start = |ns: &Vec<u8>| ns.iter().copied().eq((0..2).take(ns.len()));
    let last = tokens.last().map(|token| (token.id(), vec![0, 1]));
    out.is_sorted() && of_each.values().all(from_the_start) && of_each.pop_last() == last
}

laws! {
    switch_map: |s| s.switch_map(twice),
    relation: |v, out| may_come(&v, out),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    switch_map_of_nothing: |s| s.switch_map(|_| flow(stream::empty::<u8>())),
    model: |_v| Vec::new(),
}

laws! {
    switch_map_once: |s| s.take(1).switch_map(twice),
    model: |v| v.iter().take(1).flat_map(|token| [(token.value(), 0), (token.value(), 1)]).collect(),
    look_ahead: 1,
    in_flight: 1,
}

#[tokio::test(start_paused = true)]
async fn a_new_item_ends_the_stream_of_the_one_before() {
    let every_10_ms = flow(stream::iter([1, 2])).then(async |n| {
        sleep(Duration::from_millis(10)).await;
        n
    });
    let items: Vec<_> = every_10_ms
        .switch_map(|n| {
            flow(stream::iter(0..3)).then(move |step| async move {
                sleep(Duration::from_millis(4)).await;
                (n, step)
            })
        })
        .collect()
        .await;

    assert_eq!(items, [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]);
}

#[tokio::test]
async fn the_old_stream_is_dropped_before_the_closure_gets_the_new_item() {
    let resource = Arc::new(());
    let live = Cell::new(0);
    let mut items = flow(stream::iter([1, 2])).switch_map(|_| {
        live.set(Arc::strong_count(&resource));
        let held = Arc::clone(&resource);
        flow(stream::repeat(held)).map(drop)
    });

    assert_eq!(items.next().await, Some(()));
    assert_eq!(live.get(), 1);
}

#[tokio::test]
async fn the_input_is_asked_first() {
    let mut items = flow(stream::repeat(1)).switch_map(|n| flow(stream::iter([n])));

    assert_eq!(items.next().now_or_never(), None);
}

#[tokio::test]
async fn while_the_output_is_blocked_it_drives_but_does_not_switch() {
    let items = flow(stream::iter([1]).chain(stream::pending()));
    let made = Cell::new(0);
    let mut items = items.switch_map(|n| {
        made.set(made.get() + 1);
        flow(stream::iter([n]))
    });
    let progress = std::future::poll_fn(|cx| std::pin::Pin::new(&mut items).poll_progress(cx));

    assert_eq!(progress.now_or_never(), Some(()));
    assert_eq!(made.get(), 0);
    assert_eq!(items.next().await, Some(1));
    assert!(!items.is_terminated());
}
