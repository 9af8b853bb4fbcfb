use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use millpond::edge::idle;
use tokio::runtime::{Builder, LocalOptions};
use tokio::time::{Instant, advance};

use super::worker;

thread_local! {
    static EVENTS: RefCell<Events> = RefCell::new(Events::default());
}

/// What will happen, the next event on top.
#[derive(Default)]
struct Events {
    /// The time from which this simulation counts.
    start: Option<Instant>,
    heap: BinaryHeap<Event>,
    /// How many events there have been: the first of two at one time is first.
    made: u64,
}

struct Event {
    due: Duration,
    number: u64,
    waker: Waker,
}

/// Runs a future in simulated time, to its end.
pub(crate) fn simulate<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .on_thread_park(|| {
            idle::parked();
            next_events();
        })
        .on_thread_unpark(idle::unparked)
        .build_local(LocalOptions::default())
        .expect("a runtime starts");
    let output = runtime.block_on(async {
        EVENTS.set(Events {
            start: Some(Instant::now()),
            ..Events::default()
        });
        future.await
    });
    // What the tasks leave behind may wake: drop them while events can be made.
    drop(runtime);
    EVENTS.take();
    output
}

/// The simulated time since the start.
pub(crate) fn now() -> Duration {
    EVENTS.with_borrow(|events| events.start.map_or(Duration::ZERO, |start| start.elapsed()))
}

/// Wakes `waker` at the given time.
pub(super) fn wake_at(due: Duration, waker: Waker) {
    EVENTS.with_borrow_mut(|events| {
        events.made += 1;
        events.heap.push(Event {
            due,
            number: events.made,
            waker,
        });
    });
}

/// Lets time pass for this task, as a service that others need not wait for:
/// another worker's computation, or an answer from elsewhere.
pub(crate) fn wait(time: Duration) -> Wait {
    wait_until(now() + time)
}

/// As [`wait`], up to a time.
pub(crate) fn wait_until(due: Duration) -> Wait {
    Wait { due, armed: false }
}

/// Lets time pass for the whole worker, as a computation on its thread does.
pub(crate) fn compute(time: Duration) {
    // The clock moves at the first poll, and moving it is all that is wanted.
    let mut moved = pin!(advance(time));
    let (Poll::Ready(()) | Poll::Pending) =
        moved.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

/// Jumps to the next event and wakes whoever waits for it.
fn next_events() {
    let Some(due) = EVENTS.with_borrow(|events| events.heap.peek().map(|event| event.due)) else {
        return;
    };
    let until_then = due.saturating_sub(now());
    if !until_then.is_zero() {
        compute(until_then);
    }
    while let Some(event) = EVENTS.with_borrow_mut(|events| events.take(due)) {
        event.waker.wake();
    }
}

impl Events {
    fn take(&mut self, due: Duration) -> Option<Event> {
        let is_due = self.heap.peek().is_some_and(|event| event.due <= due);
        is_due.then(|| self.heap.pop()).flatten()
    }
}

/// The future of [`wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Wait {
    due: Duration,
    armed: bool,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if now() >= self.due {
            return Poll::Ready(());
        }
        if !self.armed {
            self.armed = true;
            wake_at(self.due, worker::own_waker(cx));
        }
        Poll::Pending
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |event: &Self| (event.due, event.number);
        key(other).cmp(&key(self))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}
