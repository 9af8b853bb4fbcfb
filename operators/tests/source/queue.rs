use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::{FutureExt, Stream};
use millpond_operators::laws;
use millpond_operators::source::{self, Offered};
use millpond_operators::testing::Token;

// What the queue gives when another flow is offered to it item by item.
laws! {
    queue: |s| {
        let (offers, queued) = source::queue(1);
        let mut queued = queued;
        s.flat_map_iter(move |token: Token| {
            assert_eq!(offers.offer(token.id()), Offered::Enqueued);
            queued.next().now_or_never().flatten()
        })
    },
    model: |v| v.iter().map(Token::id).collect(),
}

#[test]
fn each_offer_tells_what_became_of_the_item() {
    let (offers, mut items) = source::queue(1);

    assert_eq!(offers.offer(1), Offered::Enqueued);
    assert_eq!(offers.offer(2), Offered::Dropped(2));
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(offers.offer(3), Offered::Enqueued);
    drop(items);
    assert_eq!(offers.offer(4), Offered::Closed(4));
}

#[test]
fn it_ends_when_every_sending_end_is_dropped_and_it_is_empty() {
    let (offers, mut items) = source::queue(2);
    let other = offers.clone();
    drop(offers);
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(other.offer('x'), Offered::Enqueued);
    drop(other);

    assert_eq!(items.next().now_or_never(), Some(Some('x')));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn dropping_the_flow_drops_the_items() {
    let (offers, items) = source::queue(1);
    let item = Rc::new(());
    assert_eq!(offers.offer(Rc::clone(&item)), Offered::Enqueued);
    drop(items);

    assert_eq!(Rc::strong_count(&item), 1);
}

#[test]
fn an_offer_from_another_thread_wakes_the_flow() {
    let (offers, items) = source::queue(64);
    let sender = std::thread::spawn(move || {
        let mut sent = 0;
        while sent < 1000 {
            match offers.offer(sent) {
                Offered::Enqueued => sent += 1,
                Offered::Dropped(_) => std::thread::yield_now(),
                Offered::Closed(_) => break,
            }
        }
    });
    let all: Vec<u32> = futures::executor::block_on(items.collect());

    assert!(sender.join().is_ok());
    assert!(all.into_iter().eq(0..1000));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_capacity_of_zero_panics() {
    drop(source::queue::<()>(0));
}

/// Counts how often it was woken.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn an_offer_and_the_drop_of_the_last_sending_end_wake_the_flow() {
    let (offers, mut items) = source::queue(1);
    let other = offers.clone();
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let mut cx = Context::from_waker(&waker);
    let count = || wakes.0.load(Ordering::Relaxed);

    assert!(Pin::new(&mut items).poll_next(&mut cx).is_pending());
    assert_eq!(offers.offer('x'), Offered::Enqueued);
    assert_eq!(count(), 1);
    assert_eq!(
        Pin::new(&mut items).poll_next(&mut cx),
        Poll::Ready(Some('x'))
    );
    for _ in 0..2 {
        assert!(Pin::new(&mut items).poll_next(&mut cx).is_pending());
    }
    drop(offers);
    assert_eq!(count(), 1);
    drop(other);
    assert_eq!(count(), 2);
    assert_eq!(Pin::new(&mut items).poll_next(&mut cx), Poll::Ready(None));
}

#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let (offers, mut items) = source::queue(1);
    let wakes = [(); 2].map(|()| Arc::new(Wakes::default()));
    for one in &wakes {
        let waker = Waker::from(Arc::clone(one));
        let mut cx = Context::from_waker(&waker);
        assert!(Pin::new(&mut items).poll_next(&mut cx).is_pending());
    }
    assert_eq!(offers.offer('x'), Offered::Enqueued);

    assert_eq!(wakes.map(|one| one.0.load(Ordering::Relaxed)), [0, 1]);
}
