use futures::sink::Drain;
use millpond_operators::consume::{
    Collect, ElementAt, First, Fold, ForEach, ForEachAsync, ForEachConcurrent, Ignore, Last, Next,
    NotSingle, SendTo, Single, TryCollect, TryFold, TryForEach, TryForEachAsync,
};
use std::future::Ready;

use super::{R, S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<Collect<S, Vec<u8>>>();
    everyday::<ElementAt<S>>();
    everyday::<First<S>>();
    everyday::<Fold<S, u8, fn(u8, u8) -> u8>>();
    everyday::<ForEach<S, fn(u8)>>();
    everyday::<ForEachAsync<S, fn(u8) -> Ready<()>, Ready<()>>>();
    everyday::<ForEachConcurrent<S, fn(u8) -> Ready<()>, Ready<()>>>();
    everyday::<Ignore<S>>();
    everyday::<Last<S>>();
    everyday::<Next<'_, S>>();
    everyday::<NotSingle>();
    everyday::<SendTo<S, Drain<u8>>>();
    everyday::<Single<S>>();
    everyday::<TryCollect<R, Vec<u8>>>();
    everyday::<TryFold<R, u8, fn(u8, u8) -> Result<u8, u8>>>();
    everyday::<TryForEach<R, fn(u8) -> Result<(), u8>>>();
    everyday::<TryForEachAsync<R, fn(u8) -> Ready<Result<(), u8>>, Ready<Result<(), u8>>>>();
}

#[test]
fn cloning() {
    cloned::<Collect<S, Vec<u8>>>();
    cloned::<ElementAt<S>>();
    cloned::<First<S>>();
    cloned::<Fold<S, u8, fn(u8, u8) -> u8>>();
    cloned::<ForEach<S, fn(u8)>>();
    cloned::<Ignore<S>>();
    cloned::<Last<S>>();
    cloned::<Single<S>>();
    cloned::<TryCollect<R, Vec<u8>>>();
    cloned::<TryFold<R, u8, fn(u8, u8) -> Result<u8, u8>>>();
    cloned::<TryForEach<R, fn(u8) -> Result<(), u8>>>();
}
