use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;

use futures_util::stream;
use millpond_operators::flow;
use tokio::sync::mpsc;

use crate::graph::{GraphBuilder, Outlet};
use crate::message::Message;
use crate::stage::{Identified, Source};

/// Emits what is put into it from outside of the pipeline.
///
/// This is how a pipeline becomes part of somebody's service: a handler
/// sends, and waits while the queue is full. The source ends when every
/// [`QueueSender`] is gone. When the run is told to stop, the queue accepts no
/// more, and ends once what it had accepted has come out; an abort drops that.
#[derive(Debug)]
pub struct Queue<T> {
    messages: mpsc::Receiver<T>,
}

/// Puts messages into a [`Queue`]. Clones put into the same one.
#[derive(Debug)]
pub struct QueueSender<T> {
    messages: mpsc::Sender<T>,
}

impl<T> Clone for QueueSender<T> {
    fn clone(&self) -> Self {
        Self {
            messages: self.messages.clone(),
        }
    }
}

/// The pipeline no longer takes messages; here is the one that it did not take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct QueueClosed<T>(pub T);

impl<T> fmt::Debug for QueueClosed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueClosed").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for QueueClosed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pipeline behind this queue has stopped")
    }
}

impl<T> std::error::Error for QueueClosed<T> {}

impl<T: Message> Queue<T> {
    /// Makes a queue that holds at most `capacity` messages.
    pub fn bounded(capacity: NonZeroUsize) -> (QueueSender<T>, Self) {
        let (sender, receiver) = mpsc::channel(capacity.get());
        (
            QueueSender { messages: sender },
            Self { messages: receiver },
        )
    }
}

impl<T> QueueSender<T> {
    /// Puts a message in, and waits for room to do so.
    ///
    /// # Cancellation
    ///
    /// Dropping the future before it is ready drops the message.
    ///
    /// # Errors
    ///
    /// [`QueueClosed`] with the message once the pipeline has stopped.
    pub async fn send(&self, message: T) -> Result<(), QueueClosed<T>> {
        self.messages
            .send(message)
            .await
            .map_err(|refused| QueueClosed(refused.0))
    }
}

impl<T> Identified for Queue<T> {
    const ID: &'static str = "queue";
}

impl<T: Message> Source for Queue<T> {
    type Out = T;

    fn build(self, graph: &GraphBuilder) -> Outlet<T> {
        let mut messages = self.messages;
        graph.node_until(Self::ID, |mut stopped| {
            flow(stream::poll_fn(move |cx| {
                if Pin::new(&mut stopped).poll(cx).is_ready() {
                    // Accepts no more; what was accepted still comes out.
                    messages.close();
                }
                messages.poll_recv(cx)
            }))
        })
    }
}
