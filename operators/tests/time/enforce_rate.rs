use futures::FutureExt;
use futures::stream;
use millpond_operators::time::{Rate, RateExceeded};
use millpond_operators::{flow, laws};

use super::{WAIT, one_each, scheduled, timeline};

laws! {
    enforce_rate: |s| {
        s.enforce_rate(Rate::per_second(1), 1000, one_each)
            .map(|result| result.unwrap_or_else(RateExceeded::into_item))
    },
    model: |v| v,
}

laws! {
    enforce_rate_on_time: |s| {
        s.enforce_rate(Rate::new(1, WAIT), 1, |_| 1).map(|result| result.map_err(RateExceeded::into_item))
    },
    timed: |arrivals, _end| {
        let mut last = None;
        let enforced = arrivals.into_iter().map(|(at, token)| {
            if last.is_none_or(|last| at >= last + WAIT) {
                last = Some(at);
                (at, Ok(token))
            } else {
                (at, Err(token))
            }
        });
        enforced.collect()
    },
}

laws! {
    enforce_rate_lets_pass: |s| {
        s.enforce_rate(Rate::new(1, WAIT), 2, |_| 1).filter_map(Result::ok)
    },
    relation: |v, out| out.iter().all(|token| v.contains(token)) && v.first() == out.first(),
    rate: (2, WAIT),
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_refused_takes_no_tokens() {
    let items = [(0, 'a'), (0, 'b'), (0, 'c'), (4, 'd'), (5, 'e'), (6, 'f')];
    let items = scheduled(items, 6).enforce_rate(Rate::new(1, WAIT), 2, |_| 1);
    let items = items.map(|result| result.map_err(RateExceeded::into_item));

    assert_eq!(
        timeline(items).await,
        [
            (0, Ok('a')),
            (0, Ok('b')),
            (0, Err('c')),
            (4, Err('d')),
            (5, Ok('e')),
            (6, Err('f'))
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_above_the_burst_passes_a_full_bucket_and_leaves_a_debt() {
    let items = [(0, 3), (5, 1), (10, 1), (15, 1)];
    let items = scheduled(items, 15).enforce_rate(Rate::new(1, WAIT), 2, |cost| *cost);
    let passed = items.map(|result| result.is_ok());

    assert_eq!(
        timeline(passed).await,
        [(0, true), (5, false), (10, true), (15, true)]
    );
}

#[test]
fn it_ends_with_the_first_error_where_that_is_asked_for() {
    let items: Option<Vec<_>> = flow(stream::iter([1, 2, 3]))
        .enforce_rate(Rate::per_second(1), 1, |_| 1)
        .take_while_inclusive(Result::is_ok)
        .map(|result| result.is_ok())
        .collect()
        .now_or_never();

    assert_eq!(items, Some(vec![true, false]));
}

#[test]
fn the_error_needs_nothing_of_the_item() {
    struct Bare;
    let mut items = flow(stream::iter([Bare, Bare])).enforce_rate(Rate::per_second(1), 1, |_| 1);
    assert!(items.next().now_or_never().is_some());
    let refused = items.next().now_or_never().flatten();
    let text = refused.and_then(Result::err).map(|error| error.to_string());

    assert_eq!(text.as_deref(), Some("the item came too soon for the rate"));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_burst_of_zero_panics() {
    drop(flow(stream::empty::<()>()).enforce_rate(Rate::per_second(1), 0, |()| 1));
}
