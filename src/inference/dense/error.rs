use std::path::PathBuf;

use thiserror::Error;

/// Why a file cannot be loaded as a [`DenseNet`](super::DenseNet).
#[derive(Debug, Error)]
#[error("model `{}`: {fault}", path.display())]
#[non_exhaustive]
pub struct DenseLoadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: DenseFault,
}

/// What keeps layers from being a [`DenseNet`](super::DenseNet).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DenseFault {
    /// The file is missing, a folder, or may not be read.
    #[error("the file cannot be read: {cause}; give the path of one that can")]
    Unreadable {
        /// What the operating system says.
        cause: String,
    },
    /// The file is truncated, or something else.
    #[error("it is neither safetensors nor ONNX: {reason}; give a complete file of either")]
    Format {
        /// Where reading it ended.
        reason: String,
    },
    /// A tensor of the file does not fit.
    #[error("tensor `{name}` {reason}")]
    Tensor {
        /// What the file calls it.
        name: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A node of an ONNX graph does what no dense network does.
    #[error("node `{node}` ({operation}) {reason}")]
    Node {
        /// What the file calls it, or its place if it has no name.
        node: String,
        /// Its operation.
        operation: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The metadata of a safetensors file does not fit.
    #[error("metadata `{key}` {reason}")]
    Metadata {
        /// The key.
        key: &'static str,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The layers do not follow each other.
    #[error("{reason}")]
    Layers {
        /// A sentence.
        reason: String,
    },
}

impl DenseFault {
    pub(super) fn tensor(name: &str, reason: impl Into<String>) -> Self {
        Self::Tensor {
            name: name.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn layers(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Layers { reason }
    }
}
