use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::time::Sample;
use millpond_operators::{flow, laws};

use super::{NEVER, WAIT, block, ms, scheduled, some_and_the_last, timeline, wakes};

laws! {
    sample: |s| s.sample(WAIT),
    relation: |v, out| some_and_the_last(&v, out),
    look_ahead: 1,
    dropped: Sample::dropped,
}

laws! {
    sample_without_a_tick: |s| s.sample(NEVER),
    model: |v| v.into_iter().last().into_iter().collect(),
    look_ahead: 1,
}

// Long enough for just one tick in the time of most scripts, so that it
// does not fall on an arrival.
laws! {
    sample_on_time: |s| s.sample(ms(61)),
    timed: |arrivals, end| {
        let mut out: Vec<(Duration, _)> = Vec::new();
        for (at, token) in arrivals {
            match out.last_mut() {
                Some((tick, newest)) if at < *tick => *newest = token,
                _ => {
                    let ticks = at.as_millis() / 61 + 1;
                    out.push((ms(61) * u32::try_from(ticks).unwrap_or(u32::MAX), token));
                }
            }
        }
        if let Some((tick, _)) = out.last_mut() {
            *tick = end.min(*tick);
        }
        out
    },
    look_ahead: 1,
    linger: ms(61),
}

#[tokio::test(start_paused = true)]
async fn the_newest_leaves_at_each_tick_that_has_one() {
    let items = scheduled([(1, 'a'), (4, 'b'), (6, 'c'), (31, 'd')], 99).sample(WAIT);

    assert_eq!(timeline(items).await, [(5, 'b'), (10, 'c'), (35, 'd')]);
}

#[tokio::test(start_paused = true)]
async fn ticks_stay_where_they_are_when_an_item_is_taken_late() {
    let mut items = scheduled([(1, 'a'), (8, 'b')], 99).sample(WAIT);

    assert_eq!(items.next().await, Some('a'));
    block(&mut items, 12).await;
    // It is 17 ms, and `b` was due at 10 ms.
    assert_eq!(items.next().now_or_never(), Some(Some('b')));
}

#[tokio::test(start_paused = true)]
async fn an_item_that_comes_at_a_tick_waits_for_the_next() {
    let items = scheduled([(5, 'a')], 99).sample(WAIT);

    assert_eq!(timeline(items).await, [(10, 'a')]);
}

#[tokio::test(start_paused = true)]
async fn the_item_held_leaves_at_once_at_the_end() {
    let items = scheduled([(0, 'a'), (3, 'b')], 4).sample(WAIT);

    assert_eq!(timeline(items).await, [(4, 'b')]);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_keeps_the_newest_item() {
    let mut items = scheduled([(0, 'a'), (10, 'b'), (19, 'c')], 99).sample(WAIT);

    block(&mut items, 20).await;
    assert_eq!(items.next().now_or_never(), Some(Some('c')));
    assert_eq!(items.get_ref().dropped(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_timer_runs_while_nothing_is_held() {
    let mut items = scheduled([(0, 'a')], 500).sample(WAIT);

    assert_eq!(items.next().await, Some('a'));
    assert_eq!(wakes(&mut items, 400).await, 0);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).sample(Duration::ZERO));
}
