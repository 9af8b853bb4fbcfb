use std::cell::Cell;
use std::future::pending;
use std::sync::Mutex;
use std::thread;

use futures::FutureExt;
use futures::executor::block_on;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::sync::oneshot;

laws! {
    map_async_unordered: |s| s.map_async_unordered(3, Token::work),
    model: |v| v,
    look_ahead: 3,
    in_flight: 3,
    unordered,
}

laws! {
    map_async_unordered_one_at_a_time: |s| s.map_async_unordered(1, Token::work),
    model: |v| v,
    look_ahead: 1,
    in_flight: 1,
}

#[tokio::test]
async fn a_slow_future_holds_up_no_other() {
    let mut results = flow(stream::iter(0..4)).map_async_unordered(2, async |n| {
        if n == 0 {
            pending::<()>().await;
        }
        n
    });

    for expected in 1..4 {
        assert_eq!(results.next().await, Some(expected));
    }
}

#[tokio::test]
async fn the_place_of_an_emitted_result_is_refilled_at_once() {
    let started = Cell::new(0);
    let mut results =
        flow(stream::iter([false, true, true, true])).map_async_unordered(2, |waits| {
            started.set(started.get() + 1);
            async move {
                if waits {
                    pending::<()>().await;
                }
            }
        });

    assert_eq!(results.next().await, Some(()));
    assert_eq!(started.get(), 3);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).map_async_unordered(0, async |()| ()));
}

#[test]
fn wakes_from_other_threads_are_not_lost() {
    let (ask, asked) = std::sync::mpsc::channel::<oneshot::Sender<u32>>();
    let asked = Mutex::new(asked);
    // The lock is let go before the answer, so that the threads wake at once.
    let next = || asked.lock().ok()?.recv().ok();
    let sum: u32 = thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(answer) = next() {
                    answer.send(1).unwrap();
                }
            });
        }
        let answers = flow(stream::iter(0..20_000)).map_async_unordered(100, |_| {
            let (answer, answered) = oneshot::channel();
            ask.send(answer).unwrap();
            answered
        });
        let sum = block_on(answers.fold(0, |sum, answer| sum + answer.unwrap()));
        drop(ask);
        sum
    });

    assert_eq!(sum, 20_000);
}

#[test]
fn any_of_very_many_futures_may_be_woken() {
    let (answers, asked): (Vec<_>, Vec<_>) = (0..10_000).map(|_| oneshot::channel()).unzip();
    let mut results = flow(stream::iter(asked)).map_async_unordered(10_000, |asked| asked);
    // One poll takes no more than 128 items.
    for _ in 0..100 {
        assert_eq!(results.next().now_or_never(), None);
    }

    for (n, answer) in answers.into_iter().enumerate().rev() {
        answer.send(n).unwrap();
        assert_eq!(results.next().now_or_never(), Some(Some(Ok(n))));
    }
}
