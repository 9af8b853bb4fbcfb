#[cfg(feature = "tower")]
use millpond_operators::concurrent::MapService;
#[cfg(feature = "tasks")]
use millpond_operators::concurrent::{Detach, MapBlocking, MapSpawn};
use millpond_operators::concurrent::{
    MapAsync, MapAsyncKeyed, MapAsyncUnordered, MapBatched, Race, RaceAll,
};
use std::future::Ready;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<MapAsync<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapAsyncKeyed<S, fn(&u8) -> u8, u8, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapAsyncUnordered<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapBatched<S, fn(Vec<u8>) -> Ready<Vec<u8>>, Ready<Vec<u8>>, u8>>();
    everyday::<Race<S, S>>();
    everyday::<RaceAll<S>>();
}

#[test]
fn cloning() {
    cloned::<Race<S, S>>();
    cloned::<RaceAll<S>>();
}

#[cfg(feature = "tasks")]
#[test]
fn everyday_traits_with_tasks() {
    everyday::<Detach<S>>();
    everyday::<MapBlocking<S, fn(u8) -> u8, u8>>();
    everyday::<MapSpawn<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
}

#[cfg(feature = "tower")]
#[test]
fn everyday_traits_with_tower() {
    type C = tower::util::ServiceFn<fn(u8) -> Ready<Result<u8, u8>>>;

    everyday::<MapService<S, C>>();
}
