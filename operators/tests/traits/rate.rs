use millpond_operators::rate::{
    BatchOnBackpressure, Buffered, Conflate, ConflateWithSeed, DeadlineDrop, Decoupled, Expand,
    FailOnOverflow, LatestByKey, Overflow, Overflowed, Valve, Valved,
};
use std::array::IntoIter;
use tokio::time::Instant;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<BatchOnBackpressure<fn(&u8) -> usize, u8>>();
    everyday::<Buffered<u8>>();
    everyday::<Conflate<fn(u8, u8) -> u8, u8>>();
    everyday::<ConflateWithSeed<u8, fn(u8) -> u8, fn(u8, u8) -> u8>>();
    everyday::<DeadlineDrop<S, fn(&u8) -> Instant>>();
    everyday::<Decoupled<S, Buffered<u8>>>();
    everyday::<Expand<S, fn(u8) -> IntoIter<u8, 2>, IntoIter<u8, 2>>>();
    everyday::<FailOnOverflow<u8>>();
    everyday::<LatestByKey<fn(&u8) -> u8, u8, u8>>();
    everyday::<Overflow>();
    everyday::<Overflowed>();
    everyday::<Valve>();
    everyday::<Valved<S>>();
}

#[test]
fn cloning() {
    cloned::<BatchOnBackpressure<fn(&u8) -> usize, u8>>();
    cloned::<Buffered<u8>>();
    cloned::<Conflate<fn(u8, u8) -> u8, u8>>();
    cloned::<ConflateWithSeed<u8, fn(u8) -> u8, fn(u8, u8) -> u8>>();
    cloned::<DeadlineDrop<S, fn(&u8) -> Instant>>();
    cloned::<Decoupled<S, Buffered<u8>>>();
    cloned::<Expand<S, fn(u8) -> IntoIter<u8, 2>, IntoIter<u8, 2>>>();
    cloned::<FailOnOverflow<u8>>();
    cloned::<LatestByKey<fn(&u8) -> u8, u8, u8>>();
    cloned::<Overflow>();
    cloned::<Overflowed>();
    cloned::<Valve>();
}
