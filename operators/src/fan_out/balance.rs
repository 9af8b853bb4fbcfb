use super::branch::{Branch, stream_of_branch};
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for [`Flow::balance`].
#[must_use = "streams do nothing unless polled"]
pub struct Balance<S: Progress> {
    branch: Branch<S, ToAny, S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item on that one of `outputs` outputs which asks first.
    ///
    /// The outputs are meant for workers that do the same, each in a task of
    /// its own. No item is set aside for a worker before it asks, so a slow one
    /// delays only the item it is at. Together the outputs keep the order: an
    /// item leaves before all later ones.
    ///
    /// # Completion
    ///
    /// All outputs end when the input has ended and no item is left.
    ///
    /// # Backpressure
    ///
    /// While an output is blocked, its
    /// [`poll_progress`](Progress::poll_progress) takes up to `capacity` items
    /// ahead, for any of them; room that another output makes later is used at
    /// the next call. Outputs that are not polled hold nothing up.
    ///
    /// # Cancellation
    ///
    /// Dropping an output loses nothing; the others go on. The input and the
    /// items held are dropped with the last of them.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `outputs` or `capacity` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut workers = Vec::new();
    /// for jobs in flow(stream::iter(1..=100)).balance(4, 1) {
    ///     workers.push(tokio::spawn(jobs.fold(0, |sum, n| sum + n)));
    /// }
    /// let mut total = 0;
    /// for worker in workers {
    ///     total += worker.await.unwrap();
    /// }
    ///
    /// assert_eq!(total, 5050);
    /// # }
    /// ```
    #[track_caller]
    pub fn balance(self, outputs: usize, capacity: usize) -> Vec<Flow<Balance<S>>> {
        assert!(
            outputs > 0,
            "a `balance` among 0 outputs takes no item; give at least 1"
        );
        assert!(
            capacity > 0,
            "a `balance` with room for 0 items would take none; give at least 1"
        );
        Branch::share(self.into_stream(), ToAny, outputs, capacity)
            .into_iter()
            .map(|branch| Flow::native(Balance { branch }))
            .collect()
    }
}

struct ToAny;

impl<T> Router<T> for ToAny {
    type Item = T;

    const REACH: Reach = Reach::Any;

    fn route(&mut self, item: T, _: &Queues, parcels: &mut Parcels<T>) {
        parcels.push_back(Parcel::Item(0, item));
    }
}

stream_of_branch! {
    impl<S> for Balance<S>
    emits S::Item, Some;
    where S: Progress
}
