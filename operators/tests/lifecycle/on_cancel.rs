use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use futures::stream;
use millpond_operators::{flow, laws};

laws! {
    on_cancel: |s| {
        let finalizer = s.get_ref().finalizer();
        s.on_cancel(finalizer)
    },
    model: |v| v,
}

#[tokio::test]
async fn a_drop_before_the_end_calls_it() {
    let calls = Cell::new(0);
    let mut items = flow(stream::iter([1, 2])).on_cancel(|| calls.set(calls.get() + 1));

    assert_eq!(items.next().await, Some(1));
    assert_eq!(calls.get(), 0);
    drop(items);
    assert_eq!(calls.get(), 1);
}

#[test]
fn a_drop_before_the_first_poll_calls_it_too() {
    let called = Cell::new(false);

    drop(flow(stream::iter([1, 2])).on_cancel(|| called.set(true)));
    assert!(called.get());
}

#[tokio::test]
async fn an_end_does_not_call_it() {
    let called = Cell::new(false);
    let items = flow(stream::iter([1, 2])).on_cancel(|| called.set(true));

    assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);
    assert!(!called.get());
}

#[test]
fn a_panic_does_not_call_it_and_ends_it() {
    let called = Cell::new(false);
    let strikes = flow(stream::iter([1, 2])).map(|n| assert!(n > 1, "1"));
    let mut items = strikes.on_cancel(|| called.set(true));

    let caught = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(caught.is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
    drop(items);
    assert!(!called.get());
}
