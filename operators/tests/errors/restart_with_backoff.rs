use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, FusedStream, Stream, StreamExt};
use millpond_operators::errors::{self, RestartPolicy};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, Progress, flow, laws};
use tokio::time::{Instant, advance, sleep};

use super::support::{DELAY, delays};
use super::{checked, to_first_err};

type Numbers = Flow<Foreign<stream::Iter<std::vec::IntoIter<Result<u32, u32>>>>>;

fn numbers(results: impl Into<Vec<Result<u32, u32>>>) -> Numbers {
    flow(stream::iter(results.into()))
}

fn checked_id(token: Token) -> Result<u32, u32> {
    checked(token)
        .map(|token| token.id())
        .map_err(|token| token.id())
}

laws! {
    restart_with_backoff: |s| {
        let mut first = Some(s.map(checked_id).boxed());
        let others = move || first.take().unwrap_or_else(|| numbers([Ok(7000), Err(0)]).boxed());
        errors::restart_with_backoff(RestartPolicy::new(delays(2)), others)
    },
    model: |v| {
        let mut results = to_first_err(v.into_iter().map(checked_id));
        if let Some(Err(_)) = results.last() {
            results.pop();
            results.extend([Ok(7000), Ok(7000), Err(0)]);
        }
        results
    },
    terminal: Result::is_err,
}

laws! {
    restart_with_backoff_of_a_source_that_works: |s| {
        let mut source = Some(s.map_async(3, Token::work).map(Ok::<Token, ()>));
        let policy = RestartPolicy::new(delays(1));
        errors::restart_with_backoff(policy, move || source.take().unwrap())
    },
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 3,
    in_flight: 3,
    terminal: Result::is_err,
}

laws! {
    restart_with_backoff_that_never_restarts: |s| {
        let mut source = Some(s.map(checked));
        let policy = RestartPolicy::new(delays(1)).when(|_: &Token| false);
        errors::restart_with_backoff(policy, move || source.take().unwrap())
    },
    model: |v| to_first_err(v.into_iter().map(checked)),
    terminal: Result::is_err,
}

#[tokio::test(start_paused = true)]
async fn an_err_after_which_there_is_no_restart_is_emitted() {
    let policy = RestartPolicy::new(delays(5)).when(|n: &u32| *n < 3);
    let mut starts = 0;
    let results: Vec<_> = errors::restart_with_backoff(policy, || {
        starts += 1;
        numbers([Ok(starts), Err(starts)])
    })
    .collect()
    .await;

    assert_eq!(results, [Ok(1), Ok(2), Ok(3), Err(3)]);
}

