//! A pipeline: a graph of stages under a name, ready to be run.
//!
//! Before it runs, an [`Explanation`] says which worker each node is given,
//! what each edge becomes, and why.

mod explain;
mod plan;
#[cfg(feature = "spec")]
pub mod spec;
mod why;

use std::fmt;

use crate::edge::Capacity;
use crate::graph::{DeadLetter, Graph, GraphBuilder, Outlet};
use crate::message::Message;
use crate::stage::{Sink, Source, TrySource};
pub(crate) use explain::explain;
pub use explain::{EdgeKind, EdgePlan, Explanation, NodePlan};
pub(crate) use plan::{Plan, plan};

/// A graph of stages under a name.
///
/// [`source`](Self::source) opens an outlet; stages and nodes follow it;
/// [`Outlet::sink`] ends it and gives the pipeline back, so that a linear
/// pipeline is one chain. Several outlets may be open at once.
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::FromIter;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), millpond::RunError> {
/// let report = Pipeline::named("squares")
///     .source(FromIter::new(1..=3_u64))
///     .node("square", |numbers| numbers.map(|n| n * n).filter(|n| n % 2 == 1))
///     .for_each("print", |square| println!("{square}"))
///     .run()
///     .await?;
///
/// assert_eq!(report.node("print").received, 2);
/// # Ok(())
/// # }
/// ```
pub struct Pipeline {
    graph: GraphBuilder,
}

impl Pipeline {
    /// Begins a pipeline. The name stands in logs, reports and thread names.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            graph: GraphBuilder::new(name.into()),
        }
    }

    /// Sets how much each edge that is made from now on may hold: a number of
    /// messages, or another [`Capacity`].
    ///
    /// By default the plan chooses: an edge between two workers
    /// [sizes itself](crate::edge::DEFAULT_BETWEEN_WORKERS), one within a
    /// worker holds [128 messages](crate::edge::DEFAULT_WITHIN_WORKER). A
    /// single edge is set with [`Outlet::capacity`].
    #[must_use]
    pub fn edge_capacity(self, capacity: impl Into<Capacity>) -> Self {
        self.graph.set_default_capacity(capacity.into());
        self
    }

    /// Adds a source.
    pub fn source<S: Source>(&self, source: S) -> Outlet<S::Out> {
        self.graph.source(source)
    }

    /// Adds a source, and hands out what it rejects too.
    pub fn try_source<S: TrySource>(
        &self,
        source: S,
    ) -> (Outlet<S::Out>, Outlet<DeadLetter<S::Error>>) {
        self.graph.try_source(source)
    }

    /// The builder of the pipeline's graph, for nodes outside of any stage.
    pub fn builder(&self) -> &GraphBuilder {
        &self.graph
    }

    /// A copy of the graph as it stands, to be looked at or rendered.
    pub fn graph(&self) -> Graph {
        self.graph.graph()
    }
}

impl<T: Message> Outlet<T> {
    /// Ends here, in a sink that accepts `T`, and gives the pipeline back.
    pub fn sink<S: Sink<T>>(self, sink: S) -> Pipeline {
        let graph = self.graph().clone();
        graph.sink(self, sink);
        Pipeline { graph }
    }

    /// Ends here, in a node that calls `f` with every message, and gives the
    /// pipeline back.
    pub fn for_each(self, name: &str, f: impl FnMut(T) + Send + 'static) -> Pipeline {
        let graph = self.graph().clone();
        self.consume(name, |messages| async move {
            messages.for_each(f).await;
            Ok::<_, crate::stage::StageError>(())
        });
        Pipeline { graph }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("graph", &self.graph())
            .finish()
    }
}
