use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

fn is_early(result: &Result<Token, Token>) -> bool {
    result.as_ref().map_or(true, |token| token.value() < 4)
}

laws! {
    try_take_while: |s| s.map(checked).try_take_while(|token| Ok(token.value() < 4)),
    model: |v| {
        to_first_err(v.into_iter().map(checked).take_while(is_early))
    },
    terminal: Result::is_err,
}

laws! {
    try_take_while_to_the_err: |s| s.map(checked).try_take_while(|_| Ok(true)),
    model: |v| to_first_err(v.into_iter().map(checked)),
    terminal: Result::is_err,
}

laws! {
    try_take_while_that_fails: |s| {
        s.map(Ok::<Token, u32>).try_take_while(|token| match token.value() {
            4 => Err(4),
            _ => Ok(true),
        })
    },
    model: |v| {
        to_first_err(v.into_iter().map(|token| if token.value() == 4 { Err(4) } else { Ok(token) }))
    },
    terminal: Result::is_err,
}

#[tokio::test]
async fn the_input_is_dropped_at_the_first_false() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Ok::<_, ()>(1), Ok(2)])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut results = flow(endless).try_take_while(|n| Ok(*n < 2));

    assert_eq!(results.next().await, Some(Ok(1)));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(results.next().now_or_never(), Some(None));
    assert_eq!(Arc::strong_count(&resource), 1);
}
