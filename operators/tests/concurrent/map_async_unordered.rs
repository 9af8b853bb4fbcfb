use std::cell::Cell;
use std::future::pending;

use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    map_async_unordered: |s| s.map_async_unordered(3, Token::work),
    model: |v| v,
    look_ahead: 3,
    in_flight: 3,
    unordered,
}

laws! {
    map_async_unordered_one_at_a_time: |s| s.map_async_unordered(1, Token::work),
    model: |v| v,
    look_ahead: 1,
    in_flight: 1,
}

#[tokio::test]
async fn a_slow_future_holds_up_no_other() {
    let mut results = flow(stream::iter(0..4)).map_async_unordered(2, async |n| {
        if n == 0 {
            pending::<()>().await;
        }
        n
    });

    for expected in 1..4 {
        assert_eq!(results.next().await, Some(expected));
    }
}

#[tokio::test]
async fn the_place_of_an_emitted_result_is_refilled_at_once() {
    let started = Cell::new(0);
    let mut results =
        flow(stream::iter([false, true, true, true])).map_async_unordered(2, |waits| {
            started.set(started.get() + 1);
            async move {
                if waits {
                    pending::<()>().await;
                }
            }
        });

    assert_eq!(results.next().await, Some(()));
    assert_eq!(started.get(), 3);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).map_async_unordered(0, async |()| ()));
}
