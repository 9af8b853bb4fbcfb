//! Law S9: an operator behind a pointer keeps all laws that it keeps itself.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use millpond_operators::testing::{Source, Token};
use millpond_operators::{Flow, Progress, laws};

laws! {
    in_a_box: |s| Flow::native(Box::new(s.skip(1).into_stream())),
    model: |v| v.into_iter().skip(1).collect(),
}

laws! {
    in_a_pinned_box: |s| Flow::native(Box::pin(s.map_async(3, Token::work).into_stream())),
    model: |v| v,
    look_ahead: 3,
    in_flight: 3,
}

laws! {
    behind_a_mutable_reference: |s| Flow::native(Lending(s)),
    model: |v| v,
}

/// Polls its flow through `&mut` only.
struct Lending(Flow<Source>);

impl Lending {
    fn lend(self: Pin<&mut Self>) -> impl Progress<Item = Token> {
        &mut self.get_mut().0
    }
}

impl Stream for Lending {
    type Item = Token;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        std::pin::pin!(self.lend()).poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl FusedStream for Lending {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl Progress for Lending {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        std::pin::pin!(self.lend()).poll_progress(cx)
    }
}
