use super::{Buffered, Decoupled, Overflow};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Keeps the newest of the items that come while the output is blocked.
    ///
    /// The others are dropped, and counted as in [`buffer`](Flow::buffer).
    /// While the output asks, each item passes.
    ///
    /// # Backpressure
    ///
    /// Takes all input that comes while the output is blocked. Under a foreign
    /// consumer, which does not drive its progress, nothing is dropped.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the item that is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut readings = Vec::new();
    /// flow(1..=9)
    ///     .latest()
    ///     .inspect(|reading| readings.push(*reading))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(readings, [1, 9]);
    /// # }
    /// ```
    pub fn latest(self) -> Flow<Decoupled<S, Buffered<S::Item>>> {
        self.buffer(1, Overflow::DropOldest)
    }
}
