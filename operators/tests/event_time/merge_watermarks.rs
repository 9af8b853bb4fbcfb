use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::event_time::{self, Element};
use millpond_operators::{flow, laws};
use tokio::sync::mpsc;

use super::{at, element, mark, timely};

laws! {
    merge_watermarks: |a, b| {
        event_time::merge_watermarks([a.map(element), b.map(element)]).filter_map(Element::into_record)
    },
    model: |a, b| a
        .into_iter()
        .chain(b)
        .map(element)
        .filter_map(Element::into_record)
        .collect(),
    unordered,
}

laws! {
    no_record_is_overtaken_by_the_watermark: |a, b| {
        event_time::merge_watermarks([a.map(timely), b.map(timely)])
    },
    relation: |a, b, out| {
        let records = |element: &Element<_>| matches!(element, Element::Record(_));
        let given = a.into_iter().chain(b).map(timely).filter(records).count();
        out.iter().filter(|element| records(element)).count() == given
    },
    fair: 128,
    event_time: mark,
}

// The order of a single input is that of the records, and a watermark passes
// if it goes up.
laws! {
    merge_watermarks_of_one: |s| event_time::merge_watermarks([s.map(element)]),
    model: |v| {
        let mut last = None;
        let mut elements: Vec<_> = v.into_iter().map(element).collect();
        elements.retain(|element| match element {
            Element::Watermark(watermark) if Some(*watermark) <= last => false,
            Element::Watermark(watermark) => {
                last = Some(*watermark);
                true
            }
            Element::Record(_) => true,
        });
        elements
    },
}

type Events = Vec<Element<u32>>;

#[test]
fn the_watermark_is_the_lowest_of_all_inputs() {
    let (a, mut of_a) = mpsc::channel(8);
    let (b, mut of_b) = mpsc::channel(8);
    let a_side = stream::poll_fn(move |cx| of_a.poll_recv(cx)).boxed();
    let b_side = stream::poll_fn(move |cx| of_b.poll_recv(cx)).boxed();
    let mut merged = event_time::merge_watermarks([flow(a_side), flow(b_side)]);
    let mut sent = |to: &mpsc::Sender<Element<u32>>, element| {
        assert!(to.try_send(element).is_ok());
        merged.next().now_or_never()
    };

    // Before each has given one, there is none.
    assert_eq!(sent(&a, Element::Watermark(at(5))), None);
    assert_eq!(
        sent(&b, Element::Watermark(at(3))),
        Some(Some(Element::Watermark(at(3))))
    );
    assert_eq!(
        sent(&b, Element::Watermark(at(9))),
        Some(Some(Element::Watermark(at(5))))
    );
    // One that goes back changes nothing.
    assert_eq!(sent(&a, Element::Watermark(at(4))), None);
    assert_eq!(
        sent(&a, Element::record(at(6), 1)),
        Some(Some(Element::record(at(6), 1)))
    );
    assert_eq!(
        sent(&a, Element::Watermark(at(7))),
        Some(Some(Element::Watermark(at(7))))
    );
}

#[test]
fn an_input_that_ends_no_longer_holds_the_watermark_back() {
    let silent: Events = Vec::new();
    let busy = vec![Element::Watermark(at(5)), Element::record(at(6), 1)];
    let sides = [busy, silent].map(|side| flow(stream::iter(side)));
    let merged: Option<Vec<_>> = event_time::merge_watermarks(sides).collect().now_or_never();

    let expected = [Element::Watermark(at(5)), Element::record(at(6), 1)];
    assert_eq!(merged, Some(expected.to_vec()));
}

#[test]
fn an_input_that_gives_nothing_holds_the_watermark_back() {
    let busy = stream::iter([Element::Watermark(at(5)), Element::record(at(6), 1)]).boxed();
    let silent = stream::pending().boxed();
    let mut merged = event_time::merge_watermarks([flow(busy), flow(silent)]);

    assert_eq!(
        merged.next().now_or_never(),
        Some(Some(Element::record(at(6), 1)))
    );
    assert_eq!(merged.next().now_or_never(), None);
}

#[test]
fn inputs_with_records_take_turns() {
    let side = |first| (first..first + 3).map(|n| Element::record(at(0), n));
    let sides = [0, 10].map(|first| flow(stream::iter(side(first))));
    let merged: Option<Vec<_>> = event_time::merge_watermarks(sides)
        .filter_map(Element::into_record)
        .map(|record| record.item)
        .collect()
        .now_or_never();

    assert_eq!(merged, Some(vec![0, 10, 1, 11, 2, 12]));
}

#[test]
fn an_input_of_watermarks_alone_lets_the_others_have_their_turn() {
    let idle = stream::repeat(Element::Watermark(at(1))).boxed();
    let busy = stream::iter((0..3).map(|n| Element::record(at(2), n))).boxed();
    let mut merged =
        event_time::merge_watermarks([flow(idle), flow(busy)]).filter_map(Element::into_record);

    for n in 0..3 {
        let record = merged.next().now_or_never().flatten();
        assert_eq!(record.map(|record| record.item), Some(n));
    }
}

#[test]
fn without_inputs_it_ends_at_once() {
    let one = [flow(stream::empty::<Element<u8>>())];
    let merged = event_time::merge_watermarks(one.into_iter().skip(1));
    let merged: Option<Vec<_>> = merged.collect().now_or_never();

    assert_eq!(merged, Some(vec![]));
}
