//! Stream operators that keep their work going while the output is blocked.
//!
//! [`flow`](flow()) wraps any [`Stream`](futures_core::Stream) into a
//! [`Flow`], and every operator is a method of `Flow`: there is no trait to
//! import, and no name clashes with `futures::StreamExt`.
//!
//! ```
//! use std::time::Duration;
//!
//! use futures::stream;
//! use millpond_operators::flow;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let doubled: Vec<u32> = flow(stream::iter(1..=5))
//!     .filter(|n| n % 2 == 1)
//!     .map_batched(2, Duration::from_millis(5), 4, async |batch| {
//!         batch.into_iter().map(|n| n * 2).collect()
//!     })
//!     .collect()
//!     .await;
//!
//! assert_eq!(doubled, [2, 6, 10]);
//! # }
//! ```
//!
//! If you know `futures`, begin with [coming from `futures`](coming_from_futures).
//!
//! # The operators
//!
//! The groups are modules. The last column tells who else has the operator,
//! with its name there if it is another: `futures`, `tokio-stream`, Pekko
//! Streams, Reactor, Flink, MRC.
//!
//! ## Begin: [`source`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`source::interval`] | ticks at a given distance, without end | nothing | tokio-stream `IntervalStream`; Pekko `Source.tick`; Reactor |
//! | [`source::lazy`] | the items of a flow made at the first poll | nothing | Pekko `lazySource`; Reactor `defer` |
//! | [`source::poll_fn`] | what a closure gives at each poll | nothing | futures |
//! | [`source::queue`] | what is offered to a bounded queue | `capacity` | Pekko `Source.queue` |
//! | [`source::timer`] | one item after a wait | nothing | Reactor `Mono.delay` |
//! | [`source::unfold`] | what futures make of a state | 1 | futures; Pekko `unfoldAsync` |
//! | [`source::unfold_resource`] | what is read from a resource, closed once | the resource | Pekko; Reactor `using` |
//!
//! ## Transform: [`transform`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`default_if_empty`](Flow::default_if_empty) | every item, or a given one if there is none | the given item | Reactor; Pekko `orElse` |
//! | [`dematerialize`](Flow::dematerialize) | the results that events tell of | nothing | Reactor |
//! | [`enumerate`](Flow::enumerate) | every item with its index | nothing | futures; Pekko `zipWithIndex`; Reactor `index` |
//! | [`expand_recursive`](Flow::expand_recursive) | every item, and all that `f` makes of what is emitted | `max_queued + 1` streams | Reactor `expand` |
//! | [`flat_map`](Flow::flat_map) | the items of a stream made of every item, one stream at a time | 1 stream | futures; Pekko `flatMapConcat`; Reactor `concatMap` |
//! | [`flat_map_iter`](Flow::flat_map_iter) | the items of an iterator made of every item | 1 iterator | Pekko `mapConcat`; Reactor `flatMapIterable`; MRC `flatten` |
//! | [`flat_map_sequential`](Flow::flat_map_sequential) | the items of streams made of every item, several at work, in order | `max_inners` streams with `max_buffered` items each | Reactor |
//! | [`flat_map_unordered`](Flow::flat_map_unordered) | the items of a stream made of every item, several at a time, as they come | `max_inners` streams | futures `map` and `flatten_unordered`; Pekko `flatMapMerge`; Reactor `flatMap` |
//! | [`flatten`](Flow::flatten) | the items of streams, one stream at a time | 1 stream | futures; Reactor `concat` |
//! | [`flatten_unordered`](Flow::flatten_unordered) | the items of streams, several at a time, as they come | `max_inners` streams | futures; Reactor `merge` |
//! | [`inspect`](Flow::inspect) | every item, seen by `f` | nothing | futures; Reactor `doOnNext` |
//! | [`intersperse`](Flow::intersperse) | every item, with a separator between each two | 1 | Pekko |
//! | [`map`](Flow::map) | `f` of every item | nothing | futures, tokio-stream, Pekko, Reactor, Flink, MRC |
//! | [`map_with_resource`](Flow::map_with_resource) | `f` of every item and of a resource that is open meanwhile | the resource | Pekko; Reactor `using` |
//! | [`materialize`](Flow::materialize) | every result as an event, and the end as a last one | nothing | Reactor |
//! | [`pairwise`](Flow::pairwise) | every two neighbours as a pair | 1 | MRC |
//! | [`scan`](Flow::scan) | what `f` makes of every item and a state, until it makes nothing | its state | futures; Reactor; Pekko emits the seed too |
//! | [`scan_async`](Flow::scan_async) | what the futures of `f` make of every item and a state, until one makes nothing | 1 and its state | futures `scan`; Pekko |
//! | [`start_with`](Flow::start_with) | given items, then every item | the given items | Pekko `prepend`; Reactor `startWith` |
//! | [`stateful_map`](Flow::stateful_map) | what `f` makes of every item and a state, and of the state at last | its state | Pekko |
//! | [`switch_if_empty`](Flow::switch_if_empty) | every item, or those of another stream if there is none | the other stream | Reactor; Pekko `orElse` |
//! | [`switch_map`](Flow::switch_map) | the items of a stream made of the latest item | 1 stream | Pekko, Reactor |
//! | [`then`](Flow::then) | results of futures, one at a time | 1 | futures, tokio-stream; Pekko `mapAsync(1)` |
//!
//! ## Filter: [`filter`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`dedup`](Flow::dedup) | the items that differ from the item before | 1 | Reactor `distinctUntilChanged`; Pekko `dropRepeated` |
//! | [`dedup_by_key`](Flow::dedup_by_key) | the items whose key differs from that of the item before | 1 key | Reactor `distinctUntilChanged(f)` |
//! | [`distinct`](Flow::distinct) | the items that are not among the latest different ones | `max_items` | Reactor, without a bound |
//! | [`distinct_by_key`](Flow::distinct_by_key) | the items whose key is not among the latest ones | `max_keys` keys | Reactor `distinct(f)`, without a bound |
//! | [`filter`](Flow::filter) | the items that pass a test | nothing | futures, tokio-stream, Pekko, Reactor, Flink, MRC |
//! | [`filter_map`](Flow::filter_map) | what `f` makes of some items | nothing | futures, tokio-stream; Pekko `collect` |
//! | [`limit`](Flow::limit) | the first items, then an error if there are more | nothing | Pekko |
//! | [`limit_weighted`](Flow::limit_weighted) | the items up to a sum of costs, then an error if there are more | nothing | Pekko |
//! | [`map_while`](Flow::map_while) | what `f` makes of the items, until it makes nothing | nothing | tokio-stream |
//! | [`skip`](Flow::skip) | all items but the first | nothing | futures, tokio-stream, Reactor; Pekko `drop` |
//! | [`skip_last`](Flow::skip_last) | all items but the last | `max_items` | Reactor |
//! | [`skip_while`](Flow::skip_while) | the items from the first that fails a test on | nothing | futures, tokio-stream, Reactor; Pekko `dropWhile` |
//! | [`take`](Flow::take) | the first items | nothing | futures, tokio-stream, Pekko, Reactor |
//! | [`take_last`](Flow::take_last) | the last items | `max_items` | Reactor; Pekko `takeLast` |
//! | [`take_until`](Flow::take_until) | the items before a future is ready | its future | futures; Reactor `takeUntilOther` |
//! | [`take_while`](Flow::take_while) | the items before the first that fails a test | nothing | futures, tokio-stream, Pekko, Reactor |
//! | [`take_while_inclusive`](Flow::take_while_inclusive) | the items up to and with the first that fails a test | nothing | Pekko `takeWhile(p, inclusive)`; Reactor `takeUntil` |
//!
//! ## Gather: [`window`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`batch`](Flow::batch) | vectors bounded by count and wait | `max_items` | tokio-stream `chunks_timeout`; Pekko `groupedWithin`; Reactor `bufferTimeout` |
//! | [`batch_by_key`](Flow::batch_by_key) | vectors bounded by count and wait, for each key | `max_keys * (max_items - 1) + 1` | Flink `keyBy` and a count window |
//! | [`batch_weighted`](Flow::batch_weighted) | vectors bounded by count, sum of costs and wait | `max_items` | Pekko `groupedWeightedWithin` |
//! | [`chunks`](Flow::chunks) | vectors of a given length | `max_items - 1` | futures; Pekko `grouped`; Reactor `buffer` |
//! | [`chunks_by`](Flow::chunks_by) | vectors of neighbours with one key | all with one key | Pekko `groupedAdjacentBy`; Reactor `bufferUntilChanged` |
//! | [`chunks_weighted`](Flow::chunks_weighted) | vectors bounded by the sum of costs | items that cost less than `max_weight`, or 1 | Pekko `groupedWeighted` |
//! | [`ready_chunks`](Flow::ready_chunks) | vectors of what is ready | nothing | futures |
//! | [`sliding`](Flow::sliding) | windows of a given length, at a given distance | `size - 1` | Pekko; Reactor `buffer(n, skip)` |
//! | [`split_when`](Flow::split_when) | flows that a boundary begins | 1 | Pekko `splitWhen`; Reactor `windowUntil(p, true)` |
//! | [`window_until`](Flow::window_until) | flows that a boundary ends | 1 | Reactor; Pekko `splitAfter` |
//!
//! ## Event time: [`event_time`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`assign_timestamps`](Flow::assign_timestamps) | every item with its time, and watermarks | nothing | Flink `assignTimestampsAndWatermarks` |
//! | [`event_time::merge_watermarks`] | the records of many flows, under one watermark | nothing | Flink `union` |
//! | [`reorder`](Flow::reorder) | records in the order of their times, and those that are late | `max_held` | Renoir |
//! | [`tumbling_event_time`](Flow::tumbling_event_time) | one result for each window of time, and the records that are late | the state of each open window | Flink `TumblingEventTimeWindows` |
//!
//! ## Time: [`time`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`audit`](Flow::audit) | the newest item, a wait after the first | 1 | |
//! | [`debounce`](Flow::debounce) | the newest item after a silence | 1 | Reactor `sampleTimeout` |
//! | [`delay`](Flow::delay) | every item, later by a given time | `max_held` | Pekko; Reactor `delayElements` |
//! | [`drop_within`](Flow::drop_within) | the items after the first time | nothing | Pekko; Reactor `skip(duration)` |
//! | [`elapsed`](Flow::elapsed) | every item with the time since the one before | nothing | Reactor |
//! | [`enforce_rate`](Flow::enforce_rate) | every item, as an error above a given rate | nothing | Pekko `throttle` (enforcing) |
//! | [`initial_delay`](Flow::initial_delay) | every item, none before a given time | nothing | Pekko; Reactor `delaySubscription` |
//! | [`keep_alive`](Flow::keep_alive) | every item, and a made one after a silence | nothing | Pekko |
//! | [`latency_probe`](Flow::latency_probe) | every item, with its age told to `record` | nothing | Flink latency markers |
//! | [`sample`](Flow::sample) | the newest item at each tick | 1 | Reactor |
//! | [`take_within`](Flow::take_within) | the items of the first time | nothing | Pekko; Reactor `take(duration)` |
//! | [`throttle`](Flow::throttle) | every item, at no more than a given rate | 1 | Pekko (shaping); tokio-stream with a gap |
//! | [`throttle_latest`](Flow::throttle_latest) | an item at once, then the newest every period | 1 | |
//! | [`timeout_backpressure`](Flow::timeout_backpressure) | every item, or an error if the consumer is late | nothing | Pekko `backpressureTimeout` |
//! | [`timeout_first`](Flow::timeout_first) | every item, or an error if the first is late | nothing | Pekko `initialTimeout`; Reactor `timeout(firstTimeout)` |
//! | [`timeout_idle`](Flow::timeout_idle) | every item, or an error after a silence | nothing | Pekko `idleTimeout`; Reactor `timeout`; tokio-stream `timeout_repeating` goes on |
//! | [`timeout_total`](Flow::timeout_total) | every item, or an error if the end is late | nothing | Pekko `completionTimeout` |
//! | [`timestamp`](Flow::timestamp) | every item with when it was taken | nothing | Reactor |
//!
//! ## Combine: [`combine`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`combine_latest`](Flow::combine_latest) | what `f` makes of the newest items, at each change | 1 of each stream | Reactor, MRC; Pekko `zipLatestWith` |
//! | [`concat`](Flow::concat) | the items of one stream, then of another | nothing | futures, tokio-stream `chain`; Pekko, Reactor |
//! | [`concat_lazy`](Flow::concat_lazy) | the items of one stream, then of one opened later | nothing | Pekko `concatLazy`; Reactor `concat(defer)` |
//! | [`interleave`](Flow::interleave) | runs of items of two streams in turn | nothing | Pekko |
//! | [`merge`](Flow::merge) | the items of two streams | nothing | tokio-stream, Pekko, Reactor; futures `select` |
//! | [`combine::merge`] | the items of many streams | nothing | futures `select_all`; Pekko `Merge`; Reactor |
//! | [`merge_eager`](Flow::merge_eager) | the items of two streams, until one of them ends | nothing | Pekko `merge(eagerComplete)` |
//! | [`merge_preferred`](Flow::merge_preferred) | the items of two streams, those of one first | nothing | futures `select_with_strategy`; Pekko |
//! | [`combine::merge_prioritized`] | the items of many streams, in shares of given weights | nothing | Pekko |
//! | [`merge_sequence`](Flow::merge_sequence) | the items of two streams, in the order of their numbers | 1 | Pekko |
//! | [`merge_sorted_by`](Flow::merge_sorted_by) | the items of two sorted streams, sorted | 1 | Pekko `mergeSorted`; Reactor `mergeComparing` |
//! | [`with_latest_from`](Flow::with_latest_from) | what `f` makes of every item and the newest of another stream | 2 | Reactor, MRC |
//! | [`zip`](Flow::zip) | pairs of items with the same index | 1 | futures, Pekko, Reactor, MRC |
//! | [`zip_all`](Flow::zip_all) | pairs of items with the same index, to the end of both | 1 | Pekko |
//! | [`combine::zip_n`] | vectors of items of many streams with the same index | 1 of each stream | futures-concurrency `zip`; Pekko `zipN`; Reactor |
//! | [`zip_with`](Flow::zip_with) | what `f` makes of items with the same index | 1 | Pekko; Reactor `zip` |
//!
//! ## Fan out: [`fan_out`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`also_to`](Flow::also_to) | every item, and a clone of it to a consumer | `2 * capacity` | Pekko |
//! | [`balance`](Flow::balance) | every item on the output that asks first | `capacity` | Pekko; MRC `RoundRobinRouter`; Flink `rebalance` |
//! | [`broadcast`](Flow::broadcast) | every item on each of `N` outputs | `N * capacity` | Pekko; Reactor `publish`; MRC; async-broadcast |
//! | [`divert_to`](Flow::divert_to) | the items that pass a test on a second output | `2 * capacity` | Pekko; Flink side output |
//! | [`flat_map_prefix`](Flow::flat_map_prefix) | the flow made of the first items and a flow of the others | `max_items` | Pekko; Reactor `switchOnFirst` |
//! | [`group_by`](Flow::group_by) | a flow for the items of each key | `capacity` for each group | Pekko; Reactor; Flink `keyBy` |
//! | [`partition`](Flow::partition) | every item on the output whose index `f` gives | `N * capacity` | Pekko; MRC `Router` |
//! | [`prefix_and_tail`](Flow::prefix_and_tail) | the first items, and a flow of the others | `max_items` | Pekko |
//! | [`split_result`](Flow::split_result) | values on one output, errors on another | `2 * capacity` | |
//! | [`stateful_map_by_key`](Flow::stateful_map_by_key) | what `f` makes of every item and the state of its key | `max_keys` states, 1 | Flink `keyBy` and `process` |
//! | [`unzip`](Flow::unzip) | the halves of pairs, each on its output | `2 * capacity` halves | Pekko; futures, all at once |
//! | [`wire_tap`](Flow::wire_tap) | every item, and what a tap keeps up with on a second output | `capacity` | Pekko |
//!
//! ## Run concurrently: [`concurrent`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`detach`](Flow::detach) | every item, from a task of its own | `max_items` | Pekko `async`, `detach`; Reactor `publishOn` |
//! | [`map_async`](Flow::map_async) | results of futures, in order | `max_in_flight` | futures `map` and `buffered`; Pekko `mapAsync`; Flink `orderedWait` |
//! | [`map_async_keyed`](Flow::map_async_keyed) | results of futures as they come, in order per key | `max_in_flight` | Pekko `mapAsyncPartitioned` |
//! | [`map_async_unordered`](Flow::map_async_unordered) | results of futures, as they come | `max_in_flight` | futures `map` and `buffer_unordered`; Pekko `mapAsyncUnordered`; Flink `unorderedWait` |
//! | [`map_batched`](Flow::map_batched) | results of calls over batches, in order | `max_items * (max_in_flight + 2) - 1` | MRC inference stage |
//! | [`map_blocking`](Flow::map_blocking) | results of calls on blocking threads, in order | `max_in_flight` | Pekko `mapAsync` on a blocking dispatcher |
//! | [`map_service`](Flow::map_service) | responses of a `tower` service, in order | `max_in_flight` | tower `call_all` |
//! | [`map_spawn`](Flow::map_spawn) | results of tasks, in order | `max_in_flight` | MRC `pe_count` |
//! | [`race`](Flow::race) | the items of whichever of two streams has one first | nothing | Reactor `firstWithValue` |
//! | [`concurrent::race`] | the items of whichever of many streams has one first | nothing | Reactor `firstWithValue` |
//!
//! ## Decouple: [`rate`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`batch_on_backpressure`](Flow::batch_on_backpressure) | vectors of what came while the output was blocked | items that cost `max_weight`, and 1 | Pekko `batchWeighted` |
//! | [`buffer`](Flow::buffer) | every item, or those for which there was room | `capacity` | Pekko; Reactor `onBackpressureBuffer` |
//! | [`conflate`](Flow::conflate) | items, those that came while the output was blocked as one | 1 | Pekko; Reactive Extensions `onBackpressureReduce` |
//! | [`conflate_with_seed`](Flow::conflate_with_seed) | summaries of what came while the output was blocked | 1 summary | Pekko |
//! | [`deadline_drop`](Flow::deadline_drop) | items, without those that waited too long | nothing | |
//! | [`decouple`](Flow::decouple) | what a store of your own gives | what the store holds | |
//! | [`expand`](Flow::expand) | an iterator of the newest item, while the input is silent | 1 iterator | Pekko `expand`, `extrapolate` |
//! | [`fail_on_overflow`](Flow::fail_on_overflow) | every item, or an error when there was no room | `capacity` | Pekko `buffer(n, fail)`; Reactor `onBackpressureError` |
//! | [`latest`](Flow::latest) | the newest items | 1 | Reactor `onBackpressureLatest` |
//! | [`latest_by_key`](Flow::latest_by_key) | the newest item of each key | `max_keys` | |
//! | [`valve`](Flow::valve) | every item, while a valve is open | nothing | Pekko `Valve` |
//!
//! ## Handle errors: [`errors`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`and_then`](Flow::and_then) | results of futures of the `Ok`s, one at a time | 1 | futures |
//! | [`catch_unwind`](Flow::catch_unwind) | every item as an `Ok`, and a panic as a last `Err` | a panic | futures |
//! | [`ignore_errors`](Flow::ignore_errors) | the values of the `Ok`s | nothing | Pekko `Supervision.Resume`; Reactor `onErrorContinue` |
//! | [`inspect_err`](Flow::inspect_err) | every result, `Err`s seen by `f` | nothing | futures; Reactor `doOnError` |
//! | [`inspect_ok`](Flow::inspect_ok) | every result, `Ok`s seen by `f` | nothing | futures |
//! | [`map_err`](Flow::map_err) | `f` of the error of every `Err` | nothing | futures; Pekko `mapError`; Reactor `onErrorMap` |
//! | [`map_ok`](Flow::map_ok) | `f` of the value of every `Ok` | nothing | futures |
//! | [`on_error_complete`](Flow::on_error_complete) | the values of the `Ok`s before the first `Err` | the error | Pekko, Reactor |
//! | [`recover`](Flow::recover) | the values of the `Ok`s, and a last one made of the first `Err` | nothing | Pekko; Reactor `onErrorReturn` |
//! | [`recover_with`](Flow::recover_with) | every result, from another stream where one fails | nothing | Pekko `recoverWithRetries`; Reactor `onErrorResume` |
//! | [`errors::restart_with_backoff`] | results of a source, made anew where it fails | nothing | Pekko `RestartSource`; Reactor `retryWhen` |
//! | [`retry_item`](Flow::retry_item) | results of calls, made again where they fail, in order | `max_in_flight`, and as many that wait | Pekko `RetryFlow`; Flink `AsyncRetryStrategy`; tower `Retry` |
//! | [`retry_item_unordered`](Flow::retry_item_unordered) | results of calls, made again where they fail, as they come | `max_in_flight`, and as many that wait | Flink `AsyncRetryStrategy`; tower `Retry` |
//! | [`try_filter`](Flow::try_filter) | the `Ok`s that pass a test, until an `Err` | nothing | futures |
//! | [`try_filter_map`](Flow::try_filter_map) | what `f` makes of some `Ok`s, until an `Err` | nothing | futures |
//! | [`try_flat_map_iter`](Flow::try_flat_map_iter) | the items of an iterator made of every `Ok`, until an `Err` | 1 iterator | Pekko `mapConcat`; Reactor `flatMapIterable` |
//! | [`try_flatten`](Flow::try_flatten) | the results of every stream, one after the other, until an `Err` | 1 stream | futures |
//! | [`try_or_else`](Flow::try_or_else) | results of futures of the `Err`s, until one gives an `Err` | 1 | futures `or_else` |
//! | [`try_skip_while`](Flow::try_skip_while) | the `Ok`s from the first that fails a test on, until an `Err` | nothing | futures |
//! | [`try_take_while`](Flow::try_take_while) | the `Ok`s before the first that fails a test, until an `Err` | nothing | futures |
//! | [`until_err`](Flow::until_err) | every result up to and with the first `Err` | nothing | the way of all streams of Pekko and Reactor |
//!
//! ## Stop and watch: [`lifecycle`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`drain`](Flow::drain) | what is on its way after a switch is thrown, for a while | nothing | Pekko `DrainingControl` |
//! | [`finally`](Flow::finally) | every item; calls `f` once it is over | nothing | Reactor `doFinally` |
//! | [`on_cancel`](Flow::on_cancel) | every item; calls `f` if dropped before its end | nothing | Reactor `doOnCancel` |
//! | [`stop_with`](Flow::stop_with) | every item, until a switch is thrown | nothing | futures `Abortable`; Pekko `KillSwitch` |
//! | [`watch_termination`](Flow::watch_termination) | every item, and a future of how it ended | nothing | Pekko |
//! | [`with_kill_switch`](Flow::with_kill_switch) | every item, until a switch is thrown, then its error | 1 error | Pekko `KillSwitch` |
//!
//! ## Consume: [`consume`]
//!
//! | operator | gives | holds at most | elsewhere |
//! | --- | --- | --- | --- |
//! | [`collect`](Flow::collect) | a collection of all items | all | futures, tokio-stream; Pekko `Sink.collection`; Reactor |
//! | [`element_at`](Flow::element_at) | the item with an index | nothing | Reactor |
//! | [`first`](Flow::first) | the first item | nothing | Pekko `Sink.head`; Reactor `next` |
//! | [`fold`](Flow::fold) | a state made of all items | its state | futures, tokio-stream, Pekko; Reactor `reduce` |
//! | [`for_each`](Flow::for_each) | each item to a closure | nothing | futures, Reactor; Pekko `Sink.foreach` |
//! | [`for_each_async`](Flow::for_each_async) | each item to a future | 1 | futures `for_each`; Pekko `foreachAsync` |
//! | [`for_each_concurrent`](Flow::for_each_concurrent) | items to futures, several at a time | `max_in_flight` | futures |
//! | [`ignore`](Flow::ignore) | no item anywhere; counts them | nothing | Pekko `Sink.ignore`; Reactor `then` |
//! | [`last`](Flow::last) | the last item | 1 | Pekko `Sink.last`; Reactor |
//! | [`next`](Flow::next) | the next item | nothing | futures, tokio-stream |
//! | [`send_to`](Flow::send_to) | each item to a sink | nothing | futures `forward`; Pekko `to` |
//! | [`single`](Flow::single) | the only item, or an error | 1 | Reactor |
//! | [`try_collect`](Flow::try_collect) | a collection of all values, or the first error | all | futures |
//! | [`try_fold`](Flow::try_fold) | a state made of all values, or the first error | its state | futures |
//! | [`try_for_each`](Flow::try_for_each) | the value of each `Ok` to a closure, or the first error | nothing | futures |
//! | [`try_for_each_async`](Flow::try_for_each_async) | the value of each `Ok` to a future, or the first error | 1 | futures `try_for_each` |
//!
//! # The default contract
//!
//! Every operator keeps these rules. A method's own page tells only where it
//! differs, and the bounds that it adds.
//!
//! - *Lazy.* Building it polls, spawns and opens nothing.
//! - *Pull-driven.* It takes an item only when polled, and holds at most what
//!   its row above says.
//! - *Awake.* When it returns `Pending`, the waker of that poll is woken when it
//!   can move on; the wakers of earlier polls may be forgotten. It wakes itself
//!   only when there is something to do.
//! - *Progress.* [`Progress::poll_progress`] drives what it holds and forwards
//!   to its input. When it is pending without having found its input pending in
//!   the same call, it has driven the input's progress, unless the input has
//!   been pending since an earlier call and was not woken.
//! - *Yielding.* One poll takes at most 128 items and finishes at most 128
//!   futures; where more is ready, it wakes the task and returns `Pending`.
//! - *Order.* It keeps the order of the items.
//! - *Ending.* It ends when its input ends and everything held has been
//!   emitted, and it stays ended. A foreign stream is never polled again after
//!   its end.
//! - *Dropping.* Dropping it drops its input and all that it holds. Dropping
//!   the future of [`next`](Flow::next) loses nothing.
//! - *Errors.* It adds none: a `Result` is an item like any other.
//! - *Panics.* A panic in a closure or future passes through the poll. Nothing
//!   is emitted twice or made up afterwards: operators of the [`concurrent`]
//!   group have ended, the others go on with the next item. A count of zero
//!   that could never emit panics at the call site.
//! - *Size.* [`size_hint`](futures_core::Stream::size_hint) brackets the number
//!   of items still to come.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `time` | yes | `batch`, `batch_weighted`, `batch_by_key`, `map_batched`, `split_when`, `window_until`, `deadline_drop`, `drain`, `interval`, `timer` and the group `time`; needs tokio's timer |
//! | `tasks` | no | `detach`, `map_spawn`, `map_blocking`; needs tokio's runtime |
//! | `retry` | no | `retry_item`, `retry_item_unordered`, `restart_with_backoff`, with the delays of `backon` |
//! | `tokio-stream` | no | [`flow`](flow()) of tokio's receivers, intervals, listeners, signals and readers |
//! | `tower` | no | `map_service` |
//! | `testing` | no | `testing`: the contract above as laws, to check your own operators with |

#[cfg(feature = "time")]
mod alarm;
mod budget;
pub mod combine;
pub mod concurrent;
pub mod consume;
pub mod errors;
pub mod event_time;
pub mod fan_out;
pub mod filter;
mod flow;
mod foreign;
pub mod lifecycle;
mod progress;
pub mod rate;
mod solo;
pub mod source;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "time")]
pub mod time;
pub mod transform;
mod wake_set;
pub mod window;

pub use combine::merge;
pub use flow::Flow;
#[cfg(feature = "tokio-stream")]
pub use foreign::OfTokio;
pub use foreign::{
    AlreadyAFlow, AnyIterator, AnyStream, BorrowedCollection, Foreign, IntoForeign,
    OwnedCollection, flow,
};
pub use progress::Progress;

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/coming-from-futures.md")]
pub mod coming_from_futures {}

/// The examples of the readme, as tests.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
pub enum Readme {}
