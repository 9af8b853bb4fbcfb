use super::Source;
use crate::graph::{DeadLetter, GraphBuilder, Outlet};
use crate::message::Message;

/// A source that hands out its dead letters, beside what it emits.
///
/// As a [`Source`] alone, what it rejects is counted and logged.
#[diagnostic::on_unimplemented(
    message = "source `{Self}` hands out no dead letters",
    label = "this source does not say what it rejects",
    note = "begin with `.source(..)`, or let the messages of the source be `Result`s"
)]
pub trait TrySource: Source {
    /// What is wrong with what was to be a message.
    type Error: Message;

    /// Adds the source's nodes to `graph`.
    fn try_build(
        self,
        graph: &GraphBuilder,
    ) -> (Outlet<Self::Out>, Outlet<DeadLetter<Self::Error>>);
}

impl GraphBuilder {
    /// Adds a source, and hands out what it rejects too.
    ///
    /// # Backpressure
    ///
    /// As with [`try_node`](Self::try_node).
    pub fn try_source<S: TrySource>(
        &self,
        source: S,
    ) -> (Outlet<S::Out>, Outlet<DeadLetter<S::Error>>) {
        self.in_stage(S::ID, S::COST, || source.try_build(self))
    }
}
