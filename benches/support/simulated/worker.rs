use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::clock::{now, wake_at};

thread_local! {
    static OWN_WAKER: RefCell<Option<Waker>> = const { RefCell::new(None) };
}

/// Runs a node on a worker of its own: whoever else wakes it, it takes
/// `latency` to get going.
pub(super) fn on_worker<F: Future>(latency: Duration, node: F) -> OnWorker<F> {
    OnWorker {
        node: Box::pin(node),
        latency,
        wakes: None,
    }
}

/// The waker that wakes the task at once: its own clock rings in the worker.
pub(super) fn own_waker(cx: &Context<'_>) -> Waker {
    OWN_WAKER
        .with_borrow(Clone::clone)
        .unwrap_or_else(|| cx.waker().clone())
}

/// The future of [`on_worker`].
pub(super) struct OnWorker<F> {
    node: Pin<Box<F>>,
    latency: Duration,
    wakes: Option<(Arc<LateWakes>, Waker)>,
}

/// Wakes that take their time.
struct LateWakes {
    task: Waker,
    latency: Duration,
    /// A wake is on its way.
    coming: AtomicBool,
    /// The task is being polled: it wakes itself at once.
    running: AtomicBool,
}

impl Wake for LateWakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.running.load(Relaxed) {
            self.task.wake_by_ref();
        } else if !self.coming.swap(true, Relaxed) {
            wake_at(now() + self.latency, self.task.clone());
        }
    }
}

impl<F: Future> Future for OnWorker<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if self.latency.is_zero() {
            return self.node.as_mut().poll(cx);
        }
        let latency = self.latency;
        let (wakes, waker) = self.wakes.get_or_insert_with(|| {
            let wakes = Arc::new(LateWakes {
                task: cx.waker().clone(),
                latency,
                coming: AtomicBool::new(false),
                running: AtomicBool::new(false),
            });
            (Arc::clone(&wakes), Waker::from(wakes))
        });
        let (wakes, waker) = (Arc::clone(wakes), waker.clone());
        wakes.coming.store(false, Relaxed);
        wakes.running.store(true, Relaxed);
        let outer = OWN_WAKER.replace(Some(wakes.task.clone()));
        let polled = self.node.as_mut().poll(&mut Context::from_waker(&waker));
        OWN_WAKER.set(outer);
        wakes.running.store(false, Relaxed);
        polled
    }
}
