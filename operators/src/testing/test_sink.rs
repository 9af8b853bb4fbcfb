use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;

use crate::{Flow, Progress};

/// Polls at once that need no wake of another.
const TURNS: usize = 1000;

/// Takes the items of a flow one at a time, as they are asked for.
///
/// Each item needs demand, as given by [`request`](Self::request). Without it
/// the flow is only driven, as by a consumer that is busy. Nothing waits: a
/// call polls for as long as the flow is woken, and no longer. The clock is
/// tokio's; pause it, and move it between the calls with
/// [`tokio::time::advance`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond_operators::testing::{TestSink, TestSource};
/// use tokio::time::advance;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let (source, items) = TestSource::new();
/// let mut sink = TestSink::new(items.batch(3, Duration::from_millis(5)));
///
/// sink.request(1);
/// source.send(1);
/// sink.expect_pending();
/// advance(Duration::from_millis(5)).await;
/// assert_eq!(sink.expect_next(), [1]);
///
/// source.send(2);
/// source.end();
/// sink.expect_pending(); // nothing was requested
/// sink.request(1);
/// assert_eq!(sink.expect_next(), [2]);
/// sink.expect_end();
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a flow does nothing unless it is polled"]
pub struct TestSink<P: Progress> {
    flow: Pin<Box<Flow<P>>>,
    demand: usize,
    woken: Arc<Woken>,
    // An item was asked for and did not come, so a wake is owed.
    waits: bool,
}

#[expect(
    clippy::panic,
    reason = "an expectation that is not met fails the test"
)]
impl<P: Progress> TestSink<P> {
    /// Takes the flow. It is not polled yet.
    pub fn new(flow: Flow<P>) -> Self {
        Self {
            flow: Box::pin(flow),
            demand: 0,
            woken: Arc::default(),
            waits: false,
        }
    }

    /// Asks for so many items more.
    ///
    /// # Panics
    ///
    /// Panics on a demand of zero.
    #[track_caller]
    pub fn request(&mut self, items: usize) {
        assert!(items > 0, "a demand of 0 asks for nothing; give at least 1");
        self.demand = self.demand.saturating_add(items);
    }

    /// Takes the next item, which must be there.
    ///
    /// # Panics
    ///
    /// Panics if nothing was requested, if the flow has ended, if it is
    /// pending, and if it was pending and has not woken its task since.
    #[track_caller]
    pub fn expect_next(&mut self) -> P::Item {
        assert!(
            self.demand > 0,
            "an item was expected, and none requested; call `request` first"
        );
        match self.poll() {
            Poll::Ready(Some(item)) => {
                self.demand -= 1;
                item
            }
            Poll::Ready(None) => panic!("an item was expected, and the flow has ended"),
            Poll::Pending => panic!("an item was expected, and the flow is pending"),
        }
    }

    /// Demands that the flow is pending or, without demand, drives it.
    ///
    /// # Panics
    ///
    /// Panics if there is demand, and an item or the end comes.
    #[track_caller]
    pub fn expect_pending(&mut self) {
        if self.demand == 0 {
            self.drive();
            return;
        }
        match self.poll() {
            Poll::Ready(Some(_)) => panic!("nothing was expected, and an item came"),
            Poll::Ready(None) => panic!("nothing was expected, and the flow has ended"),
            Poll::Pending => {}
        }
    }

    /// Demands that the flow ends now. This needs no demand.
    ///
    /// # Panics
    ///
    /// Panics if the flow is pending, or if an item comes.
    #[track_caller]
    pub fn expect_end(&mut self) {
        match self.poll() {
            Poll::Ready(Some(_)) => panic!("the end was expected, and an item came"),
            Poll::Ready(None) => {}
            Poll::Pending => panic!("the end was expected, and the flow is pending"),
        }
    }

    /// Says whether the flow has woken its task since the last call.
    pub fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::SeqCst)
    }

    /// Shows the operator, for its accessors.
    pub fn get_ref(&self) -> &P {
        self.flow.get_ref()
    }

    /// Lends the operator, for its accessors.
    pub fn get_pin_mut(&mut self) -> Pin<&mut P> {
        self.flow.as_mut().get_pin_mut()
    }

    #[track_caller]
    fn poll(&mut self) -> Poll<Option<P::Item>> {
        let may_go_on = !self.waits || self.is_woken();
        let polled = self.turns(Stream::poll_next);
        self.waits = polled.is_pending();
        assert!(
            polled.is_pending() || may_go_on,
            "the flow can go on, and has not woken its task"
        );
        polled
    }

    #[track_caller]
    fn drive(&mut self) {
        let _moving = self.turns(Progress::poll_progress);
        self.waits = false;
    }

    /// Polls until the flow is ready, or waits for another to wake it.
    #[track_caller]
    fn turns<R>(
        &mut self,
        poll: impl Fn(Pin<&mut Flow<P>>, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..TURNS {
            self.woken.0.store(false, Ordering::SeqCst);
            let polled = poll(self.flow.as_mut(), &mut cx);
            if polled.is_ready() || !self.is_woken() {
                return polled;
            }
        }
        panic!("the flow wakes itself without end");
    }
}

#[derive(Debug, Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
