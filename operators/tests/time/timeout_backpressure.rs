use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::time::TimedOut;
use millpond_operators::{Progress, flow, laws};
use tokio::time::sleep;

use super::{NEVER, WAIT, Wakes, block, ms, scheduled, timeline, up_to_an_error};

laws! {
    timeout_backpressure: |s| s.timeout_backpressure(NEVER).map(Result::ok),
    model: |v| v.into_iter().map(Some).collect(),
}

laws! {
    timeout_backpressure_that_fails: |s| s.timeout_backpressure(WAIT).map(Result::ok),
    relation: |v, out| up_to_an_error(&v, out),
    terminal: Option::is_none,
}

laws! {
    timeout_backpressure_of_an_eager_consumer: |s| {
        s.timeout_backpressure(WAIT).map(Result::ok)
    },
    timed: |arrivals, _end| arrivals.into_iter().map(|(at, token)| (at, Some(token))).collect(),
}

#[tokio::test(start_paused = true)]
async fn the_input_is_dropped_while_the_output_is_still_blocked() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let ones = stream::repeat(1).inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(ones).timeout_backpressure(WAIT);

    assert_eq!(items.next().await, Some(Ok(1)));
    block(&mut items, 4).await;
    assert_eq!(Arc::strong_count(&resource), 2);
    block(&mut items, 2).await;
    assert_eq!(Arc::strong_count(&resource), 1);
    let error = TimedOut::Backpressure(WAIT);
    assert_eq!(items.next().now_or_never(), Some(Some(Err(error))));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[tokio::test(start_paused = true)]
async fn an_output_that_nobody_ever_asks_for_fails_too() {
    let mut items = flow(stream::repeat(1)).timeout_backpressure(WAIT);

    block(&mut items, 6).await;
    let error = TimedOut::Backpressure(WAIT);
    assert_eq!(items.next().now_or_never(), Some(Some(Err(error))));
}

#[tokio::test(start_paused = true)]
async fn a_consumer_without_progress_gets_the_error_when_it_asks_too_late() {
    let mut items = flow(stream::repeat(1)).timeout_backpressure(WAIT);

    assert_eq!(items.next().await, Some(Ok(1)));
    sleep(ms(4)).await;
    assert_eq!(items.next().await, Some(Ok(1)));
    sleep(ms(5)).await;
    let error = TimedOut::Backpressure(WAIT);
    assert_eq!(items.next().await, Some(Err(error)));
    assert_eq!(items.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_item_does_not_count() {
    let items = scheduled([(0, 'a'), (90, 'b')], 200).timeout_backpressure(WAIT);

    assert_eq!(timeline(items).await, [(0, Ok('a')), (90, Ok('b'))]);
}

#[tokio::test(start_paused = true)]
async fn the_timer_stops_when_an_item_is_asked_for() {
    let mut items = scheduled([(0, 'a')], 500).timeout_backpressure(WAIT);
    let counter = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&counter));
    let mut cx = Context::from_waker(&waker);

    assert_eq!(items.next().await, Some(Ok('a')));
    assert!(Pin::new(&mut items).poll_progress(&mut cx).is_pending());
    assert!(Pin::new(&mut items).poll_next(&mut cx).is_pending());
    sleep(ms(400)).await;
    assert_eq!(counter.count(), 0);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).timeout_backpressure(Duration::ZERO));
}
