//! Every public type can be named, printed, sent and shared, and is `Unpin`
//! where its parts are. One line per type.

use std::array::IntoIter;
use std::cmp::Ordering;
use std::fmt::Debug;
use std::future::Ready;
use std::time::Duration;

use futures::sink::Drain;
use futures::stream::Empty;
use millpond_operators::combine::{Merge, MergeAll};
#[cfg(feature = "tower")]
use millpond_operators::concurrent::MapService;
#[cfg(feature = "tasks")]
use millpond_operators::concurrent::{Detach, MapBlocking, MapSpawn};
use millpond_operators::concurrent::{
    MapAsync, MapAsyncKeyed, MapAsyncUnordered, MapBatched, Race, RaceAll,
};
use millpond_operators::combine::{
    BeforeFirst, CombineLatest, Concat, ConcatLazy, Interleave, Merge, MergeAll, MergeEager,
    MergePreferred, MergePrioritized, MergeSequence, MergeSortedBy, WithLatestFrom, Zip, ZipAll,
    ZipN, ZipWith,
};
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
use millpond_operators::event_time::{
    AssignTimestamps, Element, EventTime, MergeWatermarks, Reorder, Timed, TumblingEventTime,
};
use millpond_operators::fan_out::Routed;
use millpond_operators::fan_out::{
    AlsoTo, Balance, Broadcast, DivertTo, Errs, Firsts, FlatMapPrefix, Group, GroupBy, Oks,
    Partition, PrefixAndTail, Routed, Seconds, StatefulMapByKey, Tail, Tap, WireTap,
};
use millpond_operators::filter::{
    Dedup, DedupByKey, Distinct, DistinctByKey, Filter, FilterMap, Limit, LimitExceeded,
    LimitWeighted, MapWhile, Skip, SkipLast, SkipWhile, Take, TakeLast, TakeUntil, TakeWhile,
    TakeWhileInclusive,
};
use millpond_operators::lifecycle::{
    Cause, Finally, KillSwitch, Lost, OnCancel, StopWith, Terminated, Termination,
    WatchTermination, WithKillSwitch,
};
use millpond_operators::rate::{
    BatchOnBackpressure, Buffered, Conflate, ConflateWithSeed, DeadlineDrop, Decoupled, Expand,
    FailOnOverflow, LatestByKey, Overflow, Overflowed, Valve, Valved,
};
use millpond_operators::source::{
    Interval, Lazy, MissedTick, Offered, Offers, PollFn, Queue, Timer, Unfold, UnfoldResource,
};
use millpond_operators::time::{
    Audit, Debounce, Delay, DropWithin, Elapsed, EnforceRate, InitialDelay, KeepAlive,
    LatencyProbe, Rate, RateExceeded, Sample, TakeWithin, Throttle, ThrottleLatest, TimedOut,
    TimeoutBackpressure, TimeoutFirst, TimeoutIdle, TimeoutTotal, Timestamp,
};
use millpond_operators::transform::{
    DefaultIfEmpty, Dematerialize, Enumerate, Event, ExpandRecursive, FlatMapIter,
    FlatMapSequential, Flatten, FlattenUnordered, Inspect, Intersperse, Map, MapWithResource,
    Materialize, Pairwise, Scan, ScanAsync, StartWith, StatefulMap, SwitchIfEmpty, SwitchMap, Then,
};
use millpond_operators::window::{Batch, Chunks, ChunksBy, ChunksWeighted, ReadyChunks, Sliding};
use millpond_operators::{Flow, Foreign, flow, lifecycle};
use millpond_operators::window::{
    Batch, BatchByKey, BatchWeighted, Chunks, ChunksBy, ChunksWeighted, ReadyChunks, Sliding,
    SplitWhen, Substream, WindowUntil,
};
use millpond_operators::{Flow, Foreign, flow};
use tokio::time::Instant;

type S = Foreign<Empty<u8>>;
type R = Foreign<Empty<Result<u8, u8>>>;

fn everyday<T: Send + Sync + Unpin + Debug>() {}
fn cloned<T: Clone>() {}

