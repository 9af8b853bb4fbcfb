use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::stream;
use futures::{FutureExt, join};
use millpond_operators::fan_out::DivertTo;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn is_odd(token: &Token) -> bool {
    token.value() % 2 == 1
}

laws! {
    divert_to: |s| {
        let [main, side] = s.divert_to(2, is_odd);
        main.map(|token| (0, token)).merge(side.map(|token| (1, token)))
    },
    model: |v| v.into_iter().map(|token| (usize::from(is_odd(&token)), token)).collect(),
    ports: |(port, _)| *port,
    look_ahead: 4,
}

laws! {
    divert_to_an_output_that_is_gone: |s| {
        let [main, side] = s.divert_to(1, is_odd);
        drop(side);
        main
    },
    model: |v| v.into_iter().filter(|token| !is_odd(token)).collect(),
    look_ahead: 1,
    dropped: DivertTo::dropped,
}

#[tokio::test]
async fn one_output_may_be_dropped_on_the_way() {
    let [main, side] = flow(stream::iter(0..9)).divert_to(1, |n| n % 2 == 1);
    let side = side.take(1).collect();
    let (main, side): (Vec<_>, Vec<_>) = join!(main.collect(), side);

    assert_eq!(main, [0, 2, 4, 6, 8]);
    assert_eq!(side, [1]);
}

#[tokio::test]
async fn what_is_for_an_output_that_is_gone_is_counted() {
    let [mut main, side] = flow(stream::iter(0..9)).divert_to(1, |n| n % 2 == 1);
    drop(side);
    while main.next().await.is_some() {}

    assert_eq!(main.get_ref().dropped(), 4);
}

#[tokio::test]
async fn an_output_that_is_full_stops_the_intake() {
    let [mut main, mut side] = flow(stream::iter([1, 1, 0])).divert_to(1, |n| *n == 1);

    assert_eq!(main.next().now_or_never(), None);
    assert_eq!(side.next().await, Some(1));
    assert_eq!(main.next().await, Some(0));
}

#[test]
fn a_panic_of_the_test_loses_its_item_only() {
    let [mut main, mut side] = flow(stream::iter([0, 1, 2, 3])).divert_to(1, |n| {
        assert_ne!(*n, 2, "the one that breaks");
        n % 2 == 1
    });

    assert_eq!(main.next().now_or_never(), Some(Some(0)));
    let next = AssertUnwindSafe(|| main.next().now_or_never());
    assert!(catch_unwind(next).is_err());
    assert_eq!(side.next().now_or_never(), Some(Some(1)));
    assert_eq!(side.next().now_or_never(), Some(Some(3)));
    assert_eq!(main.next().now_or_never(), Some(None));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).divert_to(0, |()| true));
}
