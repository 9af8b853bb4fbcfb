//! What the operators cost, beside those of other crates.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

mod support;

use std::future::{Future, poll_fn};
use std::process::ExitCode;
use std::task::Poll;
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use futures_buffered::BufferedStreamExt;
use futures_concurrency::prelude::*;
use millpond::operators::{combine, flow};
use support::{Bench, Claim};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_stream::StreamMap;
use tokio_stream::wrappers::ReceiverStream;

const IN_FLIGHT: usize = 64;
const BATCH: usize = 64;
const WAIT: Duration = Duration::from_millis(10);

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime starts");
    let mut bench = Bench::new("operators");
    chain_vs_futures(&mut bench);
    chain_vs_loop(&mut bench);
    chunks_chain_vs_futures(&mut bench);
    map_async(&mut bench, &runtime);
    map_async_unordered(&mut bench, &runtime);
    batch_vs_chunks_timeout(&mut bench, &runtime);
    batch_of_singles_vs_chunks_timeout(&mut bench, &runtime);
    batch_of_ready_vs_chunks_timeout(&mut bench, &runtime);
    merge_of_ready_inputs(&mut bench, &runtime);
    merge_of_channels(&mut bench, &runtime);
    bench.finish()
}

/// Five fused operators over numbers that are ready, and a sum at the end.
fn chain_vs_futures(bench: &mut Bench) {
    let claim = Claim {
        name: "chain_vs_futures",
        peer: "futures, the same chain",
        at_most: 1.05,
        amount: 1_000_000,
        short_amount: 20_000,
        unit: "item",
    };
    bench.compare(claim, our_chain, |items| {
        let sums = StreamExt::scan(
            stream::iter(0..items)
                .map(|n| n.wrapping_mul(0x9E37_79B9))
                .filter(|n| std::future::ready(n % 3 != 0))
                .enumerate()
                .map(|(place, n)| n ^ place as u64),
            0_u64,
            |last, n| {
                let sum = last.wrapping_add(n);
                *last = n;
                std::future::ready(Some(sum))
            },
        );
        futures::executor::block_on(StreamExt::fold(sums, 0_u64, |sum, n| {
            std::future::ready(sum.wrapping_add(n))
        }))
    });
}

fn our_chain(items: u64) -> u64 {
    let sums = flow(0..items)
        .map(|n| n.wrapping_mul(0x9E37_79B9))
        .filter(|n| n % 3 != 0)
        .enumerate()
        .map(|(place, n)| n ^ place as u64)
        .scan(0_u64, |last, n| {
            let sum = last.wrapping_add(n);
            *last = n;
            Some(sum)
        });
    futures::executor::block_on(sums.fold(0_u64, u64::wrapping_add))
}

/// The same beside a `for` loop, which is what a compiler makes of an iterator.
fn chain_vs_loop(bench: &mut Bench) {
    let claim = Claim {
        name: "chain_vs_loop",
        peer: "a plain loop",
        at_most: 20.0,
        amount: 1_000_000,
        short_amount: 20_000,
        unit: "item",
    };
    bench.compare(claim, our_chain, |items| {
        let (mut last, mut place, mut sum) = (0_u64, 0_u64, 0_u64);
        for n in 0..items {
            let n = n.wrapping_mul(0x9E37_79B9);
            if n % 3 != 0 {
                let n = n ^ place;
                place += 1;
                sum = sum.wrapping_add(last.wrapping_add(n));
                last = n;
            }
        }
        sum
    });
}

/// A chain with vectors in its middle.
fn chunks_chain_vs_futures(bench: &mut Bench) {
    let claim = Claim {
        name: "chunks_chain_vs_futures",
        peer: "futures, the same chain",
        at_most: 1.05,
        amount: 1_000_000,
        short_amount: 20_000,
        unit: "item",
    };
    bench.compare(
        claim,
        |items| {
            let sums = flow(0..items)
                .map(|n| n ^ 5)
                .chunks(BATCH)
                .map(|chunk| chunk.iter().fold(0, |sum: u64, n| sum.wrapping_add(*n)));
            futures::executor::block_on(sums.fold(0_u64, u64::wrapping_add))
        },
        |items| {
            let sums = stream::iter(0..items)
                .map(|n| n ^ 5)
                .chunks(BATCH)
                .map(|chunk| chunk.iter().fold(0, |sum: u64, n| sum.wrapping_add(*n)));
            futures::executor::block_on(StreamExt::fold(sums, 0_u64, |sum, n| {
                std::future::ready(sum.wrapping_add(n))
            }))
        },
    );
}

/// A future that is pending once, and wakes its task at once.
async fn after_a_turn(n: u64) -> u64 {
    let mut waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    n
}

async fn sum_of(numbers: impl Stream<Item = u64>) -> u64 {
    let mut numbers = std::pin::pin!(numbers);
    let mut sum = 0_u64;
    while let Some(n) = StreamExt::next(&mut numbers).await {
        sum = sum.wrapping_add(n);
    }
    sum
}

