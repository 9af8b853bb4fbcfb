use millpond_operators::filter::{
    Dedup, DedupByKey, Distinct, DistinctByKey, Filter, FilterMap, Limit, LimitExceeded,
    LimitWeighted, MapWhile, Skip, SkipLast, SkipWhile, Take, TakeLast, TakeUntil, TakeWhile,
    TakeWhileInclusive,
};
use std::future::Ready;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<Dedup<S>>();
    everyday::<DedupByKey<S, fn(&u8) -> u8, u8>>();
    everyday::<Distinct<S>>();
    everyday::<DistinctByKey<S, fn(&u8) -> u8, u8>>();
    everyday::<Filter<S, fn(&u8) -> bool>>();
    everyday::<FilterMap<S, fn(u8) -> Option<u8>>>();
    everyday::<Limit<S>>();
    everyday::<LimitExceeded>();
    everyday::<LimitWeighted<S, fn(&u8) -> usize>>();
    everyday::<MapWhile<S, fn(u8) -> Option<u8>>>();
    everyday::<Skip<S>>();
    everyday::<SkipLast<S>>();
    everyday::<SkipWhile<S, fn(&u8) -> bool>>();
    everyday::<Take<S>>();
    everyday::<TakeLast<S>>();
    everyday::<TakeUntil<S, Ready<u8>>>();
    everyday::<TakeWhile<S, fn(&u8) -> bool>>();
    everyday::<TakeWhileInclusive<S, fn(&u8) -> bool>>();
}

#[test]
fn cloning() {
    cloned::<Dedup<S>>();
    cloned::<DedupByKey<S, fn(&u8) -> u8, u8>>();
    cloned::<Distinct<S>>();
    cloned::<DistinctByKey<S, fn(&u8) -> u8, u8>>();
    cloned::<Filter<S, fn(&u8) -> bool>>();
    cloned::<FilterMap<S, fn(u8) -> Option<u8>>>();
    cloned::<Limit<S>>();
    cloned::<LimitExceeded>();
    cloned::<LimitWeighted<S, fn(&u8) -> usize>>();
    cloned::<MapWhile<S, fn(u8) -> Option<u8>>>();
    cloned::<Skip<S>>();
    cloned::<SkipLast<S>>();
    cloned::<SkipWhile<S, fn(&u8) -> bool>>();
    cloned::<Take<S>>();
    cloned::<TakeLast<S>>();
    cloned::<TakeWhile<S, fn(&u8) -> bool>>();
    cloned::<TakeWhileInclusive<S, fn(&u8) -> bool>>();
}
