use futures::stream::Empty;
use millpond_operators::Flow;
use millpond_operators::Foreign;
use millpond_operators::errors::{
    AndThen, CatchUnwind, IgnoreErrors, InspectErr, InspectOk, MapErr, MapOk, OnErrorComplete,
    Recover, RecoverWith, TryFilter, TryFilterMap, TryFlatMapIter, TryFlatten, TryOrElse,
    TrySkipWhile, TryTakeWhile, UntilErr,
};
#[cfg(feature = "retry")]
use millpond_operators::errors::{
    GaveUp, GaveUpReason, RestartPolicy, RestartWithBackoff, RetryBudget, RetryItem,
    RetryItemUnordered, RetryPolicy,
};
use std::array::IntoIter;
use std::future::Ready;

use super::{R, S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<AndThen<R, fn(u8) -> Ready<Result<u8, u8>>, Ready<Result<u8, u8>>>>();
    everyday::<CatchUnwind<S>>();
    everyday::<IgnoreErrors<R>>();
    everyday::<InspectErr<R, fn(&u8)>>();
    everyday::<InspectOk<R, fn(&u8)>>();
    everyday::<MapErr<R, fn(u8) -> u8>>();
    everyday::<MapOk<R, fn(u8) -> u8>>();
    everyday::<OnErrorComplete<R, u8>>();
    everyday::<Recover<R, fn(u8) -> u8>>();
    everyday::<RecoverWith<R, R, fn(u8) -> Flow<R>>>();
    everyday::<TryFilter<R, fn(&u8) -> Result<bool, u8>>>();
    everyday::<TryFilterMap<R, fn(u8) -> Result<Option<u8>, u8>>>();
    everyday::<TryFlatMapIter<R, fn(u8) -> Result<[u8; 2], u8>, IntoIter<u8, 2>>>();
    everyday::<TryFlatten<Foreign<Empty<Result<Flow<R>, u8>>>, R>>();
    everyday::<TryOrElse<R, fn(u8) -> Ready<Result<u8, u8>>, Ready<Result<u8, u8>>>>();
    everyday::<TrySkipWhile<R, fn(&u8) -> Result<bool, u8>>>();
    everyday::<TryTakeWhile<R, fn(&u8) -> Result<bool, u8>>>();
    everyday::<UntilErr<R>>();
}

#[test]
fn cloning() {
    cloned::<IgnoreErrors<R>>();
    cloned::<InspectErr<R, fn(&u8)>>();
    cloned::<InspectOk<R, fn(&u8)>>();
    cloned::<MapErr<R, fn(u8) -> u8>>();
    cloned::<MapOk<R, fn(u8) -> u8>>();
    cloned::<OnErrorComplete<R, u8>>();
    cloned::<Recover<R, fn(u8) -> u8>>();
    cloned::<RecoverWith<R, R, fn(u8) -> Flow<R>>>();
    cloned::<TryFilter<R, fn(&u8) -> Result<bool, u8>>>();
    cloned::<TryFilterMap<R, fn(u8) -> Result<Option<u8>, u8>>>();
    cloned::<TryFlatMapIter<R, fn(u8) -> Result<[u8; 2], u8>, IntoIter<u8, 2>>>();
    cloned::<TryFlatten<Foreign<Empty<Result<Flow<R>, u8>>>, R>>();
    cloned::<TrySkipWhile<R, fn(&u8) -> Result<bool, u8>>>();
    cloned::<TryTakeWhile<R, fn(&u8) -> Result<bool, u8>>>();
    cloned::<UntilErr<R>>();
}

#[cfg(feature = "retry")]
#[test]
fn everyday_traits_with_retry() {
    type B = backon::ConstantBuilder;
    type Call = Ready<Result<u8, u8>>;

    everyday::<GaveUp<u8>>();
    everyday::<GaveUpReason>();
    everyday::<RestartPolicy<B, u8>>();
    everyday::<RestartWithBackoff<R, u8, B, fn() -> Flow<R>>>();
    everyday::<RetryBudget>();
    everyday::<RetryItem<S, fn(&u8) -> Call, Call, B, u8, u8>>();
    everyday::<RetryItemUnordered<S, fn(&u8) -> Call, Call, B, u8, u8>>();
    everyday::<RetryPolicy<B, u8>>();
}

#[cfg(feature = "retry")]
#[test]
fn cloning_with_retry() {
    type B = backon::ConstantBuilder;

    cloned::<GaveUp<u8>>();
    cloned::<RestartPolicy<B, u8>>();
    cloned::<RetryBudget>();
    cloned::<RetryPolicy<B, u8>>();
}
