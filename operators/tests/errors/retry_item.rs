use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use backon::ExponentialBuilder;
use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use millpond_operators::errors::{GaveUpReason, RetryPolicy};
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};
use tokio::time::{Instant, advance, sleep};

use super::support::{DELAY, Job, delays, policy};

laws! {
    retry_item: |s| {
        let results = s.map(Job::new).retry_item(2, policy(2), Job::work);
        results.map_err(|gave_up| gave_up.attempts)
    },
    model: |v| v.into_iter().map(|token| token.checked().map_err(|_| 3)).collect(),
    look_ahead: 2 * 2,
    in_flight: 2,
}

laws! {
    retry_item_with_room_to_wait: |s| {
        let policy = policy(2).max_waiting(500);
        let results = s.map(Job::new).retry_item(3, policy, Job::work);
        results.map_err(|gave_up| gave_up.attempts)
    },
    model: |v| v.into_iter().map(|token| token.checked().map_err(|_| 3)).collect(),
    look_ahead: 503,
    in_flight: 3,
}

laws! {
    retry_item_without_room_to_wait: |s| {
        let results = s.map(Job::new).retry_item(1, policy(2).max_waiting(0), Job::work);
        results.map_err(|gave_up| gave_up.attempts)
    },
    model: |v| v.into_iter().map(|token| token.checked().map_err(|_| 3)).collect(),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    retry_item_in_time: |s| {
        let jobs = s.map(|token| (Cell::new(0), RefCell::new(Some(token))));
        let results = jobs.retry_item(50, policy(1), |(attempts, token)| {
            let again = attempts.replace(1) == 1;
            ready(if again { Ok(token.take()) } else { Err(()) })
        });
        results.map(|result| result.ok().flatten())
    },
    timed: |arrivals, _end| {
        arrivals.into_iter().map(|(at, token)| (at + DELAY, Some(token))).collect()
    },
    look_ahead: 50,
}

/// Lets a flow run to a standstill, with its output blocked.
fn block<S: Progress>(items: Pin<&mut S>) -> Poll<()> {
    items.poll_progress(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn each_item_has_the_delays_of_the_policy_from_the_first_on() {
    let start = Instant::now();
    let calls = RefCell::new(Vec::new());
    let delays = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_times(3);
    let results: Vec<Result<(), _>> = flow(stream::iter(["a", "b"]))
        .retry_item(1, RetryPolicy::new(delays).max_waiting(0), |item| {
            calls
                .borrow_mut()
                .push((*item, start.elapsed().as_millis()));
            ready(Err("no"))
        })
        .collect()
        .await;

    assert_eq!(results.len(), 2);
    let first = [("a", 0), ("a", 10), ("a", 30), ("a", 70)];
    let second = [("b", 70), ("b", 80), ("b", 100), ("b", 140)];
    assert_eq!(*calls.borrow(), [first, second].concat());
}

#[tokio::test(start_paused = true)]
async fn an_err_tells_the_last_error_the_attempts_and_the_reason() {
    let mut attempts = 0;
    let mut results = flow(stream::iter([()])).retry_item(1, policy(2), |()| {
        attempts += 1;
        ready(Err::<(), _>(attempts))
    });

    let gave_up = results.next().await.and_then(Result::err).unwrap();
    assert_eq!((gave_up.error, gave_up.attempts), (3, 3));
    assert_eq!(gave_up.reason, GaveUpReason::NoMoreDelays);
    assert!(results.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_others_go_on_after_an_err() {
    let results: Vec<_> = flow(stream::iter([1, 2, 3]))
        .retry_item(2, policy(1), |n| {
            ready(if *n == 2 { Err(()) } else { Ok(*n) })
        })
        .map(Result::ok)
        .collect()
        .await;

    assert_eq!(results, [Some(1), None, Some(3)]);
}

#[tokio::test(start_paused = true)]
async fn calls_and_waiting_items_have_their_bounds() {
    for (max_waiting, bound) in [(None, 6), (Some(0), 3), (Some(10), 13)] {
        let taken = Cell::new(0);
        let items = stream::repeat(()).inspect(|()| taken.set(taken.get() + 1));
        let mut policy = RetryPolicy::new(delays(1).with_delay(Duration::MAX));
        if let Some(max_items) = max_waiting {
            policy = policy.max_waiting(max_items);
        }
        // None of them is ever called again.
        let mut results = flow(items).retry_item(3, policy, |()| ready(Err::<(), _>(())));

        assert!(results.next().now_or_never().is_none());
        assert_eq!(taken.get(), bound);
        assert!(block(Pin::new(&mut results)).is_pending());
        assert_eq!(taken.get(), bound);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_under_way_than_allowed() {
    let started = Cell::new(0);
    let mut results = flow(stream::repeat(())).retry_item(3, policy::<()>(1), |()| {
        started.set(started.get() + 1);
        pending::<Result<(), ()>>()
    });

    assert!(results.next().now_or_never().is_none());
    assert_eq!(started.get(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_delay_passes_while_the_output_is_blocked() {
    let attempts = Cell::new(0);
    let mut results = flow(stream::iter([()])).retry_item(1, policy(1), |()| {
        attempts.set(attempts.get() + 1);
        ready(if attempts.get() == 1 { Err(()) } else { Ok(()) })
    });

    assert!(block(Pin::new(&mut results)).is_pending());
    assert_eq!(attempts.get(), 1);
    advance(DELAY).await;
    assert!(block(Pin::new(&mut results)).is_ready());
    assert_eq!(attempts.get(), 2);
    assert_eq!(results.size_hint(), (1, Some(1)));
    assert_eq!(results.next().await, Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_zero_calls_again_at_once() {
    let start = Instant::now();
    let mut attempts = 0;
    let policy = RetryPolicy::new(delays(1000).with_delay(Duration::ZERO));
    let results: Vec<_> = flow(stream::iter([()]))
        .retry_item(1, policy, |()| {
            attempts += 1;
            ready(if attempts < 1000 {
                Err(())
            } else {
                Ok(attempts)
            })
        })
        .collect()
        .await;

    assert_eq!(results, [Ok(1000)]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_soonest_retry_is_made_first() {
    let start = Instant::now();
    let calls = RefCell::new(Vec::new());
    let results: Vec<_> = flow(stream::iter([1, 2]))
        .retry_item(2, policy(1), |n| {
            calls.borrow_mut().push((*n, start.elapsed().as_millis()));
            let (n, again) = (*n, calls.borrow().len() > 2);
            async move {
                // The first fails after the second.
                sleep(Duration::from_millis(if n == 1 { 2 } else { 1 })).await;
                if again { Ok(n) } else { Err(()) }
            }
        })
        .collect()
        .await;

    assert_eq!(results, [Ok(1), Ok(2)]);
    assert_eq!(*calls.borrow(), [(1, 0), (2, 0), (2, 4), (1, 5)]);
}

#[test]
fn a_panic_ends_the_output() {
    let resource = Rc::new(());
    let held = Rc::clone(&resource);
    let mut results = flow(stream::iter([1, 2, 3])).retry_item(2, policy::<()>(1), move |n| {
        assert!(*n != 2, "to be passed on");
        let held = Rc::clone(&held);
        pending().map(move |()| Ok::<_, ()>(held))
    });
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.size_hint(), (0, Some(0)));
    assert_eq!(results.next().now_or_never(), Some(None));
    // The call under way is dropped; only the closure's own is left.
    assert_eq!(Rc::strong_count(&resource), 2);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let call = |_: &Token| ready(Ok::<(), ()>(()));
    drop(flow(stream::empty()).retry_item(0, policy(1), call));
}
