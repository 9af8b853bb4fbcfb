//! Every public type can be named, printed, sent and shared, and is `Unpin`
//! where its parts are. One line per type.

use std::array::IntoIter;
use std::fmt::Debug;
use std::future::Ready;

use futures::sink::Drain;
use futures::stream::Empty;
use millpond_operators::combine::{Merge, MergeAll};
use millpond_operators::concurrent::{MapAsync, MapAsyncUnordered, MapBatched};
use millpond_operators::consume::{
    Collect, ElementAt, First, Fold, ForEach, ForEachAsync, ForEachConcurrent, Ignore, Last, Next,
    NotSingle, SendTo, Single,
};
use millpond_operators::consume::{TryCollect, TryFold, TryForEach, TryForEachAsync};
use millpond_operators::errors::{
    AndThen, CatchUnwind, IgnoreErrors, InspectErr, InspectOk, MapErr, MapOk, OnErrorComplete,
    Recover, RecoverWith, TryFilter, TryFilterMap, TryFlatMapIter, TryFlatten, TryOrElse,
    TrySkipWhile, TryTakeWhile, UntilErr,
};
use millpond_operators::filter::{
    Dedup, DedupByKey, Filter, FilterMap, MapWhile, Skip, SkipLast, SkipWhile, Take, TakeLast,
    TakeWhile, TakeWhileInclusive,
};
use millpond_operators::rate::{
    BatchOnBackpressure, Buffered, Conflate, ConflateWithSeed, DeadlineDrop, Decoupled, Expand,
    FailOnOverflow, LatestByKey, Overflow, Overflowed, Valve, Valved,
};
use millpond_operators::source::{Lazy, Offered, Offers, PollFn, Queue, Unfold, UnfoldResource};
use millpond_operators::transform::{
    DefaultIfEmpty, Enumerate, FlatMapIter, Inspect, Intersperse, Map, Pairwise, Scan, StartWith,
    StatefulMap,
};
use millpond_operators::window::{Batch, Chunks, ChunksBy, ChunksWeighted, ReadyChunks, Sliding};
use millpond_operators::{Flow, Foreign, flow};
use tokio::time::Instant;

type S = Foreign<Empty<u8>>;
type R = Foreign<Empty<Result<u8, u8>>>;

fn everyday<T: Send + Sync + Unpin + Debug>() {}
fn cloned<T: Clone>() {}

