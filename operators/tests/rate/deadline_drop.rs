use std::time::Duration;

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
        let start = Instant::now();
        s.deadline_drop(MS, Duration::ZERO, move |token: &Token| {
            if token.id().is_multiple_of(3) { start } else { Instant::now() }
        })
        .filter(|token| !token.id().is_multiple_of(3))
    },
    model: |v| v.into_iter().filter(|token| !token.id().is_multiple_of(3)).collect(),
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
