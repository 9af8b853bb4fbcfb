use std::cell::Cell;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};

laws! {
    concat: |a, b| a.concat(b),
    model: |a, b| a.into_iter().chain(b).collect(),
}

laws! {
    of_operators_that_hold_futures: |a, b| {
        a.map_async(2, Token::work).concat(b.map_async(2, Token::work))
    },
    model: |a, b| a.into_iter().chain(b).collect(),
    look_ahead: 2,
    in_flight: 2,
}

#[tokio::test]
async fn the_other_is_not_touched_before_the_first_has_ended() {
    let touched = Cell::new(false);
    let other = flow(stream::repeat_with(|| touched.replace(true)));
    let other = other.map_async(1, |_| std::future::ready(2));
    let first = flow(stream::iter([1]).chain(stream::pending()));
    let mut all = std::pin::pin!(first.concat(other));
    assert_eq!(all.next().await, Some(1));
    let mut cx = Context::from_waker(Waker::noop());

    assert_eq!(all.as_mut().poll_progress(&mut cx), Poll::Ready(()));
    assert!(!touched.get());
}

#[tokio::test]
async fn the_first_is_dropped_as_soon_as_it_ends() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let first = stream::iter([1]).inspect(move |_| drop(Arc::clone(&held)));
    let mut all = flow(first).concat(flow(stream::pending()));

    assert_eq!(all.next().await, Some(1));
    assert_eq!(all.next().now_or_never(), None);
    assert_eq!(Arc::strong_count(&resource), 1);
}