#[test]
fn all_types_have_the_everyday_traits() {
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
    everyday::<Flow<S>>();
    everyday::<Foreign<Empty<u8>>>();
    everyday::<AndThen<R, fn(u8) -> Ready<Result<u8, u8>>, Ready<Result<u8, u8>>>>();
    everyday::<Batch<S>>();
    everyday::<CatchUnwind<S>>();
    everyday::<Chunks<S>>();
    everyday::<ChunksBy<S, fn(&u8) -> u8, u8>>();
    everyday::<ChunksWeighted<S, fn(&u8) -> usize>>();
    everyday::<Collect<S, Vec<u8>>>();
    everyday::<Dedup<S>>();
    everyday::<DedupByKey<S, fn(&u8) -> u8, u8>>();
    everyday::<DefaultIfEmpty<S>>();
    everyday::<ElementAt<S>>();
    everyday::<Enumerate<S>>();
    everyday::<Filter<S, fn(&u8) -> bool>>();
    everyday::<FilterMap<S, fn(u8) -> Option<u8>>>();
    everyday::<First<S>>();
    everyday::<FlatMapIter<S, fn(u8) -> [u8; 2], IntoIter<u8, 2>>>();
    everyday::<Fold<S, u8, fn(u8, u8) -> u8>>();
    everyday::<ForEach<S, fn(u8)>>();
    everyday::<ForEachAsync<S, fn(u8) -> Ready<()>, Ready<()>>>();
    everyday::<IgnoreErrors<R>>();
    everyday::<ForEachConcurrent<S, fn(u8) -> Ready<()>, Ready<()>>>();
    everyday::<Ignore<S>>();
    everyday::<Inspect<S, fn(&u8)>>();
    everyday::<InspectErr<R, fn(&u8)>>();
    everyday::<InspectOk<R, fn(&u8)>>();
    everyday::<Intersperse<S>>();
    everyday::<Last<S>>();
    everyday::<Lazy<S, fn() -> Flow<S>>>();
    everyday::<Map<S, fn(u8) -> u8>>();
    everyday::<MapAsync<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapAsyncUnordered<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapBatched<S, fn(Vec<u8>) -> Ready<Vec<u8>>, Ready<Vec<u8>>, u8>>();
    everyday::<MapErr<R, fn(u8) -> u8>>();
    everyday::<MapOk<R, fn(u8) -> u8>>();
    everyday::<MapWhile<S, fn(u8) -> Option<u8>>>();
    everyday::<Merge<S, S>>();
    everyday::<MergeAll<S>>();
    everyday::<Next<'_, S>>();
    everyday::<NotSingle>();
    everyday::<OnErrorComplete<R, u8>>();
    everyday::<Offered<u8>>();
    everyday::<Offers<u8>>();
    everyday::<Pairwise<S>>();
    everyday::<PollFn<fn() -> u8>>();
    everyday::<Queue<u8>>();
    everyday::<ReadyChunks<S>>();
    everyday::<Recover<R, fn(u8) -> u8>>();
    everyday::<RecoverWith<R, R, fn(u8) -> Flow<R>>>();
    everyday::<Scan<S, u8, fn(&mut u8, u8) -> Option<u8>>>();
    everyday::<SendTo<S, Drain<u8>>>();
    everyday::<Single<S>>();
    everyday::<Skip<S>>();
    everyday::<SkipLast<S>>();
    everyday::<SkipWhile<S, fn(&u8) -> bool>>();
    everyday::<Sliding<S>>();
    everyday::<StartWith<S, IntoIter<u8, 2>>>();
    everyday::<StatefulMap<S, u8, fn(&mut u8, u8) -> u8, fn(u8) -> Option<u8>>>();
    everyday::<Take<S>>();
    everyday::<TakeLast<S>>();
    everyday::<TakeWhile<S, fn(&u8) -> bool>>();
    everyday::<TakeWhileInclusive<S, fn(&u8) -> bool>>();
    everyday::<TryCollect<R, Vec<u8>>>();
    everyday::<TryFilter<R, fn(&u8) -> Result<bool, u8>>>();
    everyday::<TryFilterMap<R, fn(u8) -> Result<Option<u8>, u8>>>();
    everyday::<TryFlatMapIter<R, fn(u8) -> Result<[u8; 2], u8>, IntoIter<u8, 2>>>();
    everyday::<TryFold<R, u8, fn(u8, u8) -> Result<u8, u8>>>();
    everyday::<TryForEach<R, fn(u8) -> Result<(), u8>>>();
    everyday::<TryForEachAsync<R, fn(u8) -> Ready<Result<(), u8>>, Ready<Result<(), u8>>>>();
    everyday::<TryFlatten<Foreign<Empty<Result<Flow<R>, u8>>>, R>>();
    everyday::<TryOrElse<R, fn(u8) -> Ready<Result<u8, u8>>, Ready<Result<u8, u8>>>>();
    everyday::<TrySkipWhile<R, fn(&u8) -> Result<bool, u8>>>();
    everyday::<TryTakeWhile<R, fn(&u8) -> Result<bool, u8>>>();
    everyday::<UntilErr<R>>();
    everyday::<Unfold<u8, u8, fn(u8) -> Ready<Option<(u8, u8)>>, Ready<Option<(u8, u8)>>>>();
    everyday::<UnfoldResource<u8, fn() -> u8, fn(&mut u8) -> Option<u8>, fn(u8)>>();
}

#[test]
#[cfg(feature = "retry")]
fn the_types_that_retry_have_the_everyday_traits() {
    use backon::ConstantBuilder;
    use millpond_operators::errors::{
        GaveUp, GaveUpReason, RestartPolicy, RestartWithBackoff, RetryBudget, RetryItem,
        RetryItemUnordered, RetryPolicy,
    };

    type B = ConstantBuilder;
    type Call = Ready<Result<u8, u8>>;

    everyday::<GaveUp<u8>>();
    everyday::<GaveUpReason>();
    everyday::<RestartPolicy<B, u8>>();
    everyday::<RestartWithBackoff<R, u8, B, fn() -> Flow<R>>>();
    everyday::<RetryBudget>();
    everyday::<RetryItem<S, fn(&u8) -> Call, Call, B, u8, u8>>();
    everyday::<RetryItemUnordered<S, fn(&u8) -> Call, Call, B, u8, u8>>();
    everyday::<RetryPolicy<B, u8>>();
    cloned::<GaveUp<u8>>();
    cloned::<RestartPolicy<B, u8>>();
    cloned::<RetryBudget>();
    cloned::<RetryPolicy<B, u8>>();
}

