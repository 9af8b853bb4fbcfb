use std::time::Duration;

use futures::FutureExt;
use futures::channel::mpsc;
use millpond_operators::rate::DeadlineDrop;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, advance};

const MS: Duration = Duration::from_millis(1);

laws! {
    deadline_drop: |s| s.deadline_drop(MS, MS, |_| Instant::now()),
    model: |v| v,
}

// Every third item began to wait long ago.
laws! {
    deadline_drop_at_once: |s| {
        s.deadline_drop(MS, Duration::ZERO, |token: &Token| {
            let late = token.id().is_multiple_of(3);
            Instant::now() - if late { 10 * MS } else { Duration::ZERO }
        })
    },
    model: |v| v.into_iter().filter(|token| !token.id().is_multiple_of(3)).collect(),
    dropped: DeadlineDrop::dropped,
}

#[tokio::test(start_paused = true)]
async fn late_items_pass_for_the_interval_and_are_dropped_then() {
    let start = Instant::now();
    let mut items = flow(1..=5).deadline_drop(MS, 10 * MS, move |n| start + (*n / 5) * 100 * MS);
    advance(50 * MS).await;
    assert_eq!(items.next().await, Some(1));
    advance(9 * MS).await;
    assert_eq!(items.next().await, Some(2));
    advance(MS).await;

    // The last one has not even begun to wait.
    assert_eq!(items.next().await, Some(5));
    assert_eq!(items.get_ref().dropped(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_item_on_time_ends_the_row() {
    let start = Instant::now();
    let mut items = flow([0, 100, 0, 0]).deadline_drop(MS, 10 * MS, move |at| start + *at * MS);
    advance(50 * MS).await;
    assert_eq!(items.next().await, Some(0));
    advance(20 * MS).await;
    assert_eq!(items.next().await, Some(100));

    // A new row of late items, which pass at first.
    assert_eq!(items.next().await, Some(0));
    assert_eq!(items.next().await, Some(0));
    assert_eq!(items.get_ref().dropped(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pending_input_ends_the_row() {
    let start = Instant::now();
    let (sender, receiver) = mpsc::unbounded();
    let mut items = flow(receiver).deadline_drop(MS, 10 * MS, move |_| start);
    advance(50 * MS).await;
    for n in 0..3 {
        assert!(sender.unbounded_send(n).is_ok());
        assert_eq!(items.next().now_or_never(), Some(Some(n)));
        assert_eq!(items.next().now_or_never(), None);
        advance(20 * MS).await;
    }

    assert_eq!(items.get_ref().dropped(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_interval_of_zero_drops_the_first_late_item_too() {
    let start = Instant::now();
    let mut items = flow([0, 50, 0]).deadline_drop(MS, Duration::ZERO, move |at| start + *at * MS);
    advance(50 * MS).await;

    assert_eq!(items.next().await, Some(50));
    assert_eq!(items.next().await, None);
    assert_eq!(items.get_ref().dropped(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_target_of_zero_makes_late_whatever_has_waited() {
    let start = Instant::now();
    let mut items =
        flow([49, 50]).deadline_drop(Duration::ZERO, Duration::ZERO, move |at| start + *at * MS);
    advance(50 * MS).await;

    assert_eq!(items.next().await, Some(50));
}
