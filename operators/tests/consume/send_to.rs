use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::channel::mpsc;
use futures::sink::{self, SinkExt};
use futures::{FutureExt, Sink};
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

// The sink does the work of one token at a time.
laws! {
    send_to: |s| {
        let worker = sink::unfold((), async |(), token: Token| {
            drop(token.work().await);
            Ok::<_, ()>(())
        });
        outcome(s.send_to(worker))
    },
    model: |_v| vec![Ok(())],
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    work_goes_on_while_the_sink_is_busy: |s| {
        let worker = sink::unfold((), async |(), token: Token| {
            drop(token.work().await);
            Ok::<_, ()>(())
        });
        outcome(s.map_async(3, Token::work).send_to(worker))
    },
    model: |_v| vec![Ok(())],
    look_ahead: 4,
    in_flight: 4,
}

laws! {
    send_to_a_sink_that_fails: |s| {
        let worker = sink::unfold((), async |(), token: Token| {
            token.work().await.checked().map(drop)
        });
        outcome(s.send_to(worker))
    },
    model: |v| vec![v.into_iter().try_for_each(|token| token.checked().map(drop))],
    look_ahead: 1,
    in_flight: 1,
}

#[test]
fn an_item_is_taken_only_when_the_sink_is_ready_for_it() {
    let (sender, mut receiver) = mpsc::channel(0);
    let mut taken = 0;
    let mut sending = flow(1..).inspect(|_| taken += 1).send_to(sender);
    assert!((&mut sending).now_or_never().is_none());
    drop(sending);
    let mut received = 0;
    while let Ok(_item) = receiver.try_recv() {
        received += 1;
    }

    assert_eq!(taken, received);
}

#[test]
fn the_first_error_of_the_sink_is_the_result() {
    let (sender, receiver) = mpsc::channel(8);
    drop(receiver);
    let sent = flow([1]).send_to(sender).now_or_never();

    assert!(sent.is_some_and(|sent| sent.is_err_and(|error| error.is_disconnected())));
}

#[test]
fn a_sink_that_was_lent_comes_back_closed() {
    let (mut sender, mut receiver) = mpsc::channel(8);
    let sent = flow([1]).send_to(&mut sender).now_or_never();

    assert_eq!(sent, Some(Ok(())));
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(
        sender
            .send(2)
            .now_or_never()
            .is_some_and(|sent| sent.is_err())
    );
}

/// Keeps items until it is flushed.
#[derive(Default)]
struct Buffered {
    kept: usize,
    flushed: usize,
}

impl Sink<u8> for Buffered {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(mut self: Pin<&mut Self>, _: u8) -> Result<(), ()> {
        self.kept += 1;
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.flushed += std::mem::take(&mut self.kept);
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.poll_flush(cx)
    }
}

#[test]
fn while_no_item_is_there_the_sink_is_flushed() {
    let mut sink = Buffered::default();
    let items =
        futures::StreamExt::chain(futures::stream::iter([1, 2]), futures::stream::pending());
    let mut sending = flow(items).send_to(&mut sink);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut sending).poll(&mut cx).is_pending());
    drop(sending);

    assert_eq!((sink.kept, sink.flushed), (0, 2));
}

/// Takes items, and is never closed.
struct NeverClosed;

impl Sink<()> for NeverClosed {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, (): ()) -> Result<(), ()> {
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Pending
    }
}

#[test]
fn the_input_is_dropped_before_the_error_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let items = flow(1..).inspect(move |_| drop(Arc::clone(&held)));
    let (sender, receiver) = mpsc::channel(8);
    drop(receiver);
    let mut sending = items.send_to(sender);
    let sent = (&mut sending).now_or_never();

    assert!(sent.is_some_and(|sent| sent.is_err()));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
fn the_input_is_dropped_before_the_sink_is_closed() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let items = flow(1..=2).map(move |_| drop(Arc::clone(&held)));
    let mut sending = items.send_to(NeverClosed);

    assert!((&mut sending).now_or_never().is_none());
    assert_eq!(Arc::strong_count(&resource), 1);
}
