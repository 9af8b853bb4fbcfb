use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::{Flow, Progress};

/// Future for [`Flow::single`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Single<S: Progress> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    held: Option<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Gives the only item of a stream that has just one.
    ///
    /// # Completion
    ///
    /// Ready when the input has ended, or at a second item; the input is dropped
    /// then.
    ///
    /// # Backpressure
    ///
    /// One item is held, until it is known to be the only one.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the item held.
    ///
    /// # Errors
    ///
    /// [`NotSingle`] if the input ends without an item, or gives a second one. The
    /// items are dropped then.
    ///
    /// # Panics
    ///
    /// Polled again after its end, the future panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let answer = flow(stream::iter(1..50)).filter(|n| n % 42 == 0).single().await;
    ///
    /// assert_eq!(answer, Ok(42));
    /// # }
    /// ```
    pub fn single(self) -> Single<S> {
        Single {
            input: Some(self.into_stream()),
            held: None,
        }
    }
}

impl<S: Progress> Future for Single<S> {
    type Output = Result<S::Item, NotSingle>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(mut input) = this.input.as_mut().as_pin_mut() else {
            unreachable!("a `single` was polled after its end");
        };
        let second = loop {
            let item = ready!(input.as_mut().poll_next(cx));
            if item.is_none() || this.held.is_some() {
                break item;
            }
            *this.held = item;
        };
        this.input.set(None);
        let first = this.held.take();
        Poll::Ready(match second {
            Some(_) => Err(NotSingle::More),
            None => first.ok_or(NotSingle::Empty),
        })
    }
}

/// Why a stream has no [`single`](Flow::single) item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotSingle {
    /// It ended without an item.
    Empty,
    /// It has a second item.
    More,
}

impl fmt::Display for NotSingle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the stream has no item",
            Self::More => "the stream has more than one item",
        })
    }
}

impl Error for NotSingle {}
