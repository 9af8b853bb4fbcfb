use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{sleep, timeout};

use super::{NEVER, WAIT, block, ms, scheduled, timeline};

laws! {
    keep_alive: |s| s.map(Some).keep_alive(WAIT, || None),
    relation: |v, out| out.iter().flatten().eq(&v),
}

laws! {
    keep_alive_without_a_limit: |s| s.map(Some).keep_alive(NEVER, || None),
    model: |v| v.into_iter().map(Some).collect(),
}

laws! {
    keep_alive_on_time: |s| s.map(Some).keep_alive(ms(101), || None),
    timed: |arrivals, end| {
        let mut out: Vec<(Duration, Option<Token>)> = Vec::new();
        let mut due = ms(101);
        for (at, token) in arrivals {
            while due < at {
                out.push((due, None));
                due += ms(101);
            }
            due = at + ms(101);
            out.push((at, Some(token)));
        }
        while due < end {
            out.push((due, None));
            due += ms(101);
        }
        out
    },
}

#[tokio::test(start_paused = true)]
async fn each_silence_gives_one() {
    let items = scheduled([(0, 'a'), (4, 'b'), (17, 'c')], 24).keep_alive(WAIT, || '.');

    assert_eq!(
        timeline(items).await,
        [
            (0, 'a'),
            (4, 'b'),
            (9, '.'),
            (14, '.'),
            (17, 'c'),
            (22, '.')
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_ready_goes_first() {
    let mut items = scheduled([(0, 'a'), (6, 'b')], 99).keep_alive(WAIT, || '.');

    assert_eq!(items.next().await, Some('a'));
    sleep(ms(20)).await;
    assert_eq!(items.next().now_or_never(), Some(Some('b')));
}

#[tokio::test(start_paused = true)]
async fn nothing_piles_up_while_the_output_is_blocked() {
    let mut items = scheduled([(0, 'a')], 99).keep_alive(WAIT, || '.');

    assert_eq!(items.next().await, Some('a'));
    block(&mut items, 20).await;
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(timeline(items.take(2)).await, [(5, '.'), (10, '.')]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_has_begun_stands_still_while_the_output_is_blocked() {
    let mut items = scheduled([(99, 'a')], 99).keep_alive(WAIT, || '.');

    assert!(timeout(ms(2), items.next()).await.is_err());
    block(&mut items, 8).await;
    assert_eq!(timeline(items.take(2)).await, [(3, '.'), (8, '.')]);
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_after_an_error_made_of_a_silence() {
    let items = scheduled([(0, 'a'), (7, 'b')], 8)
        .map(Ok)
        .keep_alive(WAIT, || Err(()));

    assert_eq!(
        timeline(items).await,
        [(0, Ok('a')), (5, Err(())), (7, Ok('b'))]
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_panic_the_next_silence_begins() {
    let mut first = true;
    let mut items = scheduled([(99, 'a')], 99).keep_alive(WAIT, || {
        assert!(!std::mem::take(&mut first), "the first time");
        '.'
    });

    assert_eq!(items.next().now_or_never(), None);
    sleep(WAIT).await;
    let panicked = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(panicked.is_err());
    assert_eq!(timeline(items.take(1)).await, [(5, '.')]);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).keep_alive(Duration::ZERO, || ()));
}
