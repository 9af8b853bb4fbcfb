use millpond_operators::Flow;
use millpond_operators::fan_out::{
    AlsoTo, Balance, Broadcast, DivertTo, Errs, Firsts, FlatMapPrefix, Group, GroupBy, Oks,
    Partition, PrefixAndTail, Routed, Seconds, StatefulMapByKey, Tail, Tap, WireTap,
};
use std::future::Ready;

use super::{Pairs, R, S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<AlsoTo<S, Ready<()>>>();
    everyday::<Balance<S>>();
    everyday::<Broadcast<S>>();
    everyday::<DivertTo<S, fn(&u8) -> bool>>();
    everyday::<Errs<R>>();
    everyday::<Firsts<Pairs, u8, u8>>();
    everyday::<FlatMapPrefix<S, fn(Vec<u8>, Flow<Tail<S>>) -> Flow<S>, S>>();
    everyday::<Group<S, u8, fn(&u8) -> u8>>();
    everyday::<GroupBy<S, u8, fn(&u8) -> u8>>();
    everyday::<Oks<R>>();
    everyday::<Partition<S, fn(&u8) -> usize>>();
    everyday::<PrefixAndTail<S>>();
    everyday::<Routed<u8, u8>>();
    everyday::<Seconds<Pairs, u8, u8>>();
    everyday::<StatefulMapByKey<S, u8, u8, u8, fn(), fn(), fn(), fn()>>();
    everyday::<Tail<S>>();
    everyday::<Tap<u8>>();
    everyday::<WireTap<S>>();
}

#[test]
fn cloning() {
    cloned::<Routed<u8, u8>>();
}
