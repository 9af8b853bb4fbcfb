//! A pipeline under construction, as data.
//!
//! A [`GraphBuilder`] collects nodes and edges; an [`Outlet`] is the open end
//! of an edge and carries its message type, so that what follows is checked
//! by the compiler. [`Replicas`] share the work of one node or stage among
//! several workers. The finished [`Graph`] can be looked at, [checked](check)
//! and [rendered](Graph::to_mermaid) without running anything.

mod any;
mod between;
mod builder;
mod check;
mod error;
mod files;
mod order;
mod outlet;
mod overflow;
mod placement;
mod render;
mod replicas;
mod route;
mod settings;

use std::sync::Arc;

use crate::edge::{Capacity, Overflow};
pub use crate::node::{DeadLetter, OnError};
pub use any::{AnyOutlet, HiddenType};
#[doc(hidden)]
pub use between::{Attaching, Edges, Ends};
pub use between::{Inlets, Outflows};
pub use builder::GraphBuilder;
pub(crate) use builder::Parts;
pub use check::check;
pub use error::{BuildError, BuildErrors, Code};
pub(crate) use files::FileUse;
#[doc(hidden)]
pub use order::Places;
pub use order::{Any, ByKey, Order, Preserve};
pub use outlet::Outlet;
pub use overflow::Dropped;
pub use placement::{Cost, Placement};
pub use replicas::{MOST_REPLICAS, REPLICA_CAPACITY, Replicas};
pub use route::Route;
pub use settings::Settings;

/// Nodes and the edges between them.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The name of the pipeline.
    pub name: String,
    /// The nodes, in the order in which they were made.
    pub nodes: Vec<NodeInfo>,
    /// The edges, in the order in which they were made.
    pub edges: Vec<EdgeInfo>,
    /// What was found wrong while building, each with the number of nodes
    /// that stood before it.
    pub(crate) faults: Vec<(usize, BuildError)>,
}

/// What is known of a node before it runs.
#[derive(Clone, Debug)]
pub struct NodeInfo {
    /// The identification of its stage; its own name outside of any stage.
    pub stage: Arc<str>,
    /// Its full name, such as `parse/split`.
    pub name: Arc<str>,
    /// What a message costs it.
    pub cost: Cost,
    /// Where it shall run.
    pub placement: Placement,
    /// What becomes of errors in its flow, if it splits them off.
    pub on_error: OnError,
    /// The name that its replicas have in common, if it is one of several.
    pub replica_of: Option<Arc<str>>,
    /// The node on whose worker it stays while it is light, if that is not
    /// the one before it.
    pub(crate) beside: Option<usize>,
}

/// What is known of an edge before it is in use.
#[derive(Clone, Debug)]
pub struct EdgeInfo {
    /// The message type, without its module paths.
    pub message: String,
    /// The index of the node that sends.
    pub from: usize,
    /// The index of the node that receives, once there is one.
    pub to: Option<usize>,
    /// Whether it carries dead letters.
    pub dead_letters: bool,
    /// How much it may hold, if somebody has said so; checked to be more than
    /// nothing. Otherwise the plan chooses.
    pub capacity: Option<Capacity>,
    /// What happens to a message that comes when it is full.
    pub overflow: Overflow,
}
