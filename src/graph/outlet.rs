use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use millpond_operators::{Flow, Progress};

use super::builder::{Made, NodeName};
use super::{BuildError, Cost, DeadLetter, GraphBuilder, OnError, Placement};
use crate::edge::{Capacity, Inlet};
use crate::message::{Message, Mode, Plain};
use crate::node::{
    Around, Border, Broadcast, EdgeId, NodeContext, Partition, Single, StageError, drive,
};

/// The open end of an edge under construction: what follows reads `T`.
///
/// An outlet is used up by what it is connected to, so an edge has one reader.
/// `M` is what the edge wraps its messages in, see [`Mode`].
#[must_use = "an outlet that leads nowhere is an error when the pipeline starts"]
pub struct Outlet<T: Message, M: Mode = Plain> {
    graph: GraphBuilder,
    edge: EdgeId,
    carries: PhantomData<fn() -> M::Of<T>>,
}

impl<T: Message, M: Mode> Outlet<T, M> {
    pub(crate) fn new(graph: GraphBuilder, edge: EdgeId) -> Self {
        Self {
            graph,
            edge,
            carries: PhantomData,
        }
    }

    pub(crate) fn into_parts(self) -> (GraphBuilder, EdgeId) {
        (self.graph, self.edge)
    }

    /// The graph that the outlet belongs to.
    pub fn graph(&self) -> &GraphBuilder {
        &self.graph
    }

    /// Sets how much the edge after this outlet may hold: a number of
    /// messages, or another [`Capacity`].
    ///
    /// Zero is refused when the pipeline starts.
    pub fn capacity(self, capacity: impl Into<Capacity>) -> Self {
        let capacity = capacity.into();
        self.graph
            .change_edge(self.edge, |edge| edge.capacity = Some(capacity));
        self
    }

    /// Says where the node before this outlet shall run.
    pub fn on(self, placement: Placement) -> Self {
        self.graph
            .node_mut(self.edge, |node| node.placement = placement);
        self
    }

    /// Says what a message costs the node before this outlet.
    pub fn cost(self, cost: Cost) -> Self {
        self.graph.node_mut(self.edge, |node| node.cost = cost);
        self
    }

    /// Says what becomes of the errors in the flow of the node before this
    /// outlet, if it was made by [`try_node`](Outlet::try_node).
    pub fn on_error(self, on_error: OnError) -> Self {
        self.graph
            .node_mut(self.edge, |node| node.on_error = on_error);
        self
    }

    /// Refuses the stage that is being built, for a reason that its user can
    /// act on.
    ///
    /// Building goes on, so that everything wrong with a pipeline shows at
    /// once; the pipeline then does not start.
    pub fn refuse(&self, reason: impl Into<String>) {
        self.graph.refuse(reason);
    }

    /// Puts the nodes that `build` makes under a common name.
    ///
    /// A module is a plain function from outlet to outlet; `name` becomes the
    /// first part of its nodes' names, and a second use of it gets a number.
    pub fn module<U: Message, N: Mode>(
        self,
        name: &str,
        build: impl FnOnce(Self) -> Outlet<U, N>,
    ) -> Outlet<U, N> {
        let graph = self.graph.clone();
        graph.in_stage(name, Cost::default(), || build(self))
    }

    // === one message at a time, in every mode ===

    /// Adds a node that turns each message into one other.
    pub fn map<U: Message>(self, mut f: impl FnMut(T) -> U + Send + 'static) -> Outlet<U, M> {
        self.lifted("map", move |flow| {
            flow.map(move |carried| M::map(carried, &mut f))
        })
    }

    /// Adds a node that turns each message into one other or none.
    pub fn filter_map<U: Message>(
        self,
        mut f: impl FnMut(T) -> Option<U> + Send + 'static,
    ) -> Outlet<U, M> {
        self.lifted("filter-map", move |flow| {
            flow.filter_map(move |carried| M::filter_map(carried, &mut f))
        })
    }

    /// Adds a node that lets those messages pass for which `keep` holds.
    pub fn filter(self, mut keep: impl FnMut(&T) -> bool + Send + 'static) -> Self {
        self.lifted("filter", move |flow| {
            flow.filter_map(move |carried| {
                M::filter_map(carried, |message| keep(&message).then_some(message))
            })
        })
    }

