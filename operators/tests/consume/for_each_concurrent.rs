use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;

use futures::FutureExt;
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

laws! {
    for_each_concurrent: |s| {
        outcome(s.for_each_concurrent(3, async |token: Token| drop(token.work().await)))
    },
    model: |_v| vec![()],
    look_ahead: 3,
    in_flight: 3,
}

#[tokio::test]
async fn it_is_ready_when_every_future_is_done() {
    let seen = RefCell::new(Vec::new());
    let body = async |n: u32| {
        for _ in 0..if n == 1 { 9 } else { 0 } {
            tokio::task::yield_now().await;
        }
        seen.borrow_mut().push(n);
    };
    flow([1, 2, 3]).for_each_concurrent(2, body).await;

    assert_eq!(seen.take(), [2, 3, 1]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_in_flight_panics() {
    drop(flow([1]).for_each_concurrent(0, async |_| ()));
}

#[test]
fn after_a_panic_no_further_item_is_taken_and_it_is_ready_at_once() {
    let seen = RefCell::new(Vec::new());
    let body = async |n: u32| {
        seen.borrow_mut().push(n);
        if n == 2 {
            resume_unwind(Box::new("no"));
        }
        std::future::pending::<()>().await;
    };
    let mut done = pin!(flow(1..=9).for_each_concurrent(3, body));
    let polled = catch_unwind(AssertUnwindSafe(|| done.as_mut().now_or_never()));
    assert!(polled.is_err());
    let before = seen.borrow().len();

    assert_eq!(done.as_mut().now_or_never(), Some(()));
    assert_eq!(seen.take().len(), before);
}
