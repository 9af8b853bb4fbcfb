use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::event_time::{Element, EventTime, Timed};
use millpond_operators::fan_out::Routed;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{at, element, ms, routed_mark};

laws! {
    tumbling_event_time: |s| {
        s.map(element)
            .tumbling_event_time(ms(5), ms(2), Vec::new, Vec::push)
    },
    model: |v| in_windows(v.into_iter().map(element).collect(), 5, 2),
    look_ahead: usize::MAX,
    event_time: routed_mark,
    remainder: |op| {
        let windows = op.take_remainder().into_iter();
        let mut tokens: Vec<_> = windows.flat_map(|window| window.item).collect();
        tokens.sort_by_key(Token::id);
        tokens
    },
}

type Out<A, T> = Routed<Element<A>, Timed<T>>;

/// Looks through all windows at every step.
fn in_windows<T>(elements: Vec<Element<T>>, size: i64, offset: i64) -> Vec<Out<Vec<T>, T>> {
    let starts = || (-100..1000).map(|number| number * size + offset);
    let mut windows: Vec<(i64, Vec<T>)> = starts().map(|start| (start, Vec::new())).collect();
    let mut out = Vec::new();
    let mut watermark = EventTime::MIN;
    let fire = |windows: &mut Vec<(i64, Vec<T>)>, up: EventTime, out: &mut Vec<_>| {
        for (start, items) in windows {
            let last = at(*start + size - 1);
            if last <= up && !items.is_empty() {
                let items = std::mem::take(items);
                out.push(Routed::Main(Element::record(last, items)));
            }
        }
    };
    for element in elements {
        match element {
            Element::Record(record) => {
                let time = record.time.as_millis();
                let mut lies_in = windows
                    .iter_mut()
                    .filter(|(start, _)| *start <= time && time < *start + size);
                match lies_in.next() {
                    Some((start, items)) if watermark.as_millis() < *start + size - 1 => {
                        items.push(record.item);
                    }
                    _ => out.push(Routed::Side(record)),
                }
            }
            Element::Watermark(up) if up > watermark => {
                watermark = up;
                fire(&mut windows, up, &mut out);
                out.push(Routed::Main(Element::Watermark(up)));
            }
            Element::Watermark(_) => {}
        }
    }
    fire(&mut windows, EventTime::MAX, &mut out);
    out
}

fn routed(
    elements: Vec<Element<i64>>,
    size: Duration,
    offset: Duration,
) -> Vec<Out<Vec<i64>, i64>> {
    flow(stream::iter(elements))
        .tumbling_event_time(size, offset, Vec::new, Vec::push)
        .collect()
        .now_or_never()
        .unwrap_or_default()
}

fn record(time: i64) -> Element<i64> {
    Element::record(at(time), time)
}

fn window(last: i64, times: &[i64]) -> Out<Vec<i64>, i64> {
    Routed::Main(Element::record(at(last), times.to_vec()))
}

#[test]
fn a_window_has_its_begin_and_not_its_end() {
    let elements = vec![record(0), record(9), record(10), record(-1), record(-10)];

    assert_eq!(
        routed(elements, ms(10), ms(0)),
        [
            window(-1, &[-1, -10]),
            window(9, &[0, 9]),
            window(19, &[10])
        ]
    );
}

#[test]
fn windows_are_counted_from_the_epoch_and_the_offset() {
    assert_eq!(routed(vec![record(17)], ms(10), ms(0)), [window(19, &[17])]);
    assert_eq!(routed(vec![record(17)], ms(10), ms(3)), [window(22, &[17])]);
    assert_eq!(routed(vec![record(12)], ms(10), ms(3)), [window(12, &[12])]);
    assert_eq!(
        routed(vec![record(12)], ms(10), ms(43)),
        [window(12, &[12])]
    );
}

#[test]
fn a_window_is_emitted_before_the_watermark_that_closes_it() {
    let up = |millis| Element::Watermark(at(millis));
    let elements = vec![record(5), up(8), record(3), up(9), record(11)];

    assert_eq!(
        routed(elements, ms(10), ms(0)),
        [
            Routed::Main(Element::Watermark(at(8))),
            window(9, &[5, 3]),
            Routed::Main(Element::Watermark(at(9))),
            window(19, &[11]),
        ]
    );
}

#[test]
fn a_record_whose_window_has_been_emitted_is_late() {
    let elements = vec![Element::Watermark(at(9)), record(9), record(10)];
    let late = Timed {
        time: at(9),
        item: 9,
    };

    assert_eq!(
        routed(elements, ms(10), ms(0)),
        [
            Routed::Main(Element::Watermark(at(9))),
            Routed::Side(late),
            window(19, &[10]),
        ]
    );
}

#[test]
fn windows_of_windows_come_out_right() {
    let sums = |size| {
        let sum = |sum: &mut i64, n: i64| *sum += n;
        flow(stream::iter((0..100).map(|n| (n * 7) % 100)))
            .assign_timestamps(1, ms(100), |n| at(*n))
            .tumbling_event_time(size, ms(0), || 0, sum)
            .filter_map(Routed::main)
            .tumbling_event_time(ms(20), ms(0), || 0, sum)
            .filter_map(|routed| routed.main()?.into_record())
            .map(|window| (window.time, window.item))
            .collect::<Vec<_>>()
            .now_or_never()
    };

    assert_eq!(sums(ms(5)), sums(ms(20)));
    assert_eq!(sums(ms(5)).map(|sums| sums.len()), Some(5));
}

#[test]
fn times_at_the_limits_have_their_windows() {
    let elements = vec![record(i64::MAX), record(i64::MIN)];
    let windows = routed(elements, Duration::MAX, ms(1));

    assert_eq!(windows.len(), 2);
    assert_eq!(windows[1], window(i64::MAX, &[i64::MAX]));
}

#[test]
fn open_windows_are_the_remainder() {
    let two_then_silence = stream::iter([record(15), record(5)]).chain(stream::pending());
    let mut routed = flow(two_then_silence).tumbling_event_time(ms(10), ms(0), Vec::new, Vec::push);

    assert_eq!(routed.next().now_or_never(), None);
    let open = Pin::new(&mut routed).get_pin_mut().take_remainder();
    let [five, fifteen] = [(9, 5), (19, 15)].map(|(last, item)| Timed {
        time: at(last),
        item: vec![item],
    });
    assert_eq!(open, [five, fifteen]);
}

#[test]
fn a_window_is_not_made_if_its_first_record_panics() {
    let mut sums = flow(stream::iter([record(5), record(15)])).tumbling_event_time(
        ms(10),
        ms(0),
        || 0,
        |sum, n| {
            assert!(n != 5, "five");
            *sum += n;
        },
    );

    let panicked = catch_unwind(AssertUnwindSafe(|| sums.next().now_or_never()));
    assert!(panicked.is_err());
    assert_eq!(sums.size_hint().0, 0);
    let rest: Option<Vec<_>> = sums.collect().now_or_never();
    assert_eq!(rest, Some(vec![Routed::Main(Element::record(at(19), 15))]));
}

#[test]
#[should_panic(expected = "give at least 1 ms")]
fn a_size_of_zero_panics() {
    let elements = flow(stream::empty::<Element<u8>>());
    drop(elements.tumbling_event_time(Duration::from_micros(999), ms(0), || (), |(), _| ()));
}
