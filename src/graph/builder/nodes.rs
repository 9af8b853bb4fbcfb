use std::fmt;
use std::sync::Arc;

use super::{Building, GraphBuilder};
use crate::graph::{Cost, DeadLetter, NodeInfo, OnError, Outlet, Placement};
use crate::message::Message;
use crate::node::{EdgeId, MakeNode, NodeContext, NodeFuture, Single, Split, StageError};

/// How a new node is named.
#[derive(Clone, Copy)]
pub(crate) enum NodeName<'a> {
    /// By the user; a second node of this name is an error.
    Given(&'a str),
    /// After its operator; a second one gets a number.
    Operator(&'static str),
    /// As part of that node; a second one gets a number.
    Of(usize, &'static str),
}

/// A node that is being added, and gets its outlets.
pub(crate) struct NewNode<'a> {
    building: &'a mut Building,
    node: usize,
}

/// The outlets of a new node, and how it is made on its worker.
///
/// The user's part is made before the senders are asked for: if it fails, they
/// are still with the worker, and nobody behind the node takes its edges for
/// ended before the run drains.
pub(crate) struct Made<R> {
    edges: R,
    make: MakeNode,
}

impl GraphBuilder {
    /// Adds a node that reads these edges. `wire` gives it its outlets and
    /// its maker; all of it at once, so that no node stands without its maker.
    pub(crate) fn add_node<R>(
        &self,
        name: NodeName<'_>,
        inlets: &[EdgeId],
        wire: impl FnOnce(&mut NewNode<'_>) -> Made<R>,
    ) -> R {
        let mut building = self.lock();
        let node = building.push_node(name, inlets);
        let Made { edges, make } = wire(&mut NewNode {
            building: &mut building,
            node,
        });
        building.node_makers.push(make);
        edges
    }

    /// Adds a node of one flow, whose messages go to one edge. `run` puts what
    /// `make` gives to work at the border.
    pub(crate) fn add_single<T: Message, P>(
        &self,
        name: NodeName<'_>,
        inlets: &[EdgeId],
        make: impl FnOnce(&mut NodeContext) -> Result<P, StageError> + Send + 'static,
        run: impl FnOnce(P, Single<T>, &NodeContext) -> NodeFuture + Send + 'static,
    ) -> EdgeId {
        self.add_node(name, inlets, |node| {
            let edge = node.outlet::<T>();
            Made::by(edge, move |context| {
                let made = make(context)?;
                let border = Single::new(context.sender(edge)?);
                Ok(run(made, border, context))
            })
        })
    }

    /// Adds a node as [`add_single`](Self::add_single) does, whose errors go to
    /// a second edge as dead letters.
    pub(crate) fn add_split<T, E, P>(
        &self,
        name: &str,
        inlets: &[EdgeId],
        make: impl FnOnce(&mut NodeContext) -> Result<P, StageError> + Send + 'static,
        run: impl FnOnce(P, Split<T, E>, &NodeContext) -> NodeFuture + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        T: Message,
        E: fmt::Display + Message,
    {
        let (main, dead) = self.add_node(NodeName::Given(name), inlets, |node| {
            let (main, dead) = (node.outlet::<T>(), node.dead_letters::<DeadLetter<E>>());
            Made::by((main, dead), move |context| {
                let made = make(context)?;
                let border = Split::lent(context, main, dead)?;
                Ok(run(made, border, context))
            })
        });
        (
            Outlet::new(self.clone(), main),
            Outlet::new(self.clone(), dead),
        )
    }

    pub(crate) fn node_mut<R>(&self, edge: EdgeId, change: impl FnOnce(&mut NodeInfo) -> R) -> R {
        let mut building = self.lock();
        let graph = &mut building.graph;
        let from = graph.edges[edge.0].from;
        change(&mut graph.nodes[from])
    }

    pub(crate) fn node_before(&self, edge: EdgeId) -> usize {
        self.lock().graph.edges[edge.0].from
    }
}

impl NewNode<'_> {
    /// Gives the node an outlet.
    pub(crate) fn outlet<T: Message>(&mut self) -> EdgeId {
        self.building.new_edge::<T>(self.node, false)
    }

    /// Gives the node an outlet for dead letters.
    pub(crate) fn dead_letters<T: Message>(&mut self) -> EdgeId {
        self.building.new_edge::<T>(self.node, true)
    }
}

impl<R> Made<R> {
    pub(crate) fn by(
        edges: R,
        make: impl FnOnce(&mut NodeContext) -> Result<NodeFuture, StageError> + Send + 'static,
    ) -> Self {
        Self {
            edges,
            make: Box::new(make),
        }
    }
}

impl Building {
    pub(super) fn push_node(&mut self, name: NodeName<'_>, inlets: &[EdgeId]) -> usize {
        let of = match name {
            NodeName::Of(node, _) => Some(node),
            NodeName::Given(_) | NodeName::Operator(_) => None,
        };
        let name = self.full_name(name);
        let (stage, cost) = match self.scopes.last() {
            Some(scope) => (Arc::clone(&scope.id), scope.cost),
            None => (Arc::clone(&name), Cost::default()),
        };
        let (stage, cost) = match of {
            Some(of) => (Arc::clone(&self.graph.nodes[of].stage), Cost::Light),
            None => (stage, cost),
        };
        let node = self.graph.nodes.len();
        self.graph.nodes.push(NodeInfo {
            stage,
            name,
            cost,
            placement: Placement::default(),
            on_error: OnError::default(),
            replica_of: None,
            beside: None,
        });
        for inlet in inlets {
            self.graph.edges[inlet.0].to = Some(node);
        }
        node
    }
}
