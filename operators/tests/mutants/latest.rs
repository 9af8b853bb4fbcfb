use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use millpond_operators::testing::{Source, Token};
use millpond_operators::{Flow, Progress};

/// Keeps the latest token while the consumer is busy, and counts the others.
pub(crate) fn latest(input: Flow<Source>) -> Flow<Latest> {
    Flow::native(Latest {
        input,
        held: None,
        dropped: 0,
        ended: false,
    })
}

pub(crate) struct Latest {
    input: Flow<Source>,
    held: Option<Token>,
    dropped: u64,
    ended: bool,
}

impl Latest {
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes what is ready; `Pending` until the input has ended.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..128 {
            if self.ended {
                return Poll::Ready(());
            }
            match Pin::new(&mut self.input).poll_next(cx) {
                Poll::Ready(Some(token)) => {
                    let replaced = self.held.replace(token);
                    self.dropped += u64::from(replaced.is_some());
                }
                Poll::Ready(None) => self.ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        let _moving = Pin::new(&mut self.input).poll_progress(cx);
        Poll::Pending
    }
}

impl Stream for Latest {
    type Item = Token;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        let filled = self.fill(cx);
        match self.held.take() {
            None if filled.is_pending() => Poll::Pending,
            held => Poll::Ready(held),
        }
    }
}

impl FusedStream for Latest {
    fn is_terminated(&self) -> bool {
        self.ended && self.held.is_none()
    }
}

impl Progress for Latest {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.fill(cx)
    }
}
