use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures::FutureExt;
use futures::stream::{self, FusedStream, Stream};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Progress, flow, laws};

// The tokens are let go before the call, which outlives the operator.
laws! {
    map_blocking: |s| relayed(s.map(|token| token.value()).map_blocking(3, |id| id)),
    model: |v| v.iter().map(Token::value).collect(),
}

/// Keeps the waker of the test out of the hands of the threads.
///
/// A thread may be about to wake the operator while that is dropped, and the
/// laws ask for the waker at once.
fn relayed<P: Progress + Unpin>(operator: Flow<P>) -> Flow<Relayed<P>> {
    Flow::native(Relayed {
        operator: operator.into_stream(),
        relay: Arc::default(),
    })
}

struct Relayed<P> {
    operator: P,
    relay: Arc<Relay>,
}

#[derive(Default)]
struct Relay(Mutex<Option<Waker>>);

impl Relay {
    fn set(self: &Arc<Self>, waker: Option<&Waker>) -> Waker {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = waker.cloned();
        Waker::from(Arc::clone(self))
    }
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        let mut waker = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that nobody can take it back meanwhile.
        if let Some(waker) = waker.take() {
            waker.wake();
        }
    }
}

impl<P: Progress + Unpin> Stream for Relayed<P> {
    type Item = P::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<P::Item>> {
        let waker = self.relay.set(Some(cx.waker()));
        Pin::new(&mut self.operator).poll_next(&mut Context::from_waker(&waker))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.operator.size_hint()
    }
}

impl<P: Progress + FusedStream + Unpin> FusedStream for Relayed<P> {
    fn is_terminated(&self) -> bool {
        self.operator.is_terminated()
    }
}

impl<P: Progress + Unpin> Progress for Relayed<P> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let waker = self.relay.set(Some(cx.waker()));
        Pin::new(&mut self.operator).poll_progress(&mut Context::from_waker(&waker))
    }
}

impl<P> Drop for Relayed<P> {
    fn drop(&mut self) {
        drop(self.relay.set(None));
    }
}

#[tokio::test]
async fn the_bound_covers_the_queue() {
    let (go, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let mut results = flow(stream::iter(0..10))
        .inspect(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        })
        .map_blocking(3, move |n| {
            let waited = gate.lock().is_ok_and(|gate| gate.recv().is_ok());
            (n, waited)
        });

    assert_eq!(results.next().now_or_never(), None);
    assert_eq!(taken.load(Ordering::SeqCst), 3);
    for _ in 0..10 {
        go.send(()).unwrap();
    }
    let results: Vec<_> = results.collect().await;
    assert_eq!(results, (0..10).map(|n| (n, true)).collect::<Vec<_>>());
}

#[test]
fn dropping_it_cancels_the_calls_that_have_not_begun() {
    let (go, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();

    runtime.block_on(async {
        let mut results = flow(stream::iter(0..10)).map_blocking(3, move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            gate.lock().is_ok_and(|gate| gate.recv().is_ok())
        });
        assert_eq!(results.next().now_or_never(), None);
        while begun.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    });
    go.send(()).unwrap();
    // Waits for the thread, which has met the other two by then.
    drop(runtime);

    assert_eq!(begun.load(Ordering::SeqCst), 1);
}

#[tokio::test]
#[should_panic(expected = "on the thread")]
async fn a_panic_is_resumed_in_the_caller() {
    flow(stream::iter([true]))
        .map_blocking(3, |strikes| assert!(!strikes, "on the thread"))
        .for_each(drop)
        .await;
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).map_blocking(0, |()| ()));
}
