use std::thread;

use futures::executor::block_on;
use millpond::edge;

use super::support::{Bench, Claim};
use super::{CAPACITY, add_up, send_all};

/// An edge that holds 128 messages, its sender on one thread and its inlet on
/// another, beside channels of the same size. Whoever is faster sleeps every
/// few messages, and how often is the machine's affair: so these figures are
/// told and not judged.
pub(super) fn compare(bench: &mut Bench) {
    type Over = fn(u64) -> u64;
    let peers: [(_, _, Over); 5] = [
        ("two_threads_vs_tokio", "tokio mpsc", over_tokio),
        ("two_threads_vs_flume", "flume, async", over_flume),
        ("two_threads_vs_kanal", "kanal, async", over_kanal),
        (
            "two_threads_vs_crossfire",
            "crossfire spsc, async",
            over_crossfire,
        ),
        ("two_threads_vs_tachyonix", "tachyonix", over_tachyonix),
    ];
    for (name, peer, over_peer) in peers {
        let claim = Claim {
            name,
            peer,
            at_most: f64::INFINITY,
            amount: 100_000,
            short_amount: 5_000,
            unit: "message",
        };
        bench.compare(claim, over_edge, over_peer);
    }
}

/// Runs each of the two on a thread of its own, and gives what the second makes.
pub(super) fn side_by_side<S: Future<Output = ()>>(
    send: impl FnOnce() -> S + Send,
    receive: impl Future<Output = u64>,
) -> u64 {
    thread::scope(|threads| {
        threads.spawn(|| block_on(send()));
        block_on(receive)
    })
}

fn over_edge(messages: u64) -> u64 {
    let (sender, inlet) = edge::remote(CAPACITY);
    side_by_side(|| send_all(sender.open(), messages), add_up(inlet.open()))
}

/// Sends the numbers and adds up what arrives, over somebody else's channel.
macro_rules! over_channel {
    ($messages:expr, $channel:expr, $send:ident, $next:expr) => {{
        let (sender, receiver) = $channel;
        side_by_side(
            async move || {
                for number in 0..$messages {
                    sender
                        .$send(number)
                        .await
                        .expect("the receiver outlives the sender");
                }
            },
            async move {
                let (mut receiver, mut sum) = (receiver, 0);
                while let Some(number) = $next(&mut receiver).await {
                    sum += number;
                }
                sum
            },
        )
    }};
}

fn over_tokio(messages: u64) -> u64 {
    let channel = tokio::sync::mpsc::channel(CAPACITY.get());
    over_channel!(messages, channel, send, tokio::sync::mpsc::Receiver::recv)
}

fn over_flume(messages: u64) -> u64 {
    let channel = flume::bounded(CAPACITY.get());
    let next = async |receiver: &mut flume::Receiver<u64>| receiver.recv_async().await.ok();
    over_channel!(messages, channel, send_async, next)
}

fn over_kanal(messages: u64) -> u64 {
    let channel = kanal::bounded_async(CAPACITY.get());
    let next = async |receiver: &mut kanal::AsyncReceiver<u64>| receiver.recv().await.ok();
    over_channel!(messages, channel, send, next)
}

fn over_crossfire(messages: u64) -> u64 {
    let channel = crossfire::spsc::bounded_async(CAPACITY.get());
    let next = async |receiver: &mut crossfire::AsyncRx<crossfire::spsc::Array<u64>>| {
        receiver.recv().await.ok()
    };
    over_channel!(messages, channel, send, next)
}

fn over_tachyonix(messages: u64) -> u64 {
    let channel = tachyonix::channel(CAPACITY.get());
    let next = async |receiver: &mut tachyonix::Receiver<u64>| receiver.recv().await.ok();
    over_channel!(messages, channel, send, next)
}
