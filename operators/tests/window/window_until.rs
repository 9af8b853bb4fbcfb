use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{Flow, flow, laws};
use tokio::time::Instant;

const STALE: Duration = Duration::from_secs(5);

fn ends(token: &Token) -> bool {
    token.value() % 4 == 2
}

/// Parts that end with every fourth item, from the third on.
fn parts(items: Vec<Token>) -> Vec<Vec<Token>> {
    let mut parts: Vec<Vec<Token>> = Vec::new();
    let mut open = false;
    for item in items {
        let ends = ends(&item);
        match parts.last_mut() {
            Some(part) if open => part.push(item),
            _ => parts.push(vec![item]),
        }
        open = !ends;
    }
    parts
}

laws! {
    window_until: |s| {
        s.window_until(STALE, ends)
            .map_async(1, Flow::collect::<Vec<_>>)
    },
    model: |v| parts(v),
    look_ahead: 4,
}

laws! {
    window_until_and_drop: |s| {
        s.window_until(STALE, ends)
            .map_async(1, |mut part| async move { part.next().await })
    },
    model: |v| parts(v)
        .into_iter()
        .map(|part| part.into_iter().next())
        .collect(),
    look_ahead: 2,
}

laws! {
    window_until_and_drop_all: |s| s.window_until(STALE, ends).map(drop),
    model: |v| parts(v).into_iter().map(drop).collect(),
    look_ahead: 1,
}

#[tokio::test(start_paused = true)]
async fn a_part_ends_with_its_boundary_and_not_with_the_next_item() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut parts = flow(receiver).window_until(STALE, |n| *n == 0);
    for n in [1, 0] {
        assert_eq!(sender.unbounded_send(n), Ok(()));
    }

    let part = parts.next().now_or_never().flatten().unwrap();
    assert_eq!(part.collect::<Vec<_>>().now_or_never(), Some(vec![1, 0]));
    // No part is begun before its first item.
    assert!(parts.next().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_boundary_may_be_a_part_of_its_own() {
    let mut parts = flow(stream::iter([0, 0])).window_until(STALE, |n| *n == 0);
    for _ in 0..2 {
        let part = parts.next().await.unwrap();
        assert_eq!(part.collect::<Vec<_>>().await, [0]);
    }

    assert!(parts.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_part_has_not_emitted_is_skipped_and_counted() {
    let mut parts = flow(stream::iter([1, 2, 0, 0, 3])).window_until(STALE, |n| *n == 0);

    let mut part = parts.next().await.unwrap();
    assert_eq!(part.next().await, Some(1));
    drop(part);
    drop(parts.next().await);
    assert_eq!(parts.get_ref().skipped(), 2 + 1);
    let part = parts.next().await.unwrap();
    assert_eq!(part.collect::<Vec<_>>().await, [3]);
    assert_eq!(parts.get_ref().skipped(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_nobody_polls_is_cut() {
    let start = Instant::now();
    let mut parts = flow(stream::iter([1, 2, 0, 3])).window_until(STALE, |n| *n == 0);
    let mut first = parts.next().await.unwrap();
    let second = parts.next().await.unwrap();

    assert_eq!(start.elapsed(), STALE);
    assert_eq!(parts.get_ref().skipped(), 3);
    assert_eq!(second.collect::<Vec<_>>().await, [3]);
    assert_eq!(first.next().await, None);
    assert!(first.get_ref().is_cut());
}
