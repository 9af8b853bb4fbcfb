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

    /// Turns one message into one other.
    fn map<A: Message, B: Message>(carried: Self::Of<A>, f: impl FnOnce(A) -> B) -> Self::Of<B>;

    /// Turns one message into one other or none.
    fn filter_map<A: Message, B: Message>(
        carried: Self::Of<A>,
        f: impl FnOnce(A) -> Option<B>,
    ) -> Option<Self::Of<B>>;

    /// Turns several messages into one message that holds them all.
    fn gather<A: Message>(carried: Vec<Self::Of<A>>) -> Self::Of<Vec<A>>;
}

/// The mode of an edge that carries the messages and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {}

impl Mode for Plain {
    type Of<T: Message> = T;

    #[inline]
    fn map<A: Message, B: Message>(carried: A, f: impl FnOnce(A) -> B) -> B {
        f(carried)
    }

    #[inline]
    fn filter_map<A: Message, B: Message>(carried: A, f: impl FnOnce(A) -> Option<B>) -> Option<B> {
        f(carried)
    }

    fn gather<A: Message>(carried: Vec<A>) -> Vec<A> {
        carried
    }
}
