use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::time::ThrottleLatest;
use millpond_operators::{flow, laws};

use super::{NEVER, WAIT, block, ms, scheduled, some_and_the_last, timeline, wakes};

laws! {
    throttle_latest: |s| s.throttle_latest(WAIT),
    relation: |v, out| some_and_the_last(&v, out),
    look_ahead: 1,
    dropped: ThrottleLatest::dropped,
    rate: (2, WAIT),
}

laws! {
    throttle_latest_of_the_first: |s| s.throttle_latest(NEVER),
    relation: |v, out| some_and_the_last(&v, out) && out.len() <= 2,
    look_ahead: 1,
}

// Two times the period is longer than most scripts, so that the second
// opening does not fall on an arrival.
laws! {
    throttle_latest_on_time: |s| s.throttle_latest(ms(101)),
    timed: |arrivals, end| {
        let mut out: Vec<(Duration, _)> = Vec::new();
        let mut open = Duration::ZERO;
        for (at, token) in arrivals {
            match out.last_mut() {
                Some((due, newest)) if at < *due => *newest = token,
                _ => {
                    let due = at.max(open);
                    open = due + ms(101);
                    out.push((due, token));
                }
            }
        }
        if let Some((due, _)) = out.last_mut() {
            *due = end.min(*due);
        }
        out
    },
    look_ahead: 1,
    linger: ms(101),
}

#[tokio::test(start_paused = true)]
async fn the_first_leaves_at_once_and_then_the_newest_every_period() {
    let items = [(1, 'a'), (2, 'b'), (4, 'c'), (7, 'd'), (30, 'e')];
    let items = scheduled(items, 99).throttle_latest(WAIT);

    assert_eq!(
        timeline(items).await,
        [(1, 'a'), (6, 'c'), (11, 'd'), (30, 'e')]
    );
}

#[tokio::test(start_paused = true)]
async fn of_items_that_are_ready_the_first_leaves_too() {
    let items = flow(stream::iter([1, 2, 3])).throttle_latest(WAIT);

    assert_eq!(timeline(items).await, [(0, 1), (0, 3)]);
}

#[tokio::test(start_paused = true)]
async fn the_period_begins_when_an_item_is_taken() {
    let mut items = scheduled([(0, 'a'), (9, 'b')], 99).throttle_latest(WAIT);

    block(&mut items, 7).await;
    assert_eq!(items.next().now_or_never(), Some(Some('a')));
    block(&mut items, 3).await;
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(timeline(items).await, [(2, 'b')]);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_keeps_the_newest_item() {
    let mut items = scheduled([(0, 'a'), (10, 'b'), (19, 'c')], 99).throttle_latest(WAIT);

    block(&mut items, 20).await;
    assert_eq!(items.next().now_or_never(), Some(Some('c')));
    assert_eq!(items.get_ref().dropped(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_timer_runs_while_nothing_is_held() {
    let mut items = scheduled([(0, 'a')], 500).throttle_latest(WAIT);

    assert_eq!(items.next().await, Some('a'));
    assert_eq!(wakes(&mut items, 400).await, 0);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).throttle_latest(Duration::ZERO));
}
