use super::{FlattenUnordered, Map};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Emits the items of the streams that `f` makes of the items, as they come.
    ///
    /// It is [`map`](Flow::map) followed by
    /// [`flatten_unordered`](Flow::flatten_unordered): up to `max_inners` streams
    /// are live at once and take turns, each stream's own order is kept, and the
    /// place of one that has ended goes to the next item. To keep the order of
    /// the items, use [`flat_map_sequential`](Flow::flat_map_sequential).
    ///
    /// # Completion
    ///
    /// Ends when the input and all streams have ended. A stream is dropped as
    /// soon as it is seen to have ended.
    ///
    /// # Backpressure
    ///
    /// At most `max_inners` streams are held, and none of their items. While the
    /// output is blocked, [`poll_progress`](Progress::poll_progress) takes up to
    /// that many items and drives the work that their streams have under way.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops all live streams.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_inners` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let ticks: Vec<_> = flow(stream::iter([30, 20]))
    ///     .flat_map_unordered(2, |every| {
    ///         flow(stream::iter(1..=3)).then(move |n| async move {
    ///             sleep(Duration::from_millis(every)).await;
    ///             every * n
    ///         })
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(ticks, [20, 30, 40, 60, 60, 90]);
    /// # }
    /// ```
    #[track_caller]
    pub fn flat_map_unordered<R, F>(
        self,
        max_inners: usize,
        f: F,
    ) -> Flow<FlattenUnordered<Map<S, F>>>
    where
        F: FnMut(S::Item) -> R,
        R: Progress,
    {
        self.map(f).flatten_unordered(max_inners)
    }
}
