use std::thread;

use futures::executor::block_on;
use futures::stream;
use futures::{FutureExt, join};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws, merge};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

laws! {
    balance: |s| merge(s.balance(3, 2)),
    model: |v| v,
    look_ahead: 2,
}

laws! {
    balance_behind_map_async: |s| merge(s.map_async(3, Token::work).balance(2, 1)),
    model: |v| v,
    look_ahead: 4,
    in_flight: 3,
}

laws! {
    balance_of_which_one_output_is_gone: |s| {
        let mut outputs = s.balance(3, 1);
        drop(outputs.remove(1));
        merge(outputs)
    },
    model: |v| v,
    look_ahead: 1,
}

#[tokio::test]
async fn an_item_goes_to_the_output_that_asks_first() {
    let mut outputs = flow(stream::iter(0..4)).balance(2, 2);
    let mut take = |output: usize| outputs[output].next().now_or_never();

    assert_eq!(take(1), Some(Some(0)));
    assert_eq!(take(1), Some(Some(1)));
    assert_eq!(take(0), Some(Some(2)));
    assert_eq!(take(1), Some(Some(3)));
    assert_eq!([take(0), take(1)], [Some(None); 2]);
}

#[tokio::test]
async fn outputs_that_are_always_ready_share_evenly() {
    let outputs = flow(stream::iter(0..100)).balance(4, 1);
    let outputs = outputs.into_iter().enumerate();
    let tagged = merge(outputs.map(|(number, output)| output.map(move |_| number)));
    let mut counts = [0; 4];
    tagged.for_each(|number| counts[number] += 1).await;

    assert_eq!(counts, [25; 4]);
}

#[tokio::test]
async fn all_that_wait_are_woken_at_the_end() {
    let (sender, receiver) = mpsc::channel::<()>(1);
    let [a, b] = flow(ReceiverStream::new(receiver))
        .balance(2, 1)
        .try_into()
        .unwrap();
    let close = async {
        tokio::task::yield_now().await;
        drop(sender);
    };

    let counts = join!(a.collect::<Vec<_>>(), b.collect::<Vec<_>>(), close);
    assert_eq!(counts, (vec![], vec![], ()));
}

#[tokio::test]
async fn dropping_an_output_loses_nothing() {
    let mut outputs = flow(stream::iter(0..4)).balance(2, 3);
    let progress = std::future::poll_fn(|cx| {
        millpond_operators::Progress::poll_progress(std::pin::Pin::new(&mut outputs[0]), cx)
    });
    assert_eq!(progress.now_or_never(), Some(()));
    drop(outputs.remove(0));
    let rest: Vec<_> = outputs.remove(0).collect().await;

    assert_eq!(rest, [0, 1, 2, 3]);
}

#[test]
fn workers_may_live_in_different_threads() {
    const ITEMS: u32 = 10_000;
    let (sender, receiver) = mpsc::channel(3);
    let outputs = flow(ReceiverStream::new(receiver)).balance(4, 2);
    let total: u32 = thread::scope(|scope| {
        scope.spawn(|| {
            for item in 0..ITEMS {
                assert!(block_on(sender.send(item)).is_ok());
            }
            drop(sender);
        });
        let mut threads = Vec::new();
        for output in outputs {
            threads.push(scope.spawn(|| block_on(output.fold(0, |sum, item| sum + item))));
        }
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });

    assert_eq!(total, (0..ITEMS).sum());
}

#[test]
#[should_panic(expected = "among 0 outputs")]
fn no_output_panics() {
    drop(flow(stream::empty::<()>()).balance(0, 1));
}

#[test]
#[should_panic(expected = "room for 0 items")]
fn no_room_panics() {
    drop(flow(stream::empty::<()>()).balance(1, 0));
}
