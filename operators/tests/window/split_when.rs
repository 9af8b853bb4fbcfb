use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, flow, laws};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const STALE: Duration = Duration::from_secs(5);

fn begins(token: &Token) -> bool {
    token.value() % 4 == 2
}

/// Parts that begin with every fourth item, from the third on.
fn parts(items: Vec<Token>) -> Vec<Vec<Token>> {
    let mut parts: Vec<Vec<Token>> = Vec::new();
    for item in items {
        match parts.last_mut() {
            Some(part) if !begins(&item) => part.push(item),
            _ => parts.push(vec![item]),
        }
    }
    parts
}

laws! {
    split_when: |s| {
        s.split_when(STALE, begins)
            .map_async(1, Flow::collect::<Vec<_>>)
    },
    model: |v| parts(v),
    // A part, and the first item of the next.
    look_ahead: 5,
}

laws! {
    split_when_and_drop: |s| {
        s.split_when(STALE, begins)
            .map_async(1, |mut part| async move { part.next().await })
    },
    model: |v| parts(v)
        .into_iter()
        .map(|part| part.into_iter().next())
        .collect(),
    look_ahead: 2,
}

laws! {
    split_when_and_drop_all: |s| s.split_when(STALE, begins).map(drop),
    model: |v| parts(v).into_iter().map(drop).collect(),
    look_ahead: 1,
}

laws! {
    split_when_at_every_item: |s| {
        s.split_when(STALE, |_| true)
            .map_async(1, Flow::collect::<Vec<_>>)
    },
    model: |v| v.into_iter().map(|item| vec![item]).collect(),
    look_ahead: 2,
}

