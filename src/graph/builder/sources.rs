use std::fmt;

use millpond_operators::Progress;

use super::{GraphBuilder, NodeName};
use crate::graph::{DeadLetter, Outlet};
use crate::message::Message;
use crate::node::{NodeContext, StageError, Stopped, UntilError, drive, drive_source};

// Nodes without an inlet: what a source is made of.
impl GraphBuilder {
    /// Adds a node without an inlet: the messages start in it.
    ///
    /// `make` runs on the node's worker. The node ends when its flow does, or
    /// when the run is told to stop; then the flow is dropped where it stands.
    pub fn node<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce() -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        self.node_with(name, move |_| Ok(make()))
    }

    /// Adds a node as [`node`](Self::node) does, whose closure also gets what
    /// the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// An error that `make` returns ends the run and is reported with the
    /// node's name.
    pub fn node_with<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> Outlet<P::Item> {
        let edge = self.add_single(
            NodeName::Given(name),
            &[],
            |context| make(context),
            |flow, border, context| Box::pin(drive_source(flow, border, context)),
        );
        Outlet::new(self.clone(), edge)
    }

    /// Adds a node without an inlet that ends by itself when it is told to.
    ///
    /// `make` is given a future that completes when the run is told to stop.
    /// The flow must then end soon; until it does, what it emits is taken.
    pub fn node_until<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(Stopped) -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        self.node_until_with(name, move |context| Ok(make(context.stopped())))
    }

    /// Adds a node as [`node_until`](Self::node_until) does, whose closure
    /// gets what the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// As [`node_with`](Self::node_with).
    pub fn node_until_with<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> Outlet<P::Item> {
        let edge = self.add_single(
            NodeName::Given(name),
            &[],
            |context| make(context),
            |flow, border, context| Box::pin(drive(flow, border, context)),
        );
        Outlet::new(self.clone(), edge)
    }

    /// Adds a node without an inlet whose flow emits `Result`s, and splits
    /// them as [`Outlet::try_node`] does.
    pub fn try_node<T, E, P>(
        &self,
        name: &str,
        make: impl FnOnce() -> P + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<T, E>> + 'static,
        T: Message,
        E: fmt::Display + Message,
    {
        self.try_node_with(name, move |_| Ok(make()))
    }

    /// Adds a node as [`try_node`](Self::try_node) does, whose closure also
    /// gets what the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// As [`node_with`](Self::node_with).
    pub fn try_node_with<T, E, P>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<T, E>> + 'static,
        T: Message,
        E: fmt::Display + Message,
    {
        self.add_split(
            name,
            &[],
            |context| make(context),
            |flow, border, context| Box::pin(drive_source(flow, border, context)),
        )
    }

    /// Adds a node without an inlet that ends by itself when it is told to,
    /// and that may fail: to begin with, or later.
    ///
    /// `make` is given what the worker lends, which tells when the run is told
    /// to [stop](NodeContext::stopped); the flow must then end soon. What it
    /// emits is split as [`try_node`](Self::try_node) does.
    ///
    /// # Errors
    ///
    /// An error that `make` returns, or the outer one of an item, ends the run
    /// and is reported with the node's name.
    pub fn try_node_until<T, E, P>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<Result<T, E>, StageError>> + 'static,
        T: Message,
        E: fmt::Display + Message,
    {
        self.add_split(
            name,
            &[],
            |context| make(context),
            |flow, border, context| Box::pin(drive(flow, UntilError::new(border), context)),
        )
    }
}
