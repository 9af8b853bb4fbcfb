use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream};
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::limit::{ConcurrencyLimit, GlobalConcurrencyLimitLayer};
use tower::{Layer, Service, service_fn};

async fn work(token: Token) -> Result<Token, Infallible> {
    Ok(token.work().await)
}

laws! {
    map_service: |s| s.map_service(3, service_fn(work)),
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 3,
    in_flight: 3,
}

laws! {
    map_service_behind_a_limit: |s| {
        s.map_service(3, ConcurrencyLimit::new(service_fn(work), 2))
    },
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 3,
    in_flight: 2,
}

laws! {
    map_service_that_fails: |s| s.map_service(3, Failing { calls: 4 }),
    model: |v| {
        let calls = v.iter().map(|token| Ok(token.id())).take(4);
        calls.chain((v.len() > 4).then_some(Err("tired"))).collect()
    },
    look_ahead: 3,
}

/// Fails to become ready after a number of calls.
#[derive(Clone)]
struct Failing {
    calls: usize,
}

impl Service<Token> for Failing {
    type Response = u32;
    type Error = &'static str;
    type Future = Ready<Result<u32, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(if self.calls > 0 { Ok(()) } else { Err("tired") })
    }

    fn call(&mut self, token: Token) -> Self::Future {
        self.calls -= 1;
        ready(Ok(token.id()))
    }
}

#[tokio::test]
async fn one_item_waits_for_the_service() {
    let taken = Cell::new(0);
    let never = service_fn(|_| pending::<Result<(), Infallible>>());
    let mut responses = flow(stream::iter(0..10))
        .inspect(|_| taken.set(taken.get() + 1))
        .map_service(8, ConcurrencyLimit::new(never, 2));

    assert_eq!(responses.next().now_or_never(), None);
    assert_eq!(taken.get(), 3);
    assert_eq!(responses.size_hint(), (3, Some(10)));
}

#[tokio::test]
async fn the_item_that_waits_is_one_of_those_in_flight() {
    let taken = Cell::new(0);
    let permits = Arc::new(Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(permits);
    let service = service_fn(async |_| Ok::<_, Infallible>(()));
    let mut responses = flow(stream::iter(0..10))
        .inspect(|_| taken.set(taken.get() + 1))
        .map_service(1, limit.layer(service));

    assert_eq!(responses.next().now_or_never(), None);
    assert_eq!(taken.get(), 1);
}

#[tokio::test]
async fn the_service_becomes_ready_while_the_output_is_blocked() {
    let called = Cell::new(0);
    let permits = Arc::new(Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&permits));
    let service = service_fn(|()| {
        called.set(called.get() + 1);
        ready(Ok::<_, Infallible>(()))
    });
    let mut responses = flow(stream::iter([()])).map_service(8, limit.layer(service));
    let mut cx = Context::from_waker(Waker::noop());

    assert!(Pin::new(&mut responses).poll_progress(&mut cx).is_pending());
    assert_eq!(called.get(), 0);
    permits.add_permits(1);
    assert!(Pin::new(&mut responses).poll_progress(&mut cx).is_ready());
    assert_eq!(called.get(), 1);
}

#[tokio::test]
async fn nothing_is_reserved_without_an_item() {
    let permits = Arc::new(Semaphore::new(1));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&permits));
    let service = limit.layer(service_fn(async |()| Ok::<_, Infallible>(())));
    let mut responses = flow(stream::pending()).map_service(8, service);

    assert_eq!(responses.next().now_or_never(), None);
    assert_eq!(permits.available_permits(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_in_a_row_can_share_a_limit_of_one() {
    let add_one = service_fn(async |n: u32| {
        sleep(Duration::from_millis(1)).await;
        Ok::<_, Infallible>(n + 1)
    });
    let limited = ConcurrencyLimit::new(add_one, 1);
    let sums = flow(stream::iter(0..20))
        .map_service(4, limited.clone())
        .filter_map(Result::ok)
        .map_service(4, limited)
        .filter_map(Result::ok)
        .collect::<Vec<_>>();

    let sums = timeout(Duration::from_secs(1), sums).await;
    assert_eq!(sums, Ok((2..22).collect()));
}

#[tokio::test]
async fn dropping_it_leaves_the_line_for_capacity() {
    let permits = Arc::new(Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&permits));
    let service = limit.layer(service_fn(async |_| Ok::<_, Infallible>(())));
    let item = Rc::new(());
    let mut responses = flow(stream::iter([Rc::clone(&item)])).map_service(8, service);

    assert_eq!(responses.next().now_or_never(), None);
    // Goes to the first in line.
    permits.add_permits(1);
    assert_eq!(permits.available_permits(), 0);
    assert_eq!(Rc::strong_count(&item), 2);
    drop(responses);
    assert_eq!(permits.available_permits(), 1);
    assert_eq!(Rc::strong_count(&item), 1);
}

#[tokio::test]
async fn the_service_is_dropped_when_the_input_ends() {
    let resource = Rc::new(());
    let held = Rc::clone(&resource);
    let service = service_fn(move |()| {
        assert!(Rc::strong_count(&held) > 1);
        pending::<Result<(), Infallible>>()
    });
    let mut responses = flow(stream::iter([()])).map_service(8, service);

    assert_eq!(responses.next().now_or_never(), None);
    assert_eq!(Rc::strong_count(&resource), 1);
}

#[tokio::test]
async fn a_call_that_fails_does_not_stop_the_others() {
    let halve = async |n: u32| {
        if n.is_multiple_of(2) {
            Ok(n / 2)
        } else {
            Err("odd")
        }
    };
    let halves: Vec<_> = flow(stream::iter([2, 3, 4]))
        .map_service(2, service_fn(halve))
        .collect()
        .await;

    assert_eq!(halves, [Ok(1), Err("odd"), Ok(2)]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let service = service_fn(async |()| Ok::<_, Infallible>(()));
    drop(flow(stream::empty::<()>()).map_service(0, service));
}
