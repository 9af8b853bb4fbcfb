use std::pin::Pin;
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
