use super::branch::{Branch, stream_of_branch};
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for the first output of [`Flow::split_result`].
#[must_use = "streams do nothing unless polled"]
pub struct Oks<S: Progress> {
    branch: Branch<S, BySuccess, S::Item>,
}

/// Stream for the second output of [`Flow::split_result`].
#[must_use = "streams do nothing unless polled"]
pub struct Errs<S: Progress> {
    branch: Branch<S, BySuccess, S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits the values of `Ok` items on the first output, the errors on the
    /// second.
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
    /// values to their end before the errors waits for ever at error number
    /// `capacity + 1`. While an output is blocked, its
    /// [`poll_progress`](Progress::poll_progress) goes on sorting items up to
    /// these bounds; at most `2 * capacity` are held.
    ///
    /// # Cancellation
    ///
    /// Dropping an output drops the items that it holds, and later on each item
    /// for it is dropped; [`Oks::dropped`] and [`Errs::dropped`] count both.
    /// The input is dropped with the last output.
    ///
    /// # Errors
    ///
    /// Goes on after an error.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{join, stream};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results = stream::iter([Ok(1), Err("no"), Ok(2)]);
    /// let (oks, errs) = flow(results).split_result(1);
    /// let both = join!(oks.collect(), errs.collect());
    ///
    /// assert_eq!(both, (vec![1, 2], vec!["no"]));
    /// # }
    /// ```
    #[track_caller]
    pub fn split_result<T, E>(self, capacity: usize) -> (Flow<Oks<S>>, Flow<Errs<S>>)
    where
        S: Progress<Item = Result<T, E>>,
    {
        assert!(
            capacity > 0,
            "`split_result` with room for 0 items would take none; give at least 1"
        );
        let [oks, errs] = Branch::fork(self.into_stream(), BySuccess, capacity);
        (
            Flow::native(Oks { branch: oks }),
            Flow::native(Errs { branch: errs }),
        )
    }
}

impl<S: Progress> Oks<S> {
    /// Counts the items, of both outputs, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

impl<S: Progress> Errs<S> {
    /// Counts the items, of both outputs, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

struct BySuccess;

impl<T, E> Router<Result<T, E>> for BySuccess {
    type Item = Result<T, E>;

    const REACH: Reach = Reach::One;

    fn route(&mut self, item: Result<T, E>, _: &Queues, parcels: &mut Parcels<Result<T, E>>) {
        parcels.push_back(Parcel::Item(usize::from(item.is_err()), item));
    }
}

stream_of_branch! {
    impl<S, T, E> for Oks<S>
    emits T, Result::ok;
    where S: Progress<Item = Result<T, E>>
}

stream_of_branch! {
    impl<S, T, E> for Errs<S>
    emits E, Result::err;
    where S: Progress<Item = Result<T, E>>
}
