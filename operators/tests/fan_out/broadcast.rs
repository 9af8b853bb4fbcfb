use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use futures::executor::block_on;
use futures::stream;
use futures::{FutureExt, join};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

laws! {
    broadcast: |s| {
        let [a, b] = s.map(Arc::new).broadcast(2);
        a.map(|token| (0, token)).merge(b.map(|token| (1, token)))
    },
    model: |v| {
        let tokens = v.into_iter().map(Arc::new);
        tokens.flat_map(|token| [(0, Arc::clone(&token)), (1, token)]).collect()
    },
    ports: |(port, _)| *port,
    look_ahead: 2,
}

laws! {
    broadcast_to_three: |s| millpond_operators::merge(s.map(Arc::new).broadcast::<3>(1)),
    model: |v| v.into_iter().map(Arc::new).flat_map(|token| vec![token; 3]).collect(),
    unordered,
    look_ahead: 1,
}

laws! {
    broadcast_behind_map_async: |s| {
        let [a, b] = s.map_async(3, Token::work).map(Arc::new).broadcast(2);
        a.merge(b)
    },
    model: |v| v.into_iter().map(Arc::new).flat_map(|t| [Arc::clone(&t), t]).collect(),
    unordered,
    look_ahead: 5,
    in_flight: 3,
}

laws! {
    broadcast_of_which_one_output_is_gone: |s| {
        let [a, b] = s.map(Arc::new).broadcast(1);
        drop(a);
        b
    },
    model: |v| v.into_iter().map(Arc::new).collect(),
    look_ahead: 1,
}

#[tokio::test]
async fn the_slowest_output_sets_the_pace() {
    let taken = Cell::new(0);
    let items = flow(stream::iter(0..9)).inspect(|_| taken.set(taken.get() + 1));
    let [mut fast, mut slow] = items.broadcast(2);

    assert_eq!(fast.next().await, Some(0));
    assert_eq!(fast.next().await, Some(1));
    assert_eq!(fast.next().now_or_never(), None);
    assert_eq!(taken.get(), 2);

    assert_eq!(slow.next().await, Some(0));
    assert_eq!(fast.next().await, Some(2));
    assert_eq!(fast.next().now_or_never(), None);
}

#[tokio::test]
async fn an_output_that_waits_for_room_is_woken_when_there_is() {
    let [fast, slow] = flow(stream::iter(0..100)).broadcast(1);
    let (fast, slow): (Vec<_>, Vec<_>) = join!(fast.collect(), slow.collect());

    assert_eq!(fast, (0..100).collect::<Vec<_>>());
    assert_eq!(slow, fast);
}

#[tokio::test]
async fn the_others_go_on_without_an_output_that_is_dropped() {
    let [all, some] = flow(stream::iter(0..9)).broadcast(1);
    let some = some.take(3).collect();
    let (all, some): (Vec<_>, Vec<_>) = join!(all.collect(), some);

    assert_eq!(all, (0..9).collect::<Vec<_>>());
    assert_eq!(some, [0, 1, 2]);
}

#[tokio::test]
async fn an_output_that_is_never_polled_may_be_dropped_later() {
    let [mut all, never] = flow(stream::iter(0..3)).broadcast(1);
    assert_eq!(all.next().await, Some(0));
    let (rest, ()): (Vec<_>, ()) = join!(all.collect(), async { drop(never) });

    assert_eq!(rest, [1, 2]);
}

#[test]
fn the_input_is_dropped_with_the_last_output() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let input = flow(stream::pending::<u8>()).inspect(move |_| drop(Arc::clone(&held)));
    let [first, second] = input.broadcast(1);

    drop(first);
    assert_eq!(Arc::strong_count(&resource), 2);
    drop(second);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
fn dropping_an_output_drops_what_only_it_held() {
    let item = Arc::new(());
    let [mut first, second] = flow(stream::iter([Arc::clone(&item)])).broadcast(1);

    drop(first.next().now_or_never());
    assert_eq!(Arc::strong_count(&item), 2);
    drop(second);
    assert_eq!(Arc::strong_count(&item), 1);
}

#[test]
fn an_item_whose_clone_panics_is_on_no_output() {
    #[derive(Debug, PartialEq)]
    struct Fragile(u8);

    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert_ne!(self.0, 1, "the one that breaks");
            Self(self.0)
        }
    }

    let items = flow(stream::iter([0, 1, 2])).map(Fragile);
    let [mut first, mut second] = items.broadcast(2);

    assert_eq!(first.next().now_or_never(), Some(Some(Fragile(0))));
    let next = AssertUnwindSafe(|| first.next().now_or_never());
    assert!(catch_unwind(next).is_err());
    assert_eq!(first.next().now_or_never(), Some(Some(Fragile(2))));
    assert_eq!(second.next().now_or_never(), Some(Some(Fragile(0))));
    assert_eq!(second.next().now_or_never(), Some(Some(Fragile(2))));
    assert_eq!(second.next().now_or_never(), Some(None));
}

#[test]
fn outputs_may_live_in_different_threads() {
    const ITEMS: u32 = 10_000;
    let (sender, receiver) = mpsc::channel(3);
    let outputs: [_; 3] = flow(ReceiverStream::new(receiver)).broadcast(2);
    let sums = thread::scope(|scope| {
        scope.spawn(|| {
            for item in 0..ITEMS {
                assert!(block_on(sender.send(item)).is_ok());
            }
            drop(sender);
        });
        let sum = |sum: u64, item| sum * 31 % 1_000_003 + u64::from(item);
        let threads = outputs.map(|output| scope.spawn(move || block_on(output.fold(0, sum))));
        threads.map(|thread| thread.join().unwrap())
    });

    let whole = (0..ITEMS).fold(0, |sum, item| sum * 31 % 1_000_003 + u64::from(item));
    assert_eq!(sums, [whole; 3]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let [_output] = flow(stream::empty::<()>()).broadcast(0);
}

#[test]
fn an_output_waits_for_the_other_once_that_is_full() {
    let [mut left, right] = flow([1]).broadcast(1);
    assert_eq!(left.next().now_or_never(), Some(Some(1)));
    assert_eq!(left.next().now_or_never(), None);
    drop(right);

    assert_eq!(left.next().now_or_never(), Some(None));
}
