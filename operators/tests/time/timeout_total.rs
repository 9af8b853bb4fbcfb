use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::time::TimedOut;
use millpond_operators::{flow, laws};
use tokio::time::sleep;

use super::{NEVER, WAIT, block, ms, scheduled, timeline, up_to_an_error};

laws! {
    timeout_total: |s| s.timeout_total(NEVER).map(Result::ok),
    model: |v| v.into_iter().map(Some).collect(),
}

laws! {
    timeout_total_that_fails: |s| s.timeout_total(WAIT).map(Result::ok),
    relation: |v, out| up_to_an_error(&v, out),
    terminal: Option::is_none,
}

laws! {
    timeout_total_on_time: |s| s.timeout_total(WAIT).map(Result::ok),
    timed: |arrivals, end| {
        let in_time = arrivals.into_iter().filter(|(at, _)| *at < WAIT);
        let items = in_time.map(|(at, token)| (at, Some(token)));
        items.chain((end >= WAIT).then_some((WAIT, None))).collect()
    },
    terminal: Option::is_none,
}

#[tokio::test(start_paused = true)]
async fn the_error_comes_on_time_whatever_the_items() {
    let items = scheduled([(1, 'a'), (4, 'b'), (6, 'c')], 7).timeout_total(WAIT);

    assert_eq!(
        timeline(items).await,
        [(1, Ok('a')), (4, Ok('b')), (5, Err(TimedOut::Total(WAIT)))]
    );
}

#[tokio::test(start_paused = true)]
async fn an_end_in_time_is_no_error() {
    let items = scheduled([(1, 'a')], 4).timeout_total(WAIT);

    assert_eq!(timeline(items).await, [(1, Ok('a'))]);
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_always_ready_fails_in_time() {
    let mut items = flow(stream::repeat(1)).timeout_total(WAIT);

    assert_eq!(items.next().await, Some(Ok(1)));
    sleep(WAIT).await;
    assert_eq!(items.next().await, Some(Err(TimedOut::Total(WAIT))));
    assert_eq!(items.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_input_is_dropped_on_time_while_the_output_is_blocked() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let silent = stream::pending::<u8>().inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(silent).timeout_total(WAIT);

    block(&mut items, 4).await;
    assert_eq!(Arc::strong_count(&resource), 2);
    block(&mut items, 2).await;
    assert_eq!(Arc::strong_count(&resource), 1);
    let error = TimedOut::Total(WAIT);
    assert_eq!(items.next().now_or_never(), Some(Some(Err(error))));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[tokio::test(start_paused = true)]
async fn the_time_counts_from_the_first_poll() {
    let items = scheduled([(10, 'a')], 11);

    sleep(ms(7)).await;
    assert_eq!(timeline(items.timeout_total(WAIT)).await, [(3, Ok('a'))]);
}

#[tokio::test(start_paused = true)]
async fn zero_fails_at_once() {
    let zero = Duration::ZERO;
    let items = flow(stream::repeat(1)).timeout_total(zero);

    assert_eq!(timeline(items).await, [(0, Err(TimedOut::Total(zero)))]);
}
