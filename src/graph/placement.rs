use std::num::NonZeroUsize;

/// What handling one message costs a node.
///
/// The cost decides where a node runs, see [`Placement`], and how it hands its
/// messages on: a light node passes several at once while it has them, any
/// other passes each before it takes the next, so that none waits for the
/// work on those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cost {
    /// Less than passing a message to another thread, some microseconds.
    #[default]
    Light,
    /// Computation that is worth a thread of its own.
    Heavy,
    /// It may put its thread to sleep: files, devices, foreign locks.
    Blocking,
}

/// On which worker a node runs.
///
/// A run has a limit on its workers. Past it, a node that wants another worker
/// gets the one with the fewest nodes that wanted one, and of those the one
/// with the fewest nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// As its [`Cost`] suggests: a light node stays on the worker of the node
    /// before it, any other starts a worker of its own.
    #[default]
    ByCost,
    /// On the worker of the node before it.
    Inherit,
    /// On a worker that no node before it uses, while there are any.
    Own,
    /// On one of so many workers that the nodes placed in a pool share.
    ///
    /// A pipeline has one pool: nodes that name different sizes share its
    /// first workers. It grows to its size before a worker of it is shared.
    Pool(NonZeroUsize),
}
