use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    flat_map_prefix: |s| s.flat_map_prefix(2, |prefix, tail| {
        let first = prefix.first().map(Token::value);
        flow(prefix).start_with([]).merge(tail).map(move |token| (first, token))
    }),
    model: |v| {
        let first = v.first().map(Token::value);
        v.into_iter().map(|token| (first, token)).collect()
    },
    unordered,
    look_ahead: 2,
}

laws! {
    flat_map_prefix_of_nothing: |s| s.flat_map_prefix(0, |_prefix, tail| tail),
    model: |v| v,
}

laws! {
    flat_map_prefix_that_leaves_the_others: |s| {
        s.flat_map_prefix(3, |prefix, _tail| flow(prefix))
    },
    model: |v| v.into_iter().take(3).collect(),
    look_ahead: 3,
}

#[tokio::test]
async fn an_input_that_ends_sooner_is_passed_on_too() {
    let items: Vec<_> = flow(0..2)
        .flat_map_prefix(5, |prefix, tail| tail.start_with([prefix.len()]))
        .collect()
        .await;

    assert_eq!(items, [2]);
}

#[tokio::test]
async fn nothing_happens_before_the_first_poll() {
    let mut called = false;
    let items = flow(0..2).flat_map_prefix(0, |_, tail| {
        called = true;
        tail
    });
    drop(items);

    assert!(!called);
}

#[test]
fn a_panic_of_the_closure_ends_the_output() {
    let mut items = flow(0..2).flat_map_prefix(1, |prefix, tail| {
        assert!(prefix.is_empty(), "to be passed on");
        tail
    });
    let next = AssertUnwindSafe(|| items.next().now_or_never());

    assert!(catch_unwind(next).is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
}