#[test]
fn those_that_hold_no_future_can_be_cloned() {
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
    cloned::<Flow<S>>();
    cloned::<Foreign<Empty<u8>>>();
    cloned::<ChunksBy<S, fn(&u8) -> u8, u8>>();
    cloned::<ChunksWeighted<S, fn(&u8) -> usize>>();
    cloned::<Collect<S, Vec<u8>>>();
    cloned::<Dedup<S>>();
    cloned::<DedupByKey<S, fn(&u8) -> u8, u8>>();
    cloned::<DefaultIfEmpty<S>>();
    cloned::<ElementAt<S>>();
    cloned::<Enumerate<S>>();
    cloned::<Filter<S, fn(&u8) -> bool>>();
    cloned::<FilterMap<S, fn(u8) -> Option<u8>>>();
    cloned::<First<S>>();
    cloned::<FlatMapIter<S, fn(u8) -> [u8; 2], IntoIter<u8, 2>>>();
    cloned::<Fold<S, u8, fn(u8, u8) -> u8>>();
    cloned::<ForEach<S, fn(u8)>>();
    cloned::<IgnoreErrors<R>>();
    cloned::<Ignore<S>>();
    cloned::<Inspect<S, fn(&u8)>>();
    cloned::<InspectErr<R, fn(&u8)>>();
    cloned::<InspectOk<R, fn(&u8)>>();
    cloned::<Intersperse<S>>();
    cloned::<Last<S>>();
    cloned::<Lazy<S, fn() -> Flow<S>>>();
    cloned::<Map<S, fn(u8) -> u8>>();
    cloned::<MapErr<R, fn(u8) -> u8>>();
    cloned::<MapOk<R, fn(u8) -> u8>>();
    cloned::<MapWhile<S, fn(u8) -> Option<u8>>>();
    cloned::<Merge<S, S>>();
    cloned::<MergeAll<S>>();
    cloned::<OnErrorComplete<R, u8>>();
    cloned::<Offered<u8>>();
    cloned::<Offers<u8>>();
    cloned::<Pairwise<S>>();
    cloned::<PollFn<fn() -> u8>>();
    cloned::<ReadyChunks<S>>();
    cloned::<Recover<R, fn(u8) -> u8>>();
    cloned::<RecoverWith<R, R, fn(u8) -> Flow<R>>>();
    cloned::<Scan<S, u8, fn(&mut u8, u8) -> Option<u8>>>();
    cloned::<Single<S>>();
    cloned::<Skip<S>>();
    cloned::<SkipLast<S>>();
    cloned::<SkipWhile<S, fn(&u8) -> bool>>();
    cloned::<Sliding<S>>();
    cloned::<StartWith<S, IntoIter<u8, 2>>>();
    cloned::<StatefulMap<S, u8, fn(&mut u8, u8) -> u8, fn(u8) -> Option<u8>>>();
    cloned::<Take<S>>();
    cloned::<TakeLast<S>>();
    cloned::<TakeWhile<S, fn(&u8) -> bool>>();
    cloned::<TakeWhileInclusive<S, fn(&u8) -> bool>>();
    cloned::<TryCollect<R, Vec<u8>>>();
    cloned::<TryFilter<R, fn(&u8) -> Result<bool, u8>>>();
    cloned::<TryFilterMap<R, fn(u8) -> Result<Option<u8>, u8>>>();
    cloned::<TryFlatMapIter<R, fn(u8) -> Result<[u8; 2], u8>, IntoIter<u8, 2>>>();
    cloned::<TryFold<R, u8, fn(u8, u8) -> Result<u8, u8>>>();
    cloned::<TryForEach<R, fn(u8) -> Result<(), u8>>>();
    cloned::<TryFlatten<Foreign<Empty<Result<Flow<R>, u8>>>, R>>();
    cloned::<TrySkipWhile<R, fn(&u8) -> Result<bool, u8>>>();
    cloned::<TryTakeWhile<R, fn(&u8) -> Result<bool, u8>>>();
    cloned::<UntilErr<R>>();
}

#[test]
fn closures_need_no_debug_and_futures_need_not_be_send() {
    let not_send = std::rc::Rc::new(1);
    let items = flow(futures::stream::iter([1, 2]))
        .map(|n| n + *not_send)
        .map_async(2, |n| {
            let not_send = std::rc::Rc::clone(&not_send);
            async move { n + *not_send }
        });

    assert!(format!("{items:?}").contains("MapAsync"));
}

#[test]
fn a_boxed_flow_is_send_and_keeps_every_method() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let items = sent(flow(futures::stream::iter([1, 2])).boxed()).map(|n| n * 2);
    let items: Option<Vec<_>> = futures::FutureExt::now_or_never(items.collect());

    assert_eq!(items, Some(vec![2, 4]));
}
