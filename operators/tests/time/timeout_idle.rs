use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::time::TimedOut;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep, timeout};

use super::{NEVER, WAIT, block, ms, scheduled, timeline, up_to_an_error};

laws! {
    timeout_idle: |s| s.timeout_idle(NEVER).map(Result::ok),
    model: |v| v.into_iter().map(Some).collect(),
}

laws! {
    timeout_idle_that_fails: |s| s.timeout_idle(WAIT).map(Result::ok),
    relation: |v, out| up_to_an_error(&v, out),
    terminal: Option::is_none,
}

laws! {
    timeout_idle_on_time: |s| s.timeout_idle(WAIT).map(Result::ok),
    timed: |arrivals, end| until_a_silence(arrivals, end),
    terminal: Option::is_none,
}

fn until_a_silence(
    arrivals: Vec<(Duration, Token)>,
    end: Duration,
) -> Vec<(Duration, Option<Token>)> {
    let mut out = Vec::new();
    let mut due = WAIT;
    let arrivals = arrivals.into_iter().map(|(at, token)| (at, Some(token)));
    for (at, token) in arrivals {
        if at > due {
            break;
        }
        due = at + WAIT;
        out.push((at, token));
    }
    // The input is dropped at the error, so it did not see its end.
    if end >= due {
        out.push((due, None));
    }
    out
}

#[tokio::test(start_paused = true)]
async fn the_silence_begins_anew_with_each_item() {
    let items = scheduled([(4, 'a'), (8, 'b'), (12, 'c')], 30).timeout_idle(WAIT);

    assert_eq!(
        timeline(items).await,
        [
            (4, Ok('a')),
            (8, Ok('b')),
            (12, Ok('c')),
            (17, Err(TimedOut::Idle(WAIT)))
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_silence_before_the_first_item_counts() {
    let items = scheduled([(9, 'a')], 9).timeout_idle(WAIT);

    assert_eq!(timeline(items).await, [(5, Err(TimedOut::Idle(WAIT)))]);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_busy_consumer_does_not_count() {
    let start = Instant::now();
    let mut items = scheduled([(0, 'a'), (11, 'b')], 11).timeout_idle(WAIT);

    assert_eq!(items.next().await, Some(Ok('a')));
    sleep(ms(8)).await;
    assert_eq!(items.next().await, Some(Ok('b')));
    assert_eq!(start.elapsed(), ms(11));
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_has_begun_stands_still_while_the_output_is_blocked() {
    let mut items = scheduled([(99, 'a')], 99).timeout_idle(WAIT);

    assert!(timeout(ms(2), items.next()).await.is_err());
    block(&mut items, 8).await;
    assert_eq!(timeline(items).await, [(3, Err(TimedOut::Idle(WAIT)))]);
}

#[tokio::test(start_paused = true)]
async fn the_next_silence_is_whole_again() {
    let mut items = scheduled([(12, 'a')], 99).timeout_idle(WAIT);

    assert!(timeout(ms(2), items.next()).await.is_err());
    block(&mut items, 8).await;
    assert_eq!(
        timeline(items).await,
        [(2, Ok('a')), (7, Err(TimedOut::Idle(WAIT)))]
    );
}

#[tokio::test(start_paused = true)]
async fn the_time_goes_on_if_nobody_asks_nor_calls() {
    let mut items = scheduled([(99, 'a')], 99).timeout_idle(WAIT);

    assert_eq!(items.next().now_or_never(), None);
    sleep(ms(8)).await;
    let error = Err(TimedOut::Idle(WAIT));
    assert_eq!(items.next().now_or_never(), Some(Some(error)));
}

#[tokio::test(start_paused = true)]
async fn the_input_is_dropped_before_the_error_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let silent = stream::pending::<u8>().inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(silent).timeout_idle(WAIT);

    assert!(items.next().await.is_some_and(|item| item.is_err()));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(items.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn zero_fails_where_no_item_is_ready() {
    let items = flow(stream::iter([1, 2]).chain(stream::pending())).timeout_idle(Duration::ZERO);
    let items: Option<Vec<_>> = items.collect().now_or_never();

    let error = Err(TimedOut::Idle(Duration::ZERO));
    assert_eq!(items, Some(vec![Ok(1), Ok(2), error]));
}

#[test]
fn an_input_that_is_always_ready_needs_no_runtime() {
    let items: Option<Vec<_>> = flow(stream::iter([1, 2]))
        .timeout_idle(WAIT)
        .collect()
        .now_or_never();

    assert_eq!(items, Some(vec![Ok(1), Ok(2)]));
}

#[test]
fn the_error_says_what_did_not_happen() {
    let texts = [
        TimedOut::Idle(WAIT),
        TimedOut::First(WAIT),
        TimedOut::Total(WAIT),
        TimedOut::Backpressure(WAIT),
    ];
    assert_eq!(
        texts.map(|error| error.to_string()),
        [
            "no item came within 5ms",
            "no first item came within 5ms",
            "the end did not come within 5ms",
            "no item was asked for within 5ms"
        ]
    );
}
