use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Progress, laws};

laws! {
    next: |s| by_next(s.chunks(2)),
    model: |v| {
        let mut items = v.into_iter();
        std::iter::from_fn(|| Some(items.next().into_iter().chain(items.next()).collect()))
            .take_while(|pair: &Vec<Token>| !pair.is_empty())
            .collect()
    },
    look_ahead: 1,
    cancelling,
}

/// Takes each item with a future that is dropped when it is pending.
fn by_next<S: Progress + Unpin>(input: Flow<S>) -> Flow<ByNext<S>> {
    Flow::native(ByNext { input })
}

struct ByNext<S> {
    input: Flow<S>,
}

impl<S: Progress + Unpin> Stream for ByNext<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        Pin::new(&mut self.input.next()).poll(cx)
    }
}

impl<S: Progress + FusedStream + Unpin> FusedStream for ByNext<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress + Unpin> Progress for ByNext<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.input).poll_progress(cx)
    }
}