    /// Adds a node that gathers messages, as
    /// [`Flow::batch`](millpond_operators::Flow::batch) does.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero.
    #[track_caller]
    pub fn batch(self, max_items: usize, max_wait: std::time::Duration) -> Outlet<Vec<T>, M> {
        assert!(
            max_items > 0,
            "a batch holds at least one item: give `max_items` 1 or more"
        );
        self.lifted("batch", move |flow| {
            let place = Rc::new(RefCell::new(M::Place::default()));
            let gathered = Rc::clone(&place);
            flow.map(move |carried| M::take_in(&mut place.borrow_mut(), carried))
                .batch(max_items, max_wait)
                .map(move |messages| M::gather::<T>(gathered.take(), messages))
        })
    }

    /// Adds a node that handles messages as the edge carries them, wrapping
    /// included: one closure for every mode, with the methods of [`Mode`].
    ///
    /// ```
    /// use millpond::graph::Outlet;
    /// use millpond::message::Mode;
    ///
    /// fn lengths<M: Mode>(lines: Outlet<String, M>) -> Outlet<usize, M> {
    ///     lines.carried_node("lengths", |lines| {
    ///         lines.map(|carried| M::map(carried, |line: String| line.len()))
    ///     })
    /// }
    /// ```
    pub fn carried_node<U: Message, P>(
        self,
        name: &str,
        make: impl FnOnce(Flow<Inlet<M::Of<T>>>) -> P + Send + 'static,
    ) -> Outlet<U, M>
    where
        P: Progress<Item = M::Of<U>> + 'static,
    {
        let edge = self.attach(NodeName::Given(name), move |_, flow| Ok(make(flow)));
        Outlet::new(self.graph, edge)
    }

    fn lifted<U: Message, P>(
        self,
        operator: &'static str,
        make: impl FnOnce(Flow<Inlet<M::Of<T>>>) -> P + Send + 'static,
    ) -> Outlet<U, M>
    where
        P: Progress<Item = M::Of<U>> + 'static,
    {
        let edge = self.attach(NodeName::Operator(operator), move |_, flow| Ok(make(flow)));
        Outlet::new(self.graph, edge)
    }

    pub(super) fn edge(&self) -> EdgeId {
        self.edge
    }

    /// Adds a node with one inlet, read from here, and one outlet.
    pub(super) fn attach<P: Progress<Item: Message> + 'static>(
        &self,
        name: NodeName<'_>,
        make: impl FnOnce(&NodeContext, Flow<Inlet<M::Of<T>>>) -> Result<P, StageError> + Send + 'static,
    ) -> EdgeId {
        let from = self.edge;
        self.graph.add_single(
            name,
            &[from],
            move |context| {
                let flow = Flow::native(context.inlet(from)?);
                make(context, flow)
            },
            |flow, border, context| Box::pin(drive(flow, border, context)),
        )
    }
}

