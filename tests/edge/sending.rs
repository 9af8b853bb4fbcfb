//! Sending one message at a time, and what comes back.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use millpond::edge::{Closed, Overflow, Settings};

use super::support::{KINDS, Wakes, edge, receive, receive_all, send_each};

fn poll<F: Future>(future: F, waker: &Waker) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(waker))
}

#[test]
fn what_is_sent_leaves_at_once() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 8);
        let (wakes, waker) = Wakes::new();
        assert!(receive(&mut inlet, &waker).is_pending());
        assert!(poll(sender.send(1), Waker::noop()).is_ready());
        assert_eq!(wakes.count(), 1);
        assert_eq!(receive_all(&mut inlet), [1]);
    }
}

#[test]
fn a_message_waits_for_room() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 1);
        let (wakes, waker) = Wakes::new();
        assert!(poll(sender.send(1), &waker).is_ready());
        {
            let mut sending = pin!(sender.send(2));
            let cx = &mut Context::from_waker(&waker);
            assert!(sending.as_mut().poll(cx).is_pending());
            assert_eq!(receive_all(&mut inlet), [1]);
            assert_eq!(wakes.count(), 1);
            assert!(sending.as_mut().poll(cx).is_ready());
        }
        assert_eq!(receive_all(&mut inlet), [2]);
    }
}

#[test]
fn an_error_returns_the_message_of_a_sender_whose_inlet_is_gone() {
    for kind in KINDS {
        let (mut sender, inlet) = edge(kind, 8);
        let message = Arc::new("precious");
        // The slots that are reserved already do not hide it.
        drop(poll(sender.reserve(), Waker::noop()));
        drop(inlet);
        let Poll::Ready(Err(error)) = poll(sender.send(Arc::clone(&message)), Waker::noop()) else {
            panic!("nobody receives it");
        };
        assert!(Arc::ptr_eq(&error.message, &message));
        // It is not on the edge's account.
        assert_eq!(sender.counters().counts().sent, 0);
        let error: Box<dyn Error> = Box::new(error);
        assert_eq!(
            error.to_string(),
            "the node behind this edge is gone: the message was not sent"
        );
    }
}

#[test]
fn a_sender_that_waits_gets_its_message_back_when_the_inlet_goes() {
    for kind in KINDS {
        let (mut sender, inlet) = edge(kind, 1);
        let (wakes, waker) = Wakes::new();
        assert!(poll(sender.send(1), &waker).is_ready());
        let mut sending = pin!(sender.send(2));
        let cx = &mut Context::from_waker(&waker);
        assert!(sending.as_mut().poll(cx).is_pending());
        drop(inlet);
        assert_eq!(wakes.count(), 1);
        let Poll::Ready(Err(error)) = sending.as_mut().poll(cx) else {
            panic!("nobody receives it");
        };
        assert_eq!(error.message, 2);
    }
}

#[test]
fn an_edge_that_failed_returns_the_message_too() {
    for kind in KINDS {
        let (mut sender, _inlet) = edge(kind, Settings::new(1).overflow(Overflow::Fail));
        send_each(&mut sender, [1, 2]);
        let Poll::Ready(Err(error)) = poll(sender.send(3), Waker::noop()) else {
            panic!("the edge has failed");
        };
        assert_eq!(error.message, 3);
        assert_eq!(sender.counters().counts().sent, 2);
    }
}

#[test]
fn a_cancelled_reservation_is_there_at_the_next_call() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, 1);
        for _ in 0..3 {
            let Poll::Ready(Ok(slot)) = poll(sender.reserve(), Waker::noop()) else {
                panic!("the edge is empty");
            };
            drop(slot);
        }
        let Poll::Ready(Ok(slot)) = poll(sender.reserve(), Waker::noop()) else {
            panic!("the edge is empty");
        };
        slot.send(1);
        sender.flush();
        assert!(poll(sender.reserve(), Waker::noop()).is_pending());
        assert_eq!(receive_all(&mut inlet), [1]);
        drop(inlet);
        let reserved = poll(sender.reserve(), Waker::noop());
        assert!(matches!(reserved, Poll::Ready(Err(Closed))));
    }
}
