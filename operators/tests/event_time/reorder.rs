use std::pin::Pin;

use futures::FutureExt;
use futures::stream;
use millpond_operators::event_time::{Element, EventTime, Timed};
use millpond_operators::fan_out::Routed;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{at, element, routed_mark};

laws! {
    reorder: |s| s.map(element).reorder(100),
    model: |v| reordered(v, 100),
    look_ahead: 100,
    remainder: |op| in_order_of_ids(op.take_remainder()),
    event_time: routed_mark,
}

laws! {
    reorder_with_little_room: |s| s.map(element).reorder(2),
    model: |v| reordered(v, 2),
    look_ahead: 2,
    remainder: |op| in_order_of_ids(op.take_remainder()),
    event_time: routed_mark,
}

fn in_order_of_ids(records: Vec<Timed<Token>>) -> Vec<Token> {
    let mut tokens: Vec<_> = records.into_iter().map(|record| record.item).collect();
    tokens.sort_by_key(Token::id);
    tokens
}

type Out<T> = Routed<Element<T>, Timed<T>>;

/// Sorts all that is held, again and again.
fn reordered(items: Vec<Token>, max_held: usize) -> Vec<Out<Token>> {
    let mut out: Vec<Out<Token>> = Vec::new();
    let mut held: Vec<Timed<Token>> = Vec::new();
    let mut watermark = None;
    let mut left = None;
    let mut leave = |held: &mut Vec<Timed<Token>>, count, out: &mut Vec<_>| {
        held.sort_by_key(|record| record.time);
        for record in held.drain(..count) {
            left = left.max(Some(record.time));
            out.push(Routed::Main(Element::Record(record)));
        }
        left
    };
    let mut last_left: Option<EventTime> = None;
    for element in items.into_iter().map(element) {
        match element {
            Element::Record(record) => {
                let time = Some(record.time);
                if time <= watermark || time < last_left {
                    out.push(Routed::Side(record));
                    continue;
                }
                held.push(record);
                let over = held.len().saturating_sub(max_held);
                last_left = leave(&mut held, over, &mut out);
            }
            Element::Watermark(up) if Some(up) > watermark => {
                watermark = Some(up);
                let due = held.iter().filter(|record| record.time <= up).count();
                last_left = leave(&mut held, due, &mut out);
                out.push(Routed::Main(Element::Watermark(up)));
            }
            Element::Watermark(_) => {}
        }
    }
    let rest = held.len();
    leave(&mut held, rest, &mut out);
    out
}

fn routed(elements: Vec<Element<u32>>, max_held: usize) -> Vec<Out<u32>> {
    let routed = flow(stream::iter(elements)).reorder(max_held);
    routed.collect().now_or_never().unwrap_or_default()
}

fn record(time: i64, item: u32) -> Element<u32> {
    Element::record(at(time), item)
}

#[test]
fn records_wait_for_their_watermark() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut routed = flow(receiver).reorder(10);

    for element in [record(7, 1), record(5, 2)] {
        assert_eq!(sender.unbounded_send(element), Ok(()));
    }
    assert_eq!(routed.next().now_or_never(), None);
    let watermark = Element::Watermark(at(5));
    assert_eq!(sender.unbounded_send(watermark), Ok(()));
    let mut next = || routed.next().now_or_never().flatten();
    assert_eq!(next(), Some(Routed::Main(record(5, 2))));
    assert_eq!(next(), Some(Routed::Main(watermark)));
    assert_eq!(next(), None);
}

#[test]
fn records_of_one_time_keep_their_order() {
    let elements = vec![record(5, 1), record(5, 2), record(4, 3), record(5, 4)];
    let items: Vec<_> = routed(elements, 10)
        .into_iter()
        .filter_map(|routed| routed.main()?.into_record())
        .map(|record| record.item)
        .collect();

    assert_eq!(items, [3, 1, 2, 4]);
}

#[test]
fn where_all_room_is_taken_the_earliest_leaves_at_once() {
    let elements = vec![record(9, 1), record(7, 2), record(8, 3), record(6, 4)];
    let late = Timed {
        time: at(6),
        item: 4,
    };

    assert_eq!(
        routed(elements, 2),
        [
            Routed::Main(record(7, 2)),
            // It should have been before one that has left.
            Routed::Side(late),
            Routed::Main(record(8, 3)),
            Routed::Main(record(9, 1)),
        ]
    );
}

#[test]
fn a_record_at_or_before_the_watermark_is_late() {
    let elements = vec![Element::Watermark(at(5)), record(5, 1), record(6, 2)];
    let late = Timed {
        time: at(5),
        item: 1,
    };

    assert_eq!(
        routed(elements, 2),
        [
            Routed::Main(Element::Watermark(at(5))),
            Routed::Side(late),
            Routed::Main(record(6, 2)),
        ]
    );
}

#[test]
fn after_the_remainder_the_order_goes_on() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut routed = flow(receiver).reorder(1);

    for element in [record(7, 1), record(5, 2)] {
        assert_eq!(sender.unbounded_send(element), Ok(()));
    }
    assert_eq!(
        routed.next().now_or_never(),
        Some(Some(Routed::Main(record(5, 2))))
    );
    let rest = Pin::new(&mut routed).get_pin_mut().take_remainder();
    assert_eq!(
        rest,
        [Timed {
            time: at(7),
            item: 1
        }]
    );
    assert_eq!(sender.unbounded_send(record(4, 3)), Ok(()));
    let late = Timed {
        time: at(4),
        item: 3,
    };
    assert_eq!(routed.next().now_or_never(), Some(Some(Routed::Side(late))));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn no_room_panics() {
    drop(flow(stream::empty::<Element<u8>>()).reorder(0));
}
