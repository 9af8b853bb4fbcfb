use super::branch::{Branch, stream_of_branch};
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for both outputs of [`Flow::divert_to`].
#[must_use = "streams do nothing unless polled"]
pub struct DivertTo<S: Progress, F> {
    branch: Branch<S, ByTest<F>, S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items that pass a test on the second output, all others on
    /// the first.
    ///
    /// Either output may be polled in a task of its own. Whichever is polled
    /// takes items from the input and leaves those of the other one to it. The
    /// order is kept on each output.
    ///
    /// # Completion
    ///
    /// Each output ends when the input has ended and its own items have been
    /// emitted.
    ///
    /// # Backpressure
    ///
    /// Each output holds up to `capacity` items. An item for an output that is
    /// full stops the intake until that one makes room, even while the other
    /// waits. So both have to be consumed at the same time; whoever takes the
    /// first to its end before the second may wait for ever. While an output is
    /// blocked, its [`poll_progress`](Progress::poll_progress) goes on sorting
    /// items up to these bounds; at most `2 * capacity` are held.
    ///
    /// # Cancellation
    ///
    /// Dropping an output drops the items that it holds, and later on each item
    /// for it is dropped; [`DivertTo::dropped`] counts both. The input is
    /// dropped with the last output.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero. A panic of `is_diverted`
    /// loses the item; both outputs go on.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{join, stream};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let readings = stream::iter([20, 95, 21, 99]);
    /// let [normal, alarming] = flow(readings).divert_to(1, |n| *n > 90);
    /// let both = join!(normal.collect(), alarming.collect());
    ///
    /// assert_eq!(both, (vec![20, 21], vec![95, 99]));
    /// # }
    /// ```
    #[track_caller]
    pub fn divert_to<F>(self, capacity: usize, is_diverted: F) -> [Flow<DivertTo<S, F>>; 2]
    where
        F: FnMut(&S::Item) -> bool,
    {
        assert!(
            capacity > 0,
            "`divert_to` with room for 0 items would take none; give at least 1"
        );
        Branch::fork(self.into_stream(), ByTest { is_diverted }, capacity)
            .map(|branch| Flow::native(DivertTo { branch }))
    }
}

impl<S: Progress, F> DivertTo<S, F> {
    /// Counts the items, of both outputs, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

struct ByTest<F> {
    is_diverted: F,
}

impl<T, F: FnMut(&T) -> bool> Router<T> for ByTest<F> {
    type Item = T;

    const REACH: Reach = Reach::One;

    fn route(&mut self, item: T, _: &Queues, parcels: &mut Parcels<T>) {
        let output = usize::from((self.is_diverted)(&item));
        parcels.push_back(Parcel::Item(output, item));
    }
}

stream_of_branch! {
    impl<S, F> for DivertTo<S, F>
    emits S::Item, Some;
    where S: Progress, F: FnMut(&S::Item) -> bool
}
