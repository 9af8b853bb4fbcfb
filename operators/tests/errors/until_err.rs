use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

laws! {
    until_err: |s| s.map(checked).until_err(),
    model: |v| to_first_err(v.into_iter().map(checked)),
    terminal: Result::is_err,
}

laws! {
    until_err_without_one: |s| s.map(Ok::<Token, ()>).until_err(),
    model: |v| v.into_iter().map(Ok).collect(),
    terminal: Result::is_err,
}

laws! {
    until_err_with_futures_under_way: |s| {
        s.map_async(3, async |token: Token| checked(token.work().await)).until_err()
    },
    model: |v| to_first_err(v.into_iter().map(checked)),
    look_ahead: 3,
    in_flight: 3,
    terminal: Result::is_err,
}

#[tokio::test]
async fn the_input_is_dropped_before_the_err_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Ok(1), Err("no")])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut results = flow(endless).until_err();

    assert_eq!(results.next().await, Some(Ok(1)));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(results.next().await, Some(Err("no")));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(results.is_terminated());
    assert_eq!(results.next().now_or_never(), Some(None));
}
