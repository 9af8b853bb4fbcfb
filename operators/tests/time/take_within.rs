use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

use super::{NEVER, WAIT, block, ms, scheduled, timeline};

laws! {
    take_within: |s| s.take_within(WAIT),
    relation: |v, out| v.starts_with(out),
}

laws! {
    take_within_a_time_without_end: |s| s.take_within(NEVER),
    model: |v| v,
}

laws! {
    take_within_no_time: |s| s.take_within(Duration::ZERO),
    model: |_v| Vec::new(),
}

laws! {
    take_within_on_time: |s| s.take_within(WAIT),
    timed: |arrivals, _end| arrivals.into_iter().filter(|(at, _)| *at < WAIT).collect(),
}

#[tokio::test(start_paused = true)]
async fn it_ends_on_time_without_an_item() {
    let start = Instant::now();
    let items = timeline(scheduled([(4, 'a'), (6, 'b')], 99).take_within(WAIT)).await;

    assert_eq!(items, [(4, 'a')]);
    assert_eq!(start.elapsed(), WAIT);
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_always_ready_is_ended_in_time() {
    let mut items = flow(stream::repeat(1)).take_within(WAIT);

    assert_eq!(items.next().await, Some(1));
    sleep(ms(4)).await;
    assert_eq!(items.next().await, Some(1));
    sleep(ms(1)).await;
    assert_eq!(items.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_input_is_dropped_on_time_while_the_output_is_blocked() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let silent = stream::pending::<u8>().inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(silent).take_within(WAIT);

    assert_eq!(items.next().now_or_never(), None);
    block(&mut items, 6).await;
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(items.next().now_or_never(), Some(None));
}
