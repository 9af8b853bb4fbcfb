use std::fmt;
use std::future::poll_fn;

use super::{Closed, Sender, Slot};

/// A message that did not get on an edge, because nobody would receive it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T> {
    /// The message.
    pub message: T,
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{Closed}: the message was not sent")
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> std::error::Error for SendError<T> {}

impl<T> Sender<T> {
    /// Waits for room on the edge, as [`poll_reserve`](Self::poll_reserve).
    ///
    /// # Cancellation
    ///
    /// Nothing is lost: a slot that was reserved and not used is there at the
    /// next call.
    ///
    /// # Errors
    ///
    /// [`Closed`] once the inlet is gone or the edge has failed.
    pub async fn reserve(&mut self) -> Result<Slot<'_, T>, Closed> {
        poll_fn(|cx| self.poll_reserve(cx).map_ok(drop)).await?;
        Ok(Slot { sender: self })
    }

    /// Waits for room on the edge, and sends a message off at once.
    ///
    /// # Backpressure
    ///
    /// Waits while the edge is full, unless its [`Overflow`](super::Overflow)
    /// says otherwise. Each message is an exchange of its own; whoever has
    /// many to send pays less with [`poll_reserve`](Self::poll_reserve).
    ///
    /// # Cancellation
    ///
    /// The message goes with the future. To lose none, [`reserve`](Self::reserve)
    /// first and send on the slot.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message if the inlet is gone or the edge has
    /// failed.
    pub async fn send(&mut self, message: T) -> Result<(), SendError<T>> {
        if poll_fn(|cx| self.poll_reserve(cx).map_ok(drop))
            .await
            .is_err()
        {
            return Err(SendError { message });
        }
        self.flush();
        match self.send_reserved(message) {
            None => Ok(()),
            Some(message) => Err(SendError { message }),
        }
    }
}
