use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use futures::stream::{self, FusedStream, Stream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};
use tokio::time::{Instant, sleep};

const WAIT: Duration = Duration::from_millis(5);

async fn all(tokens: Vec<Token>) -> Vec<Token> {
    join_all(tokens.into_iter().map(Token::work)).await
}

laws! {
    map_batched: |s| s.map_batched(3, WAIT, 2, all),
    model: |v| v,
    look_ahead: 3 * (2 + 2) - 1,
    in_flight: 3 * 2,
}

laws! {
    map_batched_without_a_wait: |s| s.map_batched(4, Duration::ZERO, 1, all),
    model: |v| v,
    look_ahead: 4 * (1 + 2) - 1,
    in_flight: 4,
}

laws! {
    map_batched_one_by_one: |s| s.map_batched(1, Duration::MAX, 1, all),
    model: |v| v,
    look_ahead: 2,
    in_flight: 1,
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_for_fewer_items_once_the_wait_is_over() {
    let start = Instant::now();
    let two_then_silence = stream::iter([1, 2]).chain(stream::pending());
    let mut results = flow(two_then_silence).map_batched(3, WAIT, 1, |batch| {
        assert_eq!(batch, [1, 2]);
        async { batch }.boxed_local()
    });

    assert_eq!(results.next().await, Some(1));
    assert_eq!(start.elapsed(), WAIT);
    assert_eq!(results.next().now_or_never(), Some(Some(2)));
}

#[tokio::test(start_paused = true)]
async fn calls_overlap_and_results_stay_in_order() {
    let start = Instant::now();
    let slowest_first = async |batch: Vec<u64>| {
        sleep(Duration::from_millis(40 - 10 * batch[0])).await;
        batch
    };
    let results: Vec<_> = flow(stream::iter([0, 1, 2, 3]))
        .map_batched(1, WAIT, 4, slowest_first)
        .collect()
        .await;

    assert_eq!(results, [0, 1, 2, 3]);
    assert_eq!(start.elapsed(), Duration::from_millis(40));
}

#[tokio::test(start_paused = true)]
async fn the_next_batch_fills_while_all_calls_are_under_way() {
    let lengths = RefCell::new(Vec::new());
    let every_2_ms = stream::unfold(0, async |n| {
        sleep(Duration::from_millis(2)).await;
        (n < 12).then_some((n, n + 1))
    });
    let model = async |batch: Vec<u32>| {
        lengths.borrow_mut().push(batch.len());
        sleep(Duration::from_millis(9)).await;
        batch
    };
    let results: Vec<_> = flow(every_2_ms)
        .map_batched(8, Duration::from_millis(1), 1, model)
        .collect()
        .await;

    assert_eq!(results, (0..12).collect::<Vec<_>>());
    // Each 9 ms call lets four or five items gather.
    assert_eq!(lengths.into_inner(), [1, 5, 4, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_fills_it_to_its_bound_and_no_further() {
    let taken = RefCell::new(0);
    let items = stream::repeat(()).inspect(|()| *taken.borrow_mut() += 1);
    let mut results = flow(items).map_batched(3, WAIT, 2, async |batch| batch);
    let mut cx = Context::from_waker(Waker::noop());

    assert_eq!(results.next().await, Some(()));
    assert!(Pin::new(&mut results).poll_progress(&mut cx).is_ready());
    assert_eq!(*taken.borrow() - 1, 3 * (2 + 2) - 1);
}

#[tokio::test]
#[should_panic(expected = "got 2 items and gave 1 results")]
async fn another_number_of_results_panics() {
    let results = flow(stream::iter([1, 2])).map_batched(2, WAIT, 1, async |_| vec![1]);

    results.for_each(drop).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_panic_while_the_output_is_blocked_it_has_ended() {
    let mut results = flow(stream::iter(0..6)).map_batched(2, WAIT, 1, async |batch: Vec<u32>| {
        if batch[0] == 2 {
            sleep(Duration::from_millis(1)).await;
        }
        assert!(batch[0] != 2, "the second call");
        batch
    });
    let mut cx = Context::from_waker(Waker::noop());

    assert_eq!(results.next().await, Some(0));
    sleep(Duration::from_millis(2)).await;
    let progress = AssertUnwindSafe(|| Pin::new(&mut results).poll_progress(&mut cx));
    assert!(catch_unwind(progress).is_err());
    assert!(results.is_terminated());
    assert_eq!(results.size_hint(), (0, Some(0)));
    assert_eq!(results.next().await, None);
}

#[test]
#[should_panic(expected = "at most 0 items")]
fn zero_items_panics() {
    drop(flow(stream::empty::<()>()).map_batched(0, WAIT, 1, async |batch| batch));
}

#[test]
#[should_panic(expected = "0 calls in flight")]
fn zero_in_flight_panics() {
    drop(flow(stream::empty::<()>()).map_batched(1, WAIT, 0, async |batch| batch));
}
