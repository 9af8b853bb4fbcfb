use std::task::{Context, Poll};

use super::{Border, StageError};
use crate::edge::Closed;

/// The border of a node whose flow may say that it must not go on.
#[derive(Debug)]
pub(crate) struct UntilError<B> {
    border: B,
    failure: Option<StageError>,
}

impl<B> UntilError<B> {
    pub(crate) fn new(border: B) -> Self {
        Self {
            border,
            failure: None,
        }
    }
}

impl<T, B: Border<T>> Border<Result<T, StageError>> for UntilError<B> {
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if self.failure.is_some() {
            return Poll::Ready(Err(Closed));
        }
        self.border.poll_room(cx)
    }

    #[inline]
    fn put(&mut self, message: Result<T, StageError>) {
        match message {
            Ok(message) => self.border.put(message),
            Err(failure) => self.failure = Some(failure),
        }
    }

    fn flush(&mut self) {
        self.border.flush();
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        self.border.poll_idle(cx)
    }

    fn take_failure(&mut self) -> Option<StageError> {
        self.failure.take().or_else(|| self.border.take_failure())
    }
}
