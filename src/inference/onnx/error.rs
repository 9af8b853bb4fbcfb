use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a model file cannot be used. The text is one line and names the file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file is missing, a folder, or may not be read.
    #[error("model file `{}` cannot be read: {cause}; give the path of one that can", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The file is truncated, or something else.
    #[error("`{}` is not an ONNX model: {reason}; give a complete ONNX file", path.display())]
    NotOnnx {
        /// The file.
        path: PathBuf,
        /// Where reading it ended.
        reason: String,
    },
    /// The model uses operators that the engine does not have.
    #[error(
        "model `{}` uses operators that are not supported here: {}; export it without them",
        path.display(),
        operators.join(", ")
    )]
    UnsupportedOperators {
        /// The file.
        path: PathBuf,
        /// Their names, sorted.
        operators: Vec<String>,
    },
    /// An input or output has elements that no tensor here can hold.
    #[error(
        "model `{}`: {tensor} has {element} elements, but u8, i32, i64, f32 and f64 are supported: \
         cast it inside the model",
        path.display()
    )]
    Element {
        /// The file.
        path: PathBuf,
        /// Which input or output.
        tensor: String,
        /// The engine's name for the element type.
        element: String,
    },
    /// The first dimension of an input or output does not follow the batch, so
    /// that messages cannot share a call.
    #[error(
        "model `{}`: {tensor} has no row dimension: export the model with a first dimension of any size",
        path.display()
    )]
    NoRows {
        /// The file.
        path: PathBuf,
        /// Which input or output, with its shape.
        tensor: String,
    },
    /// The engine cannot prepare the model for running.
    #[error("model `{}` cannot be run: {reason}; try another export of it", path.display())]
    Rejected {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
}
