//! Nothing freezes: what admitted work takes while the output is blocked, in
//! virtual time, here and with the adaptors of `futures`.

use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use millpond_operators::{Flow, Progress, flow};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Sleeps for 10 ms, and notes how long that took.
async fn note(took: &RefCell<Vec<Duration>>) {
    let start = Instant::now();
    sleep(ms(10)).await;
    took.borrow_mut().push(start.elapsed());
}

fn worst(took: &RefCell<Vec<Duration>>) -> Option<Duration> {
    took.borrow().iter().copied().max()
}

#[tokio::test(start_paused = true)]
async fn futures_go_on_while_the_body_waits() {
    let took = RefCell::default();
    flow(stream::iter(0..20))
        .map_async(3, async |_| note(&took).await)
        .for_each_async(async |()| sleep(ms(100)).await)
        .await;

    assert_eq!(worst(&took), Some(ms(10)));
}

#[tokio::test(start_paused = true)]
async fn so_they_do_without_order() {
    let took = RefCell::default();
    flow(stream::iter(0..20))
        .map_async_unordered(3, async |_| note(&took).await)
        .for_each_async(async |()| sleep(ms(100)).await)
        .await;

    assert_eq!(worst(&took), Some(ms(10)));
}

#[tokio::test(start_paused = true)]
async fn so_they_do_with_order_per_key() {
    let took = RefCell::default();
    flow(stream::iter(0..20))
        .map_async_keyed(3, |n| n % 2, async |_| note(&took).await)
        .for_each_async(async |()| sleep(ms(100)).await)
        .await;

    assert_eq!(worst(&took), Some(ms(10)));
}

#[tokio::test(start_paused = true)]
async fn with_buffered_they_freeze() {
    let took = RefCell::default();
    let mut notes = pin!(stream::iter(0..20).map(|_| note(&took)).buffered(3));
    while let Some(()) = notes.next().await {
        sleep(ms(100)).await;
    }

    assert!(worst(&took) >= Some(ms(100)));
}

#[tokio::test(start_paused = true)]
async fn a_permit_shared_with_the_body_is_passed_on() {
    let permit = Semaphore::new(1);
    let hold = async || {
        let _held = permit.acquire().await;
        sleep(ms(10)).await;
    };
    let all = flow(stream::iter(0..20))
        .map_async(3, async |_| hold().await)
        .for_each_async(async |()| hold().await);

    assert_eq!(timeout(ms(1_000), all).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn so_it_is_without_order() {
    let permit = Semaphore::new(1);
    let hold = async || {
        let _held = permit.acquire().await;
        sleep(ms(10)).await;
    };
    let all = flow(stream::iter(0..20))
        .map_async_unordered(3, async |_| hold().await)
        .for_each_async(async |()| hold().await);

    assert_eq!(timeout(ms(1_000), all).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn so_it_is_with_order_per_key() {
    let permit = Semaphore::new(1);
    let hold = async || {
        let _held = permit.acquire().await;
        sleep(ms(10)).await;
    };
    let all = flow(stream::iter(0..20))
        .map_async_keyed(3, |n| n % 2, async |_| hold().await)
        .for_each_async(async |()| hold().await);

    assert_eq!(timeout(ms(1_000), all).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn with_buffered_a_shared_permit_deadlocks() {
    let permit = Semaphore::new(1);
    let hold = async || {
        let _held = permit.acquire().await;
        sleep(ms(10)).await;
    };
    let all = async {
        let mut tasks = pin!(stream::iter(0..20).map(|_| hold()).buffered(3));
        while let Some(()) = tasks.next().await {
            hold().await;
        }
    };

    assert!(timeout(ms(1_000_000), all).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_operator_that_is_full_keeps_the_work_upstream_moving() {
    let took = RefCell::default();
    flow(stream::iter(0..20))
        .map_async(3, async |_| note(&took).await)
        .map_async(1, async |()| sleep(ms(300)).await)
        .for_each_async(async |()| sleep(ms(50)).await)
        .await;

    assert_eq!(worst(&took), Some(ms(10)));
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_lets_it_freeze() {
    let took = RefCell::default();
    let notes = flow(stream::iter(0..20)).map_async(3, async |_| note(&took).await);
    let neglectful = Flow::native(WithoutKick {
        input: notes,
        work: None,
    });
    neglectful
        .for_each_async(async |()| sleep(ms(50)).await)
        .await;

    assert!(worst(&took) >= Some(ms(300)));
}

#[tokio::test(start_paused = true)]
async fn each_item_is_awaited_by_one_body_only() {
    let start = Instant::now();
    flow(stream::iter(0..5))
        .for_each_async(async |_| sleep(ms(10)).await)
        .await;

    assert_eq!(start.elapsed(), ms(50));
}

/// What `map_async(1, ..)` would be if it left its input alone while full.
struct WithoutKick<S> {
    input: S,
    work: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl<S: Progress<Item = ()> + Unpin> Stream for WithoutKick<S> {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        if self.work.is_none() {
            let Some(()) = ready!(Pin::new(&mut self.input).poll_next(cx)) else {
                return Poll::Ready(None);
            };
            self.work = Some(Box::pin(sleep(ms(300))));
        }
        if let Some(work) = &mut self.work {
            ready!(work.as_mut().poll(cx));
            self.work = None;
        }
        Poll::Ready(Some(()))
    }
}

impl<S: Progress<Item = ()> + Unpin> Progress for WithoutKick<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.work {
            Some(work) => work.as_mut().poll(cx),
            None => Pin::new(&mut self.input).poll_progress(cx),
        }
    }
}
