use super::branch::{Branch, stream_of_branch};
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for [`Flow::broadcast`].
#[must_use = "streams do nothing unless polled"]
pub struct Broadcast<S: Progress> {
    branch: Branch<S, ToAll, S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item on each of `N` outputs.
    ///
    /// The outputs may be polled in one task or in several. Whichever is polled
    /// takes items from the input and leaves clones for the others, which are
    /// woken.
    ///
    /// # Completion
    ///
    /// Each output ends when the input has ended and its own items have been
    /// emitted.
    ///
    /// # Backpressure
    ///
    /// Each output holds up to `capacity` items, and nothing is taken from the
    /// input while one of them is full: the slowest sets the pace, and nothing
    /// is lost. So all have to be consumed at the same time; whoever takes one
    /// output to its end before the next waits for ever once the input has
    /// `capacity` items or more, since its end is not seen either. While an output is blocked, its
    /// [`poll_progress`](Progress::poll_progress) goes on filling all of them.
    ///
    /// # Cancellation
    ///
    /// Dropping an output drops the items that it holds; the others go on
    /// without it. The input is dropped with the last of them.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero. An item whose `clone`
    /// panics is on no output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{join, stream};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let [left, right] = flow(stream::iter([1, 2, 3])).broadcast(1);
    /// let sum = left.fold(0, |sum, n| sum + n);
    /// let product = right.fold(1, |product, n| product * n);
    ///
    /// assert_eq!(join!(sum, product), (6, 6));
    /// # }
    /// ```
    #[track_caller]
    pub fn broadcast<const N: usize>(self, capacity: usize) -> [Flow<Broadcast<S>>; N]
    where
        S::Item: Clone,
    {
        const { assert!(N > 0, "a `broadcast` to 0 outputs takes no item") };
        assert!(
            capacity > 0,
            "a `broadcast` with room for 0 items would take none; give at least 1"
        );
        Branch::fork(self.into_stream(), ToAll, capacity)
            .map(|branch| Flow::native(Broadcast { branch }))
    }
}

struct ToAll;

impl<T: Clone> Router<T> for ToAll {
    type Item = T;

    const REACH: Reach = Reach::All;

    fn route(&mut self, item: T, queues: &Queues, parcels: &mut Parcels<T>) {
        let Some((last, others)) = queues.open.split_last() else {
            return;
        };
        parcels.extend(others.iter().map(|to| Parcel::Item(*to, item.clone())));
        parcels.push_back(Parcel::Item(*last, item));
    }
}

stream_of_branch! {
    impl<S, T> for Broadcast<S>
    emits T, Some;
    where S: Progress<Item = T>, T: Clone
}
