use std::cell::{Cell, RefCell};
use std::future::pending;
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

laws! {
    map_async_keyed: |s| s.map_async_keyed(4, Token::key, Token::work),
    model: |v| v,
    look_ahead: 4,
    in_flight: 4,
    keyed: Token::key,
}

laws! {
    map_async_keyed_with_one_key: |s| s.map_async_keyed(4, |_| (), Token::work),
    model: |v| v,
    look_ahead: 4,
    in_flight: 1,
}

laws! {
    map_async_keyed_with_a_key_each: |s| s.map_async_keyed(4, Token::id, Token::work),
    model: |v| v,
    look_ahead: 4,
    in_flight: 4,
    unordered,
}

laws! {
    map_async_keyed_with_room_for_a_flood: |s| s.map_async_keyed(500, Token::key, Token::work),
    model: |v| v,
    look_ahead: 500,
    in_flight: 4,
    keyed: Token::key,
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn two_of_one_key_are_never_under_way_at_once() {
    let now = RefCell::new([0; 3]);
    let most = Cell::new(0);
    flow(stream::iter(0..30))
        .map_async_keyed(
            8,
            |n| n % 3,
            async |n: usize| {
                now.borrow_mut()[n % 3] += 1;
                most.set(most.get().max(now.borrow()[n % 3]));
                sleep(ms(10)).await;
                now.borrow_mut()[n % 3] -= 1;
            },
        )
        .for_each(drop)
        .await;

    assert_eq!(most.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_run_side_by_side() {
    let start = Instant::now();
    let work = async |_| sleep(ms(10)).await;
    flow(stream::iter(0..30))
        .map_async_keyed(30, |n| n % 10, work)
        .for_each(drop)
        .await;

    assert_eq!(start.elapsed(), ms(30));
}

#[tokio::test]
async fn a_slow_key_holds_up_no_other() {
    let items = stream::iter(["slow", "slow", "a", "b", "c", "d"]);
    let mut results = flow(items).map_async_keyed(
        3,
        |key| *key,
        async |key| {
            if key == "slow" {
                pending::<()>().await;
            }
            key
        },
    );

    for expected in ["a", "b", "c", "d"] {
        assert_eq!(results.next().await, Some(expected));
    }
    assert_eq!(results.next().now_or_never(), None);
}

#[tokio::test]
async fn f_is_called_when_the_turn_of_the_item_has_come() {
    let called = Cell::new(0);
    let mut results = flow(stream::iter([1, 1, 1])).map_async_keyed(
        3,
        |key| *key,
        |_| {
            called.set(called.get() + 1);
            pending::<()>()
        },
    );

    assert_eq!(results.next().now_or_never(), None);
    assert_eq!(called.get(), 1);
}

#[tokio::test]
async fn many_items_of_one_key_fill_it() {
    let taken = Cell::new(0);
    let items = stream::iter(["slow", "slow", "slow", "fast"]);
    let mut results = flow(items)
        .inspect(|_| taken.set(taken.get() + 1))
        .map_async_keyed(3, |key| *key, |_| pending::<()>());

    assert_eq!(results.next().now_or_never(), None);
    assert_eq!(taken.get(), 3);
}

#[tokio::test]
async fn an_error_does_not_stop_its_key() {
    let results: Vec<_> = flow(stream::iter([Ok(1), Err("no"), Ok(3)]))
        .map_async_keyed(3, |_| (), async |result| result)
        .collect()
        .await;

    assert_eq!(results, [Ok(1), Err("no"), Ok(3)]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let items = flow(stream::empty::<()>());
    drop(items.map_async_keyed(0, |()| (), async |()| ()));
}
