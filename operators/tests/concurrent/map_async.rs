use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

laws! {
    map_async: |s| s.map_async(3, Token::work),
    model: |v| v,
    look_ahead: 3,
    in_flight: 3,
}

laws! {
    map_async_one_at_a_time: |s| s.map_async(1, Token::work),
    model: |v| v,
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    map_async_behind_map_async: |s| s.map_async(2, Token::work).map_async(3, Token::work),
    model: |v| v,
    look_ahead: 5,
    in_flight: 5,
}

laws! {
    map_async_with_room_for_a_flood: |s| s.map_async(500, Token::work),
    model: |v| v,
    look_ahead: 500,
    in_flight: 500,
}

#[tokio::test]
async fn the_place_of_an_emitted_result_is_refilled_at_once() {
    let started = Cell::new(0);
    let mut results = flow(stream::iter([false, true, true, true])).map_async(2, |waits| {
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

#[tokio::test(start_paused = true)]
async fn a_result_that_waits_for_its_turn_keeps_its_place() {
    let started = Cell::new(0);
    let mut results = flow(stream::iter([true, false, false])).map_async(2, |waits| {
        started.set(started.get() + 1);
        async move {
            if waits {
                pending::<()>().await;
            }
        }
    });

    assert_eq!(results.next().now_or_never(), None);
    assert_eq!(started.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn so_many_futures_are_under_way_at_once() {
    let start = Instant::now();
    let work = async |_| sleep(Duration::from_millis(10)).await;
    let done: Vec<()> = flow(stream::iter(0..8)).map_async(4, work).collect().await;

    assert_eq!(done.len(), 8);
    assert_eq!(start.elapsed(), Duration::from_millis(20));
}

#[tokio::test]
async fn an_error_is_an_item_like_any_other() {
    let results: Vec<_> = flow(stream::iter([Ok(1), Err("no"), Ok(3)]))
        .map_async(2, async |result| result)
        .collect()
        .await;

    assert_eq!(results, [Ok(1), Err("no"), Ok(3)]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).map_async(0, async |()| ()));
}
