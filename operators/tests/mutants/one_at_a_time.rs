use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::Stream;
use futures::stream::FusedStream;
use millpond_operators::testing::{Source, Token, Work};
use millpond_operators::{Flow, Progress};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Neglect {
    Future,
    Input,
}

/// Works on one token at a time, and neglects something.
pub(crate) fn one_at_a_time(input: Flow<Source>, neglect: Neglect) -> Flow<OneAtATime> {
    Flow::native(OneAtATime {
        input,
        work: None,
        result: None,
        ended: false,
        neglect,
    })
}

pub(crate) struct OneAtATime {
    input: Flow<Source>,
    work: Option<Work>,
    result: Option<Token>,
    ended: bool,
    neglect: Neglect,
}

impl OneAtATime {
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(work) = &mut self.work {
            self.result = Some(ready!(Pin::new(work).poll(cx)));
            self.work = None;
        }
        Poll::Ready(())
    }
}

impl Stream for OneAtATime {
    type Item = Token;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.work.is_none() && self.result.is_none() {
            let Some(token) = ready!(Pin::new(&mut self.input).poll_next(cx)) else {
                self.ended = true;
                return Poll::Ready(None);
            };
            self.work = Some(token.work());
        }
        if self.drive(cx).is_pending() {
            if self.neglect != Neglect::Input {
                let _moving = Pin::new(&mut self.input).poll_progress(cx);
            }
            return Poll::Pending;
        }
        Poll::Ready(self.result.take())
    }
}

impl FusedStream for OneAtATime {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl Progress for OneAtATime {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let driven = match self.neglect {
            Neglect::Future => Poll::Ready(()),
            Neglect::Input => self.drive(cx),
        };
        let upstream = Pin::new(&mut self.input).poll_progress(cx);
        if driven.is_pending() {
            return driven;
        }
        upstream
    }
}
