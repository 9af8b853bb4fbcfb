use std::fmt;
use std::str::FromStr;

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

impl fmt::Display for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeadLetter => "dead-letter",
            Self::Stop => "stop",
        })
    }
}

/// The text is neither `dead-letter` nor `stop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an error either goes to a `dead-letter` or lets the run `stop`")]
pub struct UnknownOnError;

impl FromStr for OnError {
    type Err = UnknownOnError;

    fn from_str(text: &str) -> Result<Self, UnknownOnError> {
        match text {
            "dead-letter" => Ok(Self::DeadLetter),
            "stop" => Ok(Self::Stop),
            _ => Err(UnknownOnError),
        }
    }
}
