use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::time::DropWithin;
use millpond_operators::{flow, laws};
use tokio::time::sleep;

use super::{NEVER, WAIT, ms, scheduled, timeline};

laws! {
    drop_within: |s| s.drop_within(WAIT),
    relation: |v, out| v.ends_with(out),
    dropped: DropWithin::dropped,
}

laws! {
    drop_within_a_time_without_end: |s| s.drop_within(NEVER),
    model: |_v| Vec::new(),
    dropped: DropWithin::dropped,
}

laws! {
    drop_within_no_time: |s| s.drop_within(Duration::ZERO),
    model: |v| v,
    dropped: DropWithin::dropped,
}

laws! {
    drop_within_on_time: |s| s.drop_within(WAIT),
    timed: |arrivals, _end| arrivals.into_iter().filter(|(at, _)| *at > WAIT).collect(),
}

#[tokio::test(start_paused = true)]
async fn the_time_counts_from_the_first_poll() {
    let items = scheduled([(8, 'a'), (11, 'b'), (12, 'c')], 12);

    sleep(ms(6)).await;
    assert_eq!(
        timeline(items.drop_within(WAIT)).await,
        [(5, 'b'), (6, 'c')]
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_that_was_ready_before_counts_when_it_is_taken() {
    let mut items = scheduled([(1, 'a')], 1).drop_within(WAIT);

    assert_eq!(items.next().now_or_never(), None);
    sleep(ms(9)).await;
    assert_eq!(items.next().now_or_never(), Some(Some('a')));
    assert_eq!(items.get_ref().dropped(), 0);
}

#[test]
fn no_runtime_is_needed() {
    let items: Option<Vec<i32>> = flow(stream::iter([1, 2]))
        .drop_within(WAIT)
        .collect()
        .now_or_never();

    assert_eq!(items, Some(Vec::new()));
}
