//! Edges that hold as much as weighs so much.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};

use millpond::edge::{self, Capacity, Settings};

use super::support::{KINDS, Wakes, edge, receive, send, send_each};

fn by_value(budget: usize) -> Settings<usize> {
    Settings::new(Capacity::Weighted(budget)).weigh(|message| *message)
}

#[test]
fn messages_are_admitted_until_their_weights_add_up_to_the_capacity() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, by_value(10));
        let (wakes, waker) = Wakes::new();
        send_each(&mut sender, [4, 5]);
        // 9 of 10: one more is admitted, whatever it weighs.
        send_each(&mut sender, [7]);
        assert!(send(&mut sender, 1, &waker).is_pending());
        // 12 of 10, then 7 of 10.
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(4)));
        assert_eq!(wakes.count(), 0);
        assert!(send(&mut sender, 2, &waker).is_pending());
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(5)));
        assert!(send(&mut sender, 2, &waker).is_ready());
        sender.flush();
        assert!(send(&mut sender, 1, &waker).is_ready());
        sender.flush();
        assert!(send(&mut sender, 1, &waker).is_pending());
        let before = wakes.count();
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(7)));
        assert_eq!(wakes.count(), before + 1);
    }
}

#[test]
fn a_message_heavier_than_the_capacity_passes_alone() {
    for kind in KINDS {
        let (mut sender, mut inlet) = edge(kind, by_value(10));
        send_each(&mut sender, [1_000]);
        assert!(send(&mut sender, 1, Waker::noop()).is_pending());
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(1_000)));
        assert!(send(&mut sender, 1, Waker::noop()).is_ready());
    }
}

#[test]
fn no_message_weighs_less_than_one() {
    for kind in KINDS {
        let (mut sender, _inlet) = edge(kind, by_value(3));
        send_each(&mut sender, [0, 0, 0]);
        assert!(send(&mut sender, 0, Waker::noop()).is_pending());
    }
}

#[test]
fn unless_told_otherwise_a_message_weighs_the_size_of_its_type() {
    let (mut sender, _inlet) = edge::local(Capacity::Weighted(32));
    send_each(&mut sender, [1_u64, 2, 3, 4]);
    assert!(send(&mut sender, 5, Waker::noop()).is_pending());
}

#[test]
fn each_message_is_weighed_once() {
    for kind in KINDS {
        let weighed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&weighed);
        let settings = Settings::new(Capacity::Weighted(100)).weigh(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            1
        });
        let (mut sender, mut inlet) = edge(kind, settings);
        for message in 0..20 {
            send_each(&mut sender, [message]);
            assert!(receive(&mut inlet, Waker::noop()).is_ready());
        }
        assert_eq!(weighed.load(Ordering::SeqCst), 20);
    }
}

#[test]
fn what_a_message_weighs_by_the_time_it_leaves_does_not_matter() {
    let settings = Settings::new(Capacity::Weighted(10)).weigh(|cell: &Rc<Cell<usize>>| cell.get());
    let (mut sender, mut inlet) = edge::local(settings);
    let cell = Rc::new(Cell::new(4));
    for _ in 0..10 {
        cell.set(4);
        send_each(
            &mut sender,
            [Rc::clone(&cell), Rc::clone(&cell), Rc::clone(&cell)],
        );
        cell.set(1);
        assert!(send(&mut sender, Rc::clone(&cell), Waker::noop()).is_pending());
        for _ in 0..3 {
            assert!(receive(&mut inlet, Waker::noop()).is_ready());
        }
    }
}

#[test]
fn a_panic_while_weighing_loses_that_message_only() {
    for kind in KINDS {
        let settings = Settings::new(Capacity::Weighted(100)).weigh(|message: &u32| {
            assert_ne!(*message, 13, "unlucky");
            1
        });
        let (mut sender, mut inlet) = edge(kind, settings);
        send_each(&mut sender, [12]);
        let weighing = std::panic::AssertUnwindSafe(|| send_each(&mut sender, [13]));
        assert!(std::panic::catch_unwind(weighing).is_err());
        send_each(&mut sender, [14]);
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(12)));
        assert_eq!(receive(&mut inlet, Waker::noop()), Poll::Ready(Some(14)));
    }
}