impl<T: Message> Outlet<T> {
    /// Adds a node: a composition of operators that runs on one worker.
    ///
    /// `make` runs on the worker, so what it builds need not be `Send`.
    ///
    /// # Backpressure
    ///
    /// A message is taken from the operators only while the edge behind has
    /// room; while it has none, what the operators have admitted goes on.
    ///
    /// # Cancellation
    ///
    /// An abort drops the node with what its operators hold. A node whose
    /// reader has left ends, and so do those before it.
    ///
    /// # Errors
    ///
    /// A panic in `make` or in an operator ends the run with an error that
    /// names the node.
    pub fn node<P: Progress<Item: Message> + 'static>(
        self,
        name: &str,
        make: impl FnOnce(Flow<Inlet<T>>) -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        let edge = self.attach(NodeName::Given(name), move |_, flow| Ok(make(flow)));
        Outlet::new(self.graph, edge)
    }

    /// Adds a node whose operators emit `Result`s, and splits them at its
    /// border: values to the first outlet, errors to the second, which
    /// carries dead letters.
    ///
    /// A dead-letter outlet may be left unconnected: what arrives there is
    /// then counted in the report and logged, at a falling rate.
    ///
    /// # Backpressure
    ///
    /// A message is taken only while there is room on both edges. A reader of
    /// dead letters that falls behind therefore holds the node up; one that
    /// leaves does not.
    pub fn try_node<U, E, P>(
        self,
        name: &str,
        make: impl FnOnce(Flow<Inlet<T>>) -> P + Send + 'static,
    ) -> (Outlet<U>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<U, E>> + 'static,
        U: Message,
        E: fmt::Display + Message,
    {
        self.try_node_with(name, move |_, flow| Ok(make(flow)))
    }

    /// Adds a node as [`try_node`](Self::try_node) does, whose closure also
    /// gets what the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// An error that `make` returns ends the run and is reported with the
    /// node's name.
    pub fn try_node_with<U, E, P>(
        self,
        name: &str,
        make: impl FnOnce(&NodeContext, Flow<Inlet<T>>) -> Result<P, StageError> + Send + 'static,
    ) -> (Outlet<U>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<U, E>> + 'static,
        U: Message,
        E: fmt::Display + Message,
    {
        let from = self.edge;
        self.graph.add_split(
            name,
            &[from],
            move |context| {
                let flow = Flow::native(context.inlet(from)?);
                make(context, flow)
            },
            |flow, border, context| Box::pin(drive(flow, border, context)),
        )
    }

    /// Adds a node as [`try_node_with`](Self::try_node_with) does, which waits
    /// for something before its first message and after its last.
    pub(crate) fn try_node_around<U, E, P>(
        self,
        name: &str,
        make: impl FnOnce(&NodeContext, Flow<Inlet<T>>) -> Result<Around<P>, StageError>
        + Send
        + 'static,
    ) -> (Outlet<U>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<U, E>> + 'static,
        U: Message,
        E: fmt::Display + Message,
    {
        let from = self.edge;
        self.graph.add_split(
            name,
            &[from],
            move |context| {
                let flow = Flow::native(context.inlet(from)?);
                make(context, flow)
            },
            |around, border, context| around.drive(|flow| drive(flow, border, context)),
        )
    }

    /// Adds the last node of a branch: `consume` reads the flow to its end.
    ///
    /// # Errors
    ///
    /// An error that the future returns ends the run and is reported with the
    /// node's name.
    pub fn consume<Fut, E>(
        self,
        name: &str,
        consume: impl FnOnce(Flow<Inlet<T>>) -> Fut + Send + 'static,
    ) where
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Into<StageError>,
    {
        self.end(NodeName::Given(name), |_, flow| Ok(consume(flow)));
    }

    /// Adds the last node of a branch as [`consume`](Self::consume) does, whose
    /// closure also gets what the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// An error that `consume` or its future returns ends the run and is
    /// reported with the node's name.
    pub fn consume_with<Fut, E>(
        self,
        name: &str,
        consume: impl FnOnce(&NodeContext, Flow<Inlet<T>>) -> Result<Fut, StageError> + Send + 'static,
    ) where
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Into<StageError>,
    {
        self.end(NodeName::Given(name), consume);
    }

    /// Gives every branch a copy of every message.
    ///
    /// # Backpressure
    ///
    /// The slowest branch sets the pace. A branch whose reader leaves is no
    /// longer served, and the others go on.
    pub fn broadcast<const N: usize>(self, name: &str) -> [Self; N]
    where
        T: Clone,
    {
        const { assert!(N > 0, "a fan-out has at least one branch") }
        let branches = self.fan_out(name, N, Broadcast::new);
        branches_of(branches)
    }

    /// Gives each of so many branches a copy of every message.
    ///
    /// Without branches the messages are dropped.
    pub(super) fn broadcast_to(self, name: &str, branches: usize) -> Vec<Self>
    where
        T: Clone,
    {
        self.fan_out(name, branches, Broadcast::new)
    }

    /// Sends each message to the branch whose index `route` gives.
    ///
    /// # Backpressure
    ///
    /// A message is taken only while there is room on every branch, since only
    /// the message tells where it goes. For a branch whose reader has left,
    /// messages are counted as discarded.
    ///
    /// # Errors
    ///
    /// An index of `N` or more is a panic, which ends the run with an error
    /// that names the node.
    pub fn partition<const N: usize>(
        self,
        name: &str,
        route: impl FnMut(&T) -> usize + Send + 'static,
    ) -> [Self; N] {
        const { assert!(N > 0, "a fan-out has at least one branch") }
        let branches = self.fan_out(name, N, move |branches| Partition::new(branches, route));
        branches_of(branches)
    }

    /// Joins outlets of one message type, in the order of arrival.
    ///
    /// Ends when all of them have ended. No outlet is preferred.
    ///
    /// # Backpressure
    ///
    /// While the edge behind is full, nothing is taken from any of them.
    ///
    /// # Errors
    ///
    /// An outlet of another pipeline is left out and reported when the
    /// pipeline starts.
    pub fn merge(self, name: &str, others: impl IntoIterator<Item = Self>) -> Self {
        let graph = self.graph.clone();
        let mut inlets = vec![self.edge];
        let mut foreign = false;
        for other in others {
            if graph.is(&other.graph) {
                inlets.push(other.edge);
            } else {
                foreign = true;
            }
        }
        let edges = inlets.clone();
        let to = graph.add_node(NodeName::Given(name), &edges, |node| {
            let to = node.outlet::<T>();
            Made::by(to, move |context| {
                let inlets = inlets
                    .into_iter()
                    .map(|inlet| Ok(Flow::native(context.inlet::<T>(inlet)?)))
                    .collect::<Result<Vec<_>, StageError>>()?;
                let merged = millpond_operators::merge(inlets);
                let border = Single::new(context.sender(to)?);
                Ok(Box::pin(drive(merged, border, context)))
            })
        });
        if foreign {
            graph.fault_at_last_node(|node| BuildError::ForeignOutlet { node });
        }
        Self::new(graph, to)
    }

    /// Reads the messages and drops them, on purpose.
    pub fn ignore(self) {
        self.end(NodeName::Operator("ignore"), |_, flow| {
            Ok(async {
                flow.for_each(drop).await;
                Ok::<_, StageError>(())
            })
        });
    }

    fn end<Fut, E>(
        self,
        name: NodeName<'_>,
        consume: impl FnOnce(&NodeContext, Flow<Inlet<T>>) -> Result<Fut, StageError> + Send + 'static,
    ) where
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Into<StageError>,
    {
        let (graph, from) = (self.graph, self.edge);
        graph.add_node(name, &[from], |_| {
            Made::by((), move |context| {
                let flow = Flow::native(context.inlet(from)?);
                let consumed = consume(context, flow)?;
                Ok(Box::pin(async move { consumed.await.map_err(Into::into) }))
            })
        });
    }

    fn fan_out<B>(
        self,
        name: &str,
        branches: usize,
        border: impl FnOnce(Vec<crate::edge::Sender<T>>) -> B + Send + 'static,
    ) -> Vec<Self>
    where
        B: Border<T> + 'static,
    {
        let (graph, from) = (self.graph, self.edge);
        let branches = graph.add_node(NodeName::Given(name), &[from], |node| {
            let branches: Vec<_> = (0..branches).map(|_| node.outlet::<T>()).collect();
            Made::by(branches.clone(), move |context| {
                let flow = Flow::native(context.inlet::<T>(from)?);
                let senders = branches
                    .into_iter()
                    .map(|branch| context.sender(branch))
                    .collect::<Result<Vec<_>, StageError>>()?;
                Ok(Box::pin(drive(flow, border(senders), context)))
            })
        });
        let branches = branches.into_iter();
        branches
            .map(|branch| Self::new(graph.clone(), branch))
            .collect()
    }
}

fn branches_of<T: Message, const N: usize>(branches: Vec<Outlet<T>>) -> [Outlet<T>; N] {
    branches
        .try_into()
        .unwrap_or_else(|_| unreachable!("a fan-out has as many branches as it was asked for"))
}

impl<T: Message, M: Mode> fmt::Debug for Outlet<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet")
            .field(
                "message",
                &crate::message::short_name(std::any::type_name::<T>()),
            )
            .finish_non_exhaustive()
    }
}
