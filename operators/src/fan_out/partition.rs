use super::branch::{Branch, stream_of_branch};
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for [`Flow::partition`].
#[must_use = "streams do nothing unless polled"]
pub struct Partition<S: Progress, F> {
    branch: Branch<S, ByIndex<F>, S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item on that one of `N` outputs whose index `f` gives.
    ///
    /// The outputs may be polled in one task or in several. Whichever is polled
    /// takes items from the input and leaves those of the others to them; they
    /// are woken. The order is kept on each output.
    ///
    /// # Completion
    ///
    /// Each output ends when the input has ended and its own items have been
    /// emitted.
    ///
    /// # Backpressure
    ///
    /// Each output holds up to `capacity` items. An item for an output that is
    /// full stops the intake until that one makes room, even while the others
    /// wait. So all have to be consumed at the same time; whoever takes one
    /// output to its end before the next may wait for ever. While an output is
    /// blocked, its [`poll_progress`](Progress::poll_progress) goes on sorting
    /// items up to these bounds; at most `N * capacity` are held.
    ///
    /// # Cancellation
    ///
    /// Dropping an output drops the items that it holds, and later on each item
    /// for it is dropped; [`Partition::dropped`] counts both. The input is
    /// dropped with the last output.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero. An index of `N` or more
    /// panics in the poll; the item is lost, and all outputs go on.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{join, stream};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let [zero, one, two] = flow(stream::iter(0..8)).partition(1, |n| n % 3);
    /// let all = join!(zero.collect(), one.collect(), two.collect());
    ///
    /// assert_eq!(all, (vec![0, 3, 6], vec![1, 4, 7], vec![2, 5]));
    /// # }
    /// ```
    #[track_caller]
    pub fn partition<const N: usize, F>(self, capacity: usize, f: F) -> [Flow<Partition<S, F>>; N]
    where
        F: FnMut(&S::Item) -> usize,
    {
        const { assert!(N > 0, "a `partition` with 0 outputs takes no item") };
        assert!(
            capacity > 0,
            "a `partition` with room for 0 items would take none; give at least 1"
        );
        Branch::fork(self.into_stream(), ByIndex { f, outputs: N }, capacity)
            .map(|branch| Flow::native(Partition { branch }))
    }
}

impl<S: Progress, F> Partition<S, F> {
    /// Counts the items, of all outputs, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

struct ByIndex<F> {
    f: F,
    outputs: usize,
}

impl<T, F: FnMut(&T) -> usize> Router<T> for ByIndex<F> {
    type Item = T;

    const REACH: Reach = Reach::One;

    fn route(&mut self, item: T, _: &Queues, parcels: &mut Parcels<T>) {
        let index = (self.f)(&item);
        let outputs = self.outputs;
        assert!(index < outputs, "no output {index}; there are {outputs}");
        parcels.push_back(Parcel::Item(index, item));
    }
}

stream_of_branch! {
    impl<S, F> for Partition<S, F>
    emits S::Item, Some;
    where S: Progress, F: FnMut(&S::Item) -> usize
}
