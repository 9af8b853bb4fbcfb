use std::cell::Cell;
use std::future::ready;
use std::time::Duration;

use futures::stream;
use millpond_operators::errors::{GaveUpReason, RetryBudget};
use millpond_operators::flow;
use tokio::time::advance;

use super::support::policy;

/// Makes a call for each item, which succeeds or not, and counts the retries.
async fn retries(budget: &RetryBudget, items: impl IntoIterator<Item = bool>) -> usize {
    let calls = Cell::new(0);
    let policy = policy(100).max_waiting(1000).budget(budget.clone());
    let results: Vec<_> = flow(stream::iter(items))
        .retry_item(1, policy, |succeeds| {
            calls.set(calls.get() + 1);
            ready(if *succeeds { Ok(()) } else { Err(()) })
        })
        .collect()
        .await;
    let failures = results.iter().filter_map(|result| result.as_ref().err());
    for failure in failures {
        assert_eq!(failure.reason, GaveUpReason::NoBudget);
    }
    calls.get() - results.len()
}

#[tokio::test(start_paused = true)]
async fn it_allows_a_share_of_the_successes() {
    let budget = RetryBudget::new(20, 0);
    assert_eq!(retries(&budget, [true; 25]).await, 0);
    assert_eq!(retries(&budget, [false; 25]).await, 5);
    assert_eq!(retries(&budget, [false; 25]).await, 0);
}

#[tokio::test(start_paused = true)]
async fn it_allows_some_a_second_besides() {
    let budget = RetryBudget::new(20, 3);
    assert_eq!(retries(&budget, [true; 25]).await, 0);
    assert_eq!(retries(&budget, [false; 50]).await, 5 + 3 * 10);
}

#[tokio::test(start_paused = true)]
async fn calls_of_eleven_seconds_ago_count_no_more() {
    let budget = RetryBudget::new(20, 1);
    assert_eq!(retries(&budget, [true; 25]).await, 0);
    assert_eq!(retries(&budget, [false; 50]).await, 5 + 10);
    advance(Duration::from_secs(5)).await;
    assert_eq!(retries(&budget, [false; 50]).await, 0);
    advance(Duration::from_secs(6)).await;
    assert_eq!(retries(&budget, [false; 50]).await, 10);
    advance(Duration::from_secs(1_000_000)).await;
    assert_eq!(retries(&budget, [false; 50]).await, 10);
}

#[tokio::test(start_paused = true)]
async fn calls_count_for_ten_seconds_though_they_come_late_in_a_second() {
    let budget = RetryBudget::new(20, 1);
    assert_eq!(retries(&budget, [true]).await, 0);
    advance(Duration::from_millis(900)).await;
    assert_eq!(retries(&budget, [false; 50]).await, 10);
    advance(Duration::from_millis(9_999)).await;
    assert_eq!(retries(&budget, [false; 50]).await, 0);
    advance(Duration::from_millis(101)).await;
    assert_eq!(retries(&budget, [false; 50]).await, 10);
}

#[tokio::test(start_paused = true)]
async fn clones_share_it() {
    let budget = RetryBudget::new(0, 1);
    let other = budget.clone();
    assert_eq!(retries(&budget, [false; 20]).await, 10);
    assert_eq!(retries(&other, [false; 20]).await, 0);
}

#[test]
#[should_panic(expected = "allows no retry")]
fn a_budget_of_nothing_panics() {
    drop(RetryBudget::new(0, 0));
}
