//! Every way in which two threads can take turns on a remote edge.
//!
//! Run by `scripts/loom`. An end that sleeps though it could go on shows as a
//! deadlock, which loom reports.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use loom::future::block_on;
use loom::thread;

use super::{EdgeCounters, Inlet, Overflow, Sender, Settings, remote_counted};

/// Runs the two ends on two threads, in every order, and checks that in the
/// end every message is accounted for. Gives what the inlet's thread returns.
fn every_order<R>(
    settings: impl Fn() -> Settings<u32> + Sync + Send + 'static,
    send: impl Fn(Sender<u32>) + Copy + Sync + Send + 'static,
    receive: impl Fn(Inlet<u32>) -> R + Sync + Send + 'static,
    check: impl Fn(R) + Sync + Send + 'static,
) {
    loom::model(move || {
        let settings = settings();
        let counters = Arc::new(EdgeCounters::new(settings.capacity));
        let (sender, inlet) = remote_counted(settings, Arc::clone(&counters));
        let sending = thread::spawn(move || send(sender.open()));
        check(receive(inlet.open()));
        sending.join().unwrap();
        let counts = counters.counts();
        assert_eq!(counts.depth(), 0, "{counts:?}");
        let gone = counts.received + counts.dropped() + counts.discarded;
        assert_eq!(counts.sent, gone, "{counts:?}");
    });
}

fn blocking(capacity: usize) -> impl Fn() -> Settings<u32> + Sync + Send {
    move || Settings::new(capacity)
}

/// Sends off numbers from 1 as long as somebody listens.
fn send(mut sender: Sender<u32>, messages: u32) -> u32 {
    block_on(async {
        let mut sent = 0;
        while sent < messages {
            match sender.reserve().await {
                Ok(slot) => slot.send(sent + 1),
                Err(_closed) => break,
            }
            sent += 1;
        }
        sent
    })
}

fn next(inlet: &mut Inlet<u32>) -> Option<u32> {
    block_on(poll_fn(|cx| Pin::new(&mut *inlet).poll_next(cx)))
}

fn all(mut inlet: Inlet<u32>) -> Vec<u32> {
    std::iter::from_fn(|| next(&mut inlet)).collect()
}

#[test]
fn all_that_is_sent_arrives_in_order_and_then_the_end() {
    for capacity in [1, 2] {
        every_order(
            blocking(capacity),
            |sender| assert_eq!(send(sender, 3), 3),
            all,
            |received| assert_eq!(received, [1, 2, 3]),
        );
    }
}

#[test]
fn a_sender_that_waits_learns_that_the_inlet_is_gone() {
    every_order(
        blocking(1),
        |sender| assert!(send(sender, 3) < 3, "only two fit on and behind the edge"),
        |mut inlet| next(&mut inlet),
        |received| assert_eq!(received, Some(1)),
    );
}

#[test]
fn a_sender_that_idles_learns_that_the_inlet_is_gone() {
    every_order(
        blocking(1),
        |mut sender| {
            block_on(poll_fn(|cx| sender.poll_idle(cx)));
        },
        drop,
        |()| {},
    );
}

#[test]
fn growing_wakes_a_sender_that_waits() {
    every_order(
        blocking(1),
        |sender| assert_eq!(send(sender, 3), 3),
        |mut inlet| {
            inlet.resize(3.try_into().unwrap());
            all(inlet)
        },
        |received| assert_eq!(received, [1, 2, 3]),
    );
}

#[test]
fn shrinking_drops_nothing_and_leaves_nobody_asleep() {
    every_order(
        blocking(3),
        |sender| assert_eq!(send(sender, 3), 3),
        |mut inlet| {
            inlet.resize(1.try_into().unwrap());
            all(inlet)
        },
        |received| assert_eq!(received, [1, 2, 3]),
    );
}

#[test]
fn weights_are_charged_and_given_back() {
    every_order(
        || Settings::new(super::Capacity::Weighted(2)).weigh(|message| *message as usize),
        |sender| assert_eq!(send(sender, 3), 3),
        all,
        |received| assert_eq!(received, [1, 2, 3]),
    );
}

#[test]
fn dropping_the_oldest_keeps_the_newest() {
    every_order(
        || Settings::new(1).overflow(Overflow::DropOldest),
        |sender| assert_eq!(send(sender, 3), 3),
        all,
        |received| {
            assert!(received.is_sorted());
            assert_eq!(received.last(), Some(&3));
        },
    );
}

#[test]
fn dropping_the_newest_keeps_the_oldest() {
    every_order(
        || Settings::new(1).overflow(Overflow::DropNewest),
        |sender| assert_eq!(send(sender, 3), 3),
        all,
        |received| {
            assert!(received.is_sorted());
            assert_eq!(received.first(), Some(&1));
        },
    );
}

#[test]
fn an_edge_that_fails_ends_on_both_sides() {
    every_order(
        || Settings::new(1).overflow(Overflow::Fail),
        |sender| {
            send(sender, 3);
        },
        all,
        |received| assert!([1, 2, 3].starts_with(&received) && !received.is_empty()),
    );
}

/// An inlet whose waker the edge does not have is what a lost wake looks like.
#[test]
#[should_panic(expected = "deadlock")]
fn a_lost_wake_is_found() {
    every_order(
        blocking(1),
        |sender| assert_eq!(send(sender, 1), 1),
        |mut inlet| {
            let cx = &mut Context::from_waker(Waker::noop());
            match Pin::new(&mut inlet).poll_next(cx) {
                Poll::Ready(message) => message,
                Poll::Pending => block_on(std::future::pending()),
            }
        },
        |received| assert_eq!(received, Some(1)),
    );
}
