use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::time::TimedOut;
use millpond_operators::{flow, laws};
use tokio::time::sleep;

use super::{NEVER, WAIT, ms, scheduled, timeline, up_to_an_error};

laws! {
    timeout_first: |s| s.timeout_first(NEVER).map(Result::ok),
    model: |v| v.into_iter().map(Some).collect(),
}

laws! {
    timeout_first_that_fails: |s| s.timeout_first(WAIT).map(Result::ok),
    relation: |v, out| up_to_an_error(&v, out),
    terminal: Option::is_none,
}

laws! {
    timeout_first_on_time: |s| s.timeout_first(WAIT).map(Result::ok),
    timed: |arrivals, end| match arrivals.first() {
        Some((at, _)) if *at < WAIT => {
            arrivals.into_iter().map(|(at, token)| (at, Some(token))).collect()
        }
        None if end < WAIT => Vec::new(),
        _ => vec![(WAIT, None)],
    },
    terminal: Option::is_none,
}

#[tokio::test(start_paused = true)]
async fn only_the_first_item_is_timed() {
    let items = scheduled([(4, 'a'), (20, 'b')], 40).timeout_first(WAIT);

    assert_eq!(timeline(items).await, [(4, Ok('a')), (20, Ok('b'))]);
}

#[tokio::test(start_paused = true)]
async fn the_error_is_the_only_item() {
    let items = scheduled([(6, 'a')], 7).timeout_first(WAIT);

    assert_eq!(timeline(items).await, [(5, Err(TimedOut::First(WAIT)))]);
}

#[tokio::test(start_paused = true)]
async fn the_time_counts_from_the_first_poll() {
    let mut items = scheduled([(10, 'a')], 10).timeout_first(WAIT);

    sleep(ms(7)).await;
    assert_eq!(items.next().await, Some(Ok('a')));
}

#[tokio::test(start_paused = true)]
async fn zero_wants_the_first_item_at_once() {
    let zero = Duration::ZERO;
    let mut ready = flow(stream::iter([1])).timeout_first(zero);
    let mut silent = flow(stream::pending::<u8>()).timeout_first(zero);

    assert_eq!(ready.next().now_or_never(), Some(Some(Ok(1))));
    let error = TimedOut::First(zero);
    assert_eq!(silent.next().now_or_never(), Some(Some(Err(error))));
}
