use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// Why a batch, or one message of it, has no result.
///
/// Cheap to clone, since the error of one batch becomes the failure of each of
/// its messages. Its [`class`](Self::class) says whether the same batch may
/// succeed later.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum InferError {
    /// One message filled an input with a row of the wrong length; the rest of
    /// its batch is not affected. Terminal.
    #[error("the message gives input `{input}` {found} elements, a row takes {wanted}")]
    Row {
        /// The input.
        input: Arc<str>,
        /// How many elements one row takes.
        wanted: usize,
        /// How many the message gave.
        found: usize,
    },
    /// The tensors of the batch do not fit the model's signature. Terminal.
    #[error("the batch does not fit the model: {reason}")]
    Batch {
        /// A sentence.
        reason: Arc<str>,
    },
    /// The model gave something else than its signature says. Terminal.
    #[error("the model broke its signature: {reason}")]
    Output {
        /// A sentence.
        reason: Arc<str>,
    },
    /// The model panicked. Terminal.
    #[error("the model panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: Arc<str>,
    },
    /// The model gave no answer in time. Retryable.
    #[error("no answer within {limit:?}")]
    TimedOut {
        /// How long was waited.
        limit: Duration,
    },
    /// The backend has no room for the batch now. Nothing was begun.
    #[error("the backend has no room for the batch{}", when(*retry_after))]
    Overloaded {
        /// When it expects to have room, if it can tell.
        retry_after: Option<Duration>,
    },
    /// The backend was asked before it was started, or after its threads have
    /// stopped. Terminal.
    #[error("the backend is not running")]
    NotRunning,
    /// The threads of the backend could not be started. Terminal.
    #[error("the backend's threads could not be started")]
    Start(#[source] Arc<io::Error>),
    /// The backend failed in a way that it would fail again.
    #[error(transparent)]
    Terminal(Arc<dyn Error + Send + Sync>),
    /// The backend failed in a way that may pass.
    #[error(transparent)]
    Retryable(Arc<dyn Error + Send + Sync>),
}

impl InferError {
    /// Makes an error that would come again for the same batch.
    pub fn terminal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Terminal(Arc::from(cause.into()))
    }

    /// Makes an error that may pass, such as a busy server's.
    pub fn retryable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retryable(Arc::from(cause.into()))
    }

    /// Tells what helps against the error.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::TimedOut { .. } | Self::Retryable(_) => ErrorClass::Retryable,
            Self::Overloaded { .. } => ErrorClass::Overloaded,
            Self::Row { .. }
            | Self::Batch { .. }
            | Self::Output { .. }
            | Self::Panicked { .. }
            | Self::NotRunning
            | Self::Start(_)
            | Self::Terminal(_) => ErrorClass::Terminal,
        }
    }

    /// Tells whether the same batch may succeed later: unless it is terminal.
    pub fn is_retryable(&self) -> bool {
        self.class() != ErrorClass::Terminal
    }
}

fn when(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| format!(" before {wait:?} have passed"))
}

/// What helps against an [`InferError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Nothing: the same batch would fail again.
    Terminal,
    /// The batch was tried and failed, but may succeed if it is tried again.
    Retryable,
    /// The batch was not tried, since there was no room. It may be sent again
    /// after a while, and nothing is done twice.
    Overloaded,
}

/// A message that the model gave no result for, and why.
///
/// Its text is that of the error. The message is all there, so that whoever
/// reads the dead letters can send it again.
#[derive(Clone)]
pub struct InferFailure<In> {
    /// The message.
    pub message: In,
    /// Why it has no result.
    pub error: InferError,
}

impl<In> fmt::Display for InferFailure<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<In> fmt::Debug for InferFailure<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InferFailure")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl<In> Error for InferFailure<In> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// The text of an error and of what caused it, on one line.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
