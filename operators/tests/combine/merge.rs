use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use futures::FutureExt;
use futures::channel::mpsc;
use futures::executor::block_on;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Progress, combine, flow, laws};

laws! {
    merge: |a, b| a.merge(b),
    model: |a, b| a.into_iter().chain(b).collect(),
    unordered,
    fair: 1,
}

laws! {
    merge_all: |a, b, c| combine::merge([a, b, c]),
    model: |a, b, c| a.into_iter().chain(b).chain(c).collect(),
    unordered,
    fair: 1,
}

laws! {
    merge_all_of_operators_that_hold_futures: |a, b, c| {
        combine::merge([a, b, c].map(|input| input.map_async_unordered(2, Token::work)))
    },
    model: |a, b, c| a.into_iter().chain(b).chain(c).collect(),
    unordered,
    look_ahead: 6,
    in_flight: 6,
}

laws! {
    order_of_one_side: |a, b| a.merge(b).filter(|token| token.id() < 1000),
    model: |a, _b| a,
}

laws! {
    order_of_one_of_many: |a, b, c| {
        combine::merge(vec![a, b, c]).filter(|token| (1000..2000).contains(&token.id()))
    },
    model: |_a, b, _c| b,
}

#[tokio::test]
async fn sides_that_are_ready_take_turns() {
    let merged = flow(stream::repeat('a')).merge(flow(stream::repeat('b')));
    let items: String = merged.take(6).collect().await;

    assert_eq!(items, "ababab");
}

#[tokio::test]
async fn many_that_are_ready_take_turns() {
    let flows = ["a", "b", "c"].map(|name| flow(stream::repeat(name)));
    let items: String = combine::merge(flows).take(7).collect().await;

    assert_eq!(items, "abcabca");
}

#[tokio::test]
async fn turns_go_on_when_one_ends() {
    let flows = [("a", 3), ("b", 1), ("c", 3)];
    let flows = flows.map(|(name, count)| flow(stream::repeat(name).take(count)));
    let items: String = combine::merge(flows).collect().await;

    assert_eq!(items, "abcacac");
}

#[tokio::test]
async fn a_side_is_dropped_as_soon_as_it_ends() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let ends = stream::iter([1]).inspect(move |_| drop(Arc::clone(&held)));
    let mut merged = flow(ends).merge(flow(stream::pending()));

    assert_eq!(merged.next().await, Some(1));
    assert_eq!(merged.next().now_or_never(), None);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn without_any_input_it_ends_at_once() {
    let none = Vec::from([flow(stream::repeat(1))]).into_iter().skip(1);

    assert_eq!(combine::merge(none).next().await, None);
}

#[tokio::test]
async fn a_pending_input_is_polled_again_only_after_its_wake() {
    /// Counts the polls of a stream.
    struct Counted<'a, S>(S, &'a Cell<usize>);

    impl<S: Stream + Unpin> Stream for Counted<'_, S> {
        type Item = S::Item;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
            self.1.set(self.1.get() + 1);
            self.0.poll_next_unpin(cx)
        }
    }

    let polls = Cell::new(0);
    // More than the wakes of one word, and of one round of words.
    let (mut senders, receivers): (Vec<_>, Vec<_>) = (0..5000).map(|_| mpsc::channel(1)).unzip();
    let flows = receivers.into_iter().map(|r| flow(Counted(r, &polls)));
    let mut merged = combine::merge(flows);

    assert_eq!(merged.next().now_or_never(), None);
    assert_eq!(polls.take(), 5000);
    for sender in [0, 63, 64, 4096, 4999] {
        senders[sender].try_send(sender).unwrap();
        assert_eq!(merged.next().now_or_never(), Some(Some(sender)));
        assert_eq!(merged.next().now_or_never(), None);
    }
    assert_eq!(polls.take(), 10);
    drop(senders);
    assert_eq!(merged.next().await, None);
}

#[test]
fn wakes_from_many_threads_are_all_seen() {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..8).map(|_| mpsc::channel(1)).unzip();
    let threads = senders.into_iter().map(|mut sender| {
        thread::spawn(move || {
            for number in 0..2000_u64 {
                block_on(futures::SinkExt::send(&mut sender, number)).unwrap();
            }
        })
    });
    let threads: Vec<_> = threads.collect();
    let sum = block_on(combine::merge(receivers.into_iter().map(flow)).fold(0, |sum, n| sum + n));
    for thread in threads {
        thread.join().unwrap();
    }

    assert_eq!(sum, 8 * 1999 * 1000);
}

#[tokio::test]
async fn a_clone_goes_on_where_the_original_stands() {
    let mut merged = combine::merge(["abc", "x"].map(|name| flow(stream::iter(name.chars()))));
    assert_eq!(merged.next().await, Some('a'));
    let clone: String = merged.clone().collect().await;
    let rest: String = merged.collect().await;

    assert_eq!((clone, rest), ("xbc".to_owned(), "xbc".to_owned()));
}

#[test]
fn nothing_moves_while_all_inputs_hold_an_item() {
    let mut merged = combine::merge([flow(stream::iter([1])), flow(stream::iter([2]))]);
    let mut cx = Context::from_waker(std::task::Waker::noop());

    assert_eq!(
        Pin::new(&mut merged).poll_progress(&mut cx),
        Poll::Ready(())
    );
}
