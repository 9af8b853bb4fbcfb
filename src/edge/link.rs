use std::cell::RefCell;
use std::rc::Rc;
use std::sync::PoisonError;

use super::protocol::Shared;
use super::sync::{Arc, Mutex};

/// The state of an edge as it is shared by the ends on a worker.
#[derive(Debug)]
pub(super) enum Link<T> {
    /// Both ends are on this worker.
    Local(Rc<RefCell<Shared<T>>>),
    /// The other end is on another worker.
    Remote(Arc<Mutex<Shared<T>>>),
}

impl<T> Clone for Link<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Local(shared) => Self::Local(Rc::clone(shared)),
            Self::Remote(shared) => Self::Remote(Arc::clone(shared)),
        }
    }
}

impl<T> Link<T> {
    pub(super) fn local(shared: Shared<T>) -> Self {
        Self::Local(Rc::new(RefCell::new(shared)))
    }

    pub(super) fn shared(shared: Shared<T>) -> Arc<Mutex<Shared<T>>> {
        Arc::new(Mutex::new(shared))
    }

    /// Runs `f` on the shared state. `f` must not wake, drop messages or call
    /// into user code, which could come back here.
    #[inline]
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Shared<T>) -> R) -> R {
        match self {
            Self::Local(shared) => f(&mut shared.borrow_mut()),
            // No user code runs under the lock, so a poisoned state is whole.
            Self::Remote(shared) => f(&mut shared.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
