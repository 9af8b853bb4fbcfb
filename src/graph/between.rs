//! Nodes between several outlets.

use std::collections::VecDeque;

use futures_util::future::try_join_all;
use millpond_operators::{Flow, Progress};

use super::builder::{Made, NewNode, NodeName};
use super::{BuildError, GraphBuilder, Outlet};
use crate::edge::Inlet;
use crate::message::Message;
use crate::node::{EdgeId, NodeContext, NodeFuture, Single, StageError, drive};

/// Outlets that one node reads, each as a flow of its own.
///
/// An [`Outlet`], or a tuple of up to four.
pub trait Inlets {
    /// What the node reads.
    type Flows: 'static;

    #[doc(hidden)]
    fn edges(self, edges: &mut Edges);

    #[doc(hidden)]
    fn open(ends: &mut Ends<'_>) -> Result<Self::Flows, StageError>;
}

/// Flows that leave one node, each by an outlet of its own.
///
/// A [`Flow`], or a tuple of up to four.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot leave a node",
    label = "a node gives back a `Flow`, or a tuple of up to four",
    note = "wrap a stream of another crate with `flow(..)`"
)]
pub trait Outflows: 'static {
    /// The outlets that they leave by.
    type Outlets;

    #[doc(hidden)]
    fn attach(node: &mut Attaching<'_, '_>);

    #[doc(hidden)]
    fn drive(self, ends: &mut Ends<'_>) -> Result<NodeFuture, StageError>;

    #[doc(hidden)]
    fn outlets(edges: &mut Edges) -> Self::Outlets;
}

/// The edges of a node, in the order of its inlets or of its flows.
#[doc(hidden)]
#[derive(Debug)]
pub struct Edges {
    graph: GraphBuilder,
    ids: VecDeque<EdgeId>,
    /// One of them belongs to another graph, and is left out.
    foreign: bool,
}

/// The ends of a node's edges, on its worker.
#[doc(hidden)]
#[derive(Debug)]
pub struct Ends<'a> {
    ids: VecDeque<EdgeId>,
    context: &'a mut NodeContext,
}

/// A node that gets its outlets.
#[doc(hidden)]
#[expect(
    missing_debug_implementations,
    reason = "a node in the making shows nothing"
)]
pub struct Attaching<'a, 'b> {
    node: &'a mut NewNode<'b>,
    ids: VecDeque<EdgeId>,
}

impl GraphBuilder {
    /// Adds a node that reads these outlets and has an outlet for each flow
    /// that `make` gives back.
    ///
    /// ```
    /// use millpond::Pipeline;
    /// use millpond::stages::FromIter;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), millpond::RunError> {
    /// let pipeline = Pipeline::named("pairs");
    /// let numbers = pipeline.source(FromIter::new(1..=3));
    /// let names = pipeline.source(FromIter::new(["one", "two", "three"]));
    /// let pairs = pipeline
    ///     .builder()
    ///     .node_between("pair", (numbers, names), |(numbers, names)| numbers.zip(names));
    /// let report = pairs.for_each("print", |pair| println!("{pair:?}")).run().await?;
    ///
    /// assert_eq!(report.node("pair").emitted, 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Completion
    ///
    /// The node ends when all its flows have ended, or nobody reads them any
    /// more.
    ///
    /// # Backpressure
    ///
    /// Each flow waits for room on its own edge. What they share, such as the
    /// operator that split them, decides whether one that is full holds up the
    /// others.
    ///
    /// # Errors
    ///
    /// An outlet of another pipeline is reported when the pipeline starts.
    pub fn node_between<I: Inlets, F: Outflows>(
        &self,
        name: &str,
        inputs: I,
        make: impl FnOnce(I::Flows) -> F + Send + 'static,
    ) -> F::Outlets {
        let mut inlets = Edges {
            graph: self.clone(),
            ids: VecDeque::new(),
            foreign: false,
        };
        inputs.edges(&mut inlets);
        let Edges { ids, foreign, .. } = inlets;
        let reads = Vec::from(ids.clone());
        let outlets = self.add_node(NodeName::Given(name), &reads, |node| {
            let mut attaching = Attaching {
                node,
                ids: VecDeque::new(),
            };
            F::attach(&mut attaching);
            let outlets = attaching.ids;
            Made::by(outlets.clone(), move |context| {
                let flows = I::open(&mut Ends { ids, context })?;
                let ids = outlets;
                make(flows).drive(&mut Ends { ids, context })
            })
        });
        if foreign {
            self.fault_at_last_node(|node| BuildError::ForeignOutlet { node });
        }
        F::outlets(&mut Edges {
            graph: self.clone(),
            ids: outlets,
            foreign,
        })
    }
}

impl Ends<'_> {
    fn next(&mut self) -> Result<EdgeId, StageError> {
        let edge = self.ids.pop_front();
        Ok(edge.ok_or("a node has fewer edges than flows")?)
    }
}

impl<T: Message> Inlets for Outlet<T> {
    type Flows = Flow<Inlet<T>>;

    fn edges(self, edges: &mut Edges) {
        let (graph, edge) = self.into_parts();
        if edges.graph.is(&graph) {
            edges.ids.push_back(edge);
        } else {
            edges.foreign = true;
        }
    }

    fn open(ends: &mut Ends<'_>) -> Result<Self::Flows, StageError> {
        let edge = ends.next()?;
        Ok(Flow::native(ends.context.inlet(edge)?))
    }
}

impl<P: Progress<Item: Message> + 'static> Outflows for Flow<P> {
    type Outlets = Outlet<P::Item>;

    fn attach(node: &mut Attaching<'_, '_>) {
        let edge = node.node.outlet::<P::Item>();
        node.ids.push_back(edge);
    }

    fn drive(self, ends: &mut Ends<'_>) -> Result<NodeFuture, StageError> {
        let edge = ends.next()?;
        let border = Single::new(ends.context.sender::<P::Item>(edge)?);
        Ok(Box::pin(drive(self, border, ends.context)))
    }

    fn outlets(edges: &mut Edges) -> Self::Outlets {
        let edge = edges.ids.pop_front();
        let edge = edge.unwrap_or_else(|| unreachable!("each flow was given an edge"));
        Outlet::new(edges.graph.clone(), edge)
    }
}

macro_rules! tuples {
    ($($part:ident $value:ident),+) => {
        impl<$($part: Inlets),+> Inlets for ($($part,)+) {
            type Flows = ($($part::Flows,)+);

            fn edges(self, edges: &mut Edges) {
                let ($($value,)+) = self;
                $($value.edges(edges);)+
            }

            fn open(ends: &mut Ends<'_>) -> Result<Self::Flows, StageError> {
                Ok(($($part::open(ends)?,)+))
            }
        }

        impl<$($part: Outflows),+> Outflows for ($($part,)+) {
            type Outlets = ($($part::Outlets,)+);

            fn attach(node: &mut Attaching<'_, '_>) {
                $($part::attach(node);)+
            }

            fn drive(self, ends: &mut Ends<'_>) -> Result<NodeFuture, StageError> {
                let ($($value,)+) = self;
                let all = [$($value.drive(ends)?),+];
                Ok(Box::pin(async { try_join_all(all).await.map(drop) }))
            }

            fn outlets(edges: &mut Edges) -> Self::Outlets {
                ($($part::outlets(edges),)+)
            }
        }
    };
}

tuples!(A a);
tuples!(A a, B b);
tuples!(A a, B b, C c);
tuples!(A a, B b, C c, D d);
