use super::Message;

/// What an edge wraps its messages in, and how a per-message function is
/// lifted over that wrapping.
///
/// A stage that handles one message at a time is written once for every mode,
/// with the lifted methods of [`Outlet`](crate::graph::Outlet). A stage that
/// reshapes the stream itself is written for [`Plain`] edges only, and the
/// compiler says so where the two meet.
pub trait Mode: 'static {
    /// A message of type `T` as it travels on an edge of this mode.
    type Of<T: Message>: Message;

    /// What the message that others are gathered into has from its wrapping.
    type Place: Default + 'static;

    /// Turns one message into one other.
    fn map<A: Message, B: Message>(carried: Self::Of<A>, f: impl FnOnce(A) -> B) -> Self::Of<B>;

    /// Turns one message into one other or none.
    fn filter_map<A: Message, B: Message>(
        carried: Self::Of<A>,
        f: impl FnOnce(A) -> Option<B>,
    ) -> Option<Self::Of<B>>;

    /// Unwraps a message that is to be gathered with others. `place` is that
    /// of those which wait to be gathered already.
    fn take_in<A: Message>(place: &mut Self::Place, carried: Self::Of<A>) -> A;

    /// Turns the messages that were taken in since `place` was made into one
    /// message that holds them all.
    fn gather<A: Message>(place: Self::Place, messages: Vec<A>) -> Self::Of<Vec<A>>;
}

/// The mode of an edge that carries the messages and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {}

impl Mode for Plain {
    type Of<T: Message> = T;
    type Place = ();

    #[inline]
    fn map<A: Message, B: Message>(carried: A, f: impl FnOnce(A) -> B) -> B {
        f(carried)
    }

    #[inline]
    fn filter_map<A: Message, B: Message>(carried: A, f: impl FnOnce(A) -> Option<B>) -> Option<B> {
        f(carried)
    }

    #[inline]
    fn take_in<A: Message>((): &mut (), carried: A) -> A {
        carried
    }

    fn gather<A: Message>((): (), messages: Vec<A>) -> Vec<A> {
        messages
    }
}
