use std::future::ready;

use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::Instant;

use super::support::{DELAY, Job, policy};

laws! {
    retry_item_unordered: |s| {
        let results = s.map(Job::new).retry_item_unordered(2, policy(2), Job::work);
        results.map_err(|gave_up| gave_up.attempts)
    },
    model: |v| v.into_iter().map(|token| token.checked().map_err(|_| 3)).collect(),
    look_ahead: 2 * 2,
    in_flight: 2,
    unordered,
}

laws! {
    retry_item_unordered_one_at_a_time: |s| {
        let policy = policy(2).max_waiting(0);
        let results = s.map(Job::new).retry_item_unordered(1, policy, Job::work);
        results.map_err(|gave_up| gave_up.attempts)
    },
    model: |v| v.into_iter().map(|token| token.checked().map_err(|_| 3)).collect(),
    look_ahead: 1,
    in_flight: 1,
}

#[tokio::test(start_paused = true)]
async fn an_item_that_waits_holds_up_no_other() {
    let start = Instant::now();
    let mut attempts = 0;
    let mut results = flow(stream::iter([1, 2, 3])).retry_item_unordered(1, policy(1), |n| {
        attempts += 1;
        ready(if attempts == 1 { Err(()) } else { Ok(*n) })
    });

    assert_eq!(results.next().await, Some(Ok(2)));
    assert_eq!(results.next().await, Some(Ok(3)));
    assert!(start.elapsed() < DELAY);
    assert_eq!(results.next().await, Some(Ok(1)));
    assert_eq!(start.elapsed(), DELAY);
    assert_eq!(results.next().await, None);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let call = |_: &Token| ready(Ok::<(), ()>(()));
    drop(flow(stream::empty()).retry_item_unordered(0, policy(1), call));
}
