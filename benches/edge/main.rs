//! What moving a message over an edge costs, beside a fast channel.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

#[path = "../support/mod.rs"]
mod support;
mod two_threads;
mod wakes;

use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::task::Poll;

use crossfire::spsc;
use millpond::edge::{self, Inlet, Sender};
use millpond::operators::Flow;
use support::{Bench, Claim};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

const CAPACITY: NonZeroUsize = NonZeroUsize::new(128).unwrap();

fn main() -> ExitCode {
    // So that crossfire spins where that pays, as its documentation advises.
    crossfire::detect_backoff_cfg();
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let mut bench = Bench::new("edge");
    local_vs_crossfire(&mut bench, &runtime);
    remote_one_thread_vs_crossfire(&mut bench, &runtime);
    wakes::per_turn(&mut bench);
    two_threads::compare(&mut bench);
    bench.finish()
}

/// One task sends numbers, another adds them up, both on this thread: over an
/// edge between nodes of one worker, and over crossfire's asynchronous channel
/// for one sender and one receiver, each holding up to 128 messages.
fn local_vs_crossfire(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "local_vs_crossfire",
        peer: "crossfire spsc, async",
        at_most: 0.25,
        amount: 2_000_000,
        short_amount: 20_000,
        unit: "message",
    };
    bench.compare(
        claim,
        |messages| {
            let (sender, inlet) = edge::local(CAPACITY);
            side_by_side(runtime, send_all(sender, messages), add_up(inlet))
        },
        |messages| over_crossfire(runtime, messages),
    );
}

/// The same over an edge between workers, whose ends are both on this thread
/// here: what its lock costs, without the wakes between threads.
fn remote_one_thread_vs_crossfire(bench: &mut Bench, runtime: &Runtime) {
    let claim = Claim {
        name: "remote_one_thread_vs_crossfire",
        peer: "crossfire spsc, async",
        at_most: 0.63,
        amount: 2_000_000,
        short_amount: 20_000,
        unit: "message",
    };
    bench.compare(
        claim,
        |messages| {
            let (sender, inlet) = edge::remote(CAPACITY);
            side_by_side(
                runtime,
                send_all(sender.open(), messages),
                add_up(inlet.open()),
            )
        },
        |messages| over_crossfire(runtime, messages),
    );
}

/// Sends as a node does, whose future is polled once per wake.
async fn send_all(mut sender: Sender<u64>, messages: u64) {
    let mut sent = 0;
    poll_fn(|cx| {
        let mut number = sent;
        let ended = loop {
            match sender.poll_reserve(cx) {
                Poll::Ready(_) if number == messages => break Poll::Ready(()),
                Poll::Ready(slot) => slot.expect("the inlet outlives the sender").send(number),
                Poll::Pending => break Poll::Pending,
            }
            number += 1;
        };
        sent = number;
        ended
    })
    .await;
}

async fn add_up(inlet: Inlet<u64>) -> u64 {
    let mut sum = 0;
    Flow::native(inlet).for_each(|number| sum += number).await;
    sum
}

/// Sends and receives one by one, which is what crossfire is fastest at: its
/// sink and its stream, polled as our ends are, take a little longer.
fn over_crossfire(runtime: &Runtime, messages: u64) -> u64 {
    let (sender, receiver) = spsc::bounded_async::<u64>(CAPACITY.get());
    let send = async move {
        for number in 0..messages {
            sender
                .send(number)
                .await
                .expect("the receiver outlives the sender");
        }
    };
    let receive = async move {
        let mut sum = 0;
        while let Ok(number) = receiver.recv().await {
            sum += number;
        }
        sum
    };
    side_by_side(runtime, send, receive)
}

/// Runs the two as tasks of one thread, and gives what the second makes.
fn side_by_side(
    runtime: &Runtime,
    send: impl Future<Output = ()> + 'static,
    receive: impl Future<Output = u64> + 'static,
) -> u64 {
    let tasks = LocalSet::new();
    tasks.spawn_local(send);
    let sum = tasks.spawn_local(receive);
    tasks
        .block_on(runtime, sum)
        .expect("the receiving task does not panic")
}
