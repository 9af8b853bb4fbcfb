use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use futures::stream::FusedStream;
use millpond_operators::testing::{Source, Token};
use millpond_operators::{Flow, Progress};
use tokio::time::{Sleep, sleep};

/// Wakes itself every now and then, whether there is anything to do or not.
pub(crate) fn restless(input: Flow<Source>) -> Flow<Restless> {
    Flow::native(Restless { input, timer: None })
}

pub(crate) struct Restless {
    input: Flow<Source>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stream for Restless {
    type Item = Token;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        if self.input.is_terminated() {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut self.input).poll_next(cx);
        if polled.is_pending() {
            let timer = || Box::pin(sleep(Duration::from_mins(1)));
            while self
                .timer
                .get_or_insert_with(timer)
                .as_mut()
                .poll(cx)
                .is_ready()
            {
                self.timer = None;
            }
        }
        polled
    }
}

impl FusedStream for Restless {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl Progress for Restless {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.input).poll_progress(cx)
    }
}
