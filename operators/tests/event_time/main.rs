//! The operators of the `event_time` group.

mod assign_timestamps;
mod merge_watermarks;
mod reorder;
mod time;
mod tumbling_event_time;

use std::time::Duration;

use millpond_operators::event_time::{Element, EventTime, Timed};
use millpond_operators::fan_out::Routed;
use millpond_operators::testing::{Mark, Token};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn at(millis: i64) -> EventTime {
    EventTime::from_millis(millis)
}

/// Goes up with the ids, but not in order; some times are equal.
fn time_of(token: &Token) -> EventTime {
    let id = i64::from(token.value() % 1000);
    at(id + [0, 5, -3, 2, -6, 1, 9][usize::try_from(id % 7).unwrap_or(0)])
}

/// Makes a watermark of every fourth token, and a record of the others.
///
/// Some records come late, and some watermarks do not go up.
fn element(token: Token) -> Element<Token> {
    let time = time_of(&token);
    if token.id() % 4 == 3 {
        Element::Watermark(time.saturating_sub(ms(4)))
    } else {
        Element::record(time, token)
    }
}

/// Makes elements whose watermarks come true: no record is late.
fn timely(token: Token) -> Element<Token> {
    let time = at(token.event_time().cast_signed());
    if token.value() % 4 == 3 {
        Element::Watermark(time.saturating_sub(ms(41)))
    } else {
        Element::record(time, token)
    }
}

fn mark<T>(element: &Element<T>) -> Mark {
    match element {
        Element::Record(record) => Mark::Record(record.time.as_millis()),
        Element::Watermark(watermark) => Mark::Watermark(watermark.as_millis()),
    }
}

fn routed_mark<A, T>(routed: &Routed<Element<A>, Timed<T>>) -> Mark {
    routed.as_ref().main().map_or(Mark::Late, mark)
}
