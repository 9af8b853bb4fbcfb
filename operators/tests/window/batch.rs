use std::pin::Pin;
use std::task::{Context, Waker, ready};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::window::Batch;
use millpond_operators::{Progress, flow, laws};
use tokio::time::{Instant, sleep, timeout};

use super::in_chunks;

const WAIT: Duration = Duration::from_millis(5);
const NEVER: Duration = Duration::MAX;

laws! {
    batch: |s| s.batch(3, NEVER),
    model: |v| in_chunks(v, 3),
    look_ahead: 3,
    remainder: Batch::take_remainder,
}

laws! {
    batch_on_time: |s| s.batch(3, WAIT),
    timed: |arrivals, end| batches_on_time(arrivals, end, WAIT),
    look_ahead: 3,
    linger: WAIT,
}

/// Says which batches of at most three leave, and when.
fn batches_on_time(
    arrivals: Vec<(Duration, Token)>,
    end: Duration,
    wait: Duration,
) -> Vec<(Duration, Vec<Token>)> {
    let mut batches: Vec<(Duration, Vec<Token>)> = Vec::new();
    for (at, token) in arrivals {
        match batches.last_mut() {
            Some((due, batch)) if batch.len() < 3 && at < *due => {
                batch.push(token);
                if batch.len() == 3 {
                    *due = at;
                }
            }
            _ => batches.push((at + wait, vec![token])),
        }
    }
    if let Some((due, _)) = batches.last_mut() {
        *due = end.min(*due);
    }
    batches
}

#[tokio::test(start_paused = true)]
async fn the_wait_begins_with_the_first_item_of_a_batch() {
    let start = Instant::now();
    let every_4_ms = stream::unfold(0, async |n| {
        sleep(Duration::from_millis(4)).await;
        Some((n, n + 1))
    });
    let mut batches = flow(every_4_ms.boxed_local()).batch(100, WAIT);

    assert_eq!(batches.next().await, Some(vec![0, 1]));
    assert_eq!(start.elapsed(), Duration::from_millis(4 + 5));
    assert_eq!(batches.next().await, Some(vec![2, 3]));
    assert_eq!(start.elapsed(), Duration::from_millis(12 + 5));
}

#[tokio::test(start_paused = true)]
async fn a_partial_batch_leaves_at_once_at_the_end() {
    let start = Instant::now();
    let batches: Vec<_> = flow(stream::iter([1])).batch(2, WAIT).collect().await;

    assert_eq!(batches, [[1]]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn zero_wait_emits_what_is_ready_without_waiting() {
    let start = Instant::now();
    let two_then_silence = stream::iter([1, 2]).chain(stream::pending());
    let mut batches = flow(two_then_silence).batch(10, Duration::ZERO);

    assert_eq!(batches.next().now_or_never(), Some(Some(vec![1, 2])));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_lets_the_batch_fill_past_its_wait() {
    let waker = Waker::noop();
    let mut cx = Context::from_waker(waker);
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    let items = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let mut batches = flow(items).batch(3, WAIT);

    assert_eq!(sender.send(1).await, Ok(()));
    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_pending());
    sleep(2 * WAIT).await;
    for item in [2, 3, 4] {
        assert_eq!(sender.send(item).await, Ok(()));
    }
    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_ready());
    // The fourth item stayed in the channel.
    assert_eq!(sender.capacity(), 7);
    assert_eq!(batches.next().now_or_never(), Some(Some(vec![1, 2, 3])));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_overdue_leaves_on_the_next_poll() {
    let waker = Waker::noop();
    let mut cx = Context::from_waker(waker);
    let one_then_silence = stream::iter([1]).chain(stream::pending());
    let mut batches = flow(one_then_silence).batch(3, WAIT);

    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_pending());
    sleep(WAIT).await;
    assert_eq!(batches.next().now_or_never(), Some(Some(vec![1])));
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_always_ready_fills_its_batch_first() {
    let batches = flow(stream::repeat(7)).batch(1000, Duration::ZERO);
    let lengths: Vec<_> = batches.take(2).map(|batch| batch.len()).collect().await;

    assert_eq!(lengths, [1000, 1000]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_end_of_the_clock_never_runs_out() {
    let one_then_silence = stream::iter([1]).chain(stream::pending());
    let mut batches = flow(one_then_silence).batch(2, NEVER);
    let waited = timeout(Duration::from_hours(24 * 365), batches.next()).await;

    assert!(waited.is_err());
    assert_eq!(Pin::new(batches.get_mut()).take_remainder(), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_kept_where_the_input_uses_up_the_budget_of_its_task() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(200);
    for item in 0..200 {
        assert_eq!(sender.try_send(item), Ok(()));
    }
    // Two messages for each item, so that tokio's budget of 128 ends first.
    let pairs = stream::poll_fn(move |cx| {
        let _first = ready!(receiver.poll_recv(cx));
        receiver.poll_recv(cx)
    });
    let mut batches = flow(pairs).batch(1000, WAIT);
    let start = Instant::now();
    let batch = timeout(Duration::from_hours(1), batches.next()).await;

    assert_eq!(
        batch.map(|batch| batch.map(|batch| batch.len())),
        Ok(Some(100))
    );
    assert_eq!(start.elapsed(), WAIT);
    drop(sender);
}

#[tokio::test(start_paused = true)]
async fn after_the_remainder_the_next_item_starts_a_new_wait() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    let items = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let mut batches = flow(items).batch(3, WAIT);

    assert_eq!(sender.send(1).await, Ok(()));
    assert_eq!(batches.next().now_or_never(), None);
    sleep(Duration::from_millis(3)).await;
    assert_eq!(Pin::new(batches.get_mut()).take_remainder(), [1]);

    let start = Instant::now();
    assert_eq!(sender.send(2).await, Ok(()));
    assert_eq!(batches.next().await, Some(vec![2]));
    assert_eq!(start.elapsed(), WAIT);
}

#[test]
fn an_input_that_is_always_ready_needs_no_runtime() {
    let batches: Option<Vec<_>> = flow(stream::iter(0..4))
        .batch(2, WAIT)
        .collect()
        .now_or_never();

    assert_eq!(batches, Some(vec![vec![0, 1], vec![2, 3]]));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_items_panics() {
    drop(flow(stream::empty::<()>()).batch(0, WAIT));
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_an_endless_input_stays_at_the_most() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut batches = flow(stream::repeat(1)).batch(1, WAIT);
    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_ready());

    assert_eq!(batches.size_hint(), (usize::MAX, None));
}

#[tokio::test(start_paused = true)]
async fn after_the_remainder_no_timer_is_left() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    let mut batches = flow(stream::poll_fn(move |cx| receiver.poll_recv(cx))).batch(3, WAIT);
    let wakes = std::sync::Arc::new(Wakes::default());
    let waker = Waker::from(std::sync::Arc::clone(&wakes));
    assert_eq!(sender.send(1).await, Ok(()));
    let polled = Pin::new(&mut batches).poll_next(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    assert_eq!(Pin::new(batches.get_mut()).take_remainder(), [1]);
    sleep(2 * WAIT).await;

    assert_eq!(wakes.0.load(std::sync::atomic::Ordering::Relaxed), 0);
}

/// Counts wakes.
#[derive(Default)]
struct Wakes(std::sync::atomic::AtomicUsize);

impl std::task::Wake for Wakes {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}
