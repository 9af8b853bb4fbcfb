use std::time::{Duration, UNIX_EPOCH};

use millpond_operators::event_time::EventTime;

use super::{at, ms};

#[test]
fn parts_of_a_millisecond_count_as_a_whole_one() {
    let part = Duration::from_micros(1500);

    assert_eq!(at(10).saturating_add(part), at(12));
    assert_eq!(at(10).saturating_sub(part), at(8));
}

#[test]
fn sums_stop_at_the_limits() {
    assert_eq!(EventTime::MAX.saturating_add(ms(1)), EventTime::MAX);
    assert_eq!(EventTime::MIN.saturating_sub(ms(1)), EventTime::MIN);
    assert_eq!(at(1).saturating_add(Duration::MAX), EventTime::MAX);
    assert_eq!(at(-2).saturating_sub(Duration::MAX), EventTime::MIN);
}

#[test]
fn the_time_of_the_system_is_rounded_down() {
    let part = Duration::from_micros(1500);

    assert_eq!(EventTime::from(UNIX_EPOCH + part), at(1));
    assert_eq!(EventTime::from(UNIX_EPOCH - part), at(-2));
}
