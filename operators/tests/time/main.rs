//! The operators of the `time` group.

mod audit;
mod debounce;
mod delay;
mod drop_within;
mod elapsed;
mod enforce_rate;
mod initial_delay;
mod keep_alive;
mod latency_probe;
mod sample;
mod take_within;
mod throttle;
mod throttle_latest;
mod timeout_backpressure;
mod timeout_first;
mod timeout_idle;
mod timeout_total;
mod timestamp;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::stream::{self, LocalBoxStream, Stream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, Progress, flow};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Odd, so that nothing is due when items of the laws arrive.
const WAIT: Duration = ms(5);
const NEVER: Duration = Duration::MAX;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Gives each item at its millisecond from now, and ends at `end`.
fn scheduled<T: 'static>(
    items: impl IntoIterator<Item = (u64, T), IntoIter: 'static>,
    end: u64,
) -> Flow<Foreign<LocalBoxStream<'static, T>>> {
    let start = Instant::now();
    let items = stream::unfold(items.into_iter(), move |mut items| async move {
        let next = items.next();
        let at = next.as_ref().map_or(end, |(at, _)| *at);
        sleep_until(start + ms(at)).await;
        next.map(|(_, item)| (item, items))
    });
    flow(items.boxed_local())
}

/// All items, with the milliseconds at which they came.
async fn timeline<P: Progress>(items: Flow<P>) -> Vec<(u128, P::Item)> {
    let start = Instant::now();
    let stamped = items.map(|item| (start.elapsed().as_millis(), item));
    stamped.collect().await
}

/// Leaves the output blocked for so long, as a busy consumer does.
async fn block<P: Progress + Unpin>(items: &mut Flow<P>, millis: u64) {
    let progress = poll_fn(|cx| {
        let _moving = Pin::new(&mut *items).poll_progress(cx);
        Poll::<()>::Pending
    });
    let over = timeout(ms(millis), progress).await;
    assert!(over.is_err());
}

/// Polls once, finds nothing, and counts the wakes of the time that follows.
async fn wakes<P: Progress + Unpin>(items: &mut Flow<P>, millis: u64) -> usize {
    let counter = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&counter));
    let polled = Pin::new(items).poll_next(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    sleep(ms(millis)).await;
    counter.count()
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Says whether `out` has the items up to some point, and then perhaps an error.
fn up_to_an_error(items: &[Token], out: &[Option<Token>]) -> bool {
    let came = out.iter().flatten();
    let whole = out.len() == items.len();
    let failed = out.last().is_some_and(Option::is_none);
    came.eq(items.iter().take(out.len() - usize::from(failed))) && (whole || failed)
}

/// Says whether `out` has some of the items in order, and the last.
fn some_and_the_last(items: &[Token], out: &[Token]) -> bool {
    let mut rest = items.iter();
    out.iter().all(|item| rest.any(|other| other == item)) && out.last() == items.last()
}

/// A cost of one, which panics where the script says so.
fn one_each(token: &Token) -> usize {
    token.value();
    1
}