/// 64 futures at a time, each pending once, with their results in order.
fn map_async(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "map_async_64_vs_best",
        peer: "",
        at_most: 1.0,
        amount: 100_000,
        short_amount: 2_000,
        unit: "future",
    };
    bench.compare_with_best(
        claim,
        |items| runtime.block_on(sum_of(flow(0..items).map_async(IN_FLIGHT, after_a_turn))),
        vec![
            (
                "futures buffered",
                boxed(|items| {
                    let futures = stream::iter(0..items).map(after_a_turn);
                    runtime.block_on(sum_of(futures.buffered(IN_FLIGHT)))
                }),
            ),
            (
                "futures-buffered buffered_ordered",
                boxed(|items| {
                    let futures = stream::iter(0..items).map(after_a_turn);
                    runtime.block_on(sum_of(futures.buffered_ordered(IN_FLIGHT)))
                }),
            ),
        ],
    );
}

/// 64 futures at a time, each pending once, with their results as they come.
fn map_async_unordered(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "map_async_unordered_64_vs_best",
        peer: "",
        at_most: 1.0,
        amount: 100_000,
        short_amount: 2_000,
        unit: "future",
    };
    bench.compare_with_best(
        claim,
        |items| {
            let results = flow(0..items).map_async_unordered(IN_FLIGHT, after_a_turn);
            runtime.block_on(sum_of(results))
        },
        vec![
            (
                "futures buffer_unordered",
                boxed(|items| {
                    let futures = stream::iter(0..items).map(after_a_turn);
                    runtime.block_on(sum_of(futures.buffer_unordered(IN_FLIGHT)))
                }),
            ),
            (
                "futures-buffered buffered_unordered",
                boxed(|items| {
                    let futures = stream::iter(0..items).map(after_a_turn);
                    runtime.block_on(sum_of(futures.buffered_unordered(IN_FLIGHT)))
                }),
            ),
            (
                "futures-concurrency",
                boxed(|items| {
                    let sum = std::cell::Cell::new(0_u64);
                    let add = async |n| sum.set(sum.get().wrapping_add(n));
                    let results = stream::iter(0..items)
                        .co()
                        .limit(std::num::NonZeroUsize::new(IN_FLIGHT))
                        .map(after_a_turn);
                    runtime.block_on(results.for_each(add));
                    sum.get()
                }),
            ),
        ],
    );
}

/// Numbers that come in bursts of at most `longest`, pending after each burst.
///
/// The bursts get longer by one in turn and then begin again with one, so that
/// they end anywhere in a batch, as arrivals do. A pending input wakes its task.
fn bursts(items: u64, longest: u64) -> impl Stream<Item = u64> {
    let (mut n, mut left, mut length) = (0, 1, 1);
    stream::poll_fn(move |cx| {
        if n == items {
            return Poll::Ready(None);
        }
        if left == 0 {
            length = if length == longest { 1 } else { length + 1 };
            left = length;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        left -= 1;
        n += 1;
        Poll::Ready(Some(n))
    })
}

/// Adds up numbers, and polls again at once where there is none yet.
///
/// A turn of the runtime costs ten times as much as a poll of the operator and
/// would hide it, so there is one for every 32 polls that give nothing.
async fn sum_in_place(numbers: impl Stream<Item = u64>) -> u64 {
    let mut numbers = std::pin::pin!(numbers);
    let mut sum = 0_u64;
    poll_fn(|cx| {
        for _ in 0..32 {
            while let Poll::Ready(next) = numbers.as_mut().poll_next(cx) {
                let Some(n) = next else {
                    return Poll::Ready(());
                };
                sum = sum.wrapping_add(n);
            }
        }
        Poll::Pending
    })
    .await;
    sum
}

/// Vectors of 64, or what has come after 10 ms, of items in bursts of 1 to 15.
///
/// This is what `batch` is for: the items come in time to fill the batches, and
/// while they come there is a wait to keep.
fn batch_vs_chunks_timeout(bench: &mut Bench, runtime: &Runtime) {
    batch_of_bursts(bench, runtime, "batch_vs_chunks_timeout", 0.8, 15);
}

/// The same of items that come one by one.
fn batch_of_singles_vs_chunks_timeout(bench: &mut Bench, runtime: &Runtime) {
    batch_of_bursts(bench, runtime, "batch_of_singles_vs_chunks_timeout", 0.9, 1);
}

fn batch_of_bursts(
    bench: &mut Bench,
    runtime: &Runtime,
    name: &'static str,
    at_most: f64,
    longest: u64,
) {
    let claim = Claim {
        name,
        peer: "tokio-stream chunks_timeout",
        at_most,
        amount: 200_000,
        short_amount: 20_000,
        unit: "item",
    };
    bench.compare(
        claim,
        |items| {
            let batches = flow(bursts(items, longest)).batch(BATCH, WAIT);
            runtime.block_on(sum_in_place(batches.map(|batch| batch.len() as u64)))
        },
        |items| {
            let items = bursts(items, longest);
            let batches = tokio_stream::StreamExt::chunks_timeout(items, BATCH, WAIT);
            runtime.block_on(sum_in_place(StreamExt::map(batches, |batch| {
                batch.len() as u64
            })))
        },
    );
}

/// Vectors of 64 of items that are always ready, so that there is no wait.
///
/// On both sides most of the time goes into the vectors' memory and the items.
fn batch_of_ready_vs_chunks_timeout(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "batch_of_ready_vs_chunks_timeout",
        peer: "tokio-stream chunks_timeout",
        at_most: 1.0,
        amount: 1_000_000,
        short_amount: 20_000,
        unit: "item",
    };
    bench.compare(
        claim,
        |items| {
            let batches = flow(0..items).batch(BATCH, WAIT);
            runtime.block_on(sum_of(batches.map(|batch| batch.len() as u64)))
        },
        |items| {
            let items = stream::iter(0..items);
            let batches = tokio_stream::StreamExt::chunks_timeout(items, BATCH, WAIT);
            runtime.block_on(sum_of(StreamExt::map(batches, |batch| batch.len() as u64)))
        },
    );
}