#[expect(clippy::too_many_lines, reason = "one line per type")]
#[test]
#[expect(clippy::too_many_lines, reason = "one line per type")]
fn all_types_have_the_everyday_traits() {
    everyday::<BatchOnBackpressure<fn(&u8) -> usize, u8>>();
    everyday::<Buffered<u8>>();
    everyday::<Cause>();
    everyday::<BeforeFirst>();
    everyday::<CombineLatest<S, S, fn(&u8, &u8) -> u8>>();
    everyday::<Concat<S, S>>();
    everyday::<ConcatLazy<S, fn() -> Flow<S>, S>>();
    everyday::<Conflate<fn(u8, u8) -> u8, u8>>();
    everyday::<ConflateWithSeed<u8, fn(u8) -> u8, fn(u8, u8) -> u8>>();
    everyday::<DeadlineDrop<S, fn(&u8) -> Instant>>();
    everyday::<Decoupled<S, Buffered<u8>>>();
    everyday::<lifecycle::Drain<S, u8>>();
    everyday::<Expand<S, fn(u8) -> IntoIter<u8, 2>, IntoIter<u8, 2>>>();
    everyday::<FailOnOverflow<u8>>();
    everyday::<Finally<S, fn(Cause)>>();
    everyday::<KillSwitch<u8>>();
    everyday::<LatestByKey<fn(&u8) -> u8, u8, u8>>();
    everyday::<Lost>();
    everyday::<OnCancel<S, fn()>>();
    everyday::<Interleave<S, S>>();
    everyday::<LatestByKey<fn(&u8) -> u8, u8, u8>>();
    everyday::<MergeEager<S, S>>();
    everyday::<MergePreferred<S, S>>();
    everyday::<MergePrioritized<S>>();
    everyday::<MergeSequence<S, S, fn(&u8) -> u64>>();
    everyday::<MergeSortedBy<S, S, fn(&u8, &u8) -> Ordering>>();
    everyday::<Overflow>();
    everyday::<Overflowed>();
    everyday::<StopWith<S, u8>>();
    everyday::<Terminated>();
    everyday::<Termination>();
    everyday::<Valve>();
    everyday::<Valved<S>>();
    everyday::<Flow<S>>();
    everyday::<Foreign<Empty<u8>>>();
    everyday::<Audit<S>>();
    everyday::<AssignTimestamps<S, fn(&u8) -> EventTime>>();
    everyday::<Batch<S>>();
    everyday::<BatchByKey<S, u8, fn(&u8) -> u8>>();
    everyday::<BatchWeighted<S, fn(&u8) -> usize>>();
    everyday::<AndThen<R, fn(u8) -> Ready<Result<u8, u8>>, Ready<Result<u8, u8>>>>();
    everyday::<Batch<S>>();
    everyday::<CatchUnwind<S>>();
    everyday::<Chunks<S>>();
    everyday::<ChunksBy<S, fn(&u8) -> u8, u8>>();
    everyday::<ChunksWeighted<S, fn(&u8) -> usize>>();
    everyday::<Collect<S, Vec<u8>>>();
    everyday::<Debounce<S>>();
    everyday::<Dedup<S>>();
    everyday::<DedupByKey<S, fn(&u8) -> u8, u8>>();
    everyday::<DefaultIfEmpty<S>>();
    everyday::<Delay<S>>();
    everyday::<DropWithin<S>>();
    everyday::<Elapsed<S>>();
    everyday::<Element<u8>>();
    everyday::<Dematerialize<S>>();
    everyday::<Distinct<S>>();
    everyday::<DistinctByKey<S, fn(&u8) -> u8, u8>>();
    everyday::<ElementAt<S>>();
    everyday::<EnforceRate<S, fn(&u8) -> usize>>();
    everyday::<Enumerate<S>>();
    everyday::<EventTime>();
    everyday::<Event<u8, u8>>();
    everyday::<ExpandRecursive<S, fn(&u8) -> Option<S>, S>>();
    everyday::<Filter<S, fn(&u8) -> bool>>();
    everyday::<FilterMap<S, fn(u8) -> Option<u8>>>();
    everyday::<First<S>>();
    everyday::<FlatMapIter<S, fn(u8) -> [u8; 2], IntoIter<u8, 2>>>();
    everyday::<FlatMapSequential<S, fn(u8) -> S, S>>();
    everyday::<Flatten<Map<S, fn(u8) -> S>>>();
    everyday::<FlattenUnordered<Map<S, fn(u8) -> S>>>();
    everyday::<Fold<S, u8, fn(u8, u8) -> u8>>();
    everyday::<ForEach<S, fn(u8)>>();
    everyday::<ForEachAsync<S, fn(u8) -> Ready<()>, Ready<()>>>();
    everyday::<IgnoreErrors<R>>();
    everyday::<ForEachConcurrent<S, fn(u8) -> Ready<()>, Ready<()>>>();
    everyday::<Ignore<S>>();
    everyday::<InitialDelay<S>>();
    everyday::<Inspect<S, fn(&u8)>>();
    everyday::<InspectErr<R, fn(&u8)>>();
    everyday::<InspectOk<R, fn(&u8)>>();
    everyday::<Intersperse<S>>();
    everyday::<Interval>();
    everyday::<KeepAlive<S, fn() -> u8>>();
    everyday::<Last<S>>();
    everyday::<LatencyProbe<S, fn(&u8) -> Instant, fn(Duration)>>();
    everyday::<Lazy<S, fn() -> Flow<S>>>();
    everyday::<Limit<S>>();
    everyday::<LimitExceeded>();
    everyday::<LimitWeighted<S, fn(&u8) -> usize>>();
    everyday::<Map<S, fn(u8) -> u8>>();
    everyday::<MapAsync<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapAsyncKeyed<S, fn(&u8) -> u8, u8, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapAsyncUnordered<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<MapBatched<S, fn(Vec<u8>) -> Ready<Vec<u8>>, Ready<Vec<u8>>, u8>>();
    everyday::<MapErr<R, fn(u8) -> u8>>();
    everyday::<MapOk<R, fn(u8) -> u8>>();
    everyday::<MapWhile<S, fn(u8) -> Option<u8>>>();
    everyday::<MapWithResource<S, fn() -> u8, fn(&mut u8, u8) -> u8, fn(u8), u8>>();
    everyday::<Materialize<S>>();
    everyday::<Merge<S, S>>();
    everyday::<MergeAll<S>>();
    everyday::<MissedTick>();
    everyday::<MergeWatermarks<S>>();
    everyday::<Next<'_, S>>();
    everyday::<NotSingle>();
    everyday::<OnErrorComplete<R, u8>>();
    everyday::<Offered<u8>>();
    everyday::<Offers<u8>>();
    everyday::<Pairwise<S>>();
    everyday::<PollFn<fn() -> u8>>();
    everyday::<Queue<u8>>();
    everyday::<Race<S, S>>();
    everyday::<RaceAll<S>>();
    everyday::<Rate>();
    everyday::<RateExceeded<u8>>();
    everyday::<ReadyChunks<S>>();
    everyday::<Sample<S>>();
    everyday::<Reorder<S, u8>>();
    everyday::<Routed<u8, u8>>();
    everyday::<Recover<R, fn(u8) -> u8>>();
    everyday::<RecoverWith<R, R, fn(u8) -> Flow<R>>>();
    everyday::<Scan<S, u8, fn(&mut u8, u8) -> Option<u8>>>();
    everyday::<ScanAsync<S, u8, u8, fn(u8, u8) -> Ready<Option<(u8, u8)>>, Ready<Option<(u8, u8)>>>>(
    );
    everyday::<SendTo<S, Drain<u8>>>();
    everyday::<Single<S>>();
    everyday::<Skip<S>>();
    everyday::<SkipLast<S>>();
    everyday::<SkipWhile<S, fn(&u8) -> bool>>();
    everyday::<Sliding<S>>();
    everyday::<SplitWhen<S, fn(&u8) -> bool>>();
    everyday::<Substream<S, fn(&u8) -> bool>>();
    everyday::<WindowUntil<S, fn(&u8) -> bool>>();
    everyday::<StartWith<S, IntoIter<u8, 2>>>();
    everyday::<StatefulMap<S, u8, fn(&mut u8, u8) -> u8, fn(u8) -> Option<u8>>>();
    everyday::<SwitchIfEmpty<S, S>>();
    everyday::<SwitchMap<S, fn(u8) -> S, S>>();
    everyday::<Take<S>>();
    everyday::<TakeLast<S>>();
    everyday::<TakeUntil<S, Ready<u8>>>();
    everyday::<TakeWhile<S, fn(&u8) -> bool>>();
    everyday::<TakeWhileInclusive<S, fn(&u8) -> bool>>();
    everyday::<TakeWithin<S>>();
    everyday::<Throttle<S, fn(&u8) -> usize>>();
    everyday::<ThrottleLatest<S>>();
    everyday::<TimedOut>();
    everyday::<TimeoutBackpressure<S>>();
    everyday::<TimeoutFirst<S>>();
    everyday::<TimeoutIdle<S>>();
    everyday::<TimeoutTotal<S>>();
    everyday::<Timer>();
    everyday::<Timestamp<S>>();
    everyday::<Timed<u8>>();
    everyday::<TumblingEventTime<S, u8, fn() -> u8, fn(&mut u8, u8)>>();
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
    everyday::<Then<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
    everyday::<Unfold<u8, u8, fn(u8) -> Ready<Option<(u8, u8)>>, Ready<Option<(u8, u8)>>>>();
    everyday::<UnfoldResource<u8, fn() -> u8, fn(&mut u8) -> Option<u8>, fn(u8)>>();
    everyday::<WatchTermination<S>>();
    everyday::<WithKillSwitch<S, u8>>();
}

