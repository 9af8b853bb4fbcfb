use std::cell::Cell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::poll;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

laws! {
    then: |s| s.then(Token::work),
    model: |v| v,
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    then_behind_then: |s| s.then(Token::work).then(Token::work),
    model: |v| v,
    look_ahead: 2,
    in_flight: 2,
}

laws! {
    then_with_a_panic_of_the_closure: |s| s.then(|token| {
        let id = token.value();
        token.work().map(move |token| (id, token))
    }),
    model: |v| v.into_iter().map(|token| (token.value(), token)).collect(),
    look_ahead: 1,
    in_flight: 1,
}

#[tokio::test]
async fn an_item_is_taken_only_when_the_result_before_it_has_been_emitted() {
    let started = Cell::new(0);
    let mut results = pin!(flow(stream::iter(0..3)).then(async |n| {
        started.set(started.get() + 1);
        n
    }));

    assert_eq!(results.next().await, Some(0));
    assert_eq!(started.get(), 1);
    assert_eq!(results.next().await, Some(1));
    assert_eq!(started.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_future_is_under_way_at_a_time() {
    let start = Instant::now();
    let work = async |_| sleep(Duration::from_millis(10)).await;
    let done: Vec<()> = flow(stream::iter(0..8)).then(work).collect().await;

    assert_eq!(done.len(), 8);
    assert_eq!(start.elapsed(), Duration::from_millis(80));
}

#[tokio::test(start_paused = true)]
async fn while_the_output_is_blocked_the_next_future_runs_to_its_end() {
    let start = Instant::now();
    flow(stream::iter(0..3))
        .then(async |_| sleep(Duration::from_millis(10)).await)
        .for_each_async(async |()| sleep(Duration::from_millis(10)).await)
        .await;

    assert_eq!(start.elapsed(), Duration::from_millis(40));
}

#[tokio::test]
async fn dropping_the_output_drops_the_future_under_way() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let mut results = Box::pin(flow(stream::iter([held])).then(async |held| {
        pending::<()>().await;
        drop(held);
    }));

    assert_eq!(poll!(&mut results.next()), Poll::Pending);
    assert_eq!(Arc::strong_count(&resource), 2);
    drop(results);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
fn a_panic_of_a_future_ends_the_output() {
    let mut results = pin!(flow(stream::iter([1, 2])).then(async |n| assert_ne!(n, 1)));
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert!(results.is_terminated());
    assert_eq!(results.next().now_or_never(), Some(None));
}
