use std::sync::Arc;

use futures::stream::{self, StreamExt};
use millpond_operators::{concurrent, flow, laws};

laws! {
    race: |a, b| a.race(b),
    relation: |a, b, out| match out {
        [] => a.is_empty() && b.is_empty(),
        out => a == out || b == out,
    },
}

laws! {
    race_all: |a, b, c| concurrent::race([a, b, c]),
    relation: |a, b, c, out| match out {
        [] => a.is_empty() && b.is_empty() && c.is_empty(),
        out => a == out || b == out || c == out,
    },
}

laws! {
    race_against_nobody: |s| s.race(flow(stream::empty())),
    model: |v| v,
}

laws! {
    race_alone: |s| concurrent::race([s]),
    model: |v| v,
}

#[tokio::test]
async fn the_loser_is_dropped_before_the_first_item_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let loser = stream::pending().inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(loser).race(flow(stream::repeat(1)));

    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn of_two_that_are_ready_the_first_wins() {
    let items = flow(stream::iter([1, 2])).race(flow(stream::iter([3, 4])));
    assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);

    let items = concurrent::race([flow(stream::iter([1, 2])), flow(stream::iter([3, 4]))]);
    assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);
}

#[tokio::test]
async fn an_end_without_an_item_is_no_win() {
    let items = flow(stream::empty()).race(flow(stream::iter([3, 4])));

    assert_eq!(items.collect::<Vec<_>>().await, [3, 4]);
}

#[tokio::test]
async fn the_losers_of_many_are_dropped_too() {
    let resource = Arc::new(());
    let flows = [stream::pending().boxed(), stream::repeat(1).boxed()];
    let flows = flows.map(|items| {
        let held = Arc::clone(&resource);
        flow(items.inspect(move |_| drop(Arc::clone(&held))))
    });
    let mut items = concurrent::race(flows);

    assert_eq!(Arc::strong_count(&resource), 3);
    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 2);
}

#[tokio::test]
async fn nobody_runs_an_empty_race() {
    let none = Vec::from([flow(stream::repeat(1))]).into_iter().skip(1);

    assert_eq!(concurrent::race(none).next().await, None);
}
