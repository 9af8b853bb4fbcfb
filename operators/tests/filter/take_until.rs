use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, FusedStream, StreamExt};
use futures::{FutureExt, Stream};
use millpond_operators::{Progress, flow, laws};
use tokio::time::sleep;

laws! {
    take_until: |s| s.take_until(async { sleep(Duration::from_millis(5)).await }),
    relation: |v, out| v.starts_with(out),
}

laws! {
    take_until_the_end: |s| s.take_until(pending::<()>()),
    model: |v| v,
}

laws! {
    take_until_now: |s| s.take_until(ready(())),
    model: |_v| Vec::new(),
}

#[tokio::test(start_paused = true)]
async fn it_ends_as_soon_as_the_future_is_ready_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let one_then_silence = stream::iter([1])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(one_then_silence).take_until(Box::pin(sleep(Duration::from_millis(5))));

    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().await, None);
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}

#[tokio::test]
async fn an_item_that_is_ready_at_the_same_time_is_left_out() {
    let mut items = flow(stream::iter([1])).take_until(ready("now"));

    assert_eq!(items.size_hint(), (0, Some(1)));
    assert_eq!(items.next().await, None);
}

#[tokio::test]
async fn the_end_of_the_input_drops_the_future() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let mut items = flow(stream::empty::<()>()).take_until(Box::pin(async move {
        pending::<()>().await;
        drop(held);
    }));

    assert_eq!(items.next().await, None);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_output_is_blocked_it_goes_on_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::repeat(()).inspect(move |()| drop(Arc::clone(&held)));
    let mut items = flow(endless).take_until(Box::pin(sleep(Duration::from_millis(5))));

    assert_eq!(items.next().await, Some(()));
    let progress = std::future::poll_fn(|cx| Pin::new(&mut items).poll_progress(cx));
    progress.await;
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn a_panic_of_the_future_ends_the_output() {
    let stop = Box::pin(async { unreachable!("to be passed on") });
    let mut items = flow(stream::repeat(())).take_until(stop);
    let poll = AssertUnwindSafe(|| items.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert!(items.is_terminated());
    assert_eq!(items.next().now_or_never(), Some(None));
}
