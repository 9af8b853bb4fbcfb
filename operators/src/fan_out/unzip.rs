use super::Routed;
use super::branch::{Branch, stream_of_branch};
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for the first output of [`Flow::unzip`].
#[must_use = "streams do nothing unless polled"]
pub struct Firsts<S: Progress, A, B> {
    branch: Branch<S, Halves, Routed<A, B>>,
}

/// Stream for the second output of [`Flow::unzip`].
#[must_use = "streams do nothing unless polled"]
pub struct Seconds<S: Progress, A, B> {
    branch: Branch<S, Halves, Routed<A, B>>,
}

impl<S: Progress> Flow<S> {
    /// Emits the first halves of pairs on one output, the second on another.
    ///
    /// Either output may be polled in a task of its own. Whichever is polled
    /// takes pairs from the input and leaves the other halves to the other
    /// output. For more than two parts, nest the pairs and unzip them again.
    ///
    /// # Completion
    ///
    /// Each output ends when the input has ended and its own halves have been
    /// emitted.
    ///
    /// # Backpressure
    ///
    /// Each output holds up to `capacity` halves, and nothing is taken from the
    /// input while one of them is full. So both have to be consumed at the same
    /// time; whoever takes one output to its end before the other waits for
    /// ever once the input has `capacity` pairs or more, since its end is not
    /// seen either. While an output is blocked, its [`poll_progress`](Progress::poll_progress) goes on filling
    /// both.
    ///
    /// # Cancellation
    ///
    /// Dropping an output drops the halves that it holds, and later on each
    /// half for it is dropped; [`Firsts::dropped`] and [`Seconds::dropped`]
    /// count both. The input is dropped with the last output.
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
    /// let pairs = stream::iter([(1, 'a'), (2, 'b')]);
    /// let (numbers, letters) = flow(pairs).unzip(1);
    /// let both = join!(numbers.collect(), letters.collect());
    ///
    /// assert_eq!(both, (vec![1, 2], vec!['a', 'b']));
    /// # }
    /// ```
    #[expect(
        clippy::type_complexity,
        reason = "a pair of flows, each with the type of its halves"
    )]
    #[track_caller]
    pub fn unzip<A, B>(self, capacity: usize) -> (Flow<Firsts<S, A, B>>, Flow<Seconds<S, A, B>>)
    where
        S: Progress<Item = (A, B)>,
    {
        assert!(
            capacity > 0,
            "`unzip` with room for 0 pairs would take none; give at least 1"
        );
        let [firsts, seconds] = Branch::fork(self.into_stream(), Halves, capacity);
        (
            Flow::native(Firsts { branch: firsts }),
            Flow::native(Seconds { branch: seconds }),
        )
    }
}

impl<S: Progress, A, B> Firsts<S, A, B> {
    /// Counts the halves, of both outputs, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

impl<S: Progress, A, B> Seconds<S, A, B> {
    /// Counts the halves, of both outputs, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

struct Halves;

impl<A, B> Router<(A, B)> for Halves {
    type Item = Routed<A, B>;

    const REACH: Reach = Reach::All;

    fn route(&mut self, (a, b): (A, B), _: &Queues, parcels: &mut Parcels<Routed<A, B>>) {
        parcels.push_back(Parcel::Item(0, Routed::Main(a)));
        parcels.push_back(Parcel::Item(1, Routed::Side(b)));
    }
}

stream_of_branch! {
    impl<S, A, B> for Firsts<S, A, B>
    emits A, Routed::main;
    where S: Progress<Item = (A, B)>
}

stream_of_branch! {
    impl<S, A, B> for Seconds<S, A, B>
    emits B, Routed::side;
    where S: Progress<Item = (A, B)>
}
