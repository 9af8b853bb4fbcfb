use std::panic::{AssertUnwindSafe, panic_any, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::stream::{self, FusedStream, Stream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Progress, flow, laws};

fn calm(token: Token) -> Option<Token> {
    let value = std::panic::catch_unwind(AssertUnwindSafe(|| token.value()));
    value.ok().map(|_| token)
}

fn valued(token: Token) -> Token {
    let _id = token.value();
    token
}

laws! {
    catch_unwind: |s| s.map(valued).catch_unwind().filter_map(Result::ok),
    model: |v| v.into_iter().map_while(calm).collect(),
}

#[tokio::test]
async fn the_input_is_dropped_before_the_panic_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let numbers = stream::iter([1, 0]).chain(stream::pending());
    let mut results = flow(numbers)
        .inspect(move |_| drop(Arc::clone(&held)))
        .map(|n| if n == 0 { panic_any(n) } else { n })
        .catch_unwind();

    assert_eq!(results.next().await.and_then(Result::ok), Some(1));
    assert_eq!(Arc::strong_count(&resource), 2);
    let panic = results.next().await.and_then(Result::err);
    assert_eq!(
        panic.and_then(|panic| panic.downcast().ok()),
        Some(Box::new(0))
    );
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(results.is_terminated());
    assert!(results.next().await.is_none());
}

/// Promises two items and panics instead.
struct Promises;

impl Stream for Promises {
    type Item = u8;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        resume_unwind(Box::new("from poll_next"));
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (2, Some(2))
    }
}

impl Progress for Promises {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        resume_unwind(Box::new("from poll_progress"));
    }
}

#[tokio::test]
async fn the_size_hint_holds_when_the_input_panics() {
    let mut results = Flow::native(Promises).catch_unwind();

    // One item is sure, and after two there may be the panic.
    assert_eq!(results.size_hint(), (1, Some(3)));
    assert!(results.next().await.is_some_and(|result| result.is_err()));
    assert_eq!(results.size_hint(), (0, Some(0)));
    assert!(results.next().await.is_none());
}

#[tokio::test]
async fn a_panic_while_the_output_is_blocked_is_emitted_by_the_next_poll() {
    let mut results = Flow::native(Promises).catch_unwind();
    let mut cx = Context::from_waker(Waker::noop());

    assert!(Pin::new(&mut results).poll_progress(&mut cx).is_ready());
    assert_eq!(results.size_hint(), (1, Some(1)));
    assert!(!results.is_terminated());
    let panic = results.next().await.and_then(Result::err);
    let text = panic.and_then(|panic| panic.downcast::<&str>().ok());
    assert_eq!(text, Some(Box::new("from poll_progress")));
    assert!(results.next().await.is_none());
}
