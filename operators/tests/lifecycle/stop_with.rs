use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use millpond_operators::lifecycle::KillSwitch;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};
use tokio::time::sleep;

laws! {
    stop_with: |s| s.stop_with(&KillSwitch::new()),
    model: |v| v,
}

laws! {
    stop_with_a_switch_of_another_task: |s| {
        let switch = KillSwitch::new();
        let thrower = switch.clone();
        s.get_ref().on_stop(move || {
            thrower.shutdown();
        });
        s.stop_with(&switch)
    },
    model: |v| v,
    stops,
}

laws! {
    stop_with_a_switch_that_is_thrown: |s| {
        let switch = KillSwitch::new();
        let thrower = switch.clone();
        let count = Cell::new(0);
        s.stop_with(&switch).inspect(move |_| {
            count.set(count.get() + 1);
            if count.get() == 3 {
                thrower.shutdown();
            }
        })
    },
    model: |v| v.into_iter().take(3).collect(),
}

laws! {
    stop_with_an_input_that_throws_the_switch: |s| {
        let switch = KillSwitch::new();
        let thrower = switch.clone();
        let throw = move |token: &Token| {
            if token.id() == 2 {
                thrower.shutdown();
            }
        };
        s.inspect(throw).stop_with(&switch).map_async(2, Token::work)
    },
    model: |v| v.into_iter().take(3).collect(),
    look_ahead: 2,
    in_flight: 2,
}

laws! {
    stop_with_a_switch_thrown_before: |s| {
        let switch = KillSwitch::new();
        switch.shutdown();
        s.stop_with(&switch)
    },
    model: |_v| Vec::new(),
}

#[tokio::test(start_paused = true)]
async fn throwing_it_wakes_the_task() {
    let switch = KillSwitch::new();
    let throw = async {
        sleep(Duration::from_millis(10)).await;
        switch.shutdown();
    };
    let mut items = flow(stream::pending::<()>()).stop_with(&switch);

    assert_eq!(tokio::join!(items.next(), throw), (None, ()));
}

#[tokio::test]
async fn the_input_is_dropped_also_while_the_output_is_blocked() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let switch = KillSwitch::new();
    let mut items =
        flow(stream::repeat(()).inspect(move |()| drop(Arc::clone(&held)))).stop_with(&switch);

    assert_eq!(items.next().await, Some(()));
    switch.shutdown();
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(Pin::new(&mut items).poll_progress(&mut cx), Poll::Ready(()));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn what_is_downstream_goes_on_to_its_end() {
    let switch = KillSwitch::new();
    let mut chunks = flow(stream::iter([1, 2, 3]).chain(stream::pending()))
        .stop_with(&switch)
        .map_async(3, async |n| n)
        .chunks(2);

    assert_eq!(chunks.next().await, Some(vec![1, 2]));
    switch.shutdown();
    assert_eq!(chunks.next().await, Some(vec![3]));
    assert_eq!(chunks.next().await, None);
}

#[tokio::test]
async fn one_switch_stops_many_streams() {
    let switch = KillSwitch::new();
    let mut first = flow(stream::repeat(1)).stop_with(&switch);
    let mut second = first.clone();

    assert_eq!(first.next().await, Some(1));
    assert_eq!(second.next().await, Some(1));
    switch.shutdown();
    assert_eq!(first.next().await, None);
    assert_eq!(second.next().await, None);
}

#[test]
fn the_first_call_counts() {
    let switch = KillSwitch::default();

    assert!(!switch.is_thrown());
    assert!(switch.shutdown());
    assert!(switch.is_thrown());
    assert!(!switch.shutdown());
    assert_eq!(switch.abort("late"), Err("late"));

    let switch = KillSwitch::default();
    assert_eq!(switch.abort("first"), Ok(()));
    assert!(!switch.shutdown());
}

#[tokio::test]
async fn an_abort_ends_it_like_a_shutdown() {
    let switch = KillSwitch::default();
    let mut items = flow(stream::repeat(1)).stop_with(&switch);

    assert_eq!(switch.abort("no fuel"), Ok(()));
    assert_eq!(items.next().await, None);
}

#[tokio::test]
async fn dropping_the_switch_stops_nothing() {
    let items = flow(stream::iter([1, 2])).stop_with(&KillSwitch::new());

    assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);
}