#[tokio::test(start_paused = true)]
async fn a_part_is_emitted_when_its_first_item_comes() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut parts = flow(receiver).split_when(STALE, |n| *n == 0);
    assert!(parts.next().now_or_never().is_none());

    assert_eq!(sender.unbounded_send(1), Ok(()));
    let mut part = parts.next().now_or_never().flatten().unwrap();
    assert_eq!(part.next().now_or_never(), Some(Some(1)));
    assert_eq!(part.next().now_or_never(), None);

    // The next one waits for the end of this.
    assert_eq!(sender.unbounded_send(0), Ok(()));
    assert!(parts.next().now_or_never().is_none());
    assert_eq!(part.next().now_or_never(), Some(None));
    assert!(!part.get_ref().is_cut());
    let mut part = parts.next().now_or_never().flatten().unwrap();
    assert_eq!(part.next().now_or_never(), Some(Some(0)));
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_part_has_not_emitted_is_skipped_and_counted() {
    let mut parts = flow(stream::iter([1, 2, 3, 0, 4, 0])).split_when(STALE, |n| *n == 0);

    let mut part = parts.next().await.unwrap();
    assert_eq!(part.next().await, Some(1));
    drop(part);
    drop(parts.next().await);
    assert_eq!(parts.get_ref().skipped(), 2 + 1);
    let part = parts.next().await.unwrap();
    assert_eq!(parts.get_ref().skipped(), 2 + 2);
    assert_eq!(part.collect::<Vec<_>>().await, [0]);
    assert!(parts.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_part_may_be_used_in_another_task() {
    let mut parts = flow(stream::iter([1, 2, 0, 3])).split_when(STALE, |n| *n == 0);
    let mut tasks = JoinSet::new();
    while let Some(part) = parts.next().await {
        tasks.spawn(async move {
            sleep(Duration::from_millis(1)).await;
            part.collect::<Vec<_>>().await
        });
    }

    let mut collected = tasks.join_all().await;
    collected.sort();
    assert_eq!(collected, [[0, 3], [1, 2]]);
}

#[tokio::test(start_paused = true)]
async fn both_sides_are_woken_where_both_wait() {
    let (sender, mut receiver) = mpsc::channel(1);
    let numbers: Pin<Box<dyn Stream<Item = u32> + Send>> =
        Box::pin(stream::poll_fn(move |cx| receiver.poll_recv(cx)));
    // Its futures are polled by both sides.
    let mut parts = flow(numbers)
        .map_async(1, |n| async move {
            sleep(Duration::from_millis(10)).await;
            n
        })
        .split_when(STALE, |n| *n == 0);
    assert_eq!(sender.send(1).await, Ok(()));
    let part = parts.next().await.unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(part.collect::<Vec<_>>());
    tasks.spawn(async move {
        let part = parts.next().await.unwrap();
        part.collect::<Vec<_>>().await
    });
    for n in [2, 0, 3] {
        assert_eq!(sender.send(n).await, Ok(()));
        sleep(Duration::from_millis(50)).await;
    }
    drop(sender);

    let mut collected = tasks.join_all().await;
    collected.sort();
    assert_eq!(collected, [[0, 3], [1, 2]]);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_nobody_polls_is_cut() {
    let start = Instant::now();
    let mut parts = flow(stream::iter([1, 2, 0, 3])).split_when(STALE, |n| *n == 0);
    let mut first = parts.next().await.unwrap();
    let second = parts.next().await.unwrap();

    assert_eq!(start.elapsed(), STALE);
    assert_eq!(parts.get_ref().skipped(), 2);
    assert_eq!(first.next().await, None);
    assert!(first.get_ref().is_cut());
    assert_eq!(second.collect::<Vec<_>>().await, [0, 3]);
    assert!(parts.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn parts_that_are_all_kept_do_not_deadlock() {
    let mut parts = flow(stream::iter([1, 2, 0, 3, 0])).split_when(STALE, |n| *n == 0);
    let mut kept = Vec::new();
    while let Some(part) = parts.next().await {
        kept.push(part);
    }

    assert_eq!(kept.len(), 3);
    assert_eq!(parts.get_ref().skipped(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_has_been_polled_is_never_cut() {
    let mut parts = flow(stream::iter([1, 2, 0])).split_when(STALE, |n| *n == 0);
    let mut part = parts.next().await.unwrap();
    assert_eq!(part.next().await, Some(1));
    let waited = tokio::time::timeout(10 * STALE, parts.next()).await;

    assert!(waited.is_err());
    assert_eq!(part.next().await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn zero_cuts_as_soon_as_the_next_is_asked_for_and_max_never() {
    let mut parts = flow(stream::iter([1, 0])).split_when(Duration::ZERO, |n| *n == 0);
    let first = parts.next().now_or_never().flatten();
    let second = parts.next().now_or_never().flatten().unwrap();
    assert_eq!(second.collect::<Vec<_>>().await, [0]);
    drop(first);

    let mut parts = flow(stream::iter([1, 0])).split_when(Duration::MAX, |n| *n == 0);
    let first = parts.next().await;
    let waited = tokio::time::timeout(Duration::from_hours(24 * 365), parts.next()).await;
    assert!(waited.is_err());
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn without_the_output_the_open_part_goes_on_to_its_end() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut parts = flow(receiver).split_when(STALE, |n| *n == 0);
    for n in [1, 2, 0, 3] {
        assert_eq!(sender.unbounded_send(n), Ok(()));
    }
    let part = parts.next().await.unwrap();
    drop(parts);

    assert!(!sender.is_closed());
    assert_eq!(part.collect::<Vec<_>>().await, [1, 2]);
    assert!(sender.is_closed());
}

#[test]
fn hints_count_the_items_that_are_owed() {
    let mut parts = flow(stream::iter([1, 2, 0])).split_when(STALE, |n| *n == 0);
    assert_eq!(parts.size_hint(), (1, Some(3)));
    let part = parts.next().now_or_never().flatten().unwrap();
    assert_eq!(parts.size_hint(), (0, Some(2)));
    assert_eq!(part.size_hint(), (1, Some(3)));
    let part: Option<Vec<_>> = part.collect().now_or_never();
    assert_eq!(part, Some(vec![1, 2]));
    assert_eq!(parts.size_hint(), (1, Some(1)));
}

/// A waker that owns what is to be woken, as those of executors do.
struct Owner<T>(T);

impl<T: Send + Sync + 'static> Wake for Owner<T> {
    fn wake(self: Arc<Self>) {}
}

#[tokio::test(start_paused = true)]
async fn a_waker_that_owns_the_open_part_may_be_replaced() {
    let items = flow([1, 2]).concat(flow(stream::pending()));
    let mut parts = items.split_when(Duration::MAX, |n| *n == 2);
    let part = parts.next().await;
    let waker = Waker::from(Arc::new(Owner(part)));
    let polled = Pin::new(&mut parts).poll_next(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    drop(waker);

    // The last waker goes, and with it the part.
    assert!(parts.next().now_or_never().is_none());
    assert!(parts.next().now_or_never().flatten().is_some());
}
