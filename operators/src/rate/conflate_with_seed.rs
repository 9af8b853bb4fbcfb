use std::fmt;

use super::{Decoupled, Store};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Folds the items that come while the output is blocked into a summary.
    ///
    /// `seed` makes a summary of the first item, and `f` adds each further one.
    /// While the output asks, each item comes out as a summary of its own.
    ///
    /// # Backpressure
    ///
    /// Takes all input that comes while the output is blocked. Under a foreign
    /// consumer, which does not drive its progress, `f` is never called.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the summary that is kept.
    ///
    /// # Panics
    ///
    /// A panic of `seed` or `f` passes through, and the summary is gone with the
    /// item.
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
    /// let mut counts = Vec::new();
    /// flow("millpond".chars())
    ///     .conflate_with_seed(|_letter| 1, |count, _letter| count + 1)
    ///     .inspect(|count| counts.push(*count))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(counts, [1, 7]);
    /// # }
    /// ```
    pub fn conflate_with_seed<A, I, F>(
        self,
        seed: I,
        f: F,
    ) -> Flow<Decoupled<S, ConflateWithSeed<A, I, F>>>
    where
        I: FnMut(S::Item) -> A,
        F: FnMut(A, S::Item) -> A,
    {
        self.decouple(ConflateWithSeed {
            seed,
            f,
            kept: None,
        })
    }
}

/// Store for [`Flow::conflate_with_seed`].
#[derive(Clone)]
#[must_use = "a store does nothing without its flow"]
pub struct ConflateWithSeed<A, I, F> {
    seed: I,
    f: F,
    kept: Option<A>,
}

impl<T, A, I, F> Store<T> for ConflateWithSeed<A, I, F>
where
    I: FnMut(T) -> A,
    F: FnMut(A, T) -> A,
{
    type Out = A;

    fn has_room(&self) -> bool {
        true
    }

    fn put(&mut self, item: T) {
        self.kept = Some(match self.kept.take() {
            Some(kept) => (self.f)(kept, item),
            None => (self.seed)(item),
        });
    }

    fn take(&mut self) -> Option<A> {
        self.kept.take()
    }

    fn len(&self) -> usize {
        usize::from(self.kept.is_some())
    }
}

impl<A, I, F> fmt::Debug for ConflateWithSeed<A, I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConflateWithSeed")
            .field("holds", &self.kept.is_some())
            .finish_non_exhaustive()
    }
}
