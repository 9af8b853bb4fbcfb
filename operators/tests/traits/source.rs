use millpond_operators::Flow;
use millpond_operators::source::{
    Interval, Lazy, MissedTick, Offered, Offers, PollFn, Queue, Timer, Unfold, UnfoldResource,
};
use std::future::Ready;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<Interval>();
    everyday::<Lazy<S, fn() -> Flow<S>>>();
    everyday::<MissedTick>();
    everyday::<Offered<u8>>();
    everyday::<Offers<u8>>();
    everyday::<PollFn<fn() -> u8>>();
    everyday::<Queue<u8>>();
    everyday::<Timer>();
    everyday::<Unfold<u8, u8, fn(u8) -> Ready<Option<(u8, u8)>>, Ready<Option<(u8, u8)>>>>();
    everyday::<UnfoldResource<u8, fn() -> u8, fn(&mut u8) -> Option<u8>, fn(u8)>>();
}

#[test]
fn cloning() {
    cloned::<Lazy<S, fn() -> Flow<S>>>();
    cloned::<MissedTick>();
    cloned::<Offered<u8>>();
    cloned::<Offers<u8>>();
    cloned::<PollFn<fn() -> u8>>();
}