/// The merges of a number of inputs: ours, then those of other crates.
macro_rules! merges {
    ($bench:ident, $runtime:ident, $inputs:literal, $name:literal, $what:literal, $make:expr) => {
        let claim = Claim {
            name: $name,
            peer: "",
            at_most: 1.0,
            amount: 64_000,
            short_amount: 6_400,
            unit: $what,
        };
        let make = $make;
        $bench.compare_with_best(
            claim,
            |items| {
                let (inputs, feed) = make(items, $inputs);
                let merged = combine::merge(inputs.into_iter().map(flow));
                $runtime.block_on(both(sum_of(merged), feed))
            },
            vec![
                (
                    "futures select_all",
                    boxed(|items| {
                        let (inputs, feed) = make(items, $inputs);
                        $runtime.block_on(both(sum_of(stream::select_all(inputs)), feed))
                    }),
                ),
                (
                    "tokio-stream StreamMap",
                    boxed(|items| {
                        let (inputs, feed) = make(items, $inputs);
                        let merged: StreamMap<_, _> = inputs.into_iter().enumerate().collect();
                        let merged = StreamExt::map(merged, |(_, n)| n);
                        $runtime.block_on(both(sum_of(merged), feed))
                    }),
                ),
                (
                    "futures-concurrency merge",
                    boxed(|items| {
                        let (inputs, feed) = make(items, $inputs);
                        $runtime.block_on(both(sum_of(inputs.merge()), feed))
                    }),
                ),
            ],
        );
    };
}

/// Inputs that are always ready.
fn merge_of_ready_inputs(bench: &mut Bench, runtime: &Runtime) {
    let ready = |items: u64, inputs: u64| {
        let input = |number| stream::iter(number..number + items / inputs);
        let inputs: Vec<_> = (0..inputs).map(input).collect();
        (inputs, std::future::ready(()))
    };
    merges!(bench, runtime, 2, "merge_2_vs_best", "ready item", ready);
    merges!(bench, runtime, 8, "merge_8_vs_best", "ready item", ready);
    merges!(bench, runtime, 64, "merge_64_vs_best", "ready item", ready);
}

/// Channels, of which one has an item at a time.
fn merge_of_channels(bench: &mut Bench, runtime: &Runtime) {
    let channels = |items: u64, inputs: u64| {
        let (senders, inputs): (Vec<_>, Vec<_>) = (0..inputs)
            .map(|_| {
                let (sender, receiver) = mpsc::channel::<u64>(1);
                (sender, ReceiverStream::new(receiver))
            })
            .unzip();
        let feed = async move {
            for n in 0..items {
                // Neighbours are far apart, as arrivals on many sockets are.
                let place = usize::try_from(n * 37 % senders.len() as u64).unwrap_or_default();
                if senders[place].send(n).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        (inputs, feed)
    };
    merges!(
        bench,
        runtime,
        2,
        "merge_2_channels_vs_best",
        "sent item",
        channels
    );
    merges!(
        bench,
        runtime,
        8,
        "merge_8_channels_vs_best",
        "sent item",
        channels
    );
    merges!(
        bench,
        runtime,
        64,
        "merge_64_channels_vs_best",
        "sent item",
        channels
    );
}

async fn both(sum: impl Future<Output = u64>, feed: impl Future<Output = ()>) -> u64 {
    futures::join!(sum, feed).0
}

fn boxed<'a>(work: impl FnMut(u64) -> u64 + 'a) -> Box<dyn FnMut(u64) -> u64 + 'a> {
    Box::new(work)
}
