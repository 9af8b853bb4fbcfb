use std::fmt;
use std::sync::Arc;

use crate::edge::CapacityError;

/// Names a kind of build error for good: `P0001` and so on.
///
/// Each has a page in `docs/errors/` with a program that provokes it and the
/// same program mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

impl Code {
    /// The code of this number.
    #[cfg(feature = "spec")]
    pub(crate) const fn new(number: u16) -> Self {
        Self(number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{:04}", self.0)
    }
}

/// Why a pipeline cannot be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An outlet leads nowhere.
    #[error(
        "nothing follows the outlet of `{node}`, which carries `{message}`: give it a stage, a sink or `.ignore()`"
    )]
    UnconnectedOutlet {
        /// The node whose outlet it is.
        node: Arc<str>,
        /// The message type on the edge.
        message: String,
    },
    /// Two nodes share a name.
    #[error("two nodes are called `{node}`: name one of them differently")]
    DuplicateName {
        /// The name.
        node: Arc<str>,
    },
    /// An edge has a capacity that it cannot have.
    #[error("the edge after `{node}` cannot be made: {reason}")]
    Capacity {
        /// The node before the edge.
        node: Arc<str>,
        /// What is wrong with the capacity.
        reason: CapacityError,
    },
    /// Outlets of two pipelines were joined.
    #[error("`{node}` joins outlets of two pipelines: build both ends from one `Pipeline`")]
    ForeignOutlet {
        /// The node that joins them.
        node: Arc<str>,
    },
    /// There is nothing to run.
    #[error("the pipeline has no source: begin with `.source(..)`")]
    NoSource,
    /// A stage refuses its place or its configuration.
    #[error("stage `{stage}`: {reason}")]
    StageRefused {
        /// The stage.
        stage: Arc<str>,
        /// Its reason, a sentence.
        reason: String,
    },
    /// The pipeline was started through another handle of it.
    #[error("the pipeline has been started already: build it anew for another run")]
    AlreadyStarted,
}

impl BuildError {
    /// The node or stage that it is about.
    #[cfg(feature = "spec")]
    pub(crate) fn about(&self) -> Option<&str> {
        match self {
            Self::UnconnectedOutlet { node, .. }
            | Self::DuplicateName { node }
            | Self::Capacity { node, .. }
            | Self::ForeignOutlet { node } => Some(node),
            Self::StageRefused { stage, .. } => Some(stage),
            Self::NoSource | Self::AlreadyStarted => None,
        }
    }

    /// The code of this kind of error.
    pub fn code(&self) -> Code {
        Code(match self {
            Self::UnconnectedOutlet { .. } => 1,
            Self::DuplicateName { .. } => 2,
            Self::Capacity { .. } => 3,
            Self::ForeignOutlet { .. } => 4,
            Self::NoSource => 5,
            Self::StageRefused { .. } => 6,
            Self::AlreadyStarted => 7,
        })
    }
}

/// Everything that is wrong with a pipeline, found in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildErrors {
    /// The name of the pipeline.
    pub pipeline: String,
    /// What is wrong, in the order of the nodes; at least one.
    pub errors: Vec<BuildError>,
}

impl fmt::Display for BuildErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pipeline `{}` cannot start", self.pipeline)?;
        for error in &self.errors {
            write!(f, "\n  {}: {error}", error.code())?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildErrors {}
