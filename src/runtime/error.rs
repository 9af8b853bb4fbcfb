use std::fmt;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use super::RunReport;
use crate::graph::BuildErrors;
use crate::node::StageError;

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The pipeline was refused; nothing ran.
    #[error(transparent)]
    Refused(#[from] BuildErrors),
    /// The operating system had no thread for a worker; those that had been
    /// started were aborted.
    #[error("cannot start a thread for the run: {0}")]
    NoThread(io::Error),
    /// A node failed.
    #[error(transparent)]
    Failed(Box<RunFailure>),
    /// The thread that watches over the run ended before it: a fault of
    /// millpond, or of what it logs to.
    #[error("nobody watches over the run any more: its supervisor panicked")]
    Unsupervised,
}

impl RunError {
    /// What a program should exit with: 2 if the pipeline was refused, 1 otherwise.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_) => ExitCode::from(2),
            Self::NoThread(_) | Self::Failed(_) | Self::Unsupervised => ExitCode::FAILURE,
        }
    }
}

/// A run in which at least one node failed.
#[derive(Debug)]
pub struct RunFailure {
    /// The first failure: the cause.
    pub first: NodeFailure,
    /// What failed while the run was draining.
    pub later: Vec<NodeFailure>,
    /// What had been done by then, and what was lost.
    pub report: RunReport,
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        for later in &self.later {
            write!(f, "\n  then {later}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RunFailure {}

/// A node that failed, and of what.
#[derive(Debug)]
pub struct NodeFailure {
    /// The stage of the node.
    pub stage: Arc<str>,
    /// The node.
    pub node: Arc<str>,
    /// What happened.
    pub cause: Cause,
}

/// What made a node fail.
#[derive(Debug)]
pub enum Cause {
    /// Its code returned an error.
    Error(StageError),
    /// Its code panicked, with this message.
    Panic(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => {
                write!(f, "failed: {error}")?;
                let mut source = error.source();
                while let Some(error) = source {
                    write!(f, ": {error}")?;
                    source = error.source();
                }
                Ok(())
            }
            Self::Panic(message) => write!(f, "panicked: {message}"),
        }
    }
}

impl fmt::Display for NodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "stage `{}`, node `{}` {}",
            self.stage, self.node, self.cause
        )
    }
}

impl std::error::Error for NodeFailure {}
