/// What happens to a message that is sent on a full edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overflow {
    /// It waits: its sender is not given a slot. Nothing is lost.
    #[default]
    Block,
    /// It is dropped.
    DropNewest,
    /// It takes the place of the message that waits for longest.
    DropOldest,
    /// It is dropped and the edge fails: to its sender the edge is closed, and
    /// its inlet ends after the messages that are on it.
    Fail,
}

/// Why an edge dropped a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// It came to a full edge ([`Overflow::DropNewest`]).
    Newest,
    /// It waited for longest on a full edge ([`Overflow::DropOldest`]).
    Oldest,
    /// It came to a full edge, which failed ([`Overflow::Fail`]).
    Failing,
}
