use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::time::Audit;
use millpond_operators::{flow, laws};

use super::{NEVER, WAIT, block, ms, scheduled, some_and_the_last, timeline, wakes};

laws! {
    audit: |s| s.audit(WAIT),
    relation: |v, out| some_and_the_last(&v, out),
    look_ahead: 1,
    dropped: Audit::dropped,
    rate: (2, WAIT),
}

laws! {
    audit_without_an_end: |s| s.audit(NEVER),
    model: |v| v.into_iter().last().into_iter().collect(),
    look_ahead: 1,
}

laws! {
    audit_on_time: |s| s.audit(WAIT),
    timed: |arrivals, end| {
        let mut out: Vec<(Duration, _)> = Vec::new();
        for (at, token) in arrivals {
            match out.last_mut() {
                Some((due, newest)) if at < *due => *newest = token,
                _ => out.push((at + WAIT, token)),
            }
        }
        if let Some((due, _)) = out.last_mut() {
            *due = end.min(*due);
        }
        out
    },
    look_ahead: 1,
    linger: WAIT,
}

#[tokio::test(start_paused = true)]
async fn the_newest_leaves_a_wait_after_the_first() {
    let items = scheduled([(0, 'a'), (4, 'b'), (8, 'c'), (30, 'd')], 40).audit(WAIT);

    assert_eq!(timeline(items).await, [(5, 'b'), (13, 'c'), (35, 'd')]);
}

#[tokio::test(start_paused = true)]
async fn the_item_held_leaves_at_once_at_the_end() {
    let items = scheduled([(0, 'a'), (3, 'b')], 4).audit(WAIT);

    assert_eq!(timeline(items).await, [(4, 'b')]);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_keeps_the_newest_item() {
    let mut items = scheduled([(0, 'a'), (10, 'b'), (19, 'c')], 99).audit(WAIT);

    block(&mut items, 20).await;
    assert_eq!(items.next().now_or_never(), Some(Some('c')));
    assert_eq!(items.get_ref().dropped(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_without_progress_finds_what_is_newest() {
    let mut items = flow(stream::iter([1, 2, 3])).audit(ms(5));

    assert_eq!(items.next().now_or_never(), Some(Some(3)));
}

#[tokio::test(start_paused = true)]
async fn no_timer_runs_while_nothing_is_held() {
    let mut items = scheduled([(0, 'a')], 500).audit(WAIT);

    assert_eq!(items.next().await, Some('a'));
    assert_eq!(wakes(&mut items, 400).await, 0);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).audit(Duration::ZERO));
}
