use std::future::poll_fn;
use std::task::{Poll, ready};
use std::time::Duration;

use millpond::edge::{self, Capacity, Inlet, Sender};
use millpond::operators::Flow;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use super::support::{Bench, Claim};

/// What looking after its own size costs an edge whose nodes have nothing to
/// do: one that keeps to 128 messages by itself, beside one that is told to.
/// A node that does something costs far more: the figures are not judged.
pub(crate) fn compare(bench: &mut Bench) {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let adaptive = Capacity::Adaptive {
        target: Duration::from_millis(100),
        min: 128,
        max: 128,
    };
    for (name, remote) in [("local_hop_vs_fixed", false), ("remote_hop_vs_fixed", true)] {
        let claim = Claim {
            name,
            peer: "an edge of 128",
            at_most: f64::INFINITY,
            amount: 1_000_000,
            short_amount: 20_000,
            unit: "message",
        };
        let over = |capacity| {
            let runtime = &runtime;
            move |messages| {
                let (sender, inlet) = ends(capacity, remote);
                pass(runtime, sender, inlet, messages)
            }
        };
        bench.compare(claim, over(adaptive), over(Capacity::Fixed(128)));
    }
}

fn ends(capacity: Capacity, remote: bool) -> (Sender<u64>, Inlet<u64>) {
    if remote {
        let (sender, inlet) = edge::remote(capacity);
        (sender.open(), inlet.open())
    } else {
        edge::local(capacity)
    }
}

/// Sends numbers from one task to another that adds them up.
fn pass(runtime: &Runtime, mut sender: Sender<u64>, inlet: Inlet<u64>, messages: u64) -> u64 {
    let tasks = LocalSet::new();
    let mut numbers = 0..messages;
    tasks.spawn_local(async move {
        poll_fn(|cx| {
            loop {
                let slot = ready!(sender.poll_reserve(cx)).expect("the inlet outlives the sender");
                match numbers.next() {
                    Some(number) => slot.send(number),
                    None => return Poll::Ready(()),
                }
            }
        })
        .await;
    });
    let sum = tasks.spawn_local(Flow::native(inlet).fold(0, |sum, number| sum + number));
    tasks
        .block_on(runtime, sum)
        .expect("the receiving task does not panic")
}
