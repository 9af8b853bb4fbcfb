use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::time::Debounce;
use millpond_operators::{flow, laws};
use tokio::time::advance;

use super::{NEVER, WAIT, block, ms, scheduled, some_and_the_last, timeline, wakes};

laws! {
    debounce: |s| s.debounce(WAIT, NEVER),
    relation: |v, out| some_and_the_last(&v, out),
    look_ahead: 1,
    dropped: Debounce::dropped,
    rate: (2, WAIT),
}

laws! {
    debounce_with_a_longest_wait: |s| s.debounce(WAIT, ms(7)),
    relation: |v, out| some_and_the_last(&v, out),
    look_ahead: 1,
    dropped: Debounce::dropped,
}

laws! {
    debounce_without_an_end: |s| s.debounce(NEVER, NEVER),
    model: |v| v.into_iter().last().into_iter().collect(),
    look_ahead: 1,
}

laws! {
    debounce_on_time: |s| s.debounce(WAIT, NEVER),
    timed: |arrivals, end| after_silences(arrivals, end, NEVER),
    look_ahead: 1,
}

laws! {
    debounce_with_a_longest_wait_on_time: |s| s.debounce(WAIT, ms(11)),
    timed: |arrivals, end| after_silences(arrivals, end, ms(11)),
    look_ahead: 1,
    linger: ms(11),
}

fn after_silences(
    arrivals: Vec<(Duration, Token)>,
    end: Duration,
    max_wait: Duration,
) -> Vec<(Duration, Token)> {
    let mut out: Vec<(Duration, Token)> = Vec::new();
    let mut latest = Duration::ZERO;
    for (at, token) in arrivals {
        match out.last_mut() {
            Some((due, newest)) if at < *due => {
                *due = latest.min(at + WAIT);
                *newest = token;
            }
            _ => {
                latest = at.saturating_add(max_wait);
                out.push((latest.min(at + WAIT), token));
            }
        }
    }
    if let Some((due, _)) = out.last_mut() {
        *due = end.min(*due);
    }
    out
}

#[tokio::test(start_paused = true)]
async fn each_item_begins_the_wait_anew() {
    let items = scheduled([(0, 'a'), (4, 'b'), (8, 'c'), (20, 'd')], 40).debounce(WAIT, NEVER);

    assert_eq!(timeline(items).await, [(13, 'c'), (25, 'd')]);
}

#[tokio::test(start_paused = true)]
async fn items_that_never_stop_leave_after_the_longest_wait() {
    let every_4_ms = (0..8).map(|n| (4 * n, n));
    let items = scheduled(every_4_ms, 28).debounce(WAIT, ms(10));

    assert_eq!(timeline(items).await, [(10, 2), (22, 5), (28, 7)]);
}

#[tokio::test(start_paused = true)]
async fn the_item_held_leaves_at_once_at_the_end() {
    let items = scheduled([(0, 'a'), (3, 'b')], 4).debounce(WAIT, NEVER);

    assert_eq!(timeline(items).await, [(4, 'b')]);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_keeps_the_newest_item() {
    let mut items = scheduled([(0, 'a'), (10, 'b'), (30, 'c')], 99).debounce(WAIT, NEVER);

    block(&mut items, 20).await;
    assert_eq!(items.next().now_or_never(), Some(Some('b')));
    assert_eq!(items.get_ref().dropped(), 1);
    assert_eq!(items.next().await, Some('c'));
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_always_ready_is_cut_by_the_longest_wait() {
    let mut items = flow(stream::repeat(1)).debounce(WAIT, ms(7));

    assert_eq!(items.next().now_or_never(), None);
    advance(ms(6)).await;
    assert_eq!(items.next().now_or_never(), None);
    advance(ms(1)).await;
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
}

#[tokio::test(start_paused = true)]
async fn no_timer_runs_while_nothing_is_held() {
    let mut items = scheduled([(0, 'a')], 500).debounce(WAIT, NEVER);

    assert_eq!(items.next().await, Some('a'));
    assert_eq!(wakes(&mut items, 400).await, 0);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).debounce(Duration::ZERO, NEVER));
}