#[tokio::test(start_paused = true)]
async fn the_source_is_made_at_the_first_poll_and_the_restarts_are_counted() {
    let starts = Cell::new(0);
    let mut results = errors::restart_with_backoff(RestartPolicy::new(delays(5)), || {
        starts.set(starts.get() + 1);
        numbers(if starts.get() < 3 { [Err(0)] } else { [Ok(7)] })
    });

    assert_eq!((starts.get(), results.get_ref().restarts()), (0, 0));
    assert_eq!(results.next().await, Some(Ok(7)));
    assert_eq!((starts.get(), results.get_ref().restarts()), (3, 2));
    assert_eq!(results.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_zero_restarts_at_once() {
    let start = Instant::now();
    let mut starts = 0;
    let policy = RestartPolicy::new(delays(1000).with_delay(Duration::ZERO));
    let results: Vec<_> = errors::restart_with_backoff(policy, || {
        starts += 1;
        numbers([Err(starts)])
    })
    .collect()
    .await;

    assert_eq!(results, [Err(1001)]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_has_ended_is_made_anew_if_asked_for() {
    let policy = RestartPolicy::new(delays(2)).at_end();
    let start = Instant::now();
    let results: Vec<_> = errors::restart_with_backoff(policy, || numbers([Ok(1)]))
        .collect()
        .await;

    assert_eq!(results, [Ok(1), Ok(1), Ok(1)]);
    assert_eq!(start.elapsed(), 2 * DELAY);
}

#[tokio::test(start_paused = true)]
async fn the_delays_begin_again_when_the_last_start_is_older_than_the_window() {
    let start = Instant::now();
    let window = Duration::from_millis(100);
    let ages = RefCell::new(vec![1, 101, 1, 100, 1]);
    let started = RefCell::new(Vec::new());
    let delays = [1, 10, 20].map(Duration::from_millis).into_iter();
    let policy = RestartPolicy::new(delays).window(window);
    let results: Vec<_> = errors::restart_with_backoff(policy, || {
        started.borrow_mut().push(start.elapsed().as_millis());
        let age = ages.borrow_mut().pop().unwrap_or_default();
        let fails = async move {
            sleep(Duration::from_millis(age)).await;
            Err::<(), _>(age)
        };
        flow(stream::once(fails).boxed_local())
    })
    .collect()
    .await;

    // Fails at the ages of 1, 100, 1, 101 and 1, then at once.
    let delays = [(1, 1), (100, 10), (1, 20), (101, 1), (1, 10), (0, 20)];
    let mut time = 0;
    let expected: Vec<_> = delays
        .iter()
        .map(|(age, delay)| {
            let now = time;
            time += age + delay;
            now
        })
        .chain([266])
        .collect();
    assert_eq!(*started.borrow(), expected[..]);
    assert_eq!(results, [Err(0)]);
}

#[tokio::test(start_paused = true)]
async fn the_source_is_dropped_before_the_delay() {
    let resource = Arc::new(());
    let mut results = errors::restart_with_backoff(RestartPolicy::new(delays(1)), || {
        let held = Arc::clone(&resource);
        let source = stream::iter([Err::<(), _>("no")]).chain(stream::pending());
        flow(source.inspect(move |_| drop(Arc::clone(&held))))
    });

    assert!(results.next().now_or_never().is_none());
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(results.next().await, Some(Err("no")));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(results.is_terminated());
    assert_eq!(results.size_hint(), (0, Some(0)));
}

#[tokio::test(start_paused = true)]
async fn it_waits_and_starts_while_the_output_is_blocked() {
    let starts = Cell::new(0);
    let mut results = errors::restart_with_backoff(RestartPolicy::new(delays(1)), || {
        starts.set(starts.get() + 1);
        numbers([Err(0)])
    });
    let mut cx = Context::from_waker(Waker::noop());

    assert!(results.next().now_or_never().is_none());
    assert!(Pin::new(&mut results).poll_progress(&mut cx).is_pending());
    assert_eq!(starts.get(), 1);
    advance(DELAY).await;
    assert!(Pin::new(&mut results).poll_progress(&mut cx).is_ready());
    assert_eq!(starts.get(), 2);
}

#[test]
fn a_panic_of_the_factory_ends_the_output() {
    let factory = || -> Numbers { unreachable!("to be passed on") };
    let mut results = errors::restart_with_backoff(RestartPolicy::new(delays(1)), factory);
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(None));
}

#[test]
fn a_panic_of_the_policy_ends_the_output() {
    let policy = RestartPolicy::new(delays(1)).when(|_: &u32| resume_unwind(Box::new("no")));
    let mut results = errors::restart_with_backoff(policy, || numbers([Err(0), Ok(1)]));
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(None));
}

#[test]
fn after_a_panic_of_the_source_the_output_goes_on_with_what_the_source_gives() {
    let policy = RestartPolicy::<_, ()>::new(delays(1));
    let mut results = errors::restart_with_backoff(policy, || {
        flow(1..=2).map(|n| {
            if n == 1 {
                resume_unwind(Box::new("no"));
            }
            Ok(n)
        })
    });
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(Some(Ok(2))));
    assert_eq!(results.get_ref().restarts(), 0);
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new("no"));
    }
}

#[test]
fn a_source_that_panics_when_it_is_dropped_ends_the_output() {
    let starts = Cell::new(0);
    let mut results = errors::restart_with_backoff(RestartPolicy::new(delays(9)), || {
        starts.set(starts.get() + 1);
        let bomb = Bomb;
        numbers([Err(0)]).inspect(move |_| _ = &bomb)
    });
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(None));
    assert_eq!(starts.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_output_is_blocked_the_source_ages_towards_the_window() {
    let policy = RestartPolicy::new(delays(1)).window(10 * DELAY);
    let mut starts = 0;
    let mut results = errors::restart_with_backoff(policy, || {
        starts += 1;
        numbers([Ok(starts), Err(0)])
    });
    for n in 1..=3 {
        assert_eq!(results.next().await, Some(Ok(n)));
        advance(11 * DELAY).await;
    }
}

#[test]
#[should_panic(expected = "would forget every restart")]
fn a_window_of_zero_panics() {
    drop(RestartPolicy::<_, ()>::new(delays(1)).window(Duration::ZERO));
}
