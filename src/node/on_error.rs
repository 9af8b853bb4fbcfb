use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of an error in a node's flow.
///
/// It holds for nodes that split `Result`s off, see
/// [`Outlet::try_node`](crate::graph::Outlet::try_node).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// It becomes a [`DeadLetter`](crate::graph::DeadLetter), and the node
    /// goes on.
    #[default]
    DeadLetter,
    /// It ends the run, and is reported with the node's name.
    Stop,
}
