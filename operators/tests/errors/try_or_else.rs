use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

/// Fails at the second of the tokens that `checked` refuses.
fn mended(token: Token) -> Result<Token, Token> {
    if token.value() == 12 {
        Err(token)
    } else {
        Ok(token)
    }
}

laws! {
    try_or_else: |s| {
        s.map(checked).try_or_else(async |token: Token| mended(token.work().await))
    },
    model: |v| to_first_err(v.into_iter().map(|token| checked(token).or_else(mended))),
    look_ahead: 1,
    in_flight: 1,
    terminal: Result::is_err,
}

laws! {
    try_or_else_that_mends_all: |s| {
        s.map(checked).try_or_else(async |token: Token| Ok::<Token, ()>(token.work().await))
    },
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 1,
    in_flight: 1,
    terminal: Result::is_err,
}

#[tokio::test]
async fn the_input_is_dropped_before_the_last_err_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Ok(1), Err("no"), Err("yes")])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut results = flow(endless)
        .try_or_else(async |error| if error == "no" { Ok(2) } else { Err(5) })
        .boxed();

    assert_eq!(results.next().await, Some(Ok(1)));
    assert_eq!(results.next().await, Some(Ok(2)));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(results.next().await, Some(Err(5)));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(results.next().now_or_never(), Some(None));
}

#[test]
fn it_goes_on_with_the_next_item_after_a_panic() {
    let mut results = flow(stream::iter([Err(1), Err(2)]))
        .try_or_else(async |n: u8| {
            assert!(n != 1, "to be passed on");
            Ok::<u8, ()>(n)
        })
        .boxed();
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(Some(Ok(2))));
    assert_eq!(results.next().now_or_never(), Some(None));
}
