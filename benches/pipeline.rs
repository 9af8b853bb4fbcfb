//! What dividing work into nodes costs, beside not dividing it and beside
//! tasks with channels.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

mod support;

use std::future::ready;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::mpsc::channel;

use futures::{StreamExt, stream};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions};
use support::{Bench, Claim};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

const CAPACITY: usize = 128;
const BATCH: usize = 64;

fn main() -> ExitCode {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let mut bench = Bench::new("pipeline");
    three_nodes_vs_fused(&mut bench, &runtime);
    three_nodes_vs_tokio_tasks(&mut bench, &runtime);
    bench.finish()
}

/// A source of numbers, a node that mixes them and lets three in four pass,
/// and a node that adds them up in batches of 64: three nodes on one worker
/// with two edges between them, from building the pipeline to its report; and
/// the same operators as one chain of `futures` without any edge.
fn three_nodes_vs_fused(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "three_nodes_vs_fused",
        peer: "one fused futures chain",
        at_most: 3.0,
        amount: 2_000_000,
        short_amount: 20_000,
        unit: "message",
    };
    bench.compare(
        claim,
        |messages| {
            runtime
                .block_on(three_nodes(messages))
                .expect("the pipeline runs")
        },
        |messages| runtime.block_on(fused(messages)),
    );
}

/// The same three nodes; and three tasks on one thread with two of tokio's
/// channels between them, which hold as many messages as the edges.
fn three_nodes_vs_tokio_tasks(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "three_nodes_vs_tokio_tasks",
        peer: "three tokio tasks, mpsc",
        at_most: 0.2,
        amount: 500_000,
        short_amount: 20_000,
        unit: "message",
    };
    bench.compare(
        claim,
        |messages| {
            runtime
                .block_on(three_nodes(messages))
                .expect("the pipeline runs")
        },
        |messages| runtime.block_on(three_tasks(messages)),
    );
}

async fn three_nodes(messages: u64) -> Result<u64, RunError> {
    let pipeline = Pipeline::named("three-nodes").edge_capacity(CAPACITY);
    let (tell, sum) = channel();
    pipeline
        .source(FromIter::new(0..messages))
        .node("mix", |numbers| numbers.map(mixed).filter(passes))
        .consume("sum", move |numbers| async move {
            let sum = numbers
                .chunks(BATCH)
                .fold(0, |sum, batch| add(sum, &batch))
                .await;
            tell.send(sum)
        });
    pipeline
        .run_with(RunOptions::new().workers(NonZeroUsize::MIN))
        .await?;
    Ok(sum.recv().expect("a run that succeeds has told its sum"))
}

async fn fused(messages: u64) -> u64 {
    stream::iter(0..messages)
        .map(mixed)
        .filter(|number| ready(passes(number)))
        .chunks(BATCH)
        .fold(0, |sum, batch| ready(add(sum, &batch)))
        .await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the peer is what one writes without millpond"
)]
async fn three_tasks(messages: u64) -> u64 {
    let (to_mix, mut numbers) = mpsc::channel(CAPACITY);
    let (to_sum, mut mixed_numbers) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        for number in 0..messages {
            to_mix
                .send(number)
                .await
                .expect("the mixing task outlives the source");
        }
    });
    tokio::spawn(async move {
        while let Some(number) = numbers.recv().await {
            let number = mixed(number);
            if passes(&number) {
                to_sum
                    .send(number)
                    .await
                    .expect("the adding task outlives the mixing one");
            }
        }
    });
    let adding = tokio::spawn(async move {
        let (mut sum, mut batch) = (0, Vec::with_capacity(BATCH));
        while let Some(number) = mixed_numbers.recv().await {
            batch.push(number);
            if batch.len() == BATCH {
                sum = add(sum, &batch);
                batch.clear();
            }
        }
        add(sum, &batch)
    });
    adding.await.expect("the adding task does not panic")
}

fn mixed(number: u64) -> u64 {
    (number ^ (number >> 3)).wrapping_mul(31).wrapping_add(7)
}

/// Three numbers in four pass.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "what a filter takes")]
fn passes(number: &u64) -> bool {
    number & 3 != 0
}

fn add(sum: u64, batch: &[u64]) -> u64 {
    batch
        .iter()
        .fold(sum, |sum, number| sum.wrapping_add(*number))
}
