use std::rc::Rc;

use futures::FutureExt;
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
