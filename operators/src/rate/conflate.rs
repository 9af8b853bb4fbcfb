use std::fmt;

use super::{Decoupled, Store};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Folds the items that come while the output is blocked into one.
    ///
    /// `f` gets what is kept and the item that arrives, and gives what is kept
    /// from then on. While the output asks, each item passes as it is.
    ///
    /// # Backpressure
    ///
    /// Takes all input that comes while the output is blocked. Under a foreign
    /// consumer, which does not drive its progress, nothing is folded.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops what is kept.
    ///
    /// # Panics
    ///
    /// A panic of `f` passes through, and what was kept is gone with the item.
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
    /// let mut sums = Vec::new();
    /// flow(1..=9)
    ///     .conflate(|sum, n| sum + n)
    ///     .inspect(|sum| sums.push(*sum))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(sums, [1, 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9]);
    /// # }
    /// ```
    pub fn conflate<F>(self, f: F) -> Flow<Decoupled<S, Conflate<F, S::Item>>>
    where
        F: FnMut(S::Item, S::Item) -> S::Item,
    {
        self.decouple(Conflate { f, kept: None })
    }
}

/// Store for [`Flow::conflate`].
#[derive(Clone)]
#[must_use = "a store does nothing without its flow"]
pub struct Conflate<F, T> {
    f: F,
    kept: Option<T>,
}

impl<T, F: FnMut(T, T) -> T> Store<T> for Conflate<F, T> {
    type Out = T;

    fn has_room(&self) -> bool {
        true
    }

    fn put(&mut self, item: T) {
        self.kept = Some(match self.kept.take() {
            Some(kept) => (self.f)(kept, item),
            None => item,
        });
    }

    fn take(&mut self) -> Option<T> {
        self.kept.take()
    }

    fn len(&self) -> usize {
        usize::from(self.kept.is_some())
    }
}

impl<F, T> fmt::Debug for Conflate<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conflate")
            .field("holds", &self.kept.is_some())
            .finish_non_exhaustive()
    }
}
