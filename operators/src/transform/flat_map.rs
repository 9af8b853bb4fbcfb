use super::{Flatten, Map};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Emits the items of the stream that `f` makes of each item, one after the
    /// other.
    ///
    /// It is [`map`](Flow::map) followed by [`flatten`](Flow::flatten): the next
    /// item is taken only when the stream of the item before it has ended. Where
    /// `f` gives a collection, [`flat_map_iter`](Flow::flat_map_iter) is simpler;
    /// where several streams may be live at once,
    /// [`flat_map_sequential`](Flow::flat_map_sequential) keeps the order and
    /// [`flat_map_unordered`](Flow::flat_map_unordered) does not.
    ///
    /// # Completion
    ///
    /// Ends when the input and the last stream have ended.
    ///
    /// # Backpressure
    ///
    /// One stream is held, so it may be without an end. While the output is
    /// blocked, [`poll_progress`](Progress::poll_progress) drives the work that
    /// it has under way, but takes no further item.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let steps: Vec<_> = flow(stream::iter([1, 3]))
    ///     .flat_map(|n| flow(stream::iter(0..n)).map(move |step| (n, step)))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(steps, [(1, 0), (3, 0), (3, 1), (3, 2)]);
    /// # }
    /// ```
    pub fn flat_map<R, F>(self, f: F) -> Flow<Flatten<Map<S, F>>>
    where
        F: FnMut(S::Item) -> R,
        R: Progress,
    {
        self.map(f).flatten()
    }
}
