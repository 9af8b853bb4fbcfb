use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use futures::FutureExt;
use futures::executor::block_on;
use futures::stream;
use millpond_operators::fan_out::Partition;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws, merge};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

fn third(token: &Token) -> usize {
    token.value() as usize % 3
}

laws! {
    partition: |s| {
        let outputs: [_; 3] = s.partition(2, third);
        let outputs = outputs.into_iter().enumerate();
        merge(outputs.map(|(port, output)| output.map(move |token| (port, token))))
    },
    model: |v| v.into_iter().map(|token| (third(&token), token)).collect(),
    ports: |(port, _)| *port,
    look_ahead: 6,
}

laws! {
    partition_behind_map_async: |s| {
        merge(s.map_async(2, Token::work).partition::<3, _>(1, third))
    },
    model: |v| v,
    unordered,
    look_ahead: 5,
    in_flight: 2,
}

laws! {
    partition_of_which_one_output_is_gone: |s| {
        let [a, b] = s.partition(1, |token| token.id() as usize % 2);
        drop(a);
        b
    },
    model: |v| v.into_iter().filter(|token| token.id() % 2 == 1).collect(),
    look_ahead: 1,
    dropped: Partition::dropped,
}

#[tokio::test]
async fn an_item_for_a_full_output_stops_the_intake() {
    let taken = Cell::new(0);
    let items = flow(stream::iter([0, 0, 0, 1])).inspect(|_| taken.set(taken.get() + 1));
    let [mut zeros, mut ones] = items.partition(2, |n| *n);

    assert_eq!(ones.next().now_or_never(), None);
    assert_eq!(taken.get(), 3);
    assert_eq!(zeros.next().await, Some(0));
    assert_eq!(ones.next().await, Some(1));
}

#[tokio::test]
async fn while_one_output_is_blocked_it_sorts_items_up_to_the_bounds() {
    let taken = Cell::new(0);
    let items = flow(stream::iter([0, 1, 0, 1, 0, 1])).inspect(|_| taken.set(taken.get() + 1));
    let [mut zeros, mut ones] = items.partition(1, |n| *n);

    let progress = std::future::poll_fn(|cx| std::pin::Pin::new(&mut zeros).poll_progress(cx));
    assert_eq!(progress.now_or_never(), Some(()));
    assert_eq!(taken.get(), 2);
    assert_eq!(ones.next().await, Some(1));
}

#[tokio::test]
async fn items_for_an_output_that_is_gone_are_dropped_and_counted() {
    let [zeros, ones, mut twos] = flow(stream::iter([0, 0, 1, 2, 0, 1, 2])).partition(2, |n| *n);
    assert_eq!(twos.next().now_or_never(), Some(Some(2)));
    assert_eq!(zeros.get_ref().dropped(), 0);
    drop(zeros);
    assert_eq!(ones.get_ref().dropped(), 2);
    drop(ones);

    assert_eq!(twos.next().now_or_never(), Some(Some(2)));
    assert_eq!(twos.next().now_or_never(), Some(None));
    assert_eq!(twos.get_ref().dropped(), 5);
}

#[test]
fn an_index_that_is_too_high_panics_and_all_outputs_go_on() {
    let [mut zeros, mut ones] = flow(stream::iter([1, 2, 0, 1])).partition(2, |n| *n);
    let next = AssertUnwindSafe(|| zeros.next().now_or_never());
    let panic = catch_unwind(next).unwrap_err();

    assert_eq!(
        panic.downcast_ref::<String>().map(String::as_str),
        Some("no output 2; there are 2")
    );
    assert_eq!(zeros.next().now_or_never(), Some(Some(0)));
    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    assert_eq!(ones.next().now_or_never(), Some(None));
}

#[test]
fn outputs_may_live_in_different_threads() {
    const ITEMS: usize = 10_000;
    let (sender, receiver) = mpsc::channel(3);
    let outputs: [_; 4] =
        flow(ReceiverStream::new(receiver)).partition(1, |item: &usize| *item * 7 % 5 % 4);
    let counts = thread::scope(|scope| {
        scope.spawn(|| {
            for item in 0..ITEMS {
                assert!(block_on(sender.send(item)).is_ok());
            }
            drop(sender);
        });
        let threads = outputs.map(|output| {
            scope.spawn(move || {
                let items: Vec<_> = block_on(output.collect());
                assert!(items.is_sorted());
                items.len()
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });

    assert_eq!(counts.iter().sum::<usize>(), ITEMS);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let [_output] = flow(stream::empty::<()>()).partition(0, |()| 0);
}
