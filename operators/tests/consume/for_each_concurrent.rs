use std::cell::RefCell;

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
