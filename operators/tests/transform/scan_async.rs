use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

/// Numbers the tokens, and ends after the fifth.
async fn number(count: u32, token: Token) -> Option<(u32, (u32, Token))> {
    let token = token.work().await;
    let last = token.id() == 5;
    (!last).then_some((count + 1, (count, token)))
}

laws! {
    scan_async: |s| s.scan_async(0, |count, token: Token| {
        let work = token.work();
        async move {
            let token = work.await;
            (token.id() < 5).then_some((count + 1, (count, token)))
        }
    }),
    model: |v| (0..).zip(v.into_iter().take_while(|token| token.id() < 5)).collect(),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    scan_async_with_a_lazy_future: |s| s.scan_async(0, number),
    model: |v| (0..).zip(v.into_iter().take_while(|token| token.id() != 5)).collect(),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    scan_async_to_the_end: |s| s.scan_async((), |(), token| ready(Some(((), token)))),
    model: |v| v,
    look_ahead: 1,
}

#[tokio::test]
async fn it_ends_at_the_first_none_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([1, 2])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let in_time = flow(endless).scan_async((), async |(), n| (n < 2).then_some(((), n)));
    let mut items = pin!(in_time);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}

#[tokio::test(start_paused = true)]
async fn one_future_is_under_way_at_a_time_and_runs_on_while_blocked() {
    let start = Instant::now();
    flow(stream::iter(0..3))
        .scan_async(0, async |sum, n| {
            sleep(Duration::from_millis(10)).await;
            Some((sum + n, sum + n))
        })
        .for_each_async(async |_| sleep(Duration::from_millis(10)).await)
        .await;

    assert_eq!(start.elapsed(), Duration::from_millis(40));
}

#[test]
fn a_panic_of_a_future_ends_the_output() {
    let mut items = pin!(flow(stream::iter([1, 2])).scan_async((), async |(), n| {
        assert_ne!(n, 1);
        Some(((), n))
    }));
    let poll = AssertUnwindSafe(|| items.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert!(items.is_terminated());
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn a_panic_of_the_closure_ends_the_output() {
    let mut items = flow(stream::iter([1, 2])).scan_async((), |(), n| {
        assert_ne!(n, 1);
        ready(Some(((), n)))
    });
    let poll = AssertUnwindSafe(|| items.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
}
