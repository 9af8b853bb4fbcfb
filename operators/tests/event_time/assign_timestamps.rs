use std::cell::Cell;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::event_time::{Element, EventTime, Timed};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{at, mark, ms, time_of};

// Where the watermarks come is up to the schedule; which records come is not.
laws! {
    assign_timestamps: |s| {
        s.assign_timestamps(3, ms(2), time_of)
            .filter_map(Element::into_record)
    },
    model: |v| v
        .into_iter()
        .map(|token| Timed { time: time_of(&token), item: token })
        .collect(),
}

// The lateness is as much as the items are out of order.
laws! {
    no_record_comes_after_its_watermark: |s| {
        s.assign_timestamps(3, ms(30), |token: &Token| at(token.event_time().cast_signed()))
    },
    relation: |v, out| out
        .iter()
        .filter_map(items_of)
        .eq(v.iter()),
    event_time: mark,
}

fn items_of(element: &Element<Token>) -> Option<&Token> {
    match element {
        Element::Record(record) => Some(&record.item),
        Element::Watermark(_) => None,
    }
}

/// The watermarks of times that are all ready, with their places.
fn watermarks(times: &[i64], max_items: usize, max_lateness: Duration) -> Vec<(usize, i64)> {
    let elements = flow(stream::iter(times.to_vec()))
        .assign_timestamps(max_items, max_lateness, |millis| at(*millis))
        .enumerate()
        .filter_map(|(place, element)| match element {
            Element::Watermark(watermark) => Some((place, watermark.as_millis())),
            Element::Record(_) => None,
        });
    elements.collect().now_or_never().unwrap_or_default()
}

#[test]
fn the_watermark_is_the_latest_time_less_the_lateness_less_a_millisecond() {
    assert_eq!(watermarks(&[100, 0], 1, ms(30)), [(1, 69)]);
    assert_eq!(watermarks(&[100, 0], 1, ms(0)), [(1, 99)]);
    assert_eq!(watermarks(&[-5, -9], 1, ms(30)), [(1, -36)]);
}

#[test]
fn it_comes_after_so_many_records() {
    assert_eq!(watermarks(&[1, 2, 3, 4, 5], 2, ms(0)), [(2, 1), (5, 3)]);
}

#[test]
fn it_comes_only_where_it_has_gone_up() {
    assert_eq!(watermarks(&[9, 8, 9, 7, 10, 3], 1, ms(0)), [(1, 8), (6, 9)]);
}

#[test]
fn there_is_none_before_the_earliest_time() {
    let [first, second] = [i64::MIN, i64::MIN + 1];

    assert_eq!(watermarks(&[first, first], 1, ms(0)), []);
    assert_eq!(watermarks(&[second], 1, ms(0)), [(1, first)]);
    assert_eq!(watermarks(&[second], 1, ms(1)), []);
    assert_eq!(watermarks(&[i64::MAX], 1, Duration::MAX), []);
}

#[test]
fn it_comes_sooner_if_the_input_has_nothing_ready() {
    let two_then_silence = stream::iter([20, 10]).chain(stream::pending());
    let mut elements = flow(two_then_silence).assign_timestamps(100, ms(3), |millis| at(*millis));

    let mut next = || elements.next().now_or_never().flatten();
    assert_eq!(next(), Some(Element::record(at(20), 20)));
    assert_eq!(next(), Some(Element::record(at(10), 10)));
    assert_eq!(next(), Some(Element::Watermark(at(16))));
    assert_eq!(next(), None);
}

#[test]
fn an_item_that_is_late_is_emitted_too() {
    let late = flow(stream::iter([20, 1])).assign_timestamps(1, ms(0), |millis| at(*millis));
    let late: Option<Vec<_>> = late.collect().now_or_never();

    let elements = [
        Element::record(at(20), 20),
        Element::Watermark(at(19)),
        Element::record(at(1), 1),
    ];
    assert_eq!(late, Some(elements.to_vec()));
}

#[test]
fn times_are_asked_for_once() {
    let asked = Cell::new(0);
    let elements = flow(stream::iter([1, 2, 3])).assign_timestamps(1, ms(0), |_| {
        asked.set(asked.get() + 1);
        EventTime::MIN
    });
    let elements: Option<Vec<_>> = elements.collect().now_or_never();

    assert_eq!(elements.map(|elements| elements.len()), Some(3));
    assert_eq!(asked.get(), 3);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_items_panics() {
    drop(flow(stream::empty()).assign_timestamps(0, ms(1), |time| *time));
}