#[cfg(feature = "tasks")]
#[test]
fn those_with_tasks_have_the_everyday_traits() {
    everyday::<Detach<S>>();
    everyday::<MapBlocking<S, fn(u8) -> u8, u8>>();
    everyday::<MapSpawn<S, fn(u8) -> Ready<u8>, Ready<u8>>>();
}

#[cfg(feature = "tower")]
#[test]
fn map_service_has_the_everyday_traits() {
    type C = tower::util::ServiceFn<fn(u8) -> Ready<Result<u8, u8>>>;
    everyday::<MapService<S, C>>();
    everyday::<WithLatestFrom<S, S, fn(u8, &u8) -> u8>>();
    everyday::<Zip<S, S>>();
    everyday::<ZipAll<S, S>>();
    everyday::<ZipN<S>>();
    everyday::<ZipWith<S, S, fn(u8, u8) -> u8>>();
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
fn the_outputs_of_a_fork_have_them_too() {
    everyday::<AlsoTo<S, Ready<()>>>();
    everyday::<Balance<S>>();
    everyday::<Broadcast<S>>();
    everyday::<DivertTo<S, fn(&u8) -> bool>>();
    everyday::<Errs<Foreign<Empty<Result<u8, u8>>>>>();
    everyday::<Firsts<Foreign<Empty<(u8, u8)>>, u8, u8>>();
    everyday::<FlatMapPrefix<S, fn(Vec<u8>, Flow<Tail<S>>) -> Flow<S>, S>>();
    everyday::<Group<S, u8, fn(&u8) -> u8>>();
    everyday::<GroupBy<S, u8, fn(&u8) -> u8>>();
    everyday::<Oks<Foreign<Empty<Result<u8, u8>>>>>();
    everyday::<Partition<S, fn(&u8) -> usize>>();
    everyday::<PrefixAndTail<S>>();
    everyday::<Routed<u8, u8>>();
    everyday::<Seconds<Foreign<Empty<(u8, u8)>>, u8, u8>>();
    everyday::<StatefulMapByKey<S, u8, u8, u8, fn(), fn(), fn(), fn()>>();
    everyday::<Tail<S>>();
    everyday::<Tap<u8>>();
    everyday::<WireTap<S>>();
    cloned::<Routed<u8, u8>>();
}

#[test]
fn those_that_hold_no_future_can_be_cloned() {
    cloned::<BatchOnBackpressure<fn(&u8) -> usize, u8>>();
    cloned::<Buffered<u8>>();
    cloned::<Cause>();
    cloned::<CombineLatest<S, S, fn(&u8, &u8) -> u8>>();
    cloned::<Concat<S, S>>();
    cloned::<ConcatLazy<S, fn() -> Flow<S>, S>>();
    cloned::<Conflate<fn(u8, u8) -> u8, u8>>();
    cloned::<ConflateWithSeed<u8, fn(u8) -> u8, fn(u8, u8) -> u8>>();
    cloned::<DeadlineDrop<S, fn(&u8) -> Instant>>();
    cloned::<Decoupled<S, Buffered<u8>>>();
    cloned::<Expand<S, fn(u8) -> IntoIter<u8, 2>, IntoIter<u8, 2>>>();
    cloned::<FailOnOverflow<u8>>();
    cloned::<KillSwitch<u8>>();
    cloned::<LatestByKey<fn(&u8) -> u8, u8, u8>>();
    cloned::<Lost>();
    cloned::<Interleave<S, S>>();
    cloned::<LatestByKey<fn(&u8) -> u8, u8, u8>>();
    cloned::<MergeEager<S, S>>();
    cloned::<MergePreferred<S, S>>();
    cloned::<MergePrioritized<S>>();
    cloned::<MergeSequence<S, S, fn(&u8) -> u64>>();
    cloned::<MergeSortedBy<S, S, fn(&u8, &u8) -> Ordering>>();
    cloned::<Overflow>();
    cloned::<Overflowed>();
    cloned::<StopWith<S, u8>>();
    cloned::<Terminated>();
    cloned::<Valve>();
    cloned::<Flow<S>>();
    cloned::<Foreign<Empty<u8>>>();
    cloned::<AssignTimestamps<S, fn(&u8) -> EventTime>>();
    cloned::<Chunks<S>>();
    cloned::<ChunksBy<S, fn(&u8) -> u8, u8>>();
    cloned::<ChunksWeighted<S, fn(&u8) -> usize>>();
    cloned::<Collect<S, Vec<u8>>>();
    cloned::<Dedup<S>>();
    cloned::<DedupByKey<S, fn(&u8) -> u8, u8>>();
    cloned::<DefaultIfEmpty<S>>();
    cloned::<DropWithin<S>>();
    cloned::<Elapsed<S>>();
    cloned::<Element<u8>>();
    cloned::<Dematerialize<S>>();
    cloned::<Distinct<S>>();
    cloned::<DistinctByKey<S, fn(&u8) -> u8, u8>>();
    cloned::<ElementAt<S>>();
    cloned::<EnforceRate<S, fn(&u8) -> usize>>();
    cloned::<Enumerate<S>>();
    cloned::<EventTime>();
    cloned::<Event<u8, u8>>();
    cloned::<ExpandRecursive<S, fn(&u8) -> Option<S>, S>>();
    cloned::<Filter<S, fn(&u8) -> bool>>();
    cloned::<FilterMap<S, fn(u8) -> Option<u8>>>();
    cloned::<First<S>>();
    cloned::<FlatMapIter<S, fn(u8) -> [u8; 2], IntoIter<u8, 2>>>();
    cloned::<FlatMapSequential<S, fn(u8) -> S, S>>();
    cloned::<Flatten<Map<S, fn(u8) -> S>>>();
    cloned::<FlattenUnordered<Map<S, fn(u8) -> S>>>();
    cloned::<Fold<S, u8, fn(u8, u8) -> u8>>();
    cloned::<ForEach<S, fn(u8)>>();
    cloned::<IgnoreErrors<R>>();
    cloned::<Ignore<S>>();
    cloned::<Inspect<S, fn(&u8)>>();
    cloned::<InspectErr<R, fn(&u8)>>();
    cloned::<InspectOk<R, fn(&u8)>>();
    cloned::<Intersperse<S>>();
    cloned::<Last<S>>();
    cloned::<LatencyProbe<S, fn(&u8) -> Instant, fn(Duration)>>();
    cloned::<Lazy<S, fn() -> Flow<S>>>();
    cloned::<Limit<S>>();
    cloned::<LimitExceeded>();
    cloned::<LimitWeighted<S, fn(&u8) -> usize>>();
    cloned::<Map<S, fn(u8) -> u8>>();
    cloned::<MapErr<R, fn(u8) -> u8>>();
    cloned::<MapOk<R, fn(u8) -> u8>>();
    cloned::<MapWhile<S, fn(u8) -> Option<u8>>>();
    cloned::<Materialize<S>>();
    cloned::<Merge<S, S>>();
    cloned::<MergeAll<S>>();
    cloned::<MissedTick>();
    cloned::<MergeWatermarks<S>>();
    cloned::<OnErrorComplete<R, u8>>();
    cloned::<Offered<u8>>();
    cloned::<Offers<u8>>();
    cloned::<Pairwise<S>>();
    cloned::<PollFn<fn() -> u8>>();
    cloned::<Rate>();
    cloned::<RateExceeded<u8>>();
    cloned::<ReadyChunks<S>>();
    cloned::<Race<S, S>>();
    cloned::<RaceAll<S>>();
    cloned::<Reorder<S, u8>>();
    cloned::<Routed<u8, u8>>();
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
    cloned::<SwitchIfEmpty<S, S>>();
    cloned::<SwitchMap<S, fn(u8) -> S, S>>();
    cloned::<Take<S>>();
    cloned::<TakeLast<S>>();
    cloned::<TakeWhile<S, fn(&u8) -> bool>>();
    cloned::<TakeWhileInclusive<S, fn(&u8) -> bool>>();
    cloned::<WithKillSwitch<S, u8>>();
    cloned::<TimedOut>();
    cloned::<Timestamp<S>>();
    cloned::<Timed<u8>>();
    cloned::<TumblingEventTime<S, u8, fn() -> u8, fn(&mut u8, u8)>>();
    cloned::<WithLatestFrom<S, S, fn(u8, &u8) -> u8>>();
    cloned::<Zip<S, S>>();
    cloned::<ZipAll<S, S>>();
    cloned::<ZipN<S>>();
    cloned::<ZipWith<S, S, fn(u8, u8) -> u8>>();
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
