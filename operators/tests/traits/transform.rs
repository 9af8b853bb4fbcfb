use millpond_operators::transform::{
    DefaultIfEmpty, Dematerialize, Enumerate, Event, ExpandRecursive, FlatMapIter,
    FlatMapSequential, Flatten, FlattenUnordered, Inspect, Intersperse, Map, MapWithResource,
    Materialize, Pairwise, Scan, ScanAsync, StartWith, StatefulMap, SwitchIfEmpty, SwitchMap, Then,
};
use std::array::IntoIter;
use std::future::Ready;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    type Next = Ready<Option<(u8, u8)>>;

    everyday::<DefaultIfEmpty<S>>();
    everyday::<Dematerialize<S>>();
    everyday::<Enumerate<S>>();
    everyday::<Event<u8, u8>>();
    everyday::<ExpandRecursive<S, fn(&u8) -> Option<S>, S>>();
    everyday::<FlatMapIter<S, fn(u8) -> [u8; 2], IntoIter<u8, 2>>>();
    everyday::<FlatMapSequential<S, fn(u8) -> S, S>>();
    everyday::<Flatten<Map<S, fn(u8) -> S>>>();
    everyday::<FlattenUnordered<Map<S, fn(u8) -> S>>>();
    everyday::<Inspect<S, fn(&u8)>>();
    everyday::<Intersperse<S>>();
    everyday::<Map<S, fn(u8) -> u8>>();
    everyday::<MapWithResource<S, fn() -> u8, fn(&mut u8, u8) -> u8, fn(u8), u8>>();
    everyday::<Materialize<S>>();
    everyday::<Pairwise<S>>();
    everyday::<Scan<S, u8, fn(&mut u8, u8) -> Option<u8>>>();
    everyday::<ScanAsync<S, u8, u8, fn(u8, u8) -> Next, Next>>();
    everyday::<StartWith<S, IntoIter<u8, 2>>>();
    everyday::<StatefulMap<S, u8, fn(&mut u8, u8) -> u8, fn(u8) -> Option<u8>>>();
    everyday::<SwitchIfEmpty<S, S>>();
    everyday::<SwitchMap<S, fn(u8) -> S, S>>();
    everyday::<Then<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
}

#[test]
fn cloning() {
    cloned::<DefaultIfEmpty<S>>();
    cloned::<Dematerialize<S>>();
    cloned::<Enumerate<S>>();
    cloned::<Event<u8, u8>>();
    cloned::<ExpandRecursive<S, fn(&u8) -> Option<S>, S>>();
    cloned::<FlatMapIter<S, fn(u8) -> [u8; 2], IntoIter<u8, 2>>>();
    cloned::<FlatMapSequential<S, fn(u8) -> S, S>>();
    cloned::<Flatten<Map<S, fn(u8) -> S>>>();
    cloned::<FlattenUnordered<Map<S, fn(u8) -> S>>>();
    cloned::<Inspect<S, fn(&u8)>>();
    cloned::<Intersperse<S>>();
    cloned::<Map<S, fn(u8) -> u8>>();
    cloned::<Materialize<S>>();
    cloned::<Pairwise<S>>();
    cloned::<Scan<S, u8, fn(&mut u8, u8) -> Option<u8>>>();
    cloned::<StartWith<S, IntoIter<u8, 2>>>();
    cloned::<StatefulMap<S, u8, fn(&mut u8, u8) -> u8, fn(u8) -> Option<u8>>>();
    cloned::<SwitchIfEmpty<S, S>>();
    cloned::<SwitchMap<S, fn(u8) -> S, S>>();
}
