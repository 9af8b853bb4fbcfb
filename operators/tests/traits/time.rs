use millpond_operators::time::{
    Audit, Debounce, Delay, DropWithin, Elapsed, EnforceRate, InitialDelay, KeepAlive,
    LatencyProbe, Rate, RateExceeded, Sample, TakeWithin, Throttle, ThrottleLatest, TimedOut,
    TimeoutBackpressure, TimeoutFirst, TimeoutIdle, TimeoutTotal, Timestamp,
};
use std::time::Duration;
use tokio::time::Instant;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<Audit<S>>();
    everyday::<Debounce<S>>();
    everyday::<Delay<S>>();
    everyday::<DropWithin<S>>();
    everyday::<Elapsed<S>>();
    everyday::<EnforceRate<S, fn(&u8) -> usize>>();
    everyday::<InitialDelay<S>>();
    everyday::<KeepAlive<S, fn() -> u8>>();
    everyday::<LatencyProbe<S, fn(&u8) -> Instant, fn(Duration)>>();
    everyday::<Rate>();
    everyday::<RateExceeded<u8>>();
    everyday::<Sample<S>>();
    everyday::<TakeWithin<S>>();
    everyday::<Throttle<S, fn(&u8) -> usize>>();
    everyday::<ThrottleLatest<S>>();
    everyday::<TimedOut>();
    everyday::<TimeoutBackpressure<S>>();
    everyday::<TimeoutFirst<S>>();
    everyday::<TimeoutIdle<S>>();
    everyday::<TimeoutTotal<S>>();
    everyday::<Timestamp<S>>();
}

#[test]
fn cloning() {
    cloned::<DropWithin<S>>();
    cloned::<Elapsed<S>>();
    cloned::<EnforceRate<S, fn(&u8) -> usize>>();
    cloned::<LatencyProbe<S, fn(&u8) -> Instant, fn(Duration)>>();
    cloned::<Rate>();
    cloned::<RateExceeded<u8>>();
    cloned::<TimedOut>();
    cloned::<Timestamp<S>>();
}
