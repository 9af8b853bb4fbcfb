use millpond_operators::event_time::{
    AssignTimestamps, Element, EventTime, MergeWatermarks, Reorder, Timed, TumblingEventTime,
};

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<AssignTimestamps<S, fn(&u8) -> EventTime>>();
    everyday::<Element<u8>>();
    everyday::<EventTime>();
    everyday::<MergeWatermarks<S>>();
    everyday::<Reorder<S, u8>>();
    everyday::<Timed<u8>>();
    everyday::<TumblingEventTime<S, u8, fn() -> u8, fn(&mut u8, u8)>>();
}

#[test]
fn cloning() {
    cloned::<AssignTimestamps<S, fn(&u8) -> EventTime>>();
    cloned::<Element<u8>>();
    cloned::<EventTime>();
    cloned::<MergeWatermarks<S>>();
    cloned::<Reorder<S, u8>>();
    cloned::<Timed<u8>>();
    cloned::<TumblingEventTime<S, u8, fn() -> u8, fn(&mut u8, u8)>>();
}
